"""Signing in: applicants by a code sent to their address, staff by password and second factor."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who somebody is; what they may do is asked of icpcases.cases."""

    name = "icpcases.accounts"
    label = "accounts"
    verbose_name = _("Signing in")
