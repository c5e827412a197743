"""The program speaks Chinese: no string is missing, and no page falls back into English."""

import os
import re
import runpy
import shutil
from collections.abc import Iterable, Iterator
from enum import Enum
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from django.urls import reverse
from django.utils.translation import get_language, gettext, override

from icpcases.lifecycle.roles import Role
from icpcases.lifecycle.states import Phase, State, Unit
from icpcases.lifecycle.steps import Step
from icpcases.notifications.preview import message
from icpcases.rules import about_case, about_facts, about_papers, rule
from icpcases.rules.book import RULES
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.facts import CHOICES, FACT_LABELS, ApplicantType, Facts, Protocol
from icpcases.rules.rule import Party, Source, Words
from icpcases.rules.verdict import Stage, Verdict

from .world import ENTERPRISE, FOREIGN, FORUM, upload

# Words are the same whatever the database.
pytestmark = pytest.mark.sqlite

MESSAGES = runpy.run_path(str(Path(__file__).parent.parent / "script" / "messages.py"))
CATALOGUE = MESSAGES["CATALOGUE"]
REFRESH = "run script/messages, and translate what it names"

CHINESE = re.compile("[㐀-鿿]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]")
# The same in both languages: what a protocol or a platform is called.
NOT_CHINESE = {"HTTP", "HTTPS", "App", "Android", "iOS", "HarmonyOS"}
# A comma or bracket beside Chinese, a stop behind it or at the end; 例子.中国 has none.
HALF_WIDTH = re.compile("[㐀-鿿” ][,;:?!()]|[,;:?!()][㐀-鿿“]|[㐀-鿿][.](?![㐀-鿿])|[.,;:?!]$|。。")
ENDINGS = {".": "。", "?": "？", ":": "：", "!": "！"}
STOPS = {stop: stop for stop in ENDINGS.values()}

#: How the trade says it: whoever translates a sentence with the one says the other.
TRADE = {
    "applicant": "主办单位",
    "service leader": "网站负责人",
    "BBS pre-approval": "电子公告服务前置审批",
    "pre-approval": "前置审批",
    "ICP number": "备案号",
    "SMS": "短信",
    "public-security": "公安",
    "provider": "服务商",
    "registration certificate": "登记证",
    "supervisor": "主管",
    "forum": "论坛",
    "domain": "域名",
}


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def key(entry: Any) -> tuple[str | None, str, str]:
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def strings(entry: Any) -> list[str]:
    """The Chinese of an entry: one string, and for a counted one its only form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_marked_string_stands_in_the_catalogue(catalogue: polib.POFile) -> None:
    if not shutil.which("xgettext"):
        if os.environ.get("CI") == "true":
            pytest.fail("xgettext is missing: install the package gettext")
        pytest.skip("xgettext is not installed here (package gettext)")
    marked = {key(entry) for entry in MESSAGES["extract"]()}
    known = {key(entry) for entry in catalogue}
    assert marked - known == set(), REFRESH
    assert known - marked == set(), REFRESH
    assert [e.msgid for e in catalogue if e.obsolete or e.fuzzy] == [], REFRESH


def has_words(msgid: str) -> bool:
    """Whether there is anything to translate but placeholders and punctuation."""
    return msgid not in NOT_CHINESE and bool(re.search("[A-Za-z]", PLACEHOLDER.sub("", msgid)))


def test_every_string_is_translated(catalogue: polib.POFile) -> None:
    english = [
        entry.msgid
        for entry in catalogue
        for text in strings(entry)
        if not CHINESE.search(text) and has_words(entry.msgid)
    ]
    assert english == []
    assert [entry.msgid for entry in catalogue if not all(strings(entry))] == []


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def test_placeholders_are_kept(catalogue: polib.POFile) -> None:
    lost = [
        (entry.msgid, text)
        for entry in catalogue
        for text in strings(entry)
        if placeholders(text) != placeholders(entry.msgid)
    ]
    assert lost == []


def test_the_punctuation_is_chinese(catalogue: polib.POFile) -> None:
    odd = [
        (entry.msgid, text)
        for entry in catalogue
        for text in strings(entry)
        if HALF_WIDTH.search(text)
    ]
    assert odd == []


def test_a_sentence_ends_as_a_sentence(catalogue: polib.POFile) -> None:
    other = [
        (entry.msgid, text)
        for entry in catalogue
        for text in strings(entry)
        if ENDINGS.get(entry.msgid.rstrip()[-1:]) != STOPS.get(text[-1:])
    ]
    assert other == []


def test_the_words_are_those_of_the_trade(catalogue: polib.POFile) -> None:
    short = {  # where the stage is plain from the sentence, and of an App too
        "BBS pre-approval": "前置审批",
        "service leader": "服务负责人",
    }
    other = [
        (entry.msgid, text, chinese)
        for entry in catalogue
        for text in strings(entry)
        for english, chinese in TRADE.items()
        if re.search(rf"\b{english}(s|'s)?\b", PLACEHOLDER.sub("", entry.msgid))
        and chinese not in text
        and short.get(english, chinese) not in text
    ]
    assert other == []


def test_the_compiled_catalogue_is_this_one(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {key(e): strings(e) for e in compiled} == {key(e): strings(e) for e in catalogue}, (
        REFRESH
    )


def words_of_rules() -> Iterator[str]:
    """Every sentence and remedy a rule may answer with."""
    found: list[Words] = [words for rule in RULES for words in (rule.failing, rule.holding)]
    for module in (about_case, about_facts, about_papers, rule):
        found += [value for value in vars(module).values() if isinstance(value, Words)]
    for words in found:
        yield from (words.sentence, words.remedy)
    yield from (rule.asks for rule in RULES if rule.asks)


def labels_of_rules() -> Iterator[str]:
    yield from FACT_LABELS.values()
    enums: tuple[Iterable[Any], ...] = (Party, Kind, Stage, *CHOICES.values())
    yield from (member.label for enum in enums for member in enum if member not in Protocol)
    yield from (verdict.sentence for verdict in Verdict)
    for source in Source:
        yield from (text for text in (source.value, source.question) if text)
    for who in (ApplicantType.INDIVIDUAL, ApplicantType.ENTERPRISE):
        facts = Facts(applicant_type=who)
        yield from (wanted.when for wanted in wanted_documents(facts) if wanted.when)


@pytest.mark.parametrize("texts", [words_of_rules, labels_of_rules])
def test_the_rule_book_speaks_chinese(texts: Any) -> None:
    with override("zh-hans"):
        english = [t for t in texts() if has_words(t) and not CHINESE.search(gettext(t))]
    assert english == []


def labels_of_members() -> Iterator[tuple[Enum, object]]:
    for enum in (State, Step, Phase, Unit, Role):
        yield from ((member, member.label) for member in enum)
    for state in State:
        yield from ((state, text) for text in (state.about.applicant, state.about.ahead))
        yield state, state.about.meaning
    for step in Step:
        yield step, step.about.does


def test_states_and_steps_speak_chinese() -> None:
    with override("zh-hans"):
        english = [m for m, label in labels_of_members() if not CHINESE.search(str(label))]
    assert english == []


# What is neither English nor Chinese, on whatever page.
KEYS = {"Alt", "Ctrl", "Enter", "Option", "Shift", "Mac", "Firefox"}
FORMATS = {"PDF", "PNG", "JPEG", "HEIC", "WebP", "MB", "KB"}
SAME_IN_BOTH = KEYS | FORMATS | NOT_CHINESE | {"BBS", "ICP", "IP", "CDN", "cn", "CN", "www"}
# What the tests themselves have typed in, or what people have named: as it was written.
DATA = re.compile(
    r"""(?:Example|Old)\ Cloud|The\ domain\ certificate\ is\ blurred|phone\ call|blurred|Seen\ twice
    |The\ site\ (is\ given\ up|was\ shut\ down)|\b(?:wei|li|chen|sun)\b
    |[\w.+-]+@[\w.-]+                    # an e-mail address
    |https?://\S+|[\w-]+(?:\.[\w-]+)+    # an address, a domain, a file
    |ICP-\d{4}-\d+|CN-[A-Z]{2}           # a reference, a province
    |\b[A-Z0-9]{10,}\b|\b[A-Z]+\d+\b     # a certificate's number, the code to follow with""",
    re.VERBOSE,
)
LETTERS = re.compile("[A-Za-z]{2,}")
VOID = {"base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Reader(HTMLParser):
    """Reads what a person sees of a page, or hears of it: no code, no other language."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        elsewhere = given.get("lang") not in (None, "zh-hans")
        if tag not in VOID and (self.skipping or elsewhere or tag in ("script", "style", "code")):
            self.skipping.append(tag)
        if not self.skipping:
            shown = ["title", "placeholder", "aria-label"]
            if tag == "input" and given.get("type") == "submit":
                shown.append("value")
            # Django's own icons say what they show in English only.
            if tag == "img" and "/admin/img/" not in (given.get("src") or ""):
                shown.append("alt")
            self.seen += [given.get(name) or "" for name in shown]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.skipping:
            while self.skipping.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.seen.append(data)


def english_of(html: str) -> set[str]:
    """The words of a page that are left in English."""
    reader = Reader()
    reader.feed(html.replace("<wbr>", ""))
    text = DATA.sub(" ", "\n".join(reader.seen))
    return set(LETTERS.findall(text)) - SAME_IN_BOTH


class Visitor:
    """Somebody whose browser asks for Chinese; remembers what was English on which page."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN,zh;q=0.9"
        self.english: dict[str, set[str]] = {}

    def get(self, address: str, status: int = 200) -> Any:
        return self.read(address, self.client.get(address), status)

    def post(self, address: str, status: int, **data: Any) -> Any:
        return self.read(f"POST {address}", self.client.post(address, data), status)

    def read(self, name: str, page: Any, status: int) -> Any:
        assert page.status_code == status, name
        if found := english_of(page.content.decode()):
            self.english[name] = found
        return page


LIST = "/admin/cases/filingcase/"


@pytest.fixture
def visitor(client: Any, li: Any) -> Iterator[Visitor]:
    client.force_login(li)
    # A request leaves its language behind; the tests after these speak English.
    with override(get_language()):
        yield Visitor(client)


FILING = "submit_request prepare_filing supply submit_to_provider provider_passes"
FILING += " sent_to_administration confirm_sms"
CERTIFICATE = "submit_request begin_certificate record_certificate_application"
PREAPPROVAL = "submit_request begin_preapproval record_preapproval_application"
#: Ways that lead through every state together; `supply` hands in the documents.
WALKS = (
    (ENTERPRISE, f"{FILING} approve record_opening record_footer"),
    (ENTERPRISE, f"{FILING} return_for_correction"),
    (FOREIGN, f"{CERTIFICATE} record_certificate"),
    (FOREIGN, f"{CERTIFICATE} record_refusal"),
    (FORUM, f"{PREAPPROVAL} record_preapproval"),
    (ENTERPRISE, "withdraw"),
    ({**ENTERPRISE, "server_region": "hong_kong"}, "submit_request close_not_required"),
    ({**ENTERPRISE, "access": "ip_address"}, "submit_request refer"),
    ({**FORUM, "applicant_type": "individual"}, "submit_request decline"),
)


@pytest.mark.slow
@pytest.mark.django_db
def test_list_case_pages_and_steps_are_chinese_in_every_state(
    visitor: Visitor, world: Any, chen: Any
) -> None:
    world.province_answers("CN-BJ", "yes")
    states: set[str] = set()
    steps: set[Step] = set()
    begun = [(world.case(facts), way) for facts, way in WALKS]
    errand = world.about(world.filed(), "cancel_service")
    begun.append((errand, f"{FILING} complete"))
    for case, way in begun:
        for taken in ("", *way.split()):
            case = (
                case if not taken
                else world.supply(case) if taken == "supply"
                else world.step(case, taken, by=chen)
            )  # fmt: skip
            here = {*Step.leading_out_of(case.is_at, case.is_of)} - steps
            if case.state in states and not here:
                continue
            states.add(case.state)
            visitor.get(f"{LIST}{case.pk}/change/")
            for step in here:
                steps.add(step)
                visitor.get(f"{LIST}{case.pk}/step/{step.value}/")
    assert (states, steps) == (set(State), set(Step))
    visitor.get(LIST)
    visitor.get(f"{LIST}?phase=filing&due=over")
    assert visitor.english == {}


@pytest.mark.django_db
def test_refusals_and_errors_are_chinese(visitor: Visitor, world: Any, sun: Any) -> None:
    case = world.at("triage")
    page = f"{LIST}{case.pk}/step/"
    seen = case.version
    visitor.post(f"{page}refer/", 409, version=seen)
    visitor.post(f"{page}approve/", 409, version=seen)
    visitor.post(f"{page}send_back/", 422, version=seen, happened="2999-01-01T00:00")
    world.step(case, "prepare_filing")
    visitor.post(f"{page}withdraw/", 409, version=seen, reason="给错了")
    visitor.post(f"{LIST}{case.pk}/facts/", 409, version=seen, **{**FORUM, "forum": "false"})
    case = world.at("authority_review")
    page = f"{LIST}{case.pk}/step/"
    for number in ("川ICP备12345678号-1", "京ICP证12345678号", "沪ICP备12345678号-1", "京"):
        visitor.post(f"{page}approve/", 422, version=case.version, icp_number=number)
    visitor.post(f"{page}reopen/", 409, version=case.version, reason="试试")
    visitor.get("/nowhere/", 404)
    visitor.client.force_login(sun)
    visitor.get(f"{LIST}{case.pk}/facts/", 403)
    assert visitor.english == {}


@pytest.mark.django_db
def test_intake_is_chinese(visitor: Visitor, world: Any) -> None:
    world.applicant(name="玉兰书店")
    add = f"{LIST}add/"
    visitor.get(add)
    visitor.post(add, 200, _preview="1", server_region="mainland")
    visitor.post(add, 200, _find="1", find="玉兰", **FORUM)
    for changed in (
        {"server_region": "hong_kong"},
        {"access": "ip_address"},
        {"applicant_type": "individual"},
        {"applicant_type": "foreign_enterprise"},
    ):
        visitor.post(add, 200, _preview="1", **{**FORUM, **changed})
    wrong = {
        "domain": "例子",
        "service_leader_phone": "12",
        "service_leader_id": "110105194912310021",
    }
    visitor.post(add, 422, _save="1", **{**FORUM, **wrong, "new-certificate_number": "1"})
    visitor.post(add, 422, _save="1", **{**FORUM, "domain": "1.2.3.4", "forum": "错"})
    assert visitor.english == {}


@pytest.mark.django_db
def test_documents_requests_and_tables_are_chinese(visitor: Visitor, world: Any, chen: Any) -> None:
    case = world.at("returned", service_leader_id="11010519491231002X")
    paper = world.document(case, "other", accept=False)
    asked = case.requests.first()
    for rest in (
        "facts", "note", "assign", "confirm", "documents/add", "requests/add",
        f"documents/{paper.pk}", f"requests/{asked.pk}",
    ):  # fmt: skip
        visitor.get(f"{LIST}{case.pk}/{rest}/")
    case.refresh_from_db()
    for file in (upload("paper.gif", b"GIF89a"), upload("paper.pdf", b"nothing")):
        visitor.post(
            f"{LIST}{case.pk}/documents/add/", 422, version=case.version, kind="other", file=file
        )
    visitor.post(f"{LIST}{case.pk}/documents/{paper.pk}/", 422, version=case.version)
    visitor.post(f"{LIST}{case.pk}/requests/{asked.pk}/", 422, decision="waived")
    visitor.post(f"{LIST}{case.pk}/reveal/service_leader_id/", 200)
    world.province_answers("CN-BJ", "yes")
    visitor.get(reverse("admin:cases_province_answer", args=["CN-BJ"]))
    visitor.client.force_login(chen)
    visitor.get("/admin/cases/province/CN-BJ/change/")
    visitor.get(f"/admin/cases/applicant/{case.applicant_id}/change/")
    for model in ("applicant", "clock"):
        visitor.get(f"/admin/cases/{model}/")
    visitor.get("/admin/")
    assert visitor.english == {}


@pytest.mark.django_db
def test_the_applicants_pages_are_chinese(visitor: Visitor, world: Any, wei: Any) -> None:
    visitor.client.logout()
    for address in ("/", "/check/", "/follow/", "/sign-in/", "/admin/login/"):
        visitor.get(address)
    answers = {"server_region": "mainland", "access": "domain", "forum": "yes"}
    for changed in ({"applicant_type": "enterprise", "preapproval": "no", "province": "CN-BJ"},
                    {"applicant_type": "individual"}, {"access": "ip_address"}):  # fmt: skip
        visitor.read("/check/", visitor.client.get("/check/", {**answers, **changed}), 200)
    visitor.post("/follow/", 422, reference="ICP-2026-999999", code="nothing")
    visitor.client.force_login(wei)
    visitor.read("/apply/", visitor.client.get("/apply/?forum=yes", follow=True), 200)
    visitor.post("/apply/?applicant_type=enterprise", 422, **{"who-certificate_number": "1"})
    for state in ("draft", "returned", "sms_verification", "open"):
        case = world.at(state)
        page = f"/cases/{case.reference}/"
        visitor.get(page)
        for step in Step.leading_out_of(State(state)):
            if Role.APPLICANT in step.who and step != Step.SUBMIT_REQUEST:
                visitor.get(f"{page}step/{step.value}/")
        for rest in ("documents/add", "people"):
            visitor.get(f"{page}{rest}/")
        if state == "draft":
            for rest in ("", "who/", "site/", "basics/", "person/", "papers/"):
                visitor.get(f"{page}application/{rest}")
        for asked in case.requests.all():
            visitor.get(f"{page}requests/{asked.pk}/")
    visitor.get("/cases/")
    assert visitor.english == {}


@pytest.mark.django_db
def test_the_mails_are_chinese(world: Any) -> None:
    case = world.at("preparing")
    english = {}
    for step in Step:
        if step.about.tells:
            mail = message(case, step, "zh-hans")
            found = english_of(f"{mail.subject} {mail.html}") | english_of(f"<p>{mail.text}</p>")
            if found:
                english[step] = found
    assert english == {}
