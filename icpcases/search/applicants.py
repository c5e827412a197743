"""Finding an applicant: by name, number, telephone, mail, or by what is about one of his cases."""

from collections.abc import Iterable

from icpcases.cases.models import Applicant, ApplicantToken, FilingCase
from icpcases.rules.folding import certificate_key, name_key, phone_key

from .listing import CaseFilter, Listing, Ordering, newest_of
from .query import OF_APPLICANTS, Query, query_of
from .tokens import NUMBER, tokens_of, whole_name

#: So many twins of one applicant are looked at.
TWINS = 200


def find_applicants(typed: str, at_most: int) -> list[int]:
    """The keys of the applicants that fit all the words, best first; one more than so many.

    Of two records that were joined the one is found that stands, by what either says.
    """
    own = query_of(typed, OF_APPLICANTS)
    found = _of_themselves(own, at_most) if own.words else []
    if len(found) <= at_most:
        found += _of_their_cases(typed, at_most)
    return _best_first(typed, found)[: at_most + 1] if found else []


def _of_themselves(query: Query, at_most: int) -> list[int]:
    if query.rarest.count == 0:
        return []
    first, *others = query.words
    ways = [way.cases(others, lambda key: ("", []), query.rare) for way in first.ways]
    return newest_of(ways, at_most)


def _of_their_cases(typed: str, at_most: int) -> list[int]:
    """Whose cases fit; what notes say of a case is not about its applicant."""
    listing = Listing(CaseFilter(query=query_of(typed, notes=False)), Ordering())
    cases = FilingCase.objects.filter(pk__in=listing.found[: at_most + 1]).order_by("-pk")
    return list(dict.fromkeys(cases.values_list("applicant_id", flat=True)))


def _best_first(typed: str, found: list[int]) -> list[int]:
    """First whose name or number is what was typed, then who is confirmed; by their names."""
    key, number = name_key(typed), certificate_key(typed)
    known = _records(found)
    if joined := {row.pk: row.joined_to_id for row in known.values() if row.joined_to_id}:
        found = records_standing(joined.get(pk, pk) for pk in found)
        known = _records(found)

    def rank(pk: int) -> tuple[bool, bool, str, int]:
        row = known[pk]
        same = name_key(row.name) == key or row.certificate_number == number
        return not same, not row.confirmed, row.name, pk

    return sorted((pk for pk in dict.fromkeys(found) if pk in known), key=rank)


def _records(keys: Iterable[int]) -> dict[int, Applicant]:
    rows = Applicant.objects.filter(pk__in=set(keys))
    return {
        row.pk: row for row in rows.only("name", "certificate_number", "confirmed_at", "joined_to")
    }


def records_standing(keys: Iterable[int | None]) -> list[int]:
    """The records that stand for these, in their order, none twice: what was joined is followed."""
    found = [pk for pk in keys if pk is not None]
    while True:
        rows = Applicant.objects.filter(pk__in=set(found), joined_to__isnull=False)
        joined = dict(rows.values_list("pk", "joined_to"))
        if not joined:
            return list(dict.fromkeys(found))
        found = [joined.get(pk) or pk for pk in found]


def twins_of(applicant: Applicant) -> list[Applicant]:
    """Other records that may be of the same applicant: one number, one telephone, or one name.

    Two with different numbers of one type are two, whatever they are called.
    """
    tokens = _telling(applicant)
    rows = ApplicantToken.objects.filter(token__in=tokens).exclude(applicant=applicant.pk)
    keys = rows.order_by("-applicant_id").values_list("applicant_id", flat=True)[:TWINS]
    others = Applicant.objects.filter(pk__in=list(keys), joined_to__isnull=True)
    return [other for other in others.order_by("pk") if shared_by(applicant, other)]


def _telling(applicant: Applicant) -> list[str]:
    numbers = (applicant.certificate_number.casefold(), phone_key(applicant.phone))
    marked = (NUMBER + number for number in numbers if number)
    tokens = {t for line in marked for t in tokens_of(line) if t.startswith(NUMBER)}
    return [*tokens, whole_name(applicant.name)]


def shared_by(one: Applicant, other: Applicant) -> list[str]:
    """The fields by which two records look like one applicant."""
    same_type = one.certificate_type == other.certificate_type
    both = one.certificate_number and other.certificate_number
    if both and same_type and one.certificate_number != other.certificate_number:
        return []
    pairs = {
        "certificate_number": (one.certificate_number, other.certificate_number),
        "phone": (phone_key(one.phone), phone_key(other.phone)),
        "name": (name_key(one.name), name_key(other.name)),
    }
    return [name for name, (a, b) in pairs.items() if a and a == b]
