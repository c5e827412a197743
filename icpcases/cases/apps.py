"""The records and the one door through which a case changes."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from . import triggers


class CasesConfig(AppConfig):
    """The app that holds cases; it keeps the database's own guards in place."""

    name = "icpcases.cases"
    verbose_name = _("Filing cases")

    def ready(self) -> None:
        register(triggers.check_installed, Tags.database)
        post_migrate.connect(triggers.after_migrate, sender=self)
