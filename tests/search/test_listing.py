"""Collected or walked, a list is the same list; the database uses the index it was made for."""

import datetime as dt
import random

import pytest
from django.db import connection

from icpcases.cases.models import Applicant, FilingCase
from icpcases.db.pagination import Count, capped_count
from icpcases.lifecycle.states import State
from icpcases.search import facets, listing, query
from icpcases.search.listing import CaseFilter, Listing, Mark, Ordering, turns_in
from icpcases.search.query import query_of
from icpcases.workflow.actions.assignment import add_note

from .many import FREE, many_cases, other_cases

pytestmark = pytest.mark.django_db


DAY = dt.timedelta(days=1)


ORDERS = [Ordering(c, down) for c in ("id", "due_at", "state_since") for down in (True, False)]


WORDS = ["", "", "海棠", "many-1", "2020", "ICP-2020-00001", "棠贸 many", "电话", "000", "贸 x"]


@pytest.fixture
def walking(monkeypatch):
    """Lists are walked where more than five cases fit, as they are where 10,000 do."""
    for place in (listing, query):
        monkeypatch.setattr(place, "RARE", 5)
    monkeypatch.setattr(listing, "FOUND_AT_MOST", 8)


@pytest.fixture
def cases(world, li):
    made = many_cases(90)
    for case in made[::7]:
        FilingCase.objects.filter(pk=case.pk).update(officer=li)
        add_note(case, li, "已电话 many", case.version)
    return made


def some_wanted(draw, li, now):
    start = draw.choice([None, None, now.replace(hour=0)])
    return CaseFilter(
        states=tuple(draw.sample(FREE, draw.choice([0, 0, 1, 3]))),
        turn=draw.choice(["", "", "applicant", "nobody"]),
        officer=draw.choice(["", "", li.pk, "nobody"]),
        province=draw.choice(["", "", "CN-BJ"]),
        due=draw.choice(["", "", "over"]),
        answered=draw.random() < 0.1,
        created=start and (start - 2 * DAY, start),
        query=query_of(draw.choice(WORDS)),
    )


def by_hand(wanted, order):
    """The same by looking at every case in Python."""
    found = [case for case in FilingCase.objects.select_related("applicant") if fits(case, wanted)]
    if order.column == "id":
        return [c.pk for c in sorted(found, key=lambda c: c.pk, reverse=order.down)]
    name = order.column
    timed = [c for c in found if getattr(c, name)]
    timed.sort(key=lambda c: (getattr(c, name), c.pk), reverse=order.down)
    return [c.pk for c in timed] + sorted((c.pk for c in found if c not in timed), reverse=True)


def fits(case, wanted):
    return all((
        not wanted.states or case.state in wanted.states,
        wanted.turn in ("", case.turn),
        wanted.officer in ("", case.officer_id or "nobody"),
        wanted.province in ("", case.province_id),
        not wanted.due or (case.due_at and case.due_at < wanted.now),
        not wanted.answered or case.answered,
        not wanted.created or wanted.created[0] <= case.created_at < wanted.created[1],
    ))  # fmt: skip


def pages(made, size=7):
    """All pages to the end, by their marks."""
    found, mark = [], None
    while keys := made.keys(size, mark):
        found += keys
        column = made.order.column
        value = FilingCase.objects.values_list(column, flat=True).get(pk=keys[-1])
        mark = Mark(keys[-1], None if column == "id" else value)
    return found


@pytest.mark.slow
def test_collected_walked_and_turned_by_pages_a_list_is_the_same(cases, li, monkeypatch):
    draw = random.Random(11)
    now = cases[0].turn_since
    for _n in range(150):
        wanted, order = some_wanted(draw, li, now), draw.choice(ORDERS)
        collected = Listing(wanted, order)
        keys = collected.keys(1000)
        if not (wanted.query.words or wanted.query.too_short):
            assert keys == by_hand(wanted, order)
        assert pages(collected) == keys
        assert collected.keys(1000, back=True) == keys
        assert collected.total == Count(len(keys))
        with monkeypatch.context() as smaller:
            smaller.setattr(listing, "RARE", 5)
            smaller.setattr(query, "RARE", 5)
            smaller.setattr(listing, "FOUND_AT_MOST", 8)
            smaller.setattr(listing, "SAMPLE", draw.choice([6, 9, 30]))
            walked = Listing(wanted, order)
            assert walked.keys(1000) == keys
            assert pages(walked) == keys
            assert walked.keys(1000, back=True) == keys
            assert walked.total.number == min(len(keys), walked.total.number)


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("column", ["applicant", "officer", "state"])
def test_a_short_list_is_sorted_by_what_is_looked_up(cases, li, chen, monkeypatch, column, down):
    others = [Applicant.objects.create(name=name) for name in ("Birch", "Alder")]
    for n, case in enumerate(cases[::3]):
        FilingCase.objects.filter(pk=case.pk).update(applicant=others[n % 2])
    FilingCase.objects.filter(pk__in=[case.pk for case in cases[::5]]).update(officer=chen)
    shown = {
        "applicant": lambda case: case.applicant.name,
        "officer": lambda case: case.officer.username if case.officer else "",
        "state": lambda case: State.values.index(case.state),
    }
    order = Ordering(column, down)
    rows = FilingCase.objects.select_related("applicant", "officer")
    by_hand = sorted(rows, key=lambda case: (shown[column](case), case.pk), reverse=down)
    keys = [case.pk for case in by_hand]
    made = Listing(CaseFilter(), order)
    assert made.keys(1000) == keys
    assert made.keys(1000, back=True) == keys
    found = made.keys(7)
    while more := made.keys(7, Mark(found[-1], dt.datetime.now(dt.UTC))):
        found += more
    assert found == keys
    assert made.keys(7, Mark(keys[20]), back=True) == keys[13:20]
    monkeypatch.setattr(listing, "RARE", 5)
    # Of more than can be looked at the newest come first.
    assert Listing(CaseFilter(), order).keys(3) == sorted(keys, reverse=True)[:3]


def test_words_are_all_wanted_and_each_may_be_found_anywhere(cases):
    def found(typed):
        return set(Listing(CaseFilter(query=query_of(typed)), Ordering()).keys(1000))

    noted = {case.pk for case in cases[::7]}
    assert (found("电话"), found("电话 海棠"), found("电话 玉兰")) == (noted, noted, set())
    assert found("many-11.cn") == {cases[11].pk}
    assert found("many-11 电话") == set()
    assert len(found("海棠")) == 90


def test_counts_stop_at_their_limit(cases, walking):
    assert str(Listing(CaseFilter(), Ordering()).total) == "5+"
    assert str(Listing(CaseFilter(query=query_of("海棠")), Ordering()).total) == "8+"
    assert str(Listing(CaseFilter(query=query_of("many-11.cn")), Ordering()).total) == "1"
    assert str(Count(10_000, True)) == "10,000+"
    assert capped_count(Applicant.objects.all(), at_most=5) == Count(1)
    assert capped_count(FilingCase.objects.all(), at_most=5) == Count(5, True)


def test_counts_of_many_cases_are_a_minute_old_at_most(cases, monkeypatch):
    monkeypatch.setattr(facets, "COUNTED_ANEW", 10)
    wanted = CaseFilter(province="CN-GD")
    before = facets.all_cases()
    FilingCase.objects.filter(pk=cases[0].pk).update(province="CN-GD")
    assert facets.all_cases().number_of(wanted) == before.number_of(wanted)
    before.until = 0
    after = facets.all_cases()
    after.until = 0  # no other test is to meet these
    assert after.number_of(wanted) == before.number_of(wanted) + 1


def work(wanted, order) -> int:
    """How many instructions SQLite carries out for a page of a list."""
    done = 0

    def count() -> int:
        nonlocal done
        done += 1
        return 0

    connection.ensure_connection()
    Listing(wanted, order).keys(5)  # after a change of the schema, the first reads it anew
    connection.connection.set_progress_handler(count, 1)
    try:
        Listing(wanted, order).keys(5)
    finally:
        connection.connection.set_progress_handler(None, 1)
    return done


@pytest.mark.parametrize(
    ("wanted", "order", "indexes"),
    [
        (CaseFilter(states=("draft",), turn="applicant"), Ordering(), "case_state_turn"),
        (CaseFilter(), Ordering("due_at", down=False), "case_due"),
        (CaseFilter(), Ordering("state_since"), "case_since"),
        (CaseFilter(due="over"), Ordering(), "case_due"),
        (CaseFilter(officer=7, states=("draft",), province="CN-BJ"), Ordering(), "case_officer"),
        (CaseFilter(province="CN-BJ", states=("draft",)), Ordering(), "case_province_state"),
        (CaseFilter(answered=True), Ordering(), "case_answered case_answered_newest"),
    ],
)
@pytest.mark.sqlite
def test_other_cases_cost_a_page_nothing_as_long_as_its_index_is_there(
    cases, wanted, order, indexes, monkeypatch
):
    """Without statistics, as most installations are: the plan follows from the SQL alone."""
    if "officer" not in indexes and "province" not in indexes:
        monkeypatch.setattr(listing, "RARE", 5)
    among_few = work(wanted, order)
    other_cases(300)
    assert work(wanted, order) == among_few
    with connection.cursor() as cursor:
        for index in indexes.split():
            cursor.execute(f"DROP INDEX {index}")
    assert work(wanted, order) > among_few


def test_whose_turn_it_can_be():
    """Section 4 of the domain: the run of a state in the index is there for each."""
    two = {s: turns_in(s) for s in State.values if len(turns_in(s)) > 1}
    assert two == {
        "preparing": ["officer", "applicant"],
        "returned": ["officer", "applicant"],
        "open": ["applicant", "nobody", "officer"],
        "completed": ["nobody", "officer", "applicant"],
        # A message of the applicant waits.
        "not_required": ["nobody", "officer"],
        "referred": ["nobody", "officer"],
        "ineligible": ["nobody", "officer"],
        "refused": ["nobody", "officer"],
        "withdrawn": ["nobody", "officer"],
    }
