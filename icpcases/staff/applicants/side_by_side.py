"""What two records of an applicant say, line by line, and what differs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Field
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from icpcases.cases.lookups import subject_of
from icpcases.cases.models import Applicant, FilingCase, Service
from icpcases.rules.folding import name_key, phone_key
from icpcases.rules.numbers import mask_phone
from icpcases.staff.cases.page import masked_certificate
from icpcases.staff.templatetags.staff import day

CASES = 50


@dataclass(frozen=True)
class ComparedLine:
    """One thing that both records say, as it is shown, and whether they say the same."""

    label: str
    one: str
    other: str
    differs: bool


@dataclass(frozen=True)
class Side:
    """A record with what hangs on it."""

    applicant: Applicant
    cases: list[FilingCase]
    more: int


def side_of(applicant: Applicant) -> Side:
    """A record with its newest cases."""
    cases = FilingCase.objects.filter(applicant=applicant).with_names().order_by("-pk")
    return Side(applicant, list(cases[:CASES]), max(0, cases.count() - CASES))


def lines_of(one: Applicant, other: Applicant) -> list[ComparedLine]:
    """The two records, line by line; what is private is shown masked and compared whole."""
    found = [
        _line(capfirst(label_of_field(one, name)), (one, other), shown, key)
        for name, shown, key in _FIELDS
    ]
    first, second = _filed(one), _filed(other)
    labels = (_("Subject filing"), _("Province"), _("Subject leader"), _("Services"), _("Cases"))
    # How many there are is no fact about who it is.
    counted = labels[-2:]
    return found + [
        ComparedLine(label, a, b, a != b and bool(a and b) and label not in counted)
        for label, a, b in zip(labels, first, second, strict=True)
    ]


def label_of_field(record: Applicant, name: str) -> str:
    """What a field is called, in the reader's language."""
    field = record._meta.get_field(name)
    assert isinstance(field, Field)
    return str(field.verbose_name)


def _line(
    label: str, records: tuple[Applicant, Applicant], shown: Callable[[Applicant], str],
    key: Callable[[Applicant], object],
) -> ComparedLine:  # fmt: skip
    one, other = records
    differs = key(one) != key(other)
    return ComparedLine(label, shown(one), shown(other), differs)


_FIELDS: tuple[tuple[str, Callable[[Applicant], str], Callable[[Applicant], object]], ...] = (
    ("name", lambda a: a.name, lambda a: name_key(a.name)),
    (
        "certificate_type",
        lambda a: str(a.get_certificate_type_display()),
        lambda a: a.certificate_type,
    ),
    ("certificate_number", masked_certificate, lambda a: a.certificate_number),
    ("confirmed_at", lambda a: day(localdate(a.confirmed_at)) if a.confirmed_at else "", bool),
    ("phone", lambda a: mask_phone(a.phone) if a.phone else "", lambda a: phone_key(a.phone)),
    ("email", lambda a: a.email, lambda a: a.email.lower()),
    ("language", lambda a: str(a.get_language_display()), lambda a: a.language),
    ("licence_number", lambda a: a.licence_number, lambda a: a.licence_number),
    ("created_at", lambda a: day(localdate(a.created_at)), bool),
)


def _filed(applicant: Applicant) -> tuple[str, ...]:
    subject = subject_of(applicant.pk)
    services = Service.objects.filter(subject__applicant=applicant)
    number = services.exclude(state=Service.State.CANCELLED).count()
    cases = FilingCase.objects.filter(applicant=applicant).aggregate(all=Count("pk"))
    return (
        subject.number if subject else "",
        str(subject.province) if subject else "",
        subject.subject_leader if subject else "",
        str(number),
        str(cases["all"]),
    )
