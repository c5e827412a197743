"""Confirming who the applicant is, and taking it back."""

from django.utils import timezone

from icpcases.cases.models import Applicant, ApplicantChange, FilingCase, SubjectFiling
from icpcases.cases.permissions import is_supervisor
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.rules.about_case import APPLICANT_IDENTIFIED
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.workflow.changes import Change, changing
from icpcases.workflow.exceptions import Closed, NotAllowed
from icpcases.workflow.transactions import one_transaction

from .checks import Kinds, When, account_of, need_reason, need_worker


def confirm_applicant(
    case: FilingCase, by: Actor, seen_version: int, happened: When = None
) -> None:
    """Confirm who the applicant is: certificate type and number were checked.

    Raises Closed if they are not there, or belong to another confirmed applicant.
    """

    def taken(fresh: FilingCase) -> Closed | None:
        # Another case's applicant was confirmed with this certificate in the same second.
        return _wrong_certificate(fresh.applicant)

    with changing(case, by, seen_version, happened, "edit", taken) as change:
        need_worker(change.case, by)
        applicant = Applicant.objects.select_for_update().get(pk=change.case.applicant_id)
        if wrong := _wrong_certificate(applicant):
            raise wrong
        applicant.confirmed_at, applicant.confirmed_by = change.at, account_of(change.by)
        applicant.save(update_fields=["confirmed_at", "confirmed_by"])
        change.record(Kinds.EDIT, entered={"confirmed": applicant.name})


def _wrong_certificate(applicant: Applicant) -> Closed | None:
    if not (applicant.certificate_type and applicant.certificate_number):
        place = Place(PlaceKind.APPLICANT, str(applicant.pk), applicant.name)
        return _closed(_NO_CERTIFICATE, _("Correct the applicant."), place)
    other = other_confirmed(applicant)
    if other is None:
        return None
    place = Place(PlaceKind.OTHER_APPLICANT, str(other.pk), other.name)
    return _closed(_TAKEN, _COMPARE, place)


def other_confirmed(applicant: Applicant) -> Applicant | None:
    """Another applicant that is confirmed with the same certificate."""
    same = Applicant.objects.filter(
        certificate_type=applicant.certificate_type,
        certificate_number=applicant.certificate_number,
        confirmed_at__isnull=False,
    )
    return same.exclude(pk=applicant.pk).first() if applicant.certificate_number else None


def unconfirm_applicant(pk: int, by: Actor, reason: str) -> None:
    """Take the confirmation of an applicant back; only supervisors, with a reason.

    Raises NotAllowed, or Closed where a case or a filing stands on it, naming which. Each case
    that is not over has a row of it in its history.
    """
    if not is_supervisor(by):
        raise NotAllowed(by, (_ONLY_SUPERVISOR,))
    need_reason(reason)
    with one_transaction(f"applicant {pk} unconfirmed"):
        locked = FilingCase.objects.select_for_update(of=("self",)).filter(applicant=pk)
        cases = list(locked.select_related("applicant", "province", "service").order_by("pk"))
        applicant = Applicant.objects.select_for_update().get(pk=pk)
        if found := in_the_way_of_unconfirming(applicant):
            raise Closed(found)
        applicant.confirmed_at = applicant.confirmed_by = None
        applicant.save(update_fields=["confirmed_at", "confirmed_by"])
        ApplicantChange.objects.create(
            applicant=applicant, what=ApplicantChange.What.UNCONFIRMED, by=account_of(by),
            at=timezone.now(), reason=reason,
        )  # fmt: skip
        for case in cases:
            if not case.is_at.closed:
                case.applicant = applicant
                said = {"unconfirmed": applicant.name}
                Change.on(case, account_of(by)).record(
                    Kinds.EDIT, entered=said, note_internal=reason
                )


def in_the_way_of_unconfirming(applicant: Applicant) -> tuple[Finding, ...]:
    """What stands on the confirmation: cases by their states, and what is filed."""
    found = []
    if not applicant.confirmed:
        found.append(_finding(_NOT_CONFIRMED, _("Nothing to do.")))
    cases = FilingCase.objects.filter(applicant=applicant).order_by("pk")
    places = tuple(
        Place(PlaceKind.CASE, case.reference, case.reference)
        for case in cases
        if stands_on_confirmation(case.is_at)
    )
    if places:
        found.append(
            _finding(_CASES_STAND, _("Move these cases, or take their steps back."), *places)
        )
    filed = SubjectFiling.objects.exclude(state=SubjectFiling.State.CANCELLED)
    for subject in filed.filter(applicant=applicant):
        place = Place(PlaceKind.RULE, subject.number, subject.number)
        found.append(_finding(_SUBJECT_STANDS, _("Merge the two records instead."), place))
    return tuple(found)


def stands_on_confirmation(state: State) -> bool:
    """Whether a case in this state relies on the applicant's being confirmed."""
    about = state.about
    return about.locked or any(guard.rule is APPLICANT_IDENTIFIED for guard in about.invariants)


def _finding(sentence: str, remedy: str, *places: Place) -> Finding:
    return Finding("applicant.certificate", Source.NONE, sentence, remedy, Party.OFFICER, places)


def _closed(sentence: str, remedy: str, place: Place) -> Closed:
    return Closed((_finding(sentence, remedy, place),))


_NO_CERTIFICATE = _("The applicant's certificate type and number are not given.")
_TAKEN = _("Another confirmed applicant has this certificate: %(about)s.")
_COMPARE = _(
    "Compare the two. Then move the case to the other applicant, merge the records, or correct "
    "this one."
)
_NOT_CONFIRMED = _("The applicant is not confirmed.")
_CASES_STAND = _("These cases depend on the confirmation: %(about)s.")
_SUBJECT_STANDS = _("This applicant has a subject filing: %(about)s.")
_ONLY_SUPERVISOR = Finding(
    "applicant.certificate",
    Source.NONE,
    _("Only a supervisor can take back a confirmation."),
    _("Ask a supervisor to do it."),
    Party.SUPERVISOR,
)
