"""What an applicant types to sign in: an address, then a code."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .people import plain_address


class AddressForm(forms.Form):
    """Where the code goes."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )

    def clean_email(self) -> str:
        try:
            return plain_address(self.cleaned_data["email"])
        except ValueError:
            raise forms.ValidationError(_("Enter a valid email address.")) from None


class CodeForm(forms.Form):
    """The code from the mail; spaces and dashes do not matter."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )
