"""No tables of our own: accounts are Django's, second factors allauth's."""

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _


class SecondFactor(Authenticator):
    """allauth's record, under a name that whoever keeps the accounts understands."""

    class Meta:
        proxy = True
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
