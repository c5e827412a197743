"""A search finds what a plain look at every case finds, in whichever way it goes about it."""

import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from icpcases.cases.models import Applicant, FilingCase, SearchText, SearchToken
from icpcases.db.pagination import Count
from icpcases.search import index, listing, query
from icpcases.search.listing import CaseFilter, Listing, Mark, Ordering
from icpcases.search.query import query_of, ways_of, words_of
from icpcases.workflow.actions.assignment import add_note

from .many import many_cases

pytestmark = pytest.mark.django_db


PLACES, TRADES, ENDS = ("海棠", "玉兰", "北京"), ("贸易", "科技", "文化"), ("公司", "中心", "")


TYPED = [
    "海棠", "科技", "many-1", "any-", "000", "ICP-2020-00001", "icp-20", "2020", "2020-0000",
    "00002", "913300", "9133000", "3300", "#", "many", "cn", "电话", "fingerprint", "finger",
    "fing", "13800", "000012", "zzqq", "北京 上海", "海棠 科技 公司", "many-1 9133", "贸易 电话",
    "科技 2020", "0001 fing", "易公", "玉兰 many-11.cn", "any-1 9133000",
]  # fmt: skip


@pytest.fixture
def cases(world, li):
    """Cases of many names and numbers, a few with notes; some words meet, others never do."""
    draw, made = random.Random(3), many_cases(120)
    for n, case in enumerate(made):
        name = draw.choice(PLACES) + draw.choice(TRADES) + draw.choice(ENDS)
        applicant = Applicant.objects.create(
            name="上海" if n == 5 else name, certificate_number=f"9133{draw.randrange(10**6):06d}"
        )
        FilingCase.objects.filter(pk=case.pk).update(
            applicant=applicant, service_leader_phone=f"1380000{n:04d}"
        )
    for case in made[::9]:
        add_note(case, li, f"已电话 fingerprint{case.pk} 2020", case.version)
    index.rebuild()
    return list(FilingCase.objects.order_by("-pk"))


@pytest.fixture
def smaller(monkeypatch):
    """Words are frequent, and tokens counted no further, from a few cases on."""
    for place in (listing, query):
        monkeypatch.setattr(place, "RARE", 9)
    monkeypatch.setattr(query, "COMPARED", 4)
    monkeypatch.setattr(listing, "FOUND_AT_MOST", 7)


class Scan:
    """What is known of every case, to be looked at without any index."""

    def __init__(self):
        self.lines = dict(SearchText.objects.values_list("case_id", "text"))
        self.tokens: dict[int, set[str]] = {pk: set() for pk in self.lines}
        for token, pk in SearchToken.objects.values_list("token", "case_id"):
            self.tokens[pk].add(token)

    def has(self, pk, word):
        return any(self._in_this_way(pk, way) for way in ways_of(word))

    def _in_this_way(self, pk, way):
        line = self.lines[pk]
        if way.named:
            line = line.partition("\n#")[0]
        return way.line in line and all(self._token(pk, token) for token in way.tokens)

    def _token(self, pk, token):
        if token.endswith("*"):
            return any(t.startswith(token[:-1]) for t in self.tokens[pk])
        return token in self.tokens[pk]

    def found(self, typed, cases):
        words = [word for word in words_of(typed) if list(ways_of(word))]
        return [c.pk for c in cases if words and all(self.has(c.pk, word) for word in words)]


WANTED: list[dict[str, Any]] = [{}, {"states": ("draft", "withdrawn")}, {"province": "CN-BJ"}]


def fitting(cases, asked):
    """Of these cases those that stand where it is asked for."""
    return [c for c in cases if c.state in asked.get("states", [c.state])
            and c.province_id == asked.get("province", c.province_id)]  # fmt: skip


def assert_found_as_by_a_scan(cases):
    scan = Scan()
    found = {
        (typed, n): (scan.found(typed, fitting(cases, asked)), asked)
        for typed in TYPED
        for n, asked in enumerate(WANTED)
    }
    listings = {
        key: Listing(CaseFilter(query=query_of(key[0]), **asked), Ordering())
        for key, (_wanted, asked) in found.items()
    }
    assert {key: made.keys(1000) for key, made in listings.items()} == {
        key: wanted for key, (wanted, _asked) in found.items()
    }
    for key, made in listings.items():
        wanted = found[key][0]
        assert made.keys(5) == wanted[:5]
        assert made.keys(5, back=True) == wanted[-5:]
        if len(wanted) > 12:
            assert made.keys(5, Mark(wanted[6])) == wanted[7:12]
            assert made.keys(5, Mark(wanted[6]), back=True) == wanted[1:6]
        upwards = Listing(made.wanted, Ordering("id", down=False))
        assert upwards.keys(1000) == wanted[::-1]
        assert upwards.keys(4, Mark(wanted[0]) if wanted else None) == []
        by_due = Listing(made.wanted, Ordering("due_at", down=False))
        assert sorted(by_due.keys(1000), reverse=True) == wanted
    return found, listings


@pytest.mark.slow
def test_few_cases_are_found_as_by_a_scan(cases):
    found, listings = assert_found_as_by_a_scan(cases)
    totals = {key: made.total for key, made in listings.items()}
    assert totals == {key: Count(len(wanted)) for key, (wanted, _asked) in found.items()}
    # The searches are no strangers: most find something, some find many, some nothing.
    sizes = [len(found[typed, 0][0]) for typed in TYPED]
    assert (sum(s > 0 for s in sizes), sum(s > 60 for s in sizes)) == (25, 7)


@pytest.mark.slow
def test_many_cases_are_found_as_by_a_scan(cases, smaller):
    found, listings = assert_found_as_by_a_scan(cases)
    for key, made in listings.items():
        number = len(found[key][0])
        assert made.total in (Count(number), Count(7, more=True), Count(9, more=True))
        assert made.total.number <= number


def test_words_that_other_cases_have_do_not_count(cases, smaller):
    """Many have one of these words, none has both."""
    made = Listing(CaseFilter(query=query_of("海棠 玉兰")), Ordering())
    assert [word.count > 4 for word in made.query.words] == [True, True]
    assert (made.total, made.keys(50)) == (Count(0), [])


def test_a_piece_of_a_number_does_not_count_as_one_of_a_name(cases):
    """Its grams may stand in a name, the piece itself only in the middle of a number."""
    text = SearchText.objects.get(pk=cases[0].pk).text
    assert "#13800000119" in text
    assert Listing(CaseFilter(query=query_of("000119")), Ordering()).keys(50) == [cases[0].pk]
    assert Listing(CaseFilter(query=query_of("0000119")), Ordering()).keys(50) == []


@pytest.mark.parametrize("typed", ["many-11.cn", "海棠 科技", "电话", "2020-0000", "9133"])
def test_a_search_takes_two_queries_or_three(cases, monkeypatch, typed):
    """The tokens, the cases; where many have every word, the tokens once more."""

    def queries():
        with CaptureQueriesContext(connection) as captured:
            Listing(CaseFilter(query=query_of(typed)), Ordering()).keys(51)
        return len(captured)

    assert queries() == 2
    monkeypatch.setattr(query, "COMPARED", 0)
    assert queries() == 3


def test_what_is_on_no_line_is_not_looked_for(cases, django_assert_num_queries):
    with django_assert_num_queries(1):
        made = Listing(CaseFilter(query=query_of("海棠 zzqqxxyy")), Ordering())
        assert (made.total, made.keys(50)) == (Count(0), [])
