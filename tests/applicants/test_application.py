"""The application of a shop: page by page, looked over, sent, and its receipt."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from icpcases.applicants.facts_told import facts_told
from icpcases.cases.models import Applicant, FilingCase, HistoryRow
from tests.domain import CREDIT_CODES
from tests.world import ENTERPRISE

from .pages import links_in, path, section, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

CHECKED = {
    "service_kind": "website", "server_region": "mainland", "access": "domain", "forum": "no",
    "applicant_type": "enterprise", "province": "CN-ZJ",
}  # fmt: skip
SHOP = {
    "who-name": "玉兰书店有限公司", "who-certificate_type": "credit_code",
    "who-certificate_number": CREDIT_CODES[0], "who-phone": "13800138000",
}  # fmt: skip
PERSON = {
    "who-name": "王伟", "who-certificate_type": "resident_id",
    "who-certificate_number": "11010519491231002X", "who-phone": "13800138000",
}  # fmt: skip
SITE = {"site_name": "玉兰书店", "domain": "yulan-books.cn"}
LEADER = {"service_leader": "王伟", "service_leader_phone": "13800138000", "service_leader_id": ""}


@pytest.fixture
def as_wei(client, wei):
    client.force_login(wei)
    return client


def begin(client: Client, who: dict[str, str] = SHOP, **changed: str) -> FilingCase:
    """The first page, as the check leads to it: the draft it opens."""
    door = client.get(f"/apply/?{urlencode({**CHECKED, **changed})}")
    answer = client.post(door["Location"], who)
    assert answer.status_code == 302, answer.context["form"].errors
    return FilingCase.objects.get(reference=answer["Location"].split("/")[2])


def part(case: FilingCase, name: str) -> str:
    return path(case, f"application/{name}/")


def save(client: Client, case: FilingCase, name: str, sent: dict[str, str], again: str = "") -> Any:
    """A page filled in as it is now shown, and sent."""
    version = client.get(part(case, name)).context["version"]
    return client.post(part(case, name) + again, {"version": version, **sent})


def look(client: Client, case: FilingCase) -> Any:
    page = client.get(path(case, "application/"))
    assert page.status_code == 200
    return page


def missing(page: Any) -> list[tuple[str, str]]:
    return links_in(section(page, 'id="missing"')) if 'id="missing"' in text(page) else []


def text(page: Any) -> str:
    return str(page.content.decode())


def send(client: Client, case: FilingCase, address: str = "application/") -> Any:
    case.refresh_from_db()
    return client.post(path(case, address), {"version": case.version})


def test_a_shop_gets_from_the_check_to_the_receipt(as_wei, wei):
    case = begin(as_wei)
    assert (case.state, case.province_id, case.forum, case.applicant.name) == (
        "draft", "CN-ZJ", False, "玉兰书店有限公司",
    )  # fmt: skip
    steps = []
    for name, sent in (("site", SITE), ("person", LEADER)):
        page = as_wei.get(part(case, name))
        steps.append((page.context["progress"], list(page.context["form"].fields)))
        answer = as_wei.post(part(case, name), {"version": page.context["version"], **sent})
        assert answer.status_code == 302
    assert steps == [
        ((2, 5), ["site_name", "domain"]),
        ((3, 5), ["service_leader", "service_leader_phone", "service_leader_id"]),
    ]
    assert answer["Location"] == part(case, "papers")
    assert as_wei.get(part(case, "papers")).context["progress"] == (4, 5)
    page = look(as_wei, case)
    assert (missing(page), page.context["sentence"]) == (
        [], "A filing is required, and can be made.",
    )  # fmt: skip
    answer = send(as_wei, case)
    assert (answer.status_code, answer["Location"]) == (302, path(case, "application/sent/"))
    case.refresh_from_db()
    receipt = text_of(as_wei.get(answer["Location"]))
    assert (case.state, case.domain, case.service_leader) == ("triage", "yulan-books.cn", "王伟")
    assert [word in receipt for word in (
        case.reference, case.follow_code, CREDIT_CODES[0], "138••••8000", "up to 30 working days",
        "Business licence",
    )] == [True] * 6  # fmt: skip
    assert "13800138000" not in receipt
    kinds = case.history.order_by("sequence").values_list("kind", flat=True)
    assert list(kinds) == ["edit", "edit", "edit", "step"]
    assert list(case.people.values_list("user", "part")) == [(wei.pk, "owner")]


def test_what_the_check_has_asked_is_not_asked_again(as_wei):
    case = begin(as_wei)
    asked = set()
    for name in ("who", "site", "person"):
        asked |= set(as_wei.get(part(case, name)).context["form"].fields)
    assert asked & {*CHECKED, "protocol", "mainland_branch", "preapproval", "ip_address"} == set()
    again = as_wei.get(part(case, "basics"))
    assert list(again.context["form"].fields) == [
        "service_kind", "server_region", "access", "forum", "applicant_type", "province",
    ]  # fmt: skip
    assert again.context["progress"] is None


@pytest.mark.parametrize(
    ("given", "leads_to"),
    [
        ({}, "/check/"),
        ({"service_kind": "website", "server_region": "mainland"}, "/check/"),
        ({**CHECKED, "server_region": "hong_kong", "mainland_cdn": "no"}, "/check/"),
        ({**CHECKED, "forum": "yes", "applicant_type": "individual"}, "/check/"),
        (CHECKED, "/apply/"),
    ],
)
def test_without_the_answers_or_against_them_the_check_comes_first(as_wei, given, leads_to):
    answer = as_wei.get("/apply/", given)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, leads_to)
    assert not FilingCase.objects.exists()


def test_keyboards_and_what_a_browser_fills_in(as_wei):
    door = as_wei.get("/apply/", CHECKED)["Location"]
    page = text(as_wei.get(door))
    phone = re.search(r'<input[^>]*name="who-phone"[^>]*>', page)
    assert phone
    assert [a in phone[0] for a in ('type="tel"', 'inputmode="tel"', 'autocomplete="tel"')] == [
        True, True, True,
    ]  # fmt: skip
    assert 'autocomplete="organization"' in page
    # The only certificate that fits is chosen already.
    assert re.findall(r'<option value="(\w*)"( selected)?>', page) == [("credit_code", " selected")]


def test_what_is_missing_is_said_before_it_is_sent(as_wei):
    """A draft with a name and a domain alone: nobody is asked for the rest afterwards."""
    bare = {**SHOP, "who-certificate_number": "", "who-phone": ""}
    case = begin(as_wei, bare)
    save(as_wei, case, "site", SITE)
    page = look(as_wei, case)
    person = part(case, "person") + "?again=1#id_"
    assert missing(page)[:-1] == [
        ("Name of the person in charge", f"{person}service_leader"),
        ("Mobile number of the person in charge", f"{person}service_leader_phone"),
        ("certificate number", part(case, "who") + "?again=1#id_who-certificate_number"),
    ]
    assert "Send the application" not in text(page)
    for address in ("application/", "step/submit_request/"):
        refused = send(as_wei, case, address)
        assert (refused.status_code, len(missing(refused))) == (422, 4)
        case.refresh_from_db()
        assert case.state == "draft"
    answer = save(as_wei, case, "person", LEADER, "?again=1")
    assert answer["Location"] == path(case, "application/")
    save(as_wei, case, "who", SHOP, "?again=1")
    assert missing(look(as_wei, case)) == []
    assert send(as_wei, case).status_code == 302


def test_a_firm_without_papers_sends_what_its_first_stage_wants(as_wei):
    """It need not name a leader in the Mainland before it has the certificate."""
    firm = {"who-name": "Yulan Ltd", "who-certificate_type": "foreign_registration",
            "who-certificate_number": "C1234567", "who-phone": ""}  # fmt: skip
    case = begin(
        as_wei, firm, applicant_type="foreign_enterprise", mainland_branch="no",
        registration_certificate="no",
    )  # fmt: skip
    page = look(as_wei, case)
    assert (missing(page), page.context["sentence"]) == (
        [], "Yes, in two stages: first the registration certificate, then the filing.",
    )  # fmt: skip
    assert send(as_wei, case).status_code == 302


IMPOSSIBLE = [
    ({"forum": "true", "applicant_type": "individual"}, "This is not permitted."),
    ({"server_region": "hong_kong"}, "No filing is required, nor possible."),
    ({"access": "ip_address"}, "This goes to the filing system of the local administration."),
]


@pytest.mark.parametrize(("changed", "sentence"), IMPOSSIBLE)
def test_a_draft_hears_the_verdict_of_the_check(as_wei, changed, sentence):
    case = begin(as_wei)
    words = {"yes": "true", "no": "false"}
    facts = {n: words.get(v, v) for n, v in CHECKED.items()} | changed
    assert save(as_wei, case, "basics", facts).status_code == 302
    checked = {n: {"true": "yes", "false": "no"}.get(v, v) for n, v in facts.items()}
    check = as_wei.get("/check/", {**checked, "mainland_cdn": "no"})
    page = look(as_wei, case)
    assert (page.context["sentence"], check.context["sentence"]) == (sentence, sentence)
    assert page.context["unmet"] == check.context["unmet"]
    assert page.context["stages"] == []
    assert [word in text(page) for word in ("working days", "Send the application")] == [
        False, False,
    ]  # fmt: skip
    # The office closes it in writing, if that is wanted.
    assert "Send it to the office all the same" in text(page)
    assert send(as_wei, case).status_code == 302
    case.refresh_from_db()
    assert case.state == "triage"
    assert "working days" not in text_of(as_wei.get(path(case, "application/sent/"))).replace(
        "1 working day", ""
    )


def test_who_applies_can_be_put_right_and_is_masked(as_wei, wei):
    case = begin(as_wei, PERSON, applicant_type="individual")
    assert (case.service_leader, case.service_leader_id) == ("王伟", "11010519491231002X")
    page = as_wei.get(part(case, "who"))
    assert "11010519491231002X" not in text(page)
    shown = {n: page.context["form"][n].value() for n in page.context["form"].fields}
    assert shown == {
        "name": "王伟", "certificate_type": "resident_id", "phone": "138••••8000",
        "certificate_number": "110•••••••••••••2X",
    }  # fmt: skip
    # What comes back masked stays as it was; what is typed counts, for the leader he is as well.
    sent = {f"who-{n}": v for n, v in shown.items()} | {"who-name": "王小伟"}
    assert save(as_wei, case, "who", sent).status_code == 302
    case.refresh_from_db()
    assert (case.applicant.name, case.applicant.certificate_number, case.applicant.phone) == (
        "王小伟", "11010519491231002X", "13800138000",
    )  # fmt: skip
    assert (case.service_leader, case.service_leader_id) == ("王小伟", "11010519491231002X")
    row = case.history.get(sequence=case.version)
    assert (row.kind, row.by, row.changes["applicant"]) == (
        "edit", wei, [["name", "王伟", "王小伟"]],
    )  # fmt: skip
    # The same sent again changes nothing.
    assert save(as_wei, case, "who", {**sent, "who-phone": "13800138000"}).status_code == 302
    case.refresh_from_db()
    assert case.version == row.sequence
    assert save(as_wei, case, "who", {**sent, "who-certificate_number": "1"}).status_code == 422


@pytest.mark.parametrize("why", ["confirmed", "shared"])
def test_a_record_that_is_not_the_drafts_own_is_read_only(as_wei, world, why):
    applicant = world.applicant(confirmed=why == "confirmed")
    case = world.case(applicant=applicant)
    if why == "shared":
        world.case(applicant=applicant)
    page = as_wei.get(part(case, "who"))
    assert ("form" in page.context, applicant.name in text(page)) == (False, True)
    answer = as_wei.post(part(case, "who"), {"version": case.version, **SHOP, "who-name": "Other"})
    # Confirmed while he was typing: told, and what he typed is still there.
    assert (answer.status_code, 'value="Other"' in text(answer)) == (409, True)
    applicant.refresh_from_db()
    assert applicant.name != "Other"


def test_everything_stays_readable_after_it_is_sent(world, django_assert_num_queries):
    case = world.at("triage")
    read = FilingCase.objects.with_names().get(pk=case.pk)
    with django_assert_num_queries(0):
        told = {str(s.title): {str(r.label): r.value for r in s.rows} for s in facts_told(read)}
    assert told == {
        "Who you are": {
            "Name of the applicant": case.applicant.name,
            "Unified social credit code": CREDIT_CODES[0],
        },
        "The site": {"Name, as users see it": "玉兰书店", "Domain name": case.domain},
        "Your answers in the check": {
            "Kind of service": "Website", "Server": "Mainland China",
            "How visitors reach it": "By a domain name", "Visitors can post": "No",
            "Who files": "Enterprise registered in the Mainland", "Province": "Beijing",
        },
        "The person in charge": {
            "Name of the person in charge": "王伟",
            "Mobile number of the person in charge": "138••••8000",
            "ID number of the person in charge": "—",
        },
    }  # fmt: skip


def test_no_fact_of_a_sent_case_is_changed_by_its_old_pages(as_wei, world):
    case = world.at("triage")
    for name in ("who", "site", "person", "basics", "papers"):
        answer = as_wei.get(part(case, name))
        assert (answer.status_code, answer["Location"]) == (302, path(case))
    page = as_wei.post(part(case, "site"), {"version": case.version, "site_name": "Something new"})
    assert (page.status_code, "Something new" in text(page)) == (403, True)
    page = as_wei.post(part(case, "person"), {"version": 1, "service_leader": "李雷"})
    assert (page.status_code, "李雷" in text(page)) == (409, True)
    case.refresh_from_db()
    assert (case.site_name, case.service_leader) == ("玉兰书店", "王伟")


def test_who_applies_is_not_changed_once_it_is_sent(as_wei):
    case = begin(as_wei)
    save(as_wei, case, "site", SITE)
    save(as_wei, case, "person", LEADER)
    send(as_wei, case)
    case.refresh_from_db()
    page = as_wei.post(part(case, "who"), {"version": case.version, **SHOP, "who-name": "木兰"})
    assert (page.status_code, "木兰" in text(page)) == (403, True)
    case.applicant.refresh_from_db()
    assert case.applicant.name == "玉兰书店有限公司"


ODD = ("\0", "x" * 10_000, "９", "<b>", "😀", "-1")


@pytest.mark.parametrize("name", ["who", "site", "person", "basics"])
def test_nothing_typed_breaks_a_page(as_wei, name):
    case = begin(as_wei)
    fields = as_wei.get(part(case, name)).context["form"]
    names = [fields[n].html_name for n in fields.fields]
    statuses = set()
    for odd in ODD:
        answer = save(as_wei, case, name, dict.fromkeys(names, odd))
        statuses.add(answer.status_code)
        assert as_wei.post(
            part(case, name), {"version": odd, **dict.fromkeys(names, "")}
        ).status_code in (409, 422)
    assert statuses == {422}
    assert as_wei.get(part(case, "elsewhere")).status_code == 404
    assert as_wei.post("/apply/", {"who-name": "\0", "form": "\0"}).status_code == 422


def test_all_of_it_is_his_own(client, mei, stranger, world):
    case = world.case()
    for person in (mei, stranger):
        client.force_login(person)
        for name in ("application/", "application/sent/", "application/who/", "application/site/"):
            assert client.get(path(case, name)).status_code == 404
            assert client.post(path(case, name), {"version": case.version}).status_code in (
                404,
                405,
            )
    case.refresh_from_db()
    assert (case.state, case.version) == ("draft", 1)


def test_the_old_step_page_leads_to_the_last_look(as_wei, world):
    case = world.case()
    answer = as_wei.get(path(case, "step/submit_request/"))
    assert (answer.status_code, answer["Location"]) == (302, path(case, "application/"))


def test_an_app_is_asked_for_its_features_and_no_address(as_wei):
    case = begin(as_wei, service_kind="app")
    fields = list(as_wei.get(part(case, "site")).context["form"].fields)
    assert (fields[:3], len(fields)) == (["site_name", "domain", "app_android_app_name"], 14)
    save(as_wei, case, "person", LEADER)
    where = part(case, "site") + "?again=1#id_app_android_app_name"
    assert missing(look(as_wei, case))[:-1] == [("platform", where)]


def test_applicants_only_look_where_a_case_has_been_sent(as_wei, world):
    draft, filed = world.case(), world.at("triage")
    assert as_wei.get(path(draft, "application/sent/"))["Location"] == path(draft, "application/")
    assert as_wei.get(path(filed, "application/"))["Location"] == path(filed)
    world.step(filed, "prepare_filing")
    assert as_wei.get(path(filed, "application/sent/"))["Location"] == path(filed)


def test_a_change_that_changes_nothing_is_not_sent(as_wei, world):
    case = world.about(world.filed(), "change")
    page = look(as_wei, case)
    assert ("Nothing is different yet from what is filed." in text(page)) is True
    assert send(as_wei, case).status_code == 422
    form = as_wei.get(part(case, "person")).context["form"]
    shown = {name: form[name].value() or "" for name in form.fields}
    changed = {**shown, "service_leader_phone": "13900139000"}
    assert save(as_wei, case, "person", changed).status_code == 302
    assert send(as_wei, case).status_code == 302


def test_both_sides_are_told_who_was_renamed(as_wei, world, li):
    case = begin(as_wei)
    assert save(as_wei, case, "who", {**SHOP, "who-name": "木兰书店"}).status_code == 302
    stale = as_wei.post(part(case, "who"), {"version": 1, **SHOP, "who-name": "牡丹书店"})
    assert (stale.status_code, "Who applies was changed." in text_of(stale)) == (409, True)
    assert 'value="牡丹书店"' in text(stale)
    staff = Client()
    staff.force_login(li)
    assert "Changed who applies: 木兰书店" in text_of(
        staff.get(f"/admin/cases/filingcase/{case.pk}/change/")
    )
    assert Applicant.objects.count() == 1
    assert HistoryRow.objects.filter(case=case, kind="edit").count() == 2
    assert ENTERPRISE["access"] == case.access
