"""Who runs the site: in the foot of every page and mail, in both languages, and warned of."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from icpcases import checks
from icpcases.cases.models import Notice
from icpcases.env import Env
from icpcases.notifications.composer import message_of
from icpcases.office import Block, blocks_of
from icpcases.workflow.actions.messages import write_to_applicant
from tests.applicants.pages import body_of, path, text_of

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]

OFFICE = {
    "OFFICE_NAME": "青禾备案", "OFFICE_NAME_EN": "Qinghe Filing", "OFFICE_PHONE": "010-5555 0123",
    "OFFICE_HOURS": "工作日 9:00–18:00", "OFFICE_HOURS_EN": "working days 9:00–18:00",
    "OFFICE_EMAIL": "office@qinghe.example",
}  # fmt: skip
NAMED = {
    "en": ["Qinghe Filing", "010-5555 0123", "working days 9:00–18:00", "office@qinghe.example"],
    "zh-hans": ["青禾备案", "010-5555 0123", "工作日 9:00–18:00", "office@qinghe.example"],
}
PUBLIC = ["/", "/check/", "/follow/", "/privacy/", "/sign-in/", "/admin/login/"]


@pytest.fixture
def office(settings):
    for name, value in OFFICE.items():
        setattr(settings, name, value)
    return settings


def foot(page) -> str:
    return body_of(page).partition("<footer")[2].partition("</footer>")[0]


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("language", NAMED)
def test_the_foot_of_every_page(client, office, world, wei, language):
    case = world.case()
    client.cookies["django_language"] = language
    found = {address: foot(client.get(address)) for address in PUBLIC}
    client.force_login(wei)
    own = ["/cases/", path(case), path(case, "messages/"), path(case, "timeline/")]
    found |= {address: foot(client.get(address, follow=True)) for address in own}
    for address, shown in found.items():
        assert [word for word in NAMED[language] if word not in shown] == [], address
        assert 'href="tel:01055550123"' in shown
        assert 'href="/privacy/"' in shown
    others = set(NAMED["en"]) ^ set(NAMED["zh-hans"])
    assert [w for w in others - set(NAMED[language]) if w in "".join(found.values())] == []


@pytest.mark.django_db
def test_where_nothing_is_said_the_foot_says_nothing_but_privacy(client):
    assert text_of(client.get("/privacy/")).count("There is no privacy notice here yet.") == 1
    shown = foot(client.get("/"))
    assert "Telephone" not in shown
    assert 'href="/privacy/"' in shown


@pytest.mark.django_db
@pytest.mark.parametrize("language", NAMED)
def test_the_foot_of_a_mail(office, world, li, language):
    case = world.case(applicant=world.applicant(language=language))
    write_to_applicant(case, li, "Hello.", case.version)
    mail = message_of(Notice.objects.latest("pk"))
    for text in (mail.text, mail.html):
        assert [word for word in NAMED[language] if word not in text] == []
        assert "http://localhost:8000/privacy/" in text
    office.OFFICE_NAME = office.OFFICE_NAME_EN = office.OFFICE_PHONE = ""
    assert "privacy" not in message_of(Notice.objects.latest("pk")).text


@pytest.mark.django_db
def test_the_mail_with_a_code_says_who_sends_it(client, office, mailoutbox):
    client.post("/sign-in/", {"email": "new@example.com"})
    [sent] = mailoutbox
    bodies = [sent.body, sent.alternatives[0][0]]
    for body in bodies:
        assert [word for word in NAMED["en"] if word not in body] == []


@pytest.mark.django_db
def test_the_notice_in_the_readers_language_else_in_chinese(client, office, tmp_path):
    chinese, english = tmp_path / "zh.txt", tmp_path / "en.txt"
    chinese.write_text("# 保存多久\n三年。<b>", encoding="utf-8")
    english.write_text("# How long\nThree years.", encoding="utf-8")
    office.PRIVACY_NOTICE, office.PRIVACY_NOTICE_EN = str(chinese), ""
    page = client.get("/privacy/")
    assert "<h2>保存多久</h2>" in body_of(page)
    assert "三年。&lt;b&gt;" in body_of(page)
    assert 'lang="zh-Hans"' in body_of(page)
    office.PRIVACY_NOTICE_EN = str(english)
    assert "Three years." in text_of(client.get("/privacy/"))
    client.cookies["django_language"] = "zh-hans"
    assert "保存多久" in text_of(client.get("/privacy/"))
    chinese.unlink()
    gone = client.get("/privacy/")
    assert (gone.status_code, "三年" in text_of(gone)) == (200, False)
    office.PRIVACY_NOTICE = "https://qinghe.example/privacy"
    assert 'href="https://qinghe.example/privacy"' in body_of(client.get("/privacy/"))


def test_a_notice_is_read_in_pieces():
    text = "# One\r\nFirst line\nsecond line\n\n- a\n- b\n\nLast.\n# Two\n- c"
    assert blocks_of(text) == (
        Block("heading", ["One"]), Block("paragraph", ["First line", "second line"]),
        Block("list", ["a", "b"]), Block("paragraph", ["Last."]), Block("heading", ["Two"]),
        Block("list", ["c"]),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "lacking"),
    [
        ({}, "name (OFFICE_NAME), telephone (OFFICE_PHONE), hours (OFFICE_HOURS), "
             "privacy notice (PRIVACY_NOTICE)"),
        ({**OFFICE, "PRIVACY_NOTICE": ""}, "privacy notice (PRIVACY_NOTICE)"),
        ({**OFFICE, "OFFICE_PHONE": "", "PRIVACY_NOTICE": "https://a.example/"},
         "telephone (OFFICE_PHONE)"),
        ({**OFFICE, "PRIVACY_NOTICE": "https://a.example/"}, ""),
    ],
)  # fmt: skip
def test_the_check_warns_of_what_is_missing(settings, given, lacking):
    for name, value in given.items():
        setattr(settings, name, value)
    found = checks.office_is_named(None)
    assert [warning.id for warning in found] == (["icpcases.W003"] if lacking else [])
    assert [lacking in str(warning.msg) for warning in found] == ([True] if lacking else [])


@pytest.mark.parametrize(
    "value", ["privacy.txt", "/nowhere/privacy.txt", "ftp://a.example/", str(Path(__file__).parent)]
)
def test_a_notice_that_is_not_there_stops_the_program(value):
    with pytest.raises(ImproperlyConfigured, match="PRIVACY_NOTICE"):
        Env({"PRIVACY_NOTICE": value}).notice("PRIVACY_NOTICE")


def test_a_notice_that_is_no_text_stops_the_program(tmp_path):
    file = tmp_path / "notice.docx"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ImproperlyConfigured, match="no text in UTF-8"):
        Env({"PRIVACY_NOTICE": str(file)}).notice("PRIVACY_NOTICE")
    with pytest.raises(ImproperlyConfigured, match="OFFICE_EMAIL"):
        Env({"OFFICE_EMAIL": "office"}).address("OFFICE_EMAIL")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_demo_has_a_notice_of_its_own(language):
    folder = Path(checks.__file__).parent / "demo"
    blocks = blocks_of((folder / f"privacy.{language}.txt").read_text(encoding="utf-8"))
    assert [block.kind for block in blocks].count("heading") == 5
