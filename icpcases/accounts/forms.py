"""What an applicant types to sign in: an address, then a code."""

from django import forms
from django.utils.translation import gettext_lazy as _

from icpcases.cases.forms.fields import CodeField, MailField


class AddressForm(forms.Form):
    """Where the code goes."""

    email = MailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class CodeForm(forms.Form):
    """The code from the mail; spaces and dashes do not matter."""

    code = CodeField(
        label=_("Code from the mail"),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )
