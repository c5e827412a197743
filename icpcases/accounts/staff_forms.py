"""What staff type to sign in: username and password, then a code of their second factor."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.core import context, ratelimit
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from icpcases.rules.folding import typed_code

CODE_ATTRIBUTES = {"autocomplete": "one-time-code", "autofocus": True}


class StaffSignInForm(LoginForm):
    """Username and password of somebody who may open the admin."""

    user: User | None

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.label = _("Username"), _("Password")
        name.widget.attrs = {"autocomplete": "username", "autofocus": True}
        password.widget.attrs = {"autocomplete": "current-password"}
        password.help_text = ""

    def add_prefix(self, field_name: str) -> str:
        """Named as in Django's own form, which people's password managers have learnt."""
        return "username" if field_name == "login" else super().add_prefix(field_name)

    def clean(self) -> dict[str, object]:
        """An applicant's account answers as if the password were wrong."""
        cleaned: dict[str, object] = super().clean()
        if self.user and not self.user.is_staff:
            raise get_adapter().validation_error("username_password_mismatch")
        return cleaned


class PasswordAgainForm(ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}


class FoldedCode(forms.CharField):
    """A code of an app as Chinese keyboards type it too: full-width digits, blanks, dashes."""

    def to_python(self, value: object) -> str:
        """The code in half width, as allauth compares it."""
        return typed_code(super().to_python(value) or "").replace("-", "").lower()


def _fold_code(form: forms.Form) -> None:
    """Let the form's code be typed in any width."""
    field = form.fields["code"]
    form.fields["code"] = FoldedCode(label=field.label, widget=field.widget)


class _CodeOnce(mfa_forms.BaseAuthenticateForm):
    """A code of the second factor, which opens once and cannot be found by trying all day."""

    user: User
    fields: dict[str, forms.Field]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _fold_code(self)
        self.fields["code"].label = _("Code from your authenticator app, or a recovery code")
        self.fields["code"].widget.attrs = dict(CODE_ATTRIBUTES)

    def clean_code(self) -> str:
        """allauth counts five tries in five minutes; this counts a quarter of a day as well."""
        key = str(self.user.pk)
        if not ratelimit.consume(context.request, action="second_factor", key=key):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()
        # A code is valid in the periods before and after its own; allauth remembers it for one.
        seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        plain = "".join(filter(str.isalnum, code)).lower()
        used = f"second-factor-used:{key}:{plain}"
        if not cache.add(used, True, timeout=seconds):
            raise get_mfa_adapter().validation_error("incorrect_code")
        ratelimit.clear(context.request, action="second_factor", key=key)
        return code


class SecondFactorForm(_CodeOnce, mfa_forms.AuthenticateForm):
    """The second step of signing in."""


class SecondFactorAgainForm(_CodeOnce, mfa_forms.ReauthenticateForm):
    """The second factor once more, before something that matters."""


class EnrolForm(ActivateTOTPForm):
    """The first code of an app that has just learnt the secret."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _fold_code(self)
        self.fields["code"].label = _("Code that the app shows now")
        self.fields["code"].widget.attrs = {**CODE_ATTRIBUTES, "inputmode": "numeric"}
