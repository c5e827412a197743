"""The fields of an application in an applicant's words: label, example, keyboard, needed or not.

What a field takes, and what is needed when, the rules and the forms say; here are only words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import CertificateType, FilingCase
from icpcases.rules.apps import APP_PREFIX
from icpcases.rules.facts import ApplicantType
from icpcases.rules.filing_types import JUDGED
from icpcases.types import Text

from .questions import QUESTIONS

OPTIONAL, FOLLOWS = _("optional"), _("can follow later")


@dataclass(frozen=True)
class FieldWords:
    """How an applicant's page asks for a field. `mark` stands behind the label of what is not
    needed to send; `attrs` tell a telephone which keyboard to show and what to fill in."""

    label: Text
    hint: Text = ""
    mark: Text = ""
    attrs: Mapping[str, str] = field(default_factory=dict)


_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
_NAME = {"autocomplete": "name"}
_PHONE = {"type": "tel", "inputmode": "tel", "autocomplete": "tel"}
_ID = {**_PLAIN, "autocapitalize": "characters"}
_ANOTHER = _("Only if it is somebody else than the person in charge.")
_BY_PHONE = _("A mobile number of Mainland China. The ministry's message comes here.")

WORDS: dict[str, FieldWords] = {
    **{name: FieldWords(q.asks, q.help) for name, q in QUESTIONS.items()},
    "forum": FieldWords(
        QUESTIONS["forum"].asks,
        format_lazy("{} {}", QUESTIONS["forum"].hints["yes"], QUESTIONS["forum"].help),
    ),
    "site_name": FieldWords(
        _("Name, as users see it"), _("Such as 玉兰书店."), FOLLOWS,
        {"autocomplete": "off"},
    ),
    "domain": FieldWords(
        _("Domain name"), _("Such as example.cn or 例子.中国, without www."), "",
        {**_PLAIN, "inputmode": "url"},
    ),
    "ip_address": FieldWords(
        _("IP address"), _("Such as 203.0.113.7."), "", {**_PLAIN, "inputmode": "decimal"}
    ),
    "service": FieldWords(_("Which filed service is this about?")),
    "provider_access": FieldWords(_("Which access is to end?")),
    "subject_name": FieldWords(
        _("New name"), _("Only if you are called otherwise now."), OPTIONAL,
        {"autocomplete": "organization"},
    ),
    "service_leader": FieldWords(
        _("Name of the person in charge"),
        _("Who answers for what is filed, and whom the ministry asks."), "", _NAME,
    ),
    "service_leader_phone": FieldWords(
        _("Mobile number of the person in charge"), _BY_PHONE, "", _PHONE
    ),
    "service_leader_id": FieldWords(
        _("ID number of the person in charge"), _("18 characters, as on the resident ID."),
        FOLLOWS, _ID,
    ),
    "subject_leader": FieldWords(
        _("Name of the legal representative"), _ANOTHER, OPTIONAL, {"autocomplete": "off"}
    ),
    "subject_leader_phone": FieldWords(
        _("The legal representative's mobile number"), _BY_PHONE, OPTIONAL,
        {**_PHONE, "autocomplete": "off"},
    ),
    "subject_leader_id": FieldWords(
        _("The legal representative's ID number"), _("18 characters, as on the resident ID."),
        OPTIONAL, _ID,
    ),
}  # fmt: skip
_OF_CASE = _("Left empty, it is whom the register names.")
_WHO: dict[str, FieldWords] = {
    ApplicantType.INDIVIDUAL: FieldWords(_("Your name, as on your ID"), "", "", _NAME),
    ApplicantType.ENTERPRISE: FieldWords(
        _("Name of the company, as on the business licence"),
        _("Of a sole trader (个体工商户) as well: the name on the licence."),
        "",
        {"autocomplete": "organization"},
    ),
    "": FieldWords(
        _("Name, as on the certificate"), "", "", {"autocomplete": "organization"},
    ),
}  # fmt: skip
_OWN_PHONE = FieldWords(_("Your mobile number"), _BY_PHONE, "", _PHONE)
_OFFICE_PHONE = FieldWords(
    _("Your phone number"), _("So that the office can call you."), OPTIONAL, _PHONE
)
_CERTIFICATES: dict[str, tuple[CertificateType, ...]] = {
    ApplicantType.INDIVIDUAL: (CertificateType.RESIDENT_ID, CertificateType.PERMIT),
    ApplicantType.ENTERPRISE: (CertificateType.CREDIT_CODE,),
    ApplicantType.ORGANISATION: (CertificateType.CREDIT_CODE,),
    ApplicantType.FOREIGN_ENTERPRISE: (
        CertificateType.FOREIGN_REGISTRATION, CertificateType.REGISTRATION_CERTIFICATE,
        CertificateType.CREDIT_CODE,
    ),
}  # fmt: skip
_NUMBER = {
    "": FieldWords(_("Its number"), "", "", _ID),
    ApplicantType.INDIVIDUAL: FieldWords(
        _("Its number"), _("A resident ID has 18 characters."), "", _ID
    ),
    ApplicantType.ENTERPRISE: FieldWords(
        _("Its number"), _("18 letters and digits, on the licence, without I, O, S, V or Z."),
        "", _ID,
    ),
}  # fmt: skip


def word_facts(form: forms.BaseForm, case: FilingCase) -> None:
    """Put an application's fields in an applicant's words."""
    ending, form.label_suffix = case.is_of not in JUDGED, ""
    for name, field_ in form.fields.items():
        words = WORDS.get(name)
        if words is None:
            mark = FOLLOWS if name.startswith(APP_PREFIX) else ""
            words = FieldWords(field_.label or name, field_.help_text, mark, _PLAIN)
        if ending and name.endswith(("_leader", "_leader_phone")):
            words = FieldWords(words.label, _OF_CASE, OPTIONAL, words.attrs)
        _put(field_, words)


def word_applicant(form: forms.BaseForm, applicant_type: str) -> None:
    """Put who applies in the words of this kind of applicant; offer the certificates it has."""
    words = {
        "name": _WHO.get(applicant_type, _WHO[""]),
        "certificate_type": FieldWords(_("Which certificate do you have?")),
        "certificate_number": _NUMBER.get(applicant_type, _NUMBER[""]),
        "phone": _OWN_PHONE if applicant_type == ApplicantType.INDIVIDUAL else _OFFICE_PHONE,
    }
    form.label_suffix = ""
    for name, field_ in form.fields.items():
        _put(field_, words[name])
    offer_certificates(form, _CERTIFICATES.get(applicant_type, ()))


def offer_certificates(form: forms.BaseForm, fitting: Iterable[CertificateType]) -> None:
    """Offer the kinds that fit, the first of them chosen; and whatever stands there already."""
    field_ = form.fields.get("certificate_type")
    if not isinstance(field_, forms.ChoiceField):
        return
    kinds = [kind.value for kind in fitting]
    # The bound field would remember what it begins with.
    typed = form.data.get(form.add_prefix("certificate_type")) if form.is_bound else None
    standing = str(typed or form.initial.get("certificate_type") or "")
    if not standing and kinds:
        form.initial["certificate_type"] = kinds[0]
    if kinds:
        offered = {*kinds, standing}
        field_.choices = [one for one in CertificateType.choices if one[0] in offered]


def _put(field_: forms.Field, words: FieldWords) -> None:
    marked = gettext("%(label)s (%(mark)s)") % {"label": words.label, "mark": words.mark}
    field_.label = marked if words.mark else words.label
    field_.help_text = words.hint
    attrs = dict(words.attrs)
    kind = attrs.pop("type", "")
    if kind:
        field_.widget.input_type = kind
    field_.widget.attrs.update(attrs)
