"""Finding a case by its reference, for its people and for who follows it; an applicant's filing."""

from django.db.models import QuerySet

from icpcases.db.statements import Rows

from .models import CasePerson, FilingCase, FollowTry, SubjectFiling


def _of_person(reference: str, user: int) -> QuerySet[FilingCase]:
    return FilingCase.objects.filter(reference=reference, people__user=user).with_names()


_OF_PERSON = Rows(
    FilingCase, "applicant", "province", "officer", "service",
    where="own.reference = %s AND EXISTS"
    " (SELECT 1 FROM cases_caseperson p WHERE p.case_id = own.id AND p.user_id = %s)",
    same_as=_of_person,
)  # fmt: skip
_PEOPLE = Rows(
    CasePerson, "user",
    where="own.case_id = %s ORDER BY own.id",
    same_as=lambda case: (
        CasePerson.objects.filter(case=case).select_related("user").order_by("pk")
    ),
)  # fmt: skip
_OF_REFERENCE = Rows(
    FilingCase, "province", "service",
    where="own.reference = %s",
    same_as=lambda text: (
        FilingCase.objects.filter(reference=text).select_related("province", "service")
    ),
)  # fmt: skip
_TRIES = Rows(
    FollowTry,
    where="own.key IN (%s, %s, %s)",
    same_as=lambda *keys: FollowTry.objects.filter(key__in=keys),
)

_CANCELLED = SubjectFiling.State.CANCELLED.value
_SUBJECT = Rows(
    SubjectFiling,
    where=f"own.applicant_id = %s AND own.state <> '{_CANCELLED}' ORDER BY own.id",
    same_as=lambda applicant: (
        SubjectFiling.objects.filter(applicant=applicant)
        .exclude(state=SubjectFiling.State.CANCELLED)
        .order_by("pk")
    ),
)


def case_of_person(reference: str, user: int) -> FilingCase | None:
    """The case with this reference, if the user is one of its people."""
    # PostgreSQL keeps no NUL, and refuses to look for one.
    found = _OF_PERSON(reference, user) if "\0" not in reference else []
    return found[0] if found else None


def with_accounts(case: int) -> list[CasePerson]:
    """The people of a case with their accounts."""
    return _PEOPLE(case)


def case_of_reference(reference: str) -> FilingCase | None:
    """The case with this reference, whoever asks: for those who know its code."""
    return next(iter(_OF_REFERENCE(reference)), None)


def tries_of(pair: str, address: str, reference: str) -> list[FollowTry]:
    """The wrong codes counted under these three keys."""
    return _TRIES(pair, address, reference)


def subject_of(applicant: int) -> SubjectFiling | None:
    """The applicant's subject filing that is not cancelled, if there is one."""
    return next(iter(_SUBJECT(applicant)), None)
