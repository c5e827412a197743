"""Confirming who the applicant is."""

from icpcases.cases.models import Applicant, FilingCase
from icpcases.lifecycle.roles import Actor
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.rules.text import _
from icpcases.workflow.changes import changing
from icpcases.workflow.exceptions import Closed

from .checks import Kinds, When, account_of, need_worker


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
    sentence = ""
    if not (applicant.certificate_type and applicant.certificate_number):
        sentence = _("The applicant's certificate type and number are not given.")
    elif (
        Applicant.objects.filter(
            certificate_type=applicant.certificate_type,
            certificate_number=applicant.certificate_number,
            confirmed_at__isnull=False,
        )
        .exclude(pk=applicant.pk)
        .exists()
    ):
        sentence = _("Another confirmed applicant has this certificate.")
    if not sentence:
        return None
    place = Place(PlaceKind.APPLICANT, str(applicant.pk), applicant.name)
    finding = Finding(
        "applicant.certificate",
        Source.NONE,
        sentence,
        _("Correct the applicant, or move the case to the one confirmed."),
        Party.OFFICER,
        (place,),
    )
    return Closed((finding,))
