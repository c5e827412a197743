"""Finding an applicant, in whatever form he is looked for, with a case or without one."""

import pytest

from icpcases.cases.models import Applicant
from icpcases.search import index
from icpcases.search.applicants import find_applicants, shared_by, twins_of
from icpcases.search.query import query_of
from icpcases.search.services import find_services
from icpcases.workflow.actions.assignment import add_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(world):
    return world.applicant(
        name="餐饮（北京）有限公司", phone="13900139001", email="office@canyin.example",
        certificate_type="permit", certificate_number="ab-12 34567",
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        "餐饮(北京)", "餐饮（北京）有限公司", "【北京】", "餐饮", "AB1234567", "ab-1234567",
        "ＡＢ１２３４５６７", "139-0013-9001", "+86 139 0013 9001", "１３９００１３９００１",
        "9001",
        "office@canyin.example", "OFFICE@canyin", "餐饮 9001",
    ],
)  # fmt: skip
def test_an_applicant_without_a_case_is_found_in_any_form(world, firm, words):
    world.applicant(name="Garden Books", phone="13900139002", email="x@garden.example")
    assert find_applicants(words, 10) == [firm.pk]
    assert find_applicants(f"{words} 绝无", 10) == []


def test_what_is_about_a_case_finds_its_applicant_and_what_a_note_says_does_not(world, li):
    case = world.case(
        domain="yulan-books.cn", service_leader="赵敏", subject_leader="钱学",
        service_leader_phone="13700137007",
    )  # fmt: skip
    for words in (case.reference, "yulan-books.cn", "赵敏", "钱学", "137-0013-7007", "7007"):
        assert find_applicants(words, 10) == [case.applicant_id], words
        assert query_of(words).rarest.count == 1, words
    service = world.filed(name="木兰茶馆", domain="mulan.cn", number="京ICP备20210009号-1")
    client = service.subject.applicant_id
    for words in ("木兰茶馆", "mulan.cn", "京ICP备20210009号", "20210009"):
        assert find_applicants(words, 10) == [client], words
        assert find_services(words) == [service.pk], words
    add_note(case, li, "Rang about Peony.", case.version)
    assert find_applicants("Peony", 10) == []


def test_a_number_of_any_type_is_one_however_it_is_written(world, firm):
    assert firm.certificate_number == "AB1234567"
    assert Applicant.objects.get(certificate_number="ab 12-34567") == firm
    Applicant.objects.filter(pk=firm.pk).update(certificate_number="ｘ－9")
    assert Applicant.objects.get(pk=firm.pk).certificate_number == "X9"


def test_twins_have_one_number_phone_or_name_and_no_two_numbers(world, firm):
    def other(**fields):
        fields = {"name": "Nobody", "certificate_type": "", "certificate_number": ""} | fields
        return world.applicant(confirmed=False, **fields)

    same = {
        other(certificate_type="permit", certificate_number="AB1234567"): ["certificate_number"],
        other(phone="+86 139-0013-9001"): ["phone"],
        other(name="餐饮(北京)有限公司"): ["name"],
    }
    other(name="餐饮(北京)", phone="13900139009")
    other(name=firm.name, certificate_type="permit", certificate_number="CD7654321")
    assert twins_of(firm) == list(same)
    assert [shared_by(firm, twin) for twin in same] == list(same.values())


def test_a_rename_and_a_joined_record_are_followed(world, firm):
    firm.name = "海棠茶庄"
    firm.save()
    index.keep_applicant(firm)
    assert (find_applicants("海棠", 10), find_applicants("餐饮", 10)) == ([firm.pk], [])
    old = world.applicant(name="旧茶庄", confirmed=False)
    Applicant.objects.filter(pk=old.pk).update(joined_to=firm)
    assert find_applicants("旧茶庄", 10) == [firm.pk]
    assert twins_of(firm) == []
