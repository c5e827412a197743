"""What a page told is remembered, and never shown once anything it was made of is another."""

import datetime as dt
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from django.utils.safestring import SafeString

from icpcases.cases.models import CalendarDay, Clock, FilingCase, Order, Provider, Province, Setting
from icpcases.deadlines import recalculation
from icpcases.workflow.actions import participants, requests
from tests.world import FORUM, World, user

from .pages import body_of, path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


MARK = SafeString("<p>As it was told before.</p>")


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


def look(client: Client, case: FilingCase) -> str:
    page = client.get(path(case))
    assert page.status_code == 200
    return TOKEN.sub("", body_of(page))


def follow(case: FilingCase, code: str = "") -> Any:
    data = {"reference": case.reference, "code": code or case.follow_code}
    return Client().post("/follow/", data, follow=True)


def followed(case: FilingCase) -> str:
    page = follow(case)
    assert page.status_code == 200
    return TOKEN.sub("", body_of(page))


def key(case: FilingCase, name: str = "case", language: str = "en") -> str:
    return f"{name}-{case.pk}-{language}"


def mark(case: FilingCase, name: str = "case", **changed: Any) -> None:
    """Put a mark where the page was, so that it shows if the page is remembered."""
    known = caches["pages"].get(key(case, name))
    told = replace(known.told, content=MARK)
    caches["pages"].set(key(case, name), replace(known, told=told, **changed))


def test_a_page_is_remembered_while_all_it_was_made_of_is_the_same(as_wei, world):
    case = world.at("returned")
    first, tracked = look(as_wei, case), followed(case)
    assert (look(as_wei, case), followed(case)) == (first, tracked)
    mark(case)
    mark(case, "followed")
    assert (look(as_wei, case).count(MARK), followed(case).count(MARK)) == (1, 1)


@pytest.mark.parametrize(
    ("state", "queries"),
    [
        # Session, account, case, people, groups.
        ("withdrawn", 5),
        ("provider_review", 5),
        # And the cases with the same domain; of the register the subject, and who filed the site.
        ("draft", 8),
        # And the case's orders, and those of the applicant's other cases.
        ("preparing", 10),
    ],
)
def test_a_remembered_page_costs_few_queries(
    as_wei, world, django_assert_num_queries, state, queries
):
    case = world.at(state)
    look(as_wei, case)
    with django_assert_num_queries(queries):
        look(as_wei, case)


def yesterday(stamp: tuple[Any, ...]) -> tuple[Any, ...]:
    assert stamp[0] == timezone.localdate()
    return (stamp[0] - dt.timedelta(days=1), *stamp[1:])


def test_a_page_is_not_remembered_overnight(as_wei, world):
    case = world.at("returned")
    first, tracked = look(as_wei, case), followed(case)
    for name in ("case", "followed"):
        mark(case, name, stamp=yesterday(caches["pages"].get(key(case, name)).stamp))
    assert (look(as_wei, case), followed(case)) == (first, tracked)


def test_how_many_pages_are_remembered_is_bounded():
    """Whatever is asked for, a process keeps a thousand of each at most."""
    for name in ("pages", "tables"):
        many = {f"key-{n}": n for n in range(1001)}
        caches[name].set_many(many)
        assert 0 < len(caches[name].get_many(many)) <= 1000
        caches[name].clear()


Change = Callable[[World, FilingCase], Any]


def ask(world: World, case: FilingCase) -> None:
    requests.ask(case, world.li, {"about": "", "text": "Which shop is it?"}, case.version)


def answer(world: World, case: FilingCase) -> None:
    requests.answer(case, world.wei, case.requests.get().pk, "The one in Beijing.", case.version)


def settle(world: World, case: FilingCase) -> None:
    answer(world, case)
    case.refresh_from_db()
    requests.settle(case, world.li, case.requests.get().pk, "accepted", "", case.version)


def join(world: World, case: FilingCase) -> None:
    rui = user("rui")
    participants.accept(participants.invite(case, world.wei, rui.email, case.version), rui)


def rival(world: World, case: FilingCase) -> None:
    world.step(world.case(owner=user("rui"), domain=case.domain_unicode), "submit_request")


def rename(world: World, case: FilingCase) -> None:
    world.wei.email = "wei@elsewhere.example"
    world.wei.save()


def reckon_anew() -> None:
    """As the admin does where due dates hang on what is changed."""
    recalculation.ask_later()
    recalculation.recalculate()


def longer_review(world: World, case: FilingCase) -> None:
    Province.objects.filter(pk="CN-BJ").update(review_days=77)
    reckon_anew()


def margin(world: World, case: FilingCase) -> None:
    Setting.objects.filter(pk="document_margin_days").update(value=3000)
    caches["tables"].clear()


def another_clock(world: World, case: FilingCase) -> None:
    Clock.objects.filter(state=case.state).update(amount=33)
    reckon_anew()


def holidays(world: World, case: FilingCase) -> None:
    today = timezone.localdate()
    days = [today + dt.timedelta(days=n) for n in range(1, 90)]
    CalendarDay.objects.filter(day__in=days).delete()
    CalendarDay.objects.bulk_create(CalendarDay(day=day, kind="holiday") for day in days)
    caches["tables"].clear()


def due_anew(world: World, case: FilingCase) -> None:
    # As recalculating does, which raises no version.
    FilingCase.objects.filter(pk=case.pk).update(due_at=dt.datetime(2031, 5, 6, tzinfo=dt.UTC))


def provisional(world: World, case: FilingCase) -> None:
    FilingCase.objects.filter(pk=case.pk).update(due_provisional=True)


def past_the_program(world: World, case: FilingCase) -> None:
    FilingCase.objects.filter(pk=case.pk).update(domain_unicode="elsewhere.cn")


CHANGES: list[tuple[str, Change]] = [
    ("preparing", lambda world, case: world.document(case, "other")),
    ("preparing", lambda world, case: world.document(case, "business_licence", accept=False)),
    ("preparing", ask),
    ("returned", answer),
    ("returned", settle),
    ("triage", lambda world, case: world.step(case, "prepare_filing", note_public="Soon done.")),
    ("preparing", lambda world, case: world.step(case, "step_back", by=world.chen)),
    ("draft", join),
    ("draft", rival),
    ("draft", rename),
    ("authority_review", longer_review),
    ("triage", another_clock),
    ("triage", holidays),
    ("provider_review", due_anew),
    ("provider_review", provisional),
    ("draft", past_the_program),
]


@pytest.mark.parametrize(("state", "change"), CHANGES)
def test_a_change_shows_at_once(as_wei, world, state, change):
    case = world.at(state)
    before = look(as_wei, case)
    assert look(as_wei, case) == before
    case.refresh_from_db()
    change(world, case)
    after = look(as_wei, case)
    caches["pages"].clear()
    assert after == look(as_wei, case)
    assert after != before


def test_what_is_taken_back_shows_at_once_too(as_wei, world):
    case = world.at("draft")
    before = look(as_wei, case)
    rival(world, case)
    during = look(as_wei, case)
    other = FilingCase.objects.exclude(pk=case.pk).get()
    world.step(other, "withdraw")
    assert (look(as_wei, case), during == before) == (before, False)


def test_an_order_whose_life_is_cut_short_shows_at_once(as_wei, world):
    case = world.at("returned")
    case.documents.filter(kind="business_licence").delete()
    Order.objects.filter(cases=case).update(
        submitted_on=timezone.localdate() - dt.timedelta(days=9)
    )
    asked = []
    for days in (45, 8, 45):
        Provider.objects.update(order_life_days=days)
        asked.append(look(as_wei, case).count("Papers are still wanted"))
    assert asked == [1, 0, 1]


def test_a_margin_that_grows_is_asked_for_at_once(as_wei, world):
    case = world.at("preparing")
    in_a_year = timezone.localdate() + dt.timedelta(days=365)
    world.document(case, "business_licence", accept=True, expires_on=in_a_year)
    before = look(as_wei, case)
    margin(world, case)
    after = look(as_wei, case)
    caches["pages"].clear()
    assert (after == before, after == look(as_wei, case)) == (False, True)


def test_the_province_of_a_forum_is_asked_at_once(as_wei, world):
    case = world.at("triage", FORUM)
    before = look(as_wei, case), followed(case)
    world.province_answers("CN-BJ", "no")
    after = look(as_wei, case), followed(case)
    caches["pages"].clear()
    assert after == (look(as_wei, case), followed(case))
    assert after != before


@pytest.mark.slow
def test_a_duty_is_overdue_from_one_moment_to_the_next(as_wei, world):
    case = world.at("open")
    case.refresh_from_db()
    soon = timezone.now() + dt.timedelta(seconds=2)
    FilingCase.objects.filter(pk=case.pk).update(due_at=soon)
    before = look(as_wei, case)
    time.sleep(max((soon - timezone.now()).total_seconds(), 0) + 0.1)
    after = look(as_wei, case)
    late = '<strong class="over">overdue</strong>'
    assert (before.count(late), after.count(late)) == (0, 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda world, case: world.step(case, "provider_passes"),
        lambda world, case: world.step(case, "step_back", by=world.chen),
        longer_review,
        holidays,
        another_clock,
    ],
)
def test_a_followed_case_is_the_case_as_it_is(world, change):
    case = world.at("provider_review")
    before = followed(case)
    change(world, case)
    after = followed(case)
    caches["pages"].clear()
    assert (after == before, after == followed(case)) == (False, True)


def test_a_remembered_page_opens_to_nobody_else(as_wei, world, mei):
    case = world.at("returned")
    look(as_wei, case)
    mark(case)
    hers = Client()
    hers.force_login(mei)
    answers = [hers.get(path(case)), Client().get(path(case))]
    assert [answer.status_code for answer in answers] == [404, 302]
    assert [body_of(answer).count(MARK) for answer in answers] == [0, 0]
    assert look(as_wei, case).count(MARK) == 1


def test_a_remembered_case_is_not_followed_with_a_wrong_code(world):
    case = world.at("returned")
    followed(case)
    mark(case, "followed")
    page = follow(case, "2222222222")
    assert (page.status_code, body_of(page).count(MARK)) == (422, 0)


def test_whoever_is_removed_sees_nothing_any_more(as_wei, world, mei):
    case = world.at("draft")
    participants.accept(participants.invite(case, world.wei, mei.email, case.version), mei)
    hers = Client()
    hers.force_login(mei)
    assert look(hers, case) == look(as_wei, case)
    case.refresh_from_db()
    participants.remove_person(case, world.wei, case.people.get(user=mei).pk, case.version)
    assert (hers.get(path(case)).status_code, mei.email in look(as_wei, case)) == (404, False)


def test_colleagues_share_what_is_told_and_nothing_of_their_sessions(as_wei, world, mei):
    case = world.at("draft")
    case.people.create(user=mei, part="colleague")
    hers = Client()
    hers.force_login(mei)
    first, second = as_wei.get(path(case)), hers.get(path(case))
    tokens = [re.findall(r'value="(\w{64})"', body_of(page)) for page in (first, second)]
    assert [len(set(found)) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    assert TOKEN.sub("", body_of(first)) == TOKEN.sub("", body_of(second))
    assert caches["pages"].get(key(case)).told.content.count("csrf") == 0


def test_languages_do_not_mix(as_wei, world):
    case = world.at("returned")
    pages = []
    for language in ("en", "zh-hans", "en", "zh-hans"):
        as_wei.cookies["django_language"] = language
        pages.append(text_of(as_wei.get(path(case))))
    assert pages[:2] == pages[2:]
    assert ["What has happened" in page for page in pages] == [True, False, True, False]
    assert ["办理" in page for page in pages] == [False, True, False, True]


def test_an_officer_among_the_people_reads_what_officers_read(as_wei, world, li):
    case = world.at("draft")
    case.people.create(user=li, part="colleague")
    rival(world, case)
    other = FilingCase.objects.exclude(pk=case.pk).get()
    theirs = Client()
    theirs.force_login(li)
    named = [look(c, case).count(other.reference) for c in (as_wei, theirs, as_wei, theirs)]
    assert named == [0, 1, 0, 1]


def test_a_message_is_said_once(as_wei, world):
    case = world.at("draft")
    look(as_wei, case)
    sent = {"version": case.version, "reason": "We build no site."}
    as_wei.post(path(case, "step/withdraw/"), sent)
    said = [look(as_wei, case).count('<ul class="messages">') for _ in range(3)]
    assert said == [1, 0, 0]


def test_who_was_removed_and_changes_address_is_told_of_at_once(as_wei, world, mei):
    case = world.case()
    participants.accept(participants.invite(case, world.wei, mei.email, case.version), mei)
    case = world.step(case, "submit_request", by=mei)
    participants.remove_person(case, world.wei, case.people.get(user=mei).pk, case.version)
    before = text_of(as_wei.get(path(case)))
    mei.email = "mei@elsewhere.example"
    mei.save()
    after = text_of(as_wei.get(path(case)))
    assert [page.count("· you or a colleague") for page in (before, after)] == [1, 0]
