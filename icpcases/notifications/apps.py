"""The mail about cases: what it says, and how it leaves."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """The app that sends what the cases owe by mail."""

    name = "icpcases.notifications"
    verbose_name = _("Notices")
