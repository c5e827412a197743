"""What a case knows of its people and its domain, to be compared with its papers."""

from django.utils import timezone

from icpcases.cases.models import Document, FilingCase
from icpcases.deadlines.tables import recent_tables
from icpcases.rules.documents import Kind
from icpcases.rules.paper_check import Difference, Known, Read, paper_differences


def known_to_case(case: FilingCase) -> Known:
    """What the papers of a case are compared with, today."""
    return Known(
        today=timezone.localdate(),
        margin_days=recent_tables().settings["document_margin_days"],
        certificate=case.applicant.certificate_number,
        # Who is not named as the subject's leader is the service's.
        subject_leader_id=case.subject_leader_id
        or ("" if case.subject_leader else case.service_leader_id),
        service_leader_id=case.service_leader_id,
        domain=case.domain_unicode or case.domain,
    )


def differences_of(document: Document, case: FilingCase) -> tuple[Difference, ...]:
    """What on a document does not fit the case."""
    read = Read(
        Kind(document.kind), document.number, document.issued_in, document.issued_on,
        document.expires_on,
    )  # fmt: skip
    return paper_differences(read, known_to_case(case))
