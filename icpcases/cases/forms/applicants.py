"""The forms about who applies, and who may follow a case."""

import re
from collections.abc import Mapping
from copy import copy
from typing import Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import Applicant, CertificateType
from icpcases.rules import numbers
from icpcases.rules.folding import certificate_key, normal, phone_key
from icpcases.rules.icp_numbers import A_SERVICES, NO_LICENCE, icp_number

from .fields import DayField, MailField, NumberField, PastDateField, resident_id_today

OWN_FIELDS = ("name", "certificate_type", "certificate_number", "phone")
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)


class ApplicantForm(forms.ModelForm):
    """Who applies."""

    email = MailField(label=_("e-mail"), required=False)

    class Meta:
        model = Applicant
        fields: tuple[str, ...] = (
            "name", "certificate_type", "certificate_number", "phone", "email", "language",
        )  # fmt: skip

    def clean(self) -> dict[str, object]:
        """Hold the number against its type's rule."""
        data = super().clean() or self.cleaned_data
        number = data["certificate_number"] = certificate_key(data.get("certificate_number", ""))
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
        """A phone number of any kind: digits, spaces, a plus; a mobile as its eleven digits."""
        phone = normal(str(self.cleaned_data.get("phone", "")))
        if MOBILE.fullmatch(phone_key(phone)):
            return phone_key(phone)
        if phone and not set(phone) <= set("+0123456789 -()"):
            raise ValidationError(_("A phone number consists of digits."))
        return phone


class OwnApplicantForm(ApplicantForm):
    """Who applies, as applicants enter it; a number they type is a claim and joins nothing.

    A person's number is shown masked, and stays as it was if it comes back so.
    """

    class Meta(ApplicantForm.Meta):
        fields = OWN_FIELDS

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        instance: Applicant | None = None,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, instance=instance, initial=initial, prefix="who")
        # It is the one that the account has.
        del self.fields["email"]
        self.masked: dict[str, str] = {}
        if instance and instance.certificate_number and instance.number_is_private:
            self.masked["certificate_number"] = instance.certificate_number
        if instance and instance.phone:
            self.masked["phone"] = instance.phone
        for name, number in self.masked.items():
            self.initial[name] = numbers.mask(number)

    @classmethod
    def of(cls, applicant: Applicant, data: Mapping[str, object] | None = None) -> Self:
        """The form with what a record holds; the record itself is written under its lock."""
        return cls(data, instance=copy(applicant))

    def clean(self) -> dict[str, object]:
        """Put the whole numbers back for those that came back masked, and judge."""
        for name, number in self.masked.items():
            if self.cleaned_data.get(name) == self.initial[name]:
                self.cleaned_data[name] = number
        return super().clean()

    def clean_phone(self) -> str:
        """The same as ever, but for the masked one, which stands for the whole."""
        typed = str(self.cleaned_data.get("phone", ""))
        if "phone" in self.masked and typed == self.initial["phone"]:
            return typed
        return super().clean_phone()


def licence_number(text: str) -> str:
    """The number of a commercial licence (ICP 经营许可证). Raises NumberError."""
    number = icp_number(text)
    if number.n is not None:
        raise numbers.NumberError(A_SERVICES)
    if not number.licence:
        raise numbers.NumberError(NO_LICENCE)
    return str(number)


class LicenceFields(forms.Form):
    """The commercial licence of an applicant who holds one."""

    licence_number = NumberField(
        licence_number,
        label=_("commercial licence"),
        required=False,
        help_text=_("Its services are listed under it: 京ICP证030173号 or 粤B2-20090059."),
    )
    licence_issued_on = PastDateField(label=_("licence issued on"), required=False)
    licence_expires_on = DayField(
        label=_("licence expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, object]:
        """The days belong to a licence, and it does not end before it begins."""
        data = super().clean() or self.cleaned_data
        issued, expires = data.get("licence_issued_on"), data.get("licence_expires_on")
        if (issued or expires) and not data.get("licence_number") and not self.errors:
            self.add_error("licence_number", _("Enter the licence these days belong to."))
        if issued and expires and expires <= issued:
            self.add_error("licence_expires_on", _("The licence ends after it was issued."))
        return data


class InviteForm(forms.Form):
    """An address to invite, a person to remove, or an invitation to take back."""

    email = MailField(label=_("e-mail"), required=False)
    remove = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    take_back = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def clean(self) -> dict[str, object]:
        """One of the three."""
        data = super().clean() or self.cleaned_data
        if not any(data.get(name) for name in self.fields) and not self.errors:
            self.add_error("email", _("Enter the e-mail address of a colleague."))
        return data

    @property
    def happened(self) -> str:
        """What is said once the change that was sent has been made."""
        if self.data.get("remove"):
            return gettext("Removed from the case.")
        if self.data.get("take_back"):
            return gettext("The invitation is taken back.")
        email = self.cleaned_data.get("email", "") if self.is_valid() else ""
        return gettext("Invited by e-mail: %(email)s.") % {"email": email}
