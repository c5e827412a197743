"""The forms about who applies, and who may follow a case."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import Applicant, CertificateType
from icpcases.rules import numbers

from .fields import NumberField, resident_id_today


class ApplicantForm(forms.ModelForm):
    """Who applies."""

    class Meta:
        model = Applicant
        fields: tuple[str, ...] = (
            "name", "certificate_type", "certificate_number", "phone", "email", "language",
        )  # fmt: skip

    def clean(self) -> dict[str, object]:
        """Hold the number against its type's rule."""
        data = super().clean() or self.cleaned_data
        number = data.get("certificate_number", "").strip()
        readers = {
            CertificateType.CREDIT_CODE: numbers.social_credit_code,
            CertificateType.RESIDENT_ID: resident_id_today,
        }
        read = readers.get(data.get("certificate_type", ""))
        if number and not data.get("certificate_type"):
            self.add_error("certificate_type", _("Say what kind of certificate this number is of."))
        if number and read:
            try:
                data["certificate_number"] = NumberField(read).clean(number)
            except ValidationError as error:
                self.add_error("certificate_number", error)
        return data

    def clean_phone(self) -> str:
        """A phone number of any kind: digits, spaces, a plus."""
        phone = str(self.cleaned_data.get("phone", "")).strip()
        if phone and not set(phone) <= set("+0123456789 -()"):
            raise ValidationError(_("A phone number consists of digits."))
        return phone


class InviteForm(forms.Form):
    """An address to invite, a person to remove, or an invitation to take back."""

    email = forms.EmailField(label=_("e-mail"), required=False)
    remove = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    take_back = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def clean(self) -> dict[str, object]:
        """One of the three."""
        data = super().clean() or self.cleaned_data
        if not any(data.get(name) for name in self.fields) and not self.errors:
            self.add_error("email", _("Enter the e-mail address of a colleague."))
        return data
