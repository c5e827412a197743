"""What the office asks is a field or a file: saving it is the answer, all of it on one page."""

import re
from typing import Any

import pytest

from icpcases.applicants.asked import answers_here
from icpcases.applicants.page_cache import Told, told_page, written
from icpcases.cases.models import HistoryRow, Request
from icpcases.workflow.actions import requests
from icpcases.workflow.actions.judging import judge_document
from tests.harness.watch import statements
from tests.world import upload, user

from .pages import links_in, path, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


@pytest.fixture
def case(world):
    return world.at("preparing")


def ask(case, li, about="", text="Please put it right.", **more) -> Request:
    case.refresh_from_db()
    made = requests.ask(case, li, {"about": about, "text": text, **more}, case.version)
    case.refresh_from_db()
    return made


def send(client, case, **data: Any):
    case.refresh_from_db()
    return client.post(path(case, "requests/"), {"version": case.version, **data})


def states(case) -> list[str]:
    return list(case.requests.order_by("pk").values_list("status", flat=True))


def sent_back(world, *reasons):
    given = [{"about": about, "text": f"Wrong: {about}."} for about in reasons]
    return world.step(world.at("triage"), "send_back", reasons=given)


@pytest.mark.parametrize("state", ["draft", "triage", "preparing", "returned", "filed"])
def test_each_demanded_fact_shows_as_its_own_control_with_its_present_value(
    world, li, as_wei, state
):
    case = world.at(state)
    for about in ("site_name", "forum", "province"):
        ask(case, li, about)
    form = as_wei.get(path(case, "requests/")).context["form"]
    facts = [(one.first.about, one.fact) for one in form.asked[-3:]]
    shown = {about: fact[about].value() for about, fact in facts if fact}
    assert shown == {"site_name": "玉兰书店", "forum": "false", "province": "CN-BJ"}


def test_all_of_it_is_saved_with_one_press(case, li, as_wei):
    fact, paper, question = (ask(case, li, a) for a in ("site_name", "business_licence", ""))
    answer = send(
        as_wei, case, site_name="New",
        **{f"r{paper.pk}-file": upload(), f"r{paper.pk}-issued_in": "mainland"},
        **{f"r{question.pk}-answer": "A bookshop."},
    )  # fmt: skip
    assert (answer.status_code, answer.url) == (302, path(case))
    assert states(case) == ["answered"] * 3
    fact.refresh_from_db()
    question.refresh_from_db()
    document = case.documents.get()
    assert (fact.value, fact.answer, question.answer) == ("New", "", "A bookshop.")
    assert (document.kind, document.status) == ("business_licence", "pending")


def test_what_is_not_filled_in_stays_open_and_is_shown_again(case, li, as_wei):
    for about in ("site_name", "business_licence", "", "protocol"):
        ask(case, li, about)
    # The controls come back with what they showed.
    answer = send(as_wei, case, site_name="New", protocol="https")
    assert (answer.status_code, answer.url) == (302, path(case, "requests/"))
    assert states(case) == ["answered", "open", "open", "open"]


@pytest.mark.parametrize("value", ["玉兰书店", ""])
def test_a_remark_alone_answers_for_a_fact_that_stays(case, li, as_wei, value):
    asked = ask(case, li, "site_name")
    words = {f"r{asked.pk}-answer": "It is on the licence."}
    assert send(as_wei, case, site_name=value, **words).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.value, asked.answer) == ("answered", None, "It is on the licence.")


@pytest.mark.parametrize(
    ("about", "data", "said"),
    [
        ("site_name", {}, "Nothing is filled in yet."),
        ("site_name", {"site_name": "玉兰书店"}, "Nothing is filled in yet."),
        ("site_name", {"site_name": " "}, "Fill it in, or say in a few words why you cannot."),
        ("service_leader_phone", {"service_leader_phone": "12"}, "needs correcting"),
        ("domain", {"domain": "no domain"}, "needs correcting"),
        ("domain", {"domain": "x" * 10_000}, "needs correcting"),
        ("domain", {"domain": "a\x00b.cn"}, "needs correcting"),
        ("province", {"province": "CN-XX"}, "needs correcting"),
        ("business_licence", {"r{pk}-number": "9144"}, "needs correcting"),
        ("business_licence", {"r{pk}-file": b"no picture"}, "needs correcting"),
        ("", {"r{pk}-answer": "x" * 5000}, "needs correcting"),
        ("", {"r{pk}-answer": "a\x00b"}, "needs correcting"),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_is_saved(case, li, as_wei, about, data, said):
    other, asked = ask(case, li), ask(case, li, about)
    sent = {
        name.format(pk=asked.pk): upload(content=value) if isinstance(value, bytes) else value
        for name, value in data.items()
    }
    if said == "needs correcting":
        sent[f"r{other.pk}-answer"] = "Kept."
    answer = send(as_wei, case, **sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert states(case) == ["open", "open"]
    assert case.documents.count() == 0
    if said == "needs correcting":
        assert "Kept." in answer.content.decode()


def test_a_private_number_is_masked_and_comes_back_unchanged(world, li, as_wei):
    case = world.at("preparing", service_leader_phone="13800138000")
    ask(case, li, "service_leader_phone")
    page = as_wei.get(path(case, "requests/"))
    [one] = page.context["form"].asked
    shown = one.fact["service_leader_phone"].value()
    assert "13800138000" not in page.content.decode()
    assert send(as_wei, case, service_leader_phone=shown).status_code == 422
    assert send(as_wei, case, service_leader_phone="13900139000").status_code == 302
    told = text_of(as_wei.get(path(case, "requests/")))
    assert "13900139000" not in told
    assert "139" in told


def test_two_requests_for_the_same_thing_are_one_field(world, as_wei):
    case = sent_back(world, "domain", "domain", "business_licence", "business_licence")
    form = as_wei.get(path(case, "requests/")).context["form"]
    assert [[r.about for r in one.requests] for one in form.asked] == [
        ["domain"] * 2, ["business_licence"] * 2,
    ]  # fmt: skip
    first = case.requests.get(pk=form.asked[1].first.pk)
    answer = send(
        as_wei, case, domain="yulan-new.cn",
        **{f"r{first.pk}-file": upload(), f"r{first.pk}-issued_in": "mainland"},
    )  # fmt: skip
    assert answer.status_code == 302
    assert states(case) == ["answered"] * 4
    assert case.documents.count() == 1


def test_the_same_press_twice_is_one_answer(case, li, as_wei):
    asked = ask(case, li)
    sent = {
        "version": case.version, f"r{asked.pk}-answer": "A shop.", "csrfmiddlewaretoken": "one",
    }  # fmt: skip
    address = path(case, "requests/")
    assert [as_wei.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert HistoryRow.objects.filter(case=case, entered__answered=asked.pk).count() == 1
    other = {**sent, "csrfmiddlewaretoken": "another page"}
    assert as_wei.post(address, other).status_code in (409, 422)


def test_changed_meanwhile_what_was_typed_is_kept(case, li, as_wei):
    asked, seen = ask(case, li), case.version
    ask(case, li, "site_name")
    sent = {"version": seen, f"r{asked.pk}-answer": "A bookshop."}
    answer = as_wei.post(path(case, "requests/"), sent)
    assert answer.status_code == 409
    assert "A bookshop." in answer.content.decode()
    assert states(case) == ["open", "open"]


# A draft that was sent back (A7)


def test_sent_back_filling_the_fields_is_the_answer_and_sending_is_the_next_press(world, as_wei):
    case = sent_back(world, "domain", "site_name")
    answer = send(as_wei, case, domain="yulan-new.cn", site_name="New")
    case.refresh_from_db()
    assert (answer.url, case.domain, case.site_name) == (
        path(case, "application/"), "yulan-new.cn", "New",
    )  # fmt: skip
    page = as_wei.get(answer.url)
    assert "All that the office asked for is there: send it now." in text_of(page)
    assert as_wei.post(answer.url, {"version": case.version}).status_code == 302
    case.refresh_from_db()
    assert case.state == "triage"


@pytest.mark.parametrize("own", [True, False])
def test_sent_back_a_paper_answers_and_is_sent_with_the_draft(world, as_wei, own):
    case = sent_back(world, "business_licence")
    asked = case.requests.get()
    if own:
        sent = {"rows": "1", "kind": "business_licence", "file": upload(), "issued_in": "mainland"}
        answer = as_wei.post(path(case, f"requests/{asked.pk}/"), {"version": case.version, **sent})
    else:
        paper = {f"r{asked.pk}-file": upload(), f"r{asked.pk}-issued_in": "mainland"}
        answer = send(as_wei, case, **paper)
    assert answer.url == path(case, "application/")
    case.refresh_from_db()
    assert as_wei.post(answer.url, {"version": case.version}).status_code == 302
    case.refresh_from_db()
    assert (case.state, states(case)) == ("triage", ["answered"])


def test_the_offices_own_instruction_is_nowhere_on_the_applicants_pages(world, as_wei, wei):
    case = sent_back(world, "domain")
    asked = case.requests.get()
    requests.answer(case, wei, asked.pk, "It is right.", case.version)
    for rest in ("", "step/submit_request/", "requests/", f"requests/{asked.pk}/"):
        told = text_of(as_wei.get(path(case, rest)))
        assert "Accept the answer, ask again, or waive the request." not in told
        assert "Answered, but not yet judged" not in told
    page = as_wei.get(path(case))
    assert ("Go on with the application", path(case, "application/")) in links_in(
        page.content.decode()
    )


# On the case's page, which is remembered without anybody's token


def test_on_a_remembered_page_every_control_belongs_to_the_form_in_the_frame(case, li, wei, rf):
    for about in ("site_name", "province", "business_licence", ""):
        ask(case, li, about)
    here = answers_here(case, case.requests.order_by("pk"))
    content = written("applicants/_asked_here.html", {"case": case, "answers": here})
    controls = re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", content)
    assert len(controls) > 8
    assert [control for control in controls if 'form="answers"' not in control] == []
    assert "csrfmiddlewaretoken" not in content
    request = rf.get("/")
    request.user = wei
    page = told_page(request, "", Told(content, asks=path(case, "requests/"))).content.decode()
    form = page[page.index('<form id="answers"') :].split("</form>")[0]
    assert f'action="{path(case, "requests/")}"' in form
    assert "csrfmiddlewaretoken" in form
    assert 'id="answers"' not in told_page(request, "", Told(content)).content.decode()


# Its own page


def test_the_page_of_a_request_names_the_document_or_fact(case, li, as_wei):
    named = {"business_licence": "Business licence", "site_name": "site name", "": ""}
    for about, name in named.items():
        asked = ask(case, li, about)
        page = as_wei.get(path(case, f"requests/{asked.pk}/"))
        assert page.context["title"] == (name or "The office asks")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"site_name": "玉兰书店"}, "This is what it says already"),
        ({"site_name": ""}, "Fill it in, or say in a few words why you cannot."),
    ],
)
def test_saving_what_stood_there_answers_nothing(case, li, as_wei, data, said):
    asked = ask(case, li, "site_name")
    address = path(case, f"requests/{asked.pk}/")
    answer = as_wei.post(address, {"version": case.version, "rows": "1", "kind": "other", **data})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert states(case) == ["open"]


def test_after_the_one_the_next_is_asked(case, li, as_wei):
    first, _second = ask(case, li, "site_name"), ask(case, li)
    sent = {"version": case.version, "site_name": "New", "rows": "1", "kind": "other"}
    answer = as_wei.post(path(case, f"requests/{first.pk}/"), sent)
    assert answer.url == path(case, "requests/")


def test_of_a_closed_case_nothing_is_asked_any_more(world, case, li, wei, as_wei):
    asked = ask(case, li, "site_name")
    case = world.step(case, "withdraw", by=wei)
    page = as_wei.get(path(case, "requests/"))
    assert "Nothing is asked of you now." in text_of(page)
    assert "<textarea" not in page.content.decode()
    own = as_wei.get(path(case, f"requests/{asked.pk}/"))
    assert 'name="site_name"' not in own.content.decode()
    assert path(case, "requests/") not in as_wei.get(path(case)).content.decode()


# All that was asked and answered


def test_all_questions_and_answers_stay_readable(case, li, as_wei, wei):
    fact, paper, question, waived = (
        ask(case, li, about, f"Asked: {about}.")
        for about in ("province", "business_licence", "", "forum")
    )
    send(
        as_wei, case, province="CN-GD",
        **{f"r{paper.pk}-file": upload("licence.png"), f"r{paper.pk}-issued_in": "mainland"},
        **{f"r{question.pk}-answer": "A bookshop."},
    )  # fmt: skip
    case.refresh_from_db()
    requests.settle(case, li, fact.pk, "accepted", "", case.version)
    case.refresh_from_db()
    requests.settle(case, li, waived.pk, "waived", "Known by now.", case.version)
    case.refresh_from_db()
    judge_document(case, li, case.documents.get().pk, True, "", case.version)
    page = as_wei.get(path(case, "requests/"))
    told = text_of(page)
    assert [(t.request.pk, t.value, len(t.came)) for t in page.context["told"]] == [
        (waived.pk, "", 0), (question.pk, "", 0), (paper.pk, "", 1), (fact.pk, "Guangdong", 0),
    ]  # fmt: skip
    for words in ("Asked: province.", "Asked: .", "A bookshop.", "licence.png", "accepted"):
        assert words in told
    # Why it was waived is the office's own affair.
    assert "Known by now." not in told
    assert "The office no longer asks for this." in told


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_however_much_was_answered(case, li, wei, as_wei, number):
    for n in range(number):
        asked = ask(case, li, "business_licence" if n else "")
        requests.answer(case, wei, asked.pk, f"Answer {n}.", case.version)
    address = path(case, "requests/")
    as_wei.get(address)
    with statements() as seen:
        as_wei.get(address)
    assert len(seen) == COST


COST = 6


def test_a_request_of_another_case_is_not_there(case, world, li, as_wei):
    theirs = world.at("preparing", owner=user("mei-of-another"))
    asked = ask(theirs, li, "site_name")
    rests = [(theirs, "requests/"), (theirs, f"requests/{asked.pk}/")]
    rests += [(case, f"requests/{asked.pk}/")]
    for which, rest in rests:
        for method in (as_wei.get, as_wei.post):
            assert method(path(which, rest)).status_code == 404
    assert states(theirs) == ["open"]
