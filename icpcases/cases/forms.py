"""The forms through which facts, documents and requests are entered, on whatever surface."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.rules import numbers
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.domains import Domain
from icpcases.rules.facts import CHOICES, FACT_LABELS, Facts, ForumAnswer, read_fact

from .fields import (
    NumberField,
    PastDateField,
    domain_field,
    keep_masked,
    phone_field,
    resident_id,
)
from .models import Applicant, CertificateType, Province
from .models.papers import KINDS, REGIONS
from .uploads import PaperField

if TYPE_CHECKING:
    from .models import FilingCase

NOT_GIVEN = [("", _("not given"))]
YES_NO = [*NOT_GIVEN, ("true", _("Yes")), ("false", _("No"))]


def _choice(name: str) -> forms.ChoiceField:
    options = [(value.value, _(value.label)) for value in CHOICES[name]]
    return forms.ChoiceField(
        label=_(FACT_LABELS[name]), choices=[*NOT_GIVEN, *options], required=False
    )


_FOREIGN_ONLY = _("Only for an enterprise registered outside the Mainland.")
_FORUM_ONLY = _("Only for a forum: whether it has been granted already.")


def _yes_no(name: str, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_(FACT_LABELS[name]),
        choices=YES_NO,
        required=False,
        empty_value=None,
        help_text=help_text,
        coerce=lambda value: value in ("true", "True", True),
    )


class FactsForm(forms.Form):
    """The facts of a case with its site and service leader; nothing in it is required."""

    applicant_type = _choice("applicant_type")
    mainland_branch = _yes_no("mainland_branch", _FOREIGN_ONLY)
    registration_certificate = _yes_no("registration_certificate", _FOREIGN_ONLY)
    server_region = _choice("server_region")
    access = _choice("access")
    protocol = _choice("protocol")
    forum = _yes_no("forum")
    preapproval = _yes_no("preapproval", _FORUM_ONLY)
    province = forms.ModelChoiceField(
        label=_("province"),
        queryset=Province.objects.all(),
        required=False,
        empty_label=_("not given"),
    )
    site_name = forms.CharField(label=_("site name"), max_length=100, required=False)
    domain = domain_field(required=False, help_text=_("Such as example.cn or 例子.中国."))
    ip_address = forms.GenericIPAddressField(label=_("IP address"), required=False)
    service_leader = forms.CharField(label=_("service leader"), max_length=100, required=False)
    service_leader_phone = phone_field(label=_("service leader's phone"), required=False)
    service_leader_id = NumberField(
        resident_id, label=_("service leader's ID number"), required=False
    )

    @classmethod
    def of(cls, case: "FilingCase", **kwargs: Any) -> "FactsForm":
        """The form with what the case holds."""
        initial = {name: _shown(getattr(case, name)) for name in cls.base_fields}
        initial["domain"] = case.domain_unicode
        form = cls(initial=initial, **kwargs)
        for name in ("service_leader_phone", "service_leader_id"):
            keep_masked(form, name, getattr(case, name))
        return form

    @property
    def facts(self) -> Facts:
        """The facts entered, with the province's answer looked up; for a verdict beforehand."""
        data = self.cleaned_data
        province = data.get("province")
        names = [n for n in FACT_LABELS if n not in ("province", "province_accepts_forums")]
        return Facts(
            **{name: read_fact(name, _given(data.get(name))) for name in names},
            province=province.pk if province else None,
            province_accepts_forums=ForumAnswer(province.accepts_forums) if province else None,
        )

    def write_to(self, case: "FilingCase") -> None:
        """Put what was entered on the case, unsaved."""
        for name, value in self.cleaned_data.items():
            if name in CHOICES or name == "ip_address":
                # Left empty they are not given: '' would count as a change each time.
                value = value or None
            if name != "domain":
                setattr(case, name, value)
        domain: Domain | None = self.cleaned_data["domain"] or None
        case.domain = domain.ascii if domain else ""
        case.domain_unicode = domain.unicode if domain else ""
        case.registrable_domain = domain.registrable if domain else ""


def _given(value: Any) -> Any:
    return None if value == "" else value


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


class ApplicantForm(forms.ModelForm):
    """Who applies."""

    class Meta:
        model = Applicant
        fields: tuple[str, ...] = (
            "name", "certificate_type", "certificate_number", "phone", "email", "language",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Hold the number against its type's rule."""
        data = super().clean() or self.cleaned_data
        number = data.get("certificate_number", "").strip()
        readers = {
            CertificateType.CREDIT_CODE: numbers.social_credit_code,
            CertificateType.RESIDENT_ID: resident_id,
        }
        certificate_type: Any = data.get("certificate_type")
        read = readers.get(certificate_type)
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


class DocumentForm(forms.Form):
    """A document that is handed in."""

    # A kind that nobody chose would be a wrong one.
    kind = forms.ChoiceField(label=_("kind"), choices=[("", _("choose the kind")), *KINDS])
    file = PaperField()
    number = forms.CharField(label=_("number"), max_length=60, required=False)
    issued_in = forms.ChoiceField(
        label=_("issued in"),
        choices=[("", _("not issued: self-made")), *REGIONS],
        required=False,
        initial="mainland",
    )
    issued_on = PastDateField(label=_("issued on"), required=False)
    expires_on = forms.DateField(
        label=_("expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """A self-made paper has no issuer, every other one has."""
        data = super().clean() or self.cleaned_data
        kind, issued_in = data.get("kind"), data.get("issued_in")
        if kind:
            if Kind(kind).self_made:
                data["issued_in"] = None
            elif not issued_in:
                self.add_error("issued_in", _("Say where the document was issued."))
        issued, expires = data.get("issued_on"), data.get("expires_on")
        if issued and expires and expires <= issued:
            self.add_error("expires_on", _("It cannot expire before it was issued."))
        return data


class JudgementForm(forms.Form):
    """What an officer decides of a document."""

    accept = forms.ChoiceField(
        label=_("decision"),
        choices=[("accepted", _("Accept")), ("refused", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    refusal = forms.CharField(
        label=_("reason of the refusal"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """A refusal gives its reason."""
        data = super().clean() or self.cleaned_data
        if data.get("accept") == "refused" and not data.get("refusal"):
            self.add_error("refusal", _("Say why the document is refused."))
        return data


def need_day_to_come(day: dt.date | None) -> dt.date | None:
    """The day, if it is not over. Raises ValidationError."""
    if day and day < timezone.localdate():
        raise ValidationError(_("This date lies in the past."))
    return day


class AskForm(forms.Form):
    """A request to the applicant."""

    about = forms.ChoiceField(label=_("about"), required=False)
    text = forms.CharField(
        label=_("what is asked"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    due_on = forms.DateField(
        label=_("due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, places: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        field: Any = self.fields["about"]
        field.choices = places

    def clean_due_on(self) -> dt.date | None:
        """A day to come."""
        return need_day_to_come(self.cleaned_data["due_on"])


class SettlementForm(forms.Form):
    """What an officer makes of a request: accept the answer, ask again, or waive it."""

    decision = forms.ChoiceField(
        label=_("decision"),
        widget=forms.RadioSelect,
        choices=[
            ("accepted", _("Accept the answer")),
            ("open", _("Ask again")),
            ("waived", _("Waive the request")),
        ],
    )
    reason = forms.CharField(
        label=_("what is still asked, or why it is waived"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    due_on = forms.DateField(
        label=_("due"),
        help_text=_("Only when you ask again."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """Asking again and waiving give a reason."""
        data = super().clean() or self.cleaned_data
        if data.get("decision") in ("open", "waived") and not data.get("reason"):
            self.add_error("reason", _("Give the reason."))
        return data

    def clean_due_on(self) -> dt.date | None:
        """A day to come."""
        return need_day_to_come(self.cleaned_data["due_on"])


class InviteForm(forms.Form):
    """An address to invite, a person to remove, or an invitation to take back."""

    email = forms.EmailField(label=_("e-mail"), required=False)
    remove = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    take_back = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        """One of the three."""
        data = super().clean() or self.cleaned_data
        if not any(data.get(name) for name in self.fields) and not self.errors:
            self.add_error("email", _("Enter the e-mail address of a colleague."))
        return data


class NoteForm(forms.Form):
    """An internal note."""

    text = forms.CharField(
        label=_("internal note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ProvinceAnswerForm(forms.Form):
    """What an administration answered when asked whether it takes forums."""

    accepts_forums = forms.ChoiceField(
        label=_("accepts forums"), choices=[(a.value, _(a.label)) for a in ForumAnswer]
    )
    asked_on = PastDateField(label=_("asked on"))
    source = forms.CharField(
        label=_("source of the answer"),
        max_length=200,
        help_text=_("Who answered, and how: a phone call, a letter, a page."),
    )


def conditional_kinds(case: "FilingCase") -> list[tuple[Kind, str]]:
    """The conditional documents of a case's route, each with its condition."""
    return [(w.kind, w.when) for w in wanted_documents(case.facts) if w.when]
