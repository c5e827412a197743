"""The verdict of the check in words: in how many stages, why not, how long, and where."""

import pytest
from django.conf import settings
from django.test import Client

from icpcases.cases.models import Clock, Province
from icpcases.deadlines.tables import forget
from icpcases.lifecycle.states import State, Unit

from .test_check import CHECK, FOREIGN_FORUM, FORUM, IN_STAGES, SENTENCES, names
from .test_check import provinces as provinces

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


def test_a_forum_abroad_is_told_what_the_verdict_is_about(client):
    said = "This verdict is about the filing only; a forum has duties of its own."
    abroad = {"service_kind": "website", "server_region": "hong_kong", "mainland_cdn": "no"}
    for forum, told in (("yes", True), ("no", False)):
        page = client.get(CHECK, {**abroad, "forum": forum})
        assert (said in page.content.decode()) is told


@pytest.mark.parametrize(
    ("changed", "sentence", "remedy"),
    [
        (
            {"applicant_type": "individual"},
            "An individual is not permitted to operate a forum.",
            "Let an enterprise apply, or leave the forum out.",
        ),
        (
            {"province": "CN-XJ"},
            "The administration of this province does not take applications for forums.",
            "Leave the forum out, or file in a province that takes them.",
        ),
    ],
)
def test_what_is_not_permitted_says_what_would_change_it(client, changed, sentence, remedy):
    page = client.get(CHECK, {**FORUM, **changed})
    assert str(page.context["verdict"]) == "not_permitted"
    first = page.context["unmet"][0]
    assert (first["sentence"], first["remedy"], first["question"]) == (
        sentence, remedy, "How is a filing obtained for a forum?",
    )  # fmt: skip


def test_a_province_that_nobody_has_asked_is_asked_for_the_visitor(client):
    page = client.get(CHECK, {**FORUM, "province": "CN-SC"})
    assert (page.context["sentence"], page.context["unmet"]) == (
        IN_STAGES["preapproval", "filing"],
        [],
    )
    told = [stage["we_ask"] for stage in page.context["stages"]]
    assert told == [
        "Not every province takes forums. We ask the administration of Sichuan for you, and tell "
        "you what it says.",
        "",
    ]
    text = page.content.decode()
    assert told[0] in text
    assert ("an officer" in text, "province table" in text) == (False, False)
    asked_already = client.get(CHECK, {**FORUM, "province": "CN-BJ"}).context["stages"]
    assert [stage["we_ask"] for stage in asked_already] == ["", ""]


def test_where_a_province_takes_no_forums_that_alone_is_said(client):
    """Nothing of a pre-approval that could not be had there."""
    page = client.get(CHECK, {**FORUM, "province": "CN-XJ"})
    assert [finding["sentence"] for finding in page.context["unmet"]] == [
        "The administration of this province does not take applications for forums."
    ]
    assert "pre-approval first" not in page.content.decode()


def test_a_firm_without_papers_hears_in_how_many_stages(client):
    page = client.get(CHECK, FOREIGN_FORUM)
    assert page.context["sentence"] == IN_STAGES["certificate", "preapproval", "filing"]
    assert "registration certificate first" in page.content.decode()
    page = client.get(CHECK, {**FOREIGN_FORUM, "registration_certificate": "yes", "forum": "no"})
    assert page.context["sentence"] == SENTENCES["file"]


def test_a_sole_trader_and_what_counts_as_a_forum_are_told_where_it_is_chosen(client):
    page = client.get(CHECK, {"service_kind": "website", "server_region": "mainland"})
    text = page.content.decode()
    assert [said in text for said in ("a message board", "a contact form", "Ask us whether")] == [
        True, True, True,
    ]  # fmt: skip
    page = client.get(CHECK, {**FORUM, "ask": "applicant_type"})
    assert "a sole trader (个体工商户)" in page.content.decode()


def test_without_a_forum_the_province_is_asked_too_for_the_time_it_takes(client):
    given = {n: v for n, v in FORUM.items() if n != "province"} | {"forum": "no"}
    assert names(client.get(CHECK, given)) == ["province"]
    lasting = {
        code: client.get(CHECK, {**given, "province": code}).context["stages"][-1]["lasts"]
        for code in ("CN-BJ", "CN-ZJ")
    }
    assert lasting == {
        "CN-BJ": "provider about 2 working days, administration up to 20 working days",
        "CN-ZJ": "provider about 2 working days, administration up to 30 working days",
    }


def test_provinces_stand_as_a_reader_looks_for_them(client):
    shown = client.get(CHECK, {"ask": "province"}).context["asked"][0].options
    assert [option.label for option in shown][:4] == ["Anhui", "Beijing", "Chongqing", "Fujian"]
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: "zh-hans"})
    shown = client.get(CHECK, {"ask": "province"}).context["asked"][0].options
    assert [option.label for option in shown][:5] == ["北京", "天津", "河北", "山西", "内蒙古"]
    assert len(shown) == 31


def test_the_stages_carry_their_usual_durations(client):
    stages = client.get(CHECK, FOREIGN_FORUM).context["stages"]
    assert [(stage["label"], stage["lasts"]) for stage in stages] == [
        ("Registration certificate", "no published duration"),
        ("BBS pre-approval", "up to 60 calendar days"),
        ("Filing", "provider about 2 working days, administration up to 20 working days"),
    ]
    Province.objects.filter(pk="CN-ZJ").update(accepts_forums="yes")
    there = client.get(CHECK, {**FORUM, "province": "CN-ZJ"}).context["stages"]
    filing = "provider about 2 working days, administration up to 30 working days"
    assert there[-1]["lasts"] == filing


def lasts(client: Client) -> list[str]:
    return [stage["lasts"] for stage in client.get(CHECK, FOREIGN_FORUM).context["stages"]]


def set_clock(state: State, amount: int, unit: Unit) -> None:
    Clock.objects.filter(state=state).update(amount=amount, unit=unit.value)
    forget()


def test_a_clock_is_told_in_its_own_unit(client):
    set_clock(State.PROVIDER_REVIEW, 24, Unit.HOURS)
    set_clock(State.AUTHORITY_REVIEW, 6, Unit.HOURS)
    set_clock(State.PREAPPROVAL_APPLIED, 1, Unit.DAYS)
    assert lasts(client)[1:] == [
        "up to 1 calendar day", "provider about 24 hours, administration up to 6 hours",
    ]  # fmt: skip
    set_clock(State.AUTHORITY_REVIEW, 1, Unit.WORKING_DAYS)
    assert lasts(client)[-1] == "provider about 24 hours, administration up to 1 working day"
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: "zh-hans"})
    assert lasts(client)[1:] == [
        "最长 1 个自然日",
        "接入服务商初审约 24 小时，管局审核最长 1 个工作日",
    ]


def test_what_no_clock_says_is_not_promised(client):
    """A deleted clock leaves no number of the program's own behind."""
    Clock.objects.exclude(state=State.PROVIDER_REVIEW).delete()
    forget()
    assert lasts(client) == ["no published duration"] * 2 + ["provider about 2 working days"]
    Clock.objects.all().delete()
    forget()
    assert lasts(client) == ["no published duration"] * 3
