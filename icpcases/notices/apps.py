"""The outbox and the mail that leaves it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """The app that sends what the cases owe by mail."""

    name = "icpcases.notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from icpcases.cases.telling import send_at_once_by

        from .delivery import deliver_at_once

        send_at_once_by(deliver_at_once)
