"""The list of cases: what it shows, finds and counts, and that its address says all of it."""

import datetime as dt
import random
import re
from itertools import pairwise
from urllib.parse import parse_qs

import pytest
from django.http import QueryDict
from django.utils import timezone

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.states import Phase, State
from icpcases.search import facets
from icpcases.search import listing as listing_module
from icpcases.search.listing import Listing
from icpcases.staff.cases.filters import ORDERS, ListQuery
from icpcases.staff.cases.list import SIZE
from icpcases.workflow.actions.assignment import add_note, assign
from icpcases.workflow.actions.requests import answer
from tests.domain import FILING_TYPES
from tests.harness.reading import blocks
from tests.search.many import many_cases
from tests.world import ENTERPRISE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


LIST = "/admin/cases/filingcase/"


# Session, account, roles; the total, the keys, the lines; the counts in two.
QUERIES_OF_THE_LIST = 8


QUERIES_OF_A_SEARCH = 11


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def listed(client, **asked):
    page = client.get(LIST, asked, follow=True)
    assert page.status_code == 200
    if "now" in page.context:
        # A single hit opens at once.
        return [page.context["case"].pk]
    return [line.case["pk"] for line in page.context["lines"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_for_every_row(
    as_li, world, rows, django_assert_num_queries
):
    for _row in range(rows):
        world.at("provider_review")
    as_li.get(LIST)
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        assert len(listed(as_li)) == rows
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        assert len(listed(as_li, state="provider_review", officer="mine", province="CN-BJ")) == rows
    with django_assert_num_queries(QUERIES_OF_A_SEARCH):
        assert len(listed(as_li, q="玉兰 site-", state="provider_review", sort="-since")) == rows


def test_a_line_says_where_a_case_stands(as_li, world, li):
    case = world.at("returned")
    request = case.requests.get()
    answer(case, world.wei, request.pk, "Scanned again.", case.version)
    FilingCase.objects.filter(pk=case.pk).update(due_at=timezone.now() - dt.timedelta(days=1))
    line = as_li.get(LIST).context["lines"][0]
    assert (line.site, line.province, line.state, line.turn, line.officer, line.overdue) == (
        case.domain, "Beijing", State.RETURNED, "an officer", "li", True,
    )  # fmt: skip
    page = as_li.get(LIST).content.decode()
    assert page.count('<span class="badge request-answered">answered</span>') == 1
    assert page.count('<strong class="over">') == 1
    assert "13800138000" not in page


def test_a_cell_without_a_value_is_empty(as_li, world):
    """Narrow screens leave it out with its label, which they do not if there is a blank in it."""
    world.at("withdrawn")
    line = as_li.get(LIST).content.decode().split("<tbody>")[1].split("</tbody>")[0]
    cells = dict(re.findall(r'<td data-label="(\w+)">(.*?)</td>', line, re.DOTALL))
    assert [label for label, text in cells.items() if not text.strip()] == ["due"]
    assert cells["due"] == ""


def test_filters_combine(as_li, world, li, chen):
    draft, review = world.case(), world.at("provider_review")
    away = world.case(province="CN-GD", happened=timezone.now() - dt.timedelta(days=70))
    assign(away, chen, chen, away.version)
    assign(draft, chen, None, draft.version)
    returned = world.at("returned")
    answer(returned, world.wei, returned.requests.get().pk, "Done.", returned.version)
    now = timezone.now()
    FilingCase.objects.filter(pk=review.pk).update(due_at=now - dt.timedelta(minutes=1))
    end = timezone.localtime(now).replace(hour=23, minute=59, second=59, microsecond=0)
    FilingCase.objects.filter(pk=returned.pk).update(due_at=end)
    found = {
        asked: [name for name, case in
                {"draft": draft, "review": review, "away": away, "returned": returned}.items()
                if case.pk in listed(as_li, **{k: v[0] for k, v in parse_qs(asked).items()})]
        for asked in (
            "phase=intake", "state=draft&province=CN-GD", "turn=provider", "officer=mine",
            "officer=nobody", f"officer={chen.pk}", "due=over", "due=today", "answered=1",
            f"created={timezone.localtime(away.created_at):%Y-%m}", "phase=filing&state=draft",
            f"q={review.reference}&phase=filing", f"q={review.reference}&phase=intake",
        )
    }  # fmt: skip
    assert list(found.values()) == [
        ["draft", "away"], ["away"], ["review"], ["review", "returned"],
        ["draft"], ["away"], ["review"], ["returned"], ["returned"],
        ["away"], [],
        ["review"], [],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"type": "first"}, ["draft", "review"]), ({"type": "add_service"}, ["app"]),
        ({"type": "change"}, ["change"]), ({"type": "cancel_access"}, []),
        ({"kind": "website"}, ["draft", "review", "change"]), ({"kind": "app"}, ["app"]),
        ({"kind": "quick_app"}, []), ({"type": "add_service", "kind": "app"}, ["app"]),
        ({"type": "first", "kind": "app"}, []), ({"type": "first", "state": "draft"}, ["draft"]),
        ({"type": "change", "phase": "filing"}, []), ({"q": "玉兰", "kind": "app"}, ["app"]),
        ({"type": "first", "sort": "since"}, ["draft", "review"]),
        # What nobody offers is left out.
        ({"type": "renewal", "kind": "newspaper"}, ["draft", "review", "app", "change"]),
    ],
)  # fmt: skip
def test_filing_type_and_service_kind_narrow_the_list(as_li, world, asked, names):
    service = world.filed()
    cases = {
        "draft": world.case(), "review": world.at("provider_review"),
        "app": world.case(
            applicant=service.subject.applicant, filing_type="add_service", service_kind="app"
        ),
        "change": world.about(service, "change", site_name="玉兰书屋"),
    }  # fmt: skip
    found = set(listed(as_li, **asked))
    assert [name for name, case in cases.items() if case.pk in found] == names
    assert as_li.get(LIST, asked).context["total"].number == len(names)


def test_the_type_and_the_kind_are_offered_chosen_and_kept_in_the_address(as_li, world):
    world.case()
    page = as_li.get(LIST, {"type": "first", "kind": "website"})
    fields = {field.name: field for field in page.context["fields"]}
    assert [choice.value for choice in fields["type"].choices] == list(FILING_TYPES)
    assert [choice.value for choice in fields["kind"].choices] == [
        "website", "app", "mini_program", "quick_app",
    ]  # fmt: skip
    assert [fields[name].chosen.label for name in ("type", "kind")] == ["First filing", "Website"]
    assert [fields[name].without for name in ("type", "kind")] == ["?kind=website", "?type=first"]


@pytest.mark.parametrize("rows", [1, 3])
def test_narrowed_so_it_costs_the_same_for_every_row(as_li, world, rows, django_assert_num_queries):
    for _row in range(rows):
        service = world.filed()
        world.case(
            applicant=service.subject.applicant, filing_type="add_service", service_kind="app"
        )
    as_li.get(LIST)
    # The counts are of what was found, in one.
    with django_assert_num_queries(QUERIES_OF_THE_LIST - 1):
        assert len(listed(as_li, type="add_service", kind="app")) == rows


def test_each_choice_says_how_many_cases_it_would_leave(as_li, world, chen):
    for state in ("draft", "draft", "triage", "provider_review"):
        world.at(state)
    far = world.case(province="CN-GD")
    assign(far, chen, None, far.version)

    def counts(**asked):
        fields = as_li.get(LIST, asked).context["fields"]
        return {f.name: {c.value: c.count for c in f.choices if c.count not in ("", "0")}
                for f in fields}  # fmt: skip

    li = world.li.pk
    assert counts(phase="intake", province="CN-BJ") == {
        "phase": {"intake": "3", "filing": "1"},
        "state": {"draft": "2", "triage": "1"},
        "turn": {"applicant": "2", "officer": "1"},
        "officer": {"mine": "3"},
        "province": {"CN-BJ": "3", "CN-GD": "1"},
        "due": {}, "created": {f"{timezone.localdate():%Y-%m}": "3"}, "filed": {}, "answered": {},
        "type": {}, "kind": {}, "whether in progress": {},
    }  # fmt: skip
    assert counts(q=far.reference, sort="due")["officer"] == {"nobody": "1"}
    as_li.force_login(chen)
    assert counts()["officer"] == {"nobody": "1", str(li): "4"}


def test_what_is_due_answered_or_of_a_month_is_counted_too(as_li, world, monkeypatch):
    returned, review, away = (world.at(s) for s in ("returned", "provider_review", "draft"))
    answer(returned, world.wei, returned.requests.get().pk, "Done.", returned.version)
    now = timezone.localtime()
    end = now.replace(hour=23, minute=59, second=59, microsecond=0)
    month = (now.replace(day=1) - dt.timedelta(days=1)).replace(hour=23)
    FilingCase.objects.filter(pk=review.pk).update(due_at=now - dt.timedelta(days=1))
    FilingCase.objects.filter(pk=returned.pk).update(due_at=end, created_at=month)
    this, last = f"{now:%Y-%m}", f"{month:%Y-%m}"

    def counts(**asked):
        fields = as_li.get(LIST, asked).context["fields"]
        return {f.name: {c.value: c.count for c in f.choices if c.count not in ("", "0")}
                for f in fields if f.name in ("due", "created", "answered")}  # fmt: skip

    of_all = {"due": {"over": "1", "today": "1"}, "created": {this: "2", last: "1"},
              "answered": {"1": "1"}}  # fmt: skip
    assert counts() == counts(q="玉兰") == of_all
    assert counts(state="draft") == {"due": {}, "created": {this: "1"}, "answered": {}}
    # Of the filter in use the other choices are not known.
    assert counts(due="today") == {"due": {}, "created": {last: "1"}, "answered": {"1": "1"}}
    # What is not short is still counted along the indexes of what is due and what is answered.
    monkeypatch.setattr(facets, "SHORT", 1)
    assert counts() == {**of_all, "created": {}}
    assert counts(phase="filing", turn="provider") == {
        "due": {"over": "1"}, "created": {this: "1"}, "answered": {},
    }  # fmt: skip
    assert counts(q="玉兰") == {"due": {}, "created": {}, "answered": {}}
    # Where these are many, too, they are not counted at all.
    monkeypatch.setattr(facets, "MARKED", 0)
    assert counts() == {"due": {}, "created": {}, "answered": {}}
    assert away.pk in listed(as_li)


def test_the_address_is_cleaned_and_says_all_of_the_list(as_li, world):
    world.case()
    page = as_li.get(f"{LIST}?q=&state=draft&phase=&turn=&sort=-since")
    assert page.url == "?state=draft&sort=-since"
    page = as_li.get(LIST, {"q": "玉兰", "state": "draft", "sort": "due"})
    query = page.context["query"]
    assert query.address() == "?q=%E7%8E%89%E5%85%B0&state=draft&sort=due"
    assert as_li.get(LIST + query.address()).context["query"] == query
    labels = [(f.name, f.chosen.label) for f in page.context["fields"] if f.chosen]
    assert labels == [("state", "Draft")]
    without = [f.without for f in page.context["fields"] if f.chosen]
    assert without == ["?q=%E7%8E%89%E5%85%B0&sort=due"]


@pytest.mark.slow
@pytest.mark.parametrize("sort", ["", "reference", "due", "-due", "since", "-since"])
def test_turning_pages_meets_every_case_once_there_and_back(as_li, sort):
    """Four pages; many cases with the same time, many with no due date at all."""
    cases = many_cases(3 * SIZE + 7)
    asked = {"sort": sort} if sort else {}
    there = walked(as_li, asked, "next")
    back = walked(as_li, {**asked, "end": "1"}, "previous")
    assert [len(page) for page in there] == [SIZE, SIZE, SIZE, 7]
    assert [pk for page in there for pk in page] == expected(cases, sort)
    assert [pk for page in reversed(back) for pk in page] == expected(cases, sort)


def expected(cases, sort):
    if sort in ("", "reference"):
        return sorted((c.pk for c in cases), reverse=not sort)
    name, sign = {"due": "due_at", "since": "state_since"}[sort.strip("-")], sort.startswith("-")
    with_time = [c for c in cases if getattr(c, name)]
    with_time.sort(key=lambda c: (getattr(c, name), c.pk), reverse=sign)
    without = sorted((c.pk for c in cases if not getattr(c, name)), reverse=True)
    return [c.pk for c in with_time] + without


def walked(client, asked, way):
    pages, page = [], client.get(LIST, asked)
    while True:
        pages.append([line.case["pk"] for line in page.context["lines"]])
        address = getattr(page.context["turned"], way)
        if not address:
            return pages
        page = client.get(LIST + address)


def test_first_and_last_are_there_where_they_lead_somewhere(as_li):
    many_cases(2 * SIZE)
    page = as_li.get(LIST)
    turned = page.context["turned"]
    assert (turned.first, turned.previous, turned.last) == ("", "", "?end=1")
    second = as_li.get(LIST + turned.next).context["turned"]
    assert (second.first, bool(second.previous), second.next, second.last) == ("?", True, "", "")


def test_who_has_no_role_sees_no_list(client, world, stranger):
    client.force_login(stranger)
    assert client.get(LIST).status_code == 302


NEEDLES = ["ICP-", "site-1", "'", '"', "%", "_", "\\", "\0", "😀", "x" * 10_000, "玉", "(", "北 京"]


ODD = [
    "officer=zzz", "officer=²", "officer=99999999999999999999", "province=%00", "province=CN-XX",
    "state=nonsense", "phase=x", "turn=supervisor", "due=x", "created=2026-13", "created=0000-00",
    "created=9999-12", "created=x", "answered=2", "after=x", "after=~",
    "after=2026-01-01~5&sort=due",
    "after=99999999999999999999", "after=9999-12-31T23:59:59-23:59~5&sort=due",
    "before=2026-01-01~5",
    "before=5&after=5", "end=1&after=5", "sort=x", "p=99999", "q=%ED%A0%80", "q=%FF", "q=a&q=b",
]  # fmt: skip


def test_nothing_that_is_typed_or_asked_for_is_an_error(as_li, world):
    world.case()
    statuses = {n: as_li.get(LIST, {"q": n}, follow=True).status_code for n in NEEDLES}
    assert statuses == dict.fromkeys(NEEDLES, 200)
    statuses = {q: as_li.get(f"{LIST}?{q}", follow=True).status_code for q in ODD}
    assert statuses == dict.fromkeys(ODD, 200)


@pytest.mark.slow
def test_ten_thousand_random_searches_and_filters_are_no_error(as_li, world):
    """Through the search and the list; a hundred of them through the whole page."""
    cases = many_cases(60)
    draw, statuses = random.Random(5), set()
    some = ["玉", "兰", "公司", "site", "-", ".", "2026", "ICP", "%", "_", "'", '"', "\\", "\0",
            "\ud800", "😀", " ", "\u3000", "（", "1", "000", "é", "한국", "*", "#"]  # fmt: skip
    values = {
        "state": [*State.values, "x"], "phase": [*Phase.values, "x"], "turn": ["officer", "nobody"],
        "officer": ["mine", "nobody", "7", "x"], "province": ["CN-BJ", "CN-GD", "x"],
        "due": ["over", "today"], "created": ["2026-01", "x"],
        "filed": ["2026-11", "x"], "answered": ["1"],
        "sort": [*ORDERS, "x"], "after": ["5", "2026-01-01T00:00:00Z~5", "x"],
    }  # fmt: skip
    for n in range(10_000):
        typed = "".join(draw.choices(some, k=draw.randint(0, 12)))
        names = draw.sample(list(values), k=draw.randint(0, 4))
        asked = {"q": typed, **{name: draw.choice(values[name]) for name in names}}
        if n % 100 == 0:
            asked["q"] = asked["q"].encode("utf-8", "ignore").decode()
            statuses.add(as_li.get(LIST, asked, follow=True).status_code)
            continue
        query = ListQuery.of(as_query(asked))
        listing = Listing(query.wanted(world.li), query.order)
        assert len(listing.keys(50)) == min(50, listing.total.number)
    assert statuses == {200}
    assert len(cases) == 60


def keys_found(user, **asked):
    """What the list finds, without its page around it."""
    query = ListQuery.of(as_query(asked))
    return Listing(query.wanted(user), query.order).keys(50)


def as_query(asked):
    query = QueryDict(mutable=True)
    query.update(asked)
    return query


NAMES_OF_MANY = (
    "海棠书屋（上海）文化传播有限责任公司", "深圳市云峰智能科技股份有限公司", "王小明",
    "北京嘉禾明德教育咨询中心", "成都瑞星宏远物流有限公司广州第二分公司", "澳門環宇貿易行",
    "杭州西湖龙井茶叶合作社联合社", "西藏高原牦牛乳业", "欧阳𠮷野", "江苏省人民医院互联网医院",
)  # fmt: skip


@pytest.mark.slow
def test_two_hundred_needles_find_their_case(as_li, world):
    """Each number, whole and as people type it, and each name by every two characters."""
    made = {}
    for n, name in enumerate(NAMES_OF_MANY):
        phone = f"1391234{n:04d}"
        applicant = world.applicant(name=name, phone=f"010-6512 34{n:02d}")
        domain = {"domain": f"shop-{n}fresh.com.cn"}
        facts = {**ENTERPRISE, **domain, "service_leader_phone": phone}
        case = world.at("filed" if n < 2 else "draft", facts, applicant=applicant, **domain)
        made[case.pk] = [
            case.reference, case.reference.lower(), case.reference[4:], case.reference[-6:],
            case.domain, case.domain.upper(), f"https://www.{case.domain}/a?b=1", f"{n}fresh",
            f"{n}fre", applicant.certificate_number, applicant.certificate_number[:7].lower(),
            phone, f"+86 {phone[:3]} {phone[3:7]} {phone[7:]}", f"010-651234{n:02d}", name,
            *(two for two in map("".join, pairwise(name)) if two.isalnum()),
        ]  # fmt: skip
        if case.service:
            add_note(case, world.li, f"已与代办人核对 fingerprint{n}", case.version)
            order, icp = case.orders.get().number, case.service.number
            made[case.pk] += [order, order[:-1], icp, icp[:-2], icp[5:13], f"{name[:2]} 核对",
                              "代办人", f"FINGERPRINT{n}", "finger"]  # fmt: skip
    needles = [(pk, needle) for pk, some in made.items() for needle in some]
    assert len(needles) > 200
    assert [n for pk, n in needles if pk not in keys_found(world.li, q=n)] == []
    assert [len(listed(as_li, q=f"{n}fresh")) for n in range(10)] == [1] * 10
    assert listed(as_li, q="绝无") == []


def test_a_preapproval_is_found_by_its_number(as_li, world):
    case = world.at("preapproval_granted")
    world.case()
    number = case.documents.get(kind="bbs_preapproval").number
    # A single hit opens at once.
    assert as_li.get(LIST, {"q": number})["Location"] == f"{LIST}{case.pk}/change/"


def test_what_is_too_short_is_said_to_be(as_li, world):
    world.case()
    page = as_li.get(LIST, {"q": "x 玉"})
    assert (page.context["too_short"], page.context["lines"]) == (("x", "玉"), [])


def test_an_app_stands_in_no_column_of_sites(client, world, li):
    """The column holds whatever is filed: websites, Apps, programs, and the subject alone."""
    client.force_login(li)
    case = world.at("triage", service_kind="app", domain="", site_name="玉兰记账")
    world.step(world.case(applicant=case.applicant), "submit_request")
    found = {}
    for name, page in {
        "list": "/admin/cases/filingcase/",
        "home": "/admin/",
        "case": f"/admin/cases/filingcase/{case.pk}/change/",
        "board": f"/admin/board/cases/?figure=opened&since={timezone.localdate()}"
        f"&until={timezone.localdate()}",
    }.items():
        heads = [text for kind, text in blocks(client.get(page).content.decode()) if kind == "th"]
        found[name] = [head for head in heads if head.lower() in ("site", "service")]
    assert found == {
        "list": ["service"], "home": ["Service"], "case": ["Service"], "board": ["Service"],
    }  # fmt: skip


@pytest.mark.parametrize("apps", [1, 3])
def test_the_queue_costs_the_same_for_one_app_and_for_three(
    client, world, li, apps, django_assert_num_queries
):
    client.force_login(li)
    for _app in range(apps):
        world.at("triage", service_kind="app", domain="", site_name="玉兰记账")
    client.get("/admin/")
    with django_assert_num_queries(8):
        page = client.get("/admin/")
    assert page.content.decode().count("玉兰记账") == apps


def test_what_was_filed_in_a_month_is_found_and_steps_taken_back_do_not_count(as_li, world):
    filed, undone, other = world.at("filed"), world.at("filed"), world.at("authority_review")
    world.step(undone, "step_back", by=world.chen, reason="A slip.")
    opened = world.at("open")
    month = f"{timezone.localdate():%Y-%m}"
    assert listed(as_li, filed=month) == [opened.pk, filed.pk]
    assert listed(as_li, filed="2020-01") == []
    assert listed(as_li, filed=month, state="filed") == [filed.pk]
    assert listed(as_li, filed=month, q=opened.domain) == [opened.pk]
    assert len(listed(as_li, filed="x")) == 4
    assert other.state == "authority_review"


def test_a_click_on_a_column_sorts_and_the_filters_stay(as_li, world, monkeypatch):
    for name in ("Birch", "Alder"):
        world.at("triage", applicant=world.applicant(name=name))
    page = as_li.get(LIST, {"state": "triage", "sort": "applicant"})
    assert [line.case["applicant__name"] for line in page.context["lines"]] == ["Alder", "Birch"]
    links = {column.label: (column.address, column.sorted) for column in page.context["columns"]}
    assert links == {
        "reference": ("?state=triage", "none"),
        "applicant": ("?state=triage&sort=-applicant", "ascending"),
        "service": ("", ""),
        "province": ("", ""),
        "state": ("?state=triage&sort=state", "none"),
        "turn": ("", ""),
        "officer": ("?state=triage&sort=officer", "none"),
        "since": ("?state=triage&sort=-since", "none"),
        "due": ("?state=triage&sort=due", "none"),
    }
    monkeypatch.setattr(listing_module, "RARE", 1)
    page = as_li.get(LIST, {"state": "triage", "sort": "applicant"})
    assert [line.case["applicant__name"] for line in page.context["lines"]] == ["Alder", "Birch"]
    assert "cannot be sorted this way" in page.content.decode()


def test_a_domain_breaks_at_its_dots(as_li, world):
    world.at("triage", domain="a-long-name.shop.example.cn")
    page = as_li.get(LIST).content.decode()
    assert "a-long-name.<wbr>shop.<wbr>example.<wbr>cn" in page
