"""What the register says about a number that somebody is about to enter."""

from icpcases.cases.lookups import subject_of
from icpcases.cases.models import Applicant, FilingCase, Service
from icpcases.rules.dossier import NumberCheck
from icpcases.rules.icp_numbers import IcpNumber, icp_number, next_service_number
from icpcases.rules.numbers import NumberError

from .holders import listed_for_another, service_with


def look_up_number(case: FilingCase, number: IcpNumber) -> NumberCheck:
    """Whether the number fits the applicant, and who has it already."""
    applicant = case.applicant_id
    return NumberCheck(
        province_character=case.province.icp_character if case.province else "",
        character=number.character,
        taken_by=service_with(str(number)),
        other_holder=listed_for_another(number.subject, applicant),
        listed_under=listed_under(case),
        subject=number.subject,
        licence=number.licence,
    )


def listed_under(case: FilingCase) -> tuple[str, ...]:
    """The numbers a new service of this applicant is listed under: the subject's, the licence's."""
    subject, licence = subject_of(case.applicant_id), case.applicant.licence_number
    if subject is None:
        return ()
    return tuple(number for number in (licence, subject.number) if number)


def listed_under_subject(applicant: Applicant) -> str:
    """The number that the applicant's services begin with, to be typed on; empty without one."""
    subject = subject_of(applicant.pk)
    number = applicant.licence_number or (subject.number if subject else "")
    return f"{number}-" if number else ""


def proposed_number(case: FilingCase) -> IcpNumber | None:
    """The number the applicant's next service is likely to have; None for a first subject."""
    under = listed_under(case)
    if not under:
        return None
    taken = []
    own = Service.objects.filter(subject__applicant=case.applicant_id)
    for number in own.values_list("number", flat=True):
        try:
            taken.append(icp_number(number))
        except NumberError:
            continue
    return next_service_number(under[0], case.facts.service_kind, taken)
