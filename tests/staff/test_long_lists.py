"""Where a page of the office cannot show all, it says so and leads to the rest."""

from typing import Any

import pytest
from django.utils import timezone

from icpcases.cases.models import Applicant, Document, FilingCase
from icpcases.db.pagination import CappedPaginator
from icpcases.deadlines.tables import forget
from icpcases.search import index, listing, query
from icpcases.workflow.actions.assignment import add_note
from tests.applicants.pages import links_in, text_of
from tests.world import many_like

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LIST, ADD = "/admin/cases/filingcase/", "/admin/cases/filingcase/add/"


@pytest.fixture
def as_li(client, li):
    client.force_login(li)
    return client


def walked(client: Any, address: str, name: str, word: str = "older") -> list[Any]:
    """The pages from this one on, as the link to the next leads."""
    pages = [client.get(address)]
    while more := dict(links_in(pages[-1].content.decode())).get(word):
        assert more.startswith(f"?{name}=")
        pages.append(client.get(address + more.partition("#")[0]))
    return pages


def test_the_applicant_shows_every_case(as_li, world):
    case = world.case()
    others = many_like(case, 120)
    pages = walked(as_li, f"/admin/cases/applicant/{case.applicant_id}/change/", "cases")
    found = [shown for page in pages for shown, _bar in page.context["cases"]]
    assert (found, len(pages)) == ([*others, case], 3)


def test_related_cases_are_paged(as_li, world):
    case = world.case()
    others = many_like(case, 25)
    pages = walked(as_li, f"{LIST}{case.pk}/change/", "related")
    found = [line.case for page in pages for line in page.context["related"]]
    assert (found, [len(page.context["related"]) for page in pages]) == (others, [10, 10, 5])
    back = dict(links_in(pages[-1].content.decode()))["newer"]
    assert back == "?related=2#related"
    odd = [as_li.get(f"{LIST}{case.pk}/change/?related={odd}") for odd in ("0", "x", "-1", "²")]
    assert [page.context["related_page"] for page in odd] == [1, 1, 1, 1]


@pytest.mark.parametrize(("number", "more"), [(5, False), (6, True)])
def test_older_notes_are_named_and_stand_in_the_history(as_li, world, li, number, more):
    case = world.case()
    for n in range(number):
        case.refresh_from_db()
        add_note(case, li, f"note {n}", case.version)
    page = as_li.get(f"{LIST}{case.pk}/change/")
    newest = [f"note {n}" for n in range(number - 1, -1, -1)]
    assert [row.note_internal for row in page.context["notes"]] == newest[:5]
    assert ("Older notes are in the history." in text_of(page)) is more
    assert [line.row.note_internal for line in page.context["history"]] == [*newest, ""]


def test_the_same_file_elsewhere_is_shown_wherever_it_lies(as_li, world):
    case = world.at("preparing")
    paper = world.document(case, "other")
    copies = Document.objects.bulk_create(
        Document(
            case=other, kind="other", label=paper.label, media_type=paper.media_type,
            size=paper.size, sha256=paper.sha256, file=f"{n}.png", added_at=timezone.now(),
        )
        for n, other in enumerate(many_like(case, 12)[::-1])
    )  # fmt: skip
    pages = walked(as_li, f"{LIST}{case.pk}/documents/{paper.pk}/", "elsewhere")
    found = [same for page in pages for same in page.context["elsewhere"]]
    assert (found, len(pages)) == (copies, 3)


def applicants(number: int) -> list[Applicant]:
    made = [Applicant.objects.create(name=f"玉兰书店{n:02d}") for n in range(number)]
    for applicant in made:
        index.keep_client(applicant.pk)
    return made


@pytest.mark.parametrize(("number", "more"), [(10, False), (11, True)])
def test_the_intake_says_that_more_applicants_fit(as_li, number, more):
    made = applicants(number)
    page = as_li.post(ADD, {"find": "玉兰"})
    assert [applicant for applicant, _number in page.context["found"]] == made[:10]
    assert ("There are more: type more of the name" in text_of(page)) is more


def test_the_chosen_applicant_is_not_cut_off(as_li):
    *others, chosen = applicants(15)
    page = as_li.post(ADD, {"find": "玉兰", "applicant": chosen.pk})
    found = [applicant for applicant, _number in page.context["found"]]
    assert (page.context["chosen"], found) == (chosen, [chosen, *others[4:13]])


def test_what_is_beyond_eight_words_is_said_to_be_left_out(as_li, world):
    case = world.case()
    words = "yulan books shop site page text word more extra last"
    page = as_li.get(LIST, {"q": words})
    assert page.context["left_out"] == ("extra", "last")
    assert "these are left out: extra last." in text_of(page)
    few = as_li.get(LIST, {"q": f"{case.reference} 玉兰", "sort": "due"})
    assert (few.context["left_out"], len(few.context["lines"])) == ((), 1)


def test_the_months_go_back_to_the_first_case(as_li, world):
    case, today = world.case(), timezone.localdate()

    def months() -> list[str]:
        fields = as_li.get(LIST).context["fields"]
        return [c.value for f in fields if f.name == "created" for c in f.choices]

    assert (len(months()), months()[0]) == (24, f"{today:%Y-%m}")
    long_ago = timezone.now().replace(year=today.year - 4, month=1, day=9)
    FilingCase.objects.filter(pk=case.pk).update(created_at=long_ago)
    forget()
    assert (len(months()), months()[-1]) == (48 + today.month, f"{today.year - 4}-01")


@pytest.mark.parametrize(("at_most", "told"), [(3, False), (2, True)])
def test_a_table_that_cannot_be_paged_to_its_end_says_so(as_li, monkeypatch, at_most, told):
    applicants(3)
    monkeypatch.setattr(CappedPaginator, "at_most", at_most)
    page = as_li.get("/admin/cases/applicant/")
    said = f"Only the first {at_most} can be paged through: search for the others."
    assert (said in text_of(page)) is told


def test_the_buckets_of_the_home_page_lead_to_all_cases(as_li, world, li):
    case = world.at("triage")
    many_like(case, 21, state="triage", turn="officer", officer=li)
    many_like(case, 21, 2031, state="triage", turn="officer")
    links = dict(links_in(as_li.get("/admin/").content.decode()))
    mine, nobodys = links["All your cases"], links["All unassigned cases"]
    assert as_li.get(mine).context["total"].number == 22
    assert as_li.get(nobodys).context["total"].number == 21


@pytest.mark.parametrize(("number", "more"), [(2, False), (3, True)])
def test_a_search_of_notices_says_when_it_looks_at_the_newest_only(
    as_li, world, monkeypatch, number, more
):
    for _case in range(number):
        world.at("triage")
    monkeypatch.setattr(query, "RARE", 0)
    monkeypatch.setattr(listing, "FOUND_AT_MOST", 2)
    page = as_li.get("/admin/cases/notice/", {"q": "玉兰"})
    assert ("only notices of the newest are looked for" in text_of(page)) is more
