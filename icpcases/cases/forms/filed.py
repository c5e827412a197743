"""The form's part about what is filed already: the service, its access, what a change changes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import FilingCase, ProviderAccess, Service
from icpcases.rules.facts import FilingType

from .fields import DayField

SUBJECT_FIELDS = ("subject_name", "subject_leader", "subject_leader_phone", "subject_leader_id")
SERVICE_FIELDS = (
    "site_name", "domain", "app_features", "service_leader", "service_leader_phone",
    "service_leader_id",
)  # fmt: skip
FACTS = (
    "applicant_type", "mainland_branch", "registration_certificate", "server_region",
    "mainland_cdn", "access", "forum", "preapproval",
)  # fmt: skip
#: What a change filing may change: of the subject, of the service, of the facts about it.
CHANGEABLE = (*SUBJECT_FIELDS, *SERVICE_FIELDS, *FACTS)


class ServiceField(forms.ModelChoiceField):
    """A service in the register, by number and name."""

    def __init__(self, services: QuerySet[Service]) -> None:
        super().__init__(
            queryset=services,
            label=_("service"),
            required=False,
            empty_label=_("not given"),
            help_text=_("The filed service this is about."),
        )

    def label_from_instance(self, obj: Service) -> str:
        """Number, name and state."""
        return f"{obj.number} {obj.name} ({obj.get_state_display()})"


class AccessField(forms.ModelChoiceField):
    """An open access, by its provider."""

    def __init__(self, accesses: QuerySet[ProviderAccess]) -> None:
        super().__init__(
            queryset=accesses.select_related("service", "provider"),
            label=_("access"),
            required=False,
            empty_label=_("not given"),
            help_text=_("The access that is to end."),
        )

    def label_from_instance(self, obj: ProviderAccess) -> str:
        """Provider and service."""
        return f"{obj.provider}: {obj.service.number}"


def subject_name_field() -> forms.CharField:
    """The subject's new name."""
    return forms.CharField(
        label=_("new name of the subject"),
        max_length=200,
        required=False,
        help_text=_("Only where the applicant is called otherwise now."),
    )


def term_field() -> DayField:
    """The day by which an inspection is to be answered."""
    return DayField(
        label=_("answer by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def findings_field() -> forms.CharField:
    """What an inspection has found."""
    return forms.CharField(
        label=_("findings"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the provider or the authority wants to be put right or shown."),
    )


def let_go(case: FilingCase) -> None:
    """Keep of what the case was about only what its type, another one now, is about.

    A service left behind would count as what the case itself has filed.
    """
    if not case.about.about_service:
        case.service = None
    if case.is_of != FilingType.CANCEL_ACCESS:
        case.provider_access = None


def say_as_filed(case: FilingCase, asked: frozenset[str]) -> None:
    """Have a case say of the service it is about, but for what is asked, what the register does.

    Another service may have been chosen than the one that was known when the form was shown.
    """
    service = case.service
    if service is None:
        return
    case.service_kind = service.service_kind
    for name, value in register_values(case).items():
        if name in SERVICE_FIELDS and name not in asked:
            setattr(case, name, value)
    domain = service.domains.first()
    case.domain_unicode = domain.domain_unicode if domain else ""
    case.registrable_domain = domain.registrable_domain if domain else ""


def register_values(case: FilingCase) -> dict[str, Any]:
    """What the register says today of the fields that it holds and a change may change."""
    service = case.service
    subject = service.subject if service else case.applicant.subject_filings.exclude(
        state="cancelled"
    ).first()  # fmt: skip
    values: dict[str, Any] = {"subject_name": case.applicant.name}
    if subject is not None:
        values |= {name: getattr(subject, name) for name in SUBJECT_FIELDS[1:]}
    if service is not None:
        first = service.domains.first()
        values |= {
            "site_name": service.name,
            "domain": first.domain if first else "",
            **{name: getattr(service, name) for name in SERVICE_FIELDS[2:]},
        }
    return values


def changing_of(case: FilingCase, before: Mapping[str, Any]) -> dict[str, Any]:
    """What a change filing changes, each field with the value that was in force before.

    A field somebody has just given another value changes; one that nobody touched stays as the
    register has it, whatever another errand has made of it meanwhile.
    """
    register, changing = register_values(case), dict(case.changing)
    for name in CHANGEABLE:
        new = getattr(case, name)
        if name == "applicant_type" and before[name] is None:
            # Who files is told for the first time: what the public register says nothing of.
            continue
        if new != before[name] and name not in changing:
            changing[name] = register.get(name, before[name])
    for name, old in list(changing.items()):
        new = getattr(case, name)
        emptied = name == "subject_name" and not new
        if new == register.get(name, old) or emptied:
            del changing[name]
    return changing
