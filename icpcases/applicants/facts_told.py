"""What a case has been told, by the pages that ask for it: every fact readable, private numbers
masked."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from icpcases.cases.models import Applicant, FilingCase
from icpcases.rules.apps import APP_FEATURES, APP_PREFIX
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.rules.numbers import mask, mask_phone
from icpcases.types import Text
from icpcases.web.errand_panel import shown_value

from .application import Part, fields_on, part_title
from .plain_words import OPTIONAL, WORDS
from .questions import QUESTIONS


@dataclass(frozen=True)
class FactRow:
    """A fact: what it is called, and what was given; a dash for nothing."""

    label: Text
    value: str


@dataclass(frozen=True)
class FactSection:
    """The facts that one page of the application asks for."""

    part: Part
    #: What they are about.
    title: Text
    rows: list[FactRow]


def facts_told(case: FilingCase) -> list[FactSection]:
    """All that was told of an errand, in the order in which the application asks for it.

    Of a case read with its names it takes no query, but where an access ends, which is one more.
    """
    if case.is_of in INSPECTIONS:
        return []

    def who(part: Part) -> Iterator[FactRow]:
        yield from _who(case.applicant) if part == Part.WHO else ()

    found = [
        FactSection(part, part_title(part, case), [*who(part), *_rows(case, part)])
        for part in (Part.WHO, Part.SITE, Part.CHECK, Part.PERSON)
    ]
    return [section for section in found if section.rows]


def _who(applicant: Applicant) -> Iterator[FactRow]:
    number = applicant.certificate_number
    yield FactRow(_("Name of the applicant"), applicant.name or "—")
    if number:
        shown = mask(number) if applicant.number_is_private else number
        yield FactRow(applicant.get_certificate_type_display() or _("Certificate number"), shown)
    else:
        yield FactRow(_("Certificate number"), "—")
    if applicant.phone:
        yield FactRow(_("Phone"), mask_phone(applicant.phone))


def _rows(case: FilingCase, part: Part) -> Iterator[FactRow]:
    features = False
    for name in fields_on(case, part):
        if name.startswith(APP_PREFIX):
            features = True
        elif getattr(case, name) or WORDS[name].mark != OPTIONAL:
            yield FactRow(_label(name), _value(case, name))
    if features:
        yield from _features(case)


def _label(name: str) -> Text:
    return QUESTIONS[name].short if name in QUESTIONS else WORDS[name].label


def _value(case: FilingCase, name: str) -> str:
    if name == "domain":
        return case.domain_unicode or "—"
    value = getattr(case, name)
    if name == "service" and value is not None:
        return f"{value.number} {value.name}".strip()
    return str(value) if name == "province" and value else shown_value(case, name, value)


def _features(case: FilingCase) -> Iterator[FactRow]:
    """What an App is known by, on the platforms it has."""
    given = [
        FactRow(_(label), value)
        for platform, labels in APP_FEATURES.items()
        for feature, label in labels.items()
        if (value := case.app_features.get(platform, {}).get(feature, ""))
    ]
    yield from given or [FactRow(_("The App on its platforms"), "—")]
