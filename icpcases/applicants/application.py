"""The application of a draft: its pages by subject, what each asks, what it has been told."""

from collections.abc import Iterable, Iterator

from django.db import models
from django.utils.translation import gettext_lazy

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.steps import Step
from icpcases.rules.apps import APP_FEATURES, APP_PREFIX
from icpcases.rules.documents import wanted_documents
from icpcases.rules.facts import Access, ApplicantType, FilingType, ServerRegion, ServiceKind
from icpcases.rules.filing_types import JUDGED, Asks, Leader
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.types import Text
from icpcases.workflow.dossier import dossier_for
from icpcases.workflow.explain import unmet_guards
from icpcases.workflow.recommendation import step_by_facts


class Part(models.TextChoices):
    """A page of the application: its address, and its title."""

    CHECK = "basics", gettext_lazy("Your answers in the check")
    WHO = "who", gettext_lazy("Who you are")
    SITE = "site", gettext_lazy("The site")
    PERSON = "person", gettext_lazy("The person in charge")
    PAPERS = "papers", gettext_lazy("Papers")


def part_title(part: Part, case: FilingCase) -> Text:
    """What a page of the application is called: not everything that is filed is a site."""
    if part == Part.SITE and case.kind != ServiceKind.WEBSITE:
        return gettext_lazy("What is filed")
    return part.label


_FOREIGN = ("mainland_branch", "registration_certificate")
_CHECKED = (
    "service_kind", "server_region", "mainland_cdn", "access", "forum", "applicant_type",
    *_FOREIGN, "preapproval", "province",
)  # fmt: skip
_FEATURES = tuple(
    f"{APP_PREFIX}{platform}_{feature}"
    for platform, features in APP_FEATURES.items()
    for feature in features
)
_OF_LEADER = {
    leader: (leader.value, f"{leader.value}_phone", f"{leader.value}_id") for leader in Leader
}


def fields_on(case: FilingCase, part: Part) -> tuple[str, ...]:
    """The fields of FactsForm that a page asks of this errand, and no others."""
    if part == Part.CHECK:
        return tuple(_checked(case))
    if part == Part.SITE:
        return tuple(_of_site(case))
    if part == Part.PERSON:
        return tuple(_of_people(case))
    named = part == Part.WHO and case.is_of == FilingType.CHANGE
    return ("subject_name",) if named else ()


def _checked(case: FilingCase) -> Iterator[str]:
    """What the check asks, as far as it still matters."""
    if case.is_of not in JUDGED:
        yield "province"
        return
    left_out = set()
    if case.server_region in (None, ServerRegion.MAINLAND):
        left_out.add("mainland_cdn")
    if case.kind != ServiceKind.WEBSITE:
        left_out.add("access")
    if case.applicant_type != ApplicantType.FOREIGN_ENTERPRISE:
        left_out.update(_FOREIGN)
    if not case.forum or case.applicant_type == ApplicantType.INDIVIDUAL:
        left_out.add("preapproval")
    yield from (name for name in _CHECKED if name not in left_out)


def _of_site(case: FilingCase) -> Iterator[str]:
    if case.about.about_service:
        yield "service"
    if case.is_of == FilingType.CANCEL_ACCESS:
        yield "provider_access"
    if case.is_of not in JUDGED:
        return
    yield "site_name"
    # A website without a domain name has an address; an App may have a name, or none.
    by_address = case.kind == ServiceKind.WEBSITE and case.access == Access.IP_ADDRESS
    yield "ip_address" if by_address else "domain"
    if case.kind == ServiceKind.APP:
        yield from _FEATURES


def _of_people(case: FilingCase) -> Iterator[str]:
    """The leaders whom the SMS check of this errand asks; an individual is both himself."""
    himself = case.applicant_type == ApplicantType.INDIVIDUAL
    for leader in reversed(case.about.sms):
        if case.is_of == FilingType.FIRST and himself and leader == Leader.SUBJECT:
            continue
        yield from _OF_LEADER[leader][: 3 if case.is_of in JUDGED else 2]


def of_another(case: FilingCase, fields: Iterable[str]) -> tuple[str, ...]:
    """Those fields that are only for a subject leader who is not the service leader, where none
    is named: who leads both need not read them."""
    names = _OF_LEADER[Leader.SUBJECT]
    if case.about.sms[1:] == () or any(getattr(case, name) for name in names):
        return ()
    return tuple(name for name in fields if name in names)


def walk_of(case: FilingCase) -> list[Part]:
    """The pages a first filing is walked through; what the check has asked is not asked again.

    Of any other errand the register knows the rest: it is only looked over.
    """
    if case.is_of != FilingType.FIRST:
        return []
    parts = [Part.WHO, Part.SITE, Part.PERSON]
    if wanted_documents(case.facts, case.changed):
        parts.append(Part.PAPERS)
    return parts


def part_of(case: FilingCase, field: str) -> Part:
    """The page that asks for a field, so that a rule can lead there."""
    return next((part for part in Part if field in fields_on(case, part)), Part.CHECK)


def needed_to_send(case: FilingCase) -> list[Finding]:
    """What must be there before a draft is sent, so that nothing of it is asked for afterwards.

    It is what closes the sending, and of the facts that the office's first step wants, those
    that are the applicant's to give.
    """
    dossier = dossier_for(case)
    found = list(unmet_guards(dossier, Step.SUBMIT_REQUEST, for_applicant=True))
    step = step_by_facts(case.facts, case.changed)
    known = {place for finding in found for place in finding.places}
    if step in _GOING_ON:
        found += [
            finding
            for finding in unmet_guards(dossier, step, for_applicant=True)
            if finding.who == Party.APPLICANT
            and finding.places
            and all(p.kind == PlaceKind.FACT and p not in known for p in finding.places)
        ]
    wanted = step in _GOING_ON and case.about.asks == Asks.ALL
    if wanted and not (case.applicant.certificate_type and case.applicant.certificate_number):
        found.append(_NO_CERTIFICATE)
    if case.is_of == FilingType.CHANGE and not case.changing:
        found.append(_NOTHING_CHANGES)
    return found


_GOING_ON = (Step.PREPARE_FILING, Step.BEGIN_CERTIFICATE, Step.BEGIN_PREAPPROVAL)
_NO_CERTIFICATE = Finding(
    "applicant.certificate",
    Source.NONE,
    _("Missing: %(about)s."),
    _("Give what is missing."),
    Party.APPLICANT,
    (Place(PlaceKind.APPLICANT, "certificate_number", _("certificate number")),),
)
_NOTHING_CHANGES = Finding(
    "change.something",
    Source.NONE,
    _("Nothing is different yet from what is filed."),
    _("Change below what is to be different."),
    Party.APPLICANT,
)
