"""Integrity checker of the search index: it says of each case what the case's records say."""

from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from operator import itemgetter
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from icpcases.cases.models import (
    ApplicantText,
    ApplicantToken,
    FilingCase,
    SearchText,
    SearchToken,
)
from icpcases.search import index
from icpcases.search.tokens import applicant_tokens, tokens_of

from .registry import Found, checker

_Held = TypeVar("_Held")


@checker
def search_index() -> Iterator[Found]:
    """A case that would not be found by what it says, or by what it says no longer."""
    kept = _kept(SearchText.objects.order_by("case_id").values_list("case_id", "text"))
    tokens = SearchToken.objects.order_by("case_id").values_list("case_id", "token")
    held = _Ahead((pk, {t for _, t in rows}) for pk, rows in groupby(_kept(tokens), itemgetter(0)))
    noted = _Ahead(
        (pk, set(chain.from_iterable(found for _, found in rows)))
        for pk, rows in groupby(index.noted(), itemgetter(0))
    )
    texts = _Ahead(kept)
    for pk, line in index.index_lines():
        wanted = tokens_of(line) | noted.of(pk, set())
        if texts.of(pk, "") != line or held.of(pk, set()) != wanted:
            reference = FilingCase.objects.values_list("reference", flat=True).get(pk=pk)
            yield Found(reference, "is not in the search index as it stands: rebuild_search.")


@checker
def applicants_index() -> Iterator[Found]:
    """An applicant who would not be found by what he is called, or by what he was called."""
    kept = _Ahead(_kept(ApplicantText.objects.order_by("pk").values_list("pk", "text")))
    tokens = ApplicantToken.objects.order_by("applicant_id").values_list("applicant_id", "token")
    held = _Ahead((pk, {t for _, t in rows}) for pk, rows in groupby(_kept(tokens), itemgetter(0)))
    for pk, line in index.client_lines():
        if kept.of(pk, "") != line or held.of(pk, set()) != applicant_tokens(line):
            yield Found(f"applicant {pk}", "is not in the search index: rebuild_search.")


def _kept(rows: QuerySet[Model, tuple[int, str]]) -> Iterator[tuple[int, str]]:
    return iter(rows.iterator(chunk_size=10_000))


class _Ahead(Generic[_Held]):
    """Pairs in the order of their keys, looked up in that order, never all held at once."""

    def __init__(self, pairs: Iterable[tuple[int, _Held]]) -> None:
        self.pairs = iter(pairs)
        self.next = next(self.pairs, None)

    def of(self, key: int, otherwise: _Held) -> _Held:
        """The value of a key; keys in between are passed over."""
        while self.next and self.next[0] < key:
            self.next = next(self.pairs, None)
        return self.next[1] if self.next and self.next[0] == key else otherwise
