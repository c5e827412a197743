"""One act on many cases: ticked in a list, each through the door, told one by one."""

import pytest

from icpcases.cases.models import FilingCase
from icpcases.workflow.actions.assignment import add_note
from tests.harness.forms import forms_of
from tests.world import user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

LIST = "/admin/cases/filingcase/"
BULK = f"{LIST}bulk/"


@pytest.fixture
def as_chen(client, chen):
    client.force_login(chen)
    return client


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def ticked(*cases: FilingCase) -> list[str]:
    return [f"{case.pk}:{case.version}" for case in cases]


def officers(*cases: FilingCase) -> list[str]:
    rows = FilingCase.objects.filter(pk__in=[case.pk for case in cases]).order_by("pk")
    return list(rows.values_list("officer__username", flat=True))


def test_twelve_cases_of_a_sick_colleague_are_moved_in_five_actions(as_chen, world, li, chen):
    cases = [world.at("triage") for _n in range(12)]
    user("zhao", "officer", is_staff=True)
    done = 0

    # 1: from Today to the colleague's open cases.
    (line,) = [x for x in as_chen.get("/admin/").context["team"].lines if x.who.user == li]
    page, done = as_chen.get(line.cases), done + 1
    assert page.context["total"].number == 12
    form = next(f for f in forms_of(page.content.decode()) if f.action == BULK)
    # 2: all on this page; 3: assign.
    # The boxes stand in the lines and belong to the form.
    rows = [line.case for line in page.context["lines"]]
    form.values["page"] = [f"{row['pk']}:{row['version']}" for row in rows]
    sent, done = form.filled(all="1", act="assign"), done + 2
    asked = as_chen.post(BULK, sent)
    (form,) = [f for f in forms_of(asked.content.decode()) if f.action == BULK]
    labels = dict(asked.context["form"].fields["officer"].choices)
    zhao = next(pk for pk, label in labels.items() if label == "zhao (0 open)")
    assert labels[str(li.pk)] == "li (12 open)"
    # 4: the colleague, whose load stands beside the name; 5: done.
    result, done = as_chen.post(BULK, form.filled(officer=zhao)), done + 2
    assert [line.case for line in result.context["done"]] == cases[::-1]
    assert officers(*cases) == ["zhao"] * 12
    assert result.context["back"] == line.cases
    assert done <= 5
    for case in cases:
        assert case.history.latest("sequence").entered == {"assigned": "zhao"}


def test_each_is_judged_by_itself_and_told_why_not(as_li, world, li, chen):
    free, mine, others, stale = (world.at("triage") for _n in range(4))
    FilingCase.objects.filter(pk__in=[free.pk, stale.pk]).update(officer=None)
    FilingCase.objects.filter(pk=others.pk).update(officer=chen)
    sent = {"act": "claim", "case": ticked(free, mine, others, stale), "back": f"{LIST}?q=x"}
    add_note(stale, chen, "A colleague was faster.", stale.version)
    page = as_li.post(BULK, sent)
    assert [line.case for line in page.context["done"]] == [free, mine]
    refused = {line.case: line.refusal for line in page.context["refused"]}
    assert [finding.sentence for finding in refused[others].findings] == [
        "This case is another officer's. Only a supervisor can give it to somebody else."
    ]
    assert refused[others].findings[0].remedy == "Ask a supervisor: chen."
    assert [(row.by, row.kind) for row in refused[stale].stale] == [(chen, "note")]
    assert officers(free, mine, others, stale) == ["li", "li", "chen", None]
    assert page.context["back"] == f"{LIST}?q=x"
    # The same form sent twice tells what the first told.
    again = as_li.post(BULK, sent)
    assert [line.case for line in again.context["done"]] == [free, mine]
    free.refresh_from_db()
    assert free.history.filter(kind="assignment").count() == 1


def test_a_supervisor_claims_no_case_that_a_colleague_works(as_chen, world):
    """All of a page were ticked: what others work must not be taken by a click."""
    free, others = world.at("triage"), world.at("triage")
    FilingCase.objects.filter(pk=free.pk).update(officer=None)
    page = as_chen.post(BULK, {"act": "claim", "case": ticked(free, others)})
    (line,) = page.context["refused"]
    assert [finding.code for finding in line.refusal.findings] == ["case.unassigned"]
    assert officers(free, others) == ["chen", "li"]


def test_a_note_and_a_follow_up_on_several(as_li, world):
    cases = [world.at("authority_review"), world.at("provider_review")]
    sent = {"case": ticked(*cases), "confirmed": "1"}
    bad = as_li.post(BULK, {**sent, "act": "follow_up", "follow_up": "Call."})
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["follow_up_on"])
    assert bad.context["form"]["follow_up"].value() == "Call."
    as_li.post(BULK, {**sent, "act": "note", "text": "The office is closed on Friday."})
    for case in cases:
        case.refresh_from_db()
        assert case.history.latest("sequence").note_internal == "The office is closed on Friday."
    day = {"act": "follow_up", "follow_up_on": "2999-01-02", "follow_up": "Call."}
    as_li.post(BULK, {**sent, **day, "case": ticked(*cases)})
    rows = FilingCase.objects.values_list("follow_up_on", "follow_up")
    assert {(str(on), what) for on, what in rows} == {("2999-01-02", "Call.")}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "claim"}, "No case is chosen. First tick the boxes next to the cases."),
        (
            {"act": "claim", "case": ["x", "1", "9" * 30 + ":1", "0:0"]},
            "No case is chosen. First tick",
        ),
        ({"act": "explode"}, "Choose what to do with the cases."),
        (
            {"act": "assign"},
            "Officers can only claim and release cases. Ask a supervisor to assign them.",
        ),
    ],
)
def test_what_cannot_be_done_leads_back_with_a_word(as_li, sent, said):
    page = as_li.post(BULK, {**sent, "back": f"{LIST}?turn=officer"}, follow=True)
    assert page.redirect_chain == [(f"{LIST}?turn=officer", 302)]
    (message,) = page.context["messages"]
    assert str(message).startswith(said)
    assert as_li.get(BULK).status_code == 302


def test_an_auditor_changes_nothing(client, sun, world):
    case = world.at("triage")
    client.force_login(sun)
    client.post(BULK, {"act": "claim", "case": ticked(case)})
    assert officers(case) == ["li"]
    assert 'name="case"' not in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    "odd", ["https://evil.example/", "//evil.example", "/\\evil", "javascript:x"]
)
def test_the_way_back_stays_on_the_site(as_chen, world, odd):
    case = world.at("triage")
    sent = {"act": "note", "text": "n", "confirmed": "1", "case": ticked(case)}
    page = as_chen.post(BULK, {**sent, "back": odd})
    assert page.context["back"] == LIST
    version = str(FilingCase.objects.get(pk=case.pk).version)
    sent = {"officer": "", "version": version}
    done = as_chen.post(f"{LIST}{case.pk}/assign/?back={odd}", sent)
    assert done.url == f"{LIST}{case.pk}/change/"


def test_the_list_is_found_again_from_a_case_with_filter_and_place(as_li, world):
    case = world.at("triage")
    address = f"{LIST}?state=triage&sort=due"
    shown = as_li.get(address).content.decode()
    assert f'<tr id="case-{case.pk}">' in shown
    page = as_li.get(f"{LIST}{case.pk}/change/").content.decode()
    assert f'href="{address.replace("&", "&amp;")}#case-{case.pk}"' in page


def test_an_act_leads_back_to_where_one_came_from(as_chen, world, li):
    case = world.at("triage")
    sent = {"officer": str(li.pk), "version": case.version}
    assert as_chen.post(f"{LIST}{case.pk}/assign/?back=/admin/", sent).url == "/admin/"


def test_assigning_a_colleagues_case_is_not_offered_and_a_crafted_post_gets_the_rule(
    as_li, world, li, chen
):
    case = world.at("triage")
    FilingCase.objects.filter(pk=case.pk).update(officer=chen)
    assert "/assign/" not in as_li.get(f"{LIST}{case.pk}/change/").content.decode()
    sent = {"officer": str(li.pk), "version": case.version}
    for page in (
        as_li.get(f"{LIST}{case.pk}/assign/"),
        as_li.post(f"{LIST}{case.pk}/assign/", sent),
        as_li.post(f"{LIST}{case.pk}/claim/", sent),
    ):
        assert page.status_code == 403
        assert [(f.sentence, f.remedy, f.who) for f in page.context["refusal"].findings] == [
            (
                "This case is another officer's. Only a supervisor can give it to somebody else.",
                "Ask a supervisor: chen.",
                "a supervisor",
            )
        ]
    assert officers(case) == ["chen"]
