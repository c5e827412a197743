"""The search index stays in step with the records, whatever changes them."""

import pytest
from django.core.management import call_command

from icpcases.cases.models import ApplicantToken, SearchText, SearchToken
from icpcases.search import index
from icpcases.search.tokens import note_tokens, text_of, tokens_of
from icpcases.workflow.actions.assignment import add_note

pytestmark = pytest.mark.django_db


def tokens(case):
    return set(SearchToken.objects.filter(case=case).values_list("token", flat=True))


def test_the_tokens_of_a_line():
    text = text_of(
        reference="ICP-2026-000123",
        name="玉兰书店",
        domain="xn--fsqu00a.com",
        domain_unicode="例子.com",
        address="",
        numbers=["9144030071526726xg", "京ICP备12345678号-1", "A-12", "", "Wei@example.com"],
        phones=["+86 138-0013-8000", ""],
        others=["王伟", "王伟"],
    )
    assert text.split("\n") == [
        "icp-2026-000123", "玉兰书店", "xn--fsqu00a.com", "例子.com", "王伟",
        "#13800138000", "#9144030071526726xg", "#a-12", "#wei@example.com", "#京icp备12345678号-1",
    ]  # fmt: skip
    assert tokens_of(text) == {
        "202", "026", "000", "001", "012", "123",
        "玉兰", "兰书", "书店",
        "xn", "fsq", "squ", "qu0", "u00", "00a",
        "例子", "王伟",
        "#13800138000", "$8000", "#wei@example.com", "#9144030071526726xg", "#a12", "#12345678",
    }  # fmt: skip


def test_the_tokens_of_a_note():
    assert note_tokens("Called: 已电话 OK\0\ud800") == {"~called", "~已电", "~电话", "~ok"}


def test_an_opened_case_is_in_the_index(world):
    case = world.case(domain="yulan-books.cn", service_leader_phone="13800138000")
    assert SearchText.objects.get(case=case).text.split("\n") == [
        case.reference.lower(),
        "玉兰书店有限公司",
        "yulan-books.cn",
        "王伟",
        "#13800138000",
        "#9144030071526726xg",
    ]
    assert tokens(case) == tokens_of(case.search_text.text)


def test_edits_steps_papers_and_notes_are_followed(world, li):
    case = world.at("filed")
    add_note(case, li, "Phoned twice, 已电话", case.version)
    text = SearchText.objects.get(case=case).text.split("\n")
    order = case.orders.get().number
    assert [f"#{order}" in text, f"#{case.service.number.lower()}" in text] == [True, True]
    assert tokens(case) == tokens_of("\n".join(text)) | {"~phoned", "~twice", "~已电", "~电话"}
    world.step(case, "step_back", by=world.chen)
    assert not any("icp备" in line for line in SearchText.objects.get(case=case).text.split("\n"))


def test_a_renamed_applicant_is_found_by_the_new_name_only(client, world, li):
    case = world.case()
    add_note(case, li, "玉兰", case.version)
    applicant = case.applicant
    client.force_login(li)
    client.post(
        f"/admin/cases/applicant/{applicant.pk}/change/",
        {"name": "海棠", "phone": "", "email": "", "language": "zh-hans"},
    )
    case.refresh_from_db()
    assert case.applicant.name == "海棠"
    assert [t in tokens(case) for t in ("玉兰", "~玉兰", "海棠")] == [False, True, True]


def test_a_rebuilt_index_is_the_index_that_was_kept(world, li):
    case = world.at("open")
    add_note(case, li, "Phoned 已电话 phoned", case.version)
    world.case(domain="other.cn")
    kept = everything()
    SearchToken.objects.filter(case=case).delete()
    call_command("rebuild_search")
    assert everything() == kept
    assert index.rebuild() == SearchToken.objects.count()
    assert index.rebuild_clients() == ApplicantToken.objects.count()


def everything():
    return (
        set(SearchText.objects.values_list()),
        set(SearchToken.objects.values_list("pk")),
        set(ApplicantToken.objects.values_list("pk")),
    )
