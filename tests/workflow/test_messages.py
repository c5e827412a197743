"""Findings become display text in one place, in the reader's language."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from icpcases.rules.about_register import type_place
from icpcases.rules.apps import APP_FEATURES
from icpcases.rules.facts import FilingType
from icpcases.rules.rule import Finding, Party, Place, PlaceKind, Source
from icpcases.workflow.messages import about_of, remedy_of, sentence_of
from tests.assessment.assessments import FOREIGN, FORUM, answers, assess, refusal

ABOUT = "Missing: %(about)s."


def finding(
    *places: Place, sentence: str = ABOUT, remedy: str = "Give what is missing."
) -> Finding:
    return Finding("some.rule", Source.NONE, ABOUT, remedy, Party.OFFICER, places)


FACT = Place(PlaceKind.FACT, "forum", "forum")
PAPER = Place(PlaceKind.DOCUMENT, "board_list", "Board list with moderators")


def catalogue(folder: Path, chinese: dict[str, str]) -> None:
    """Writes a compiled translation file (GNU gettext's format) for simplified Chinese."""
    texts = {"": "Content-Type: text/plain; charset=UTF-8\n", **chinese}
    rows = sorted((key.encode(), value.encode()) for key, value in texts.items())
    start = 28 + 16 * len(rows)
    heads, body = [b"", b""], b""
    for side in (0, 1):
        for row in rows:
            heads[side] += struct.pack("<2I", len(row[side]), start + len(body))
            body += row[side] + b"\0"
    top = struct.pack("<7I", 0x950412DE, 0, len(rows), 28, 28 + 8 * len(rows), 0, start)
    file = folder / "zh_Hans" / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(top + heads[0] + heads[1] + body)


@pytest.fixture
def chinese(tmp_path: Path, settings: Any) -> None:
    """A few words of Chinese, whatever the program's own translation holds."""
    words = {
        ABOUT: "缺少：%(about)s。",
        "forum": "论坛",
        "Board list with moderators": "版块与版主名单",
        "Give what is missing.": "请补齐。",
        "A forum needs BBS pre-approval before it can be filed, and none has been granted.": (
            "论坛备案前须取得前置审批。"
        ),
        "Apply to the administration for BBS pre-approval first.": "请先申请前置审批。",
        "Authorisation letter": "授权书",
        "when the service leader is not the legal representative": "网站负责人非法定代表人时",
        "Entry %(entry)s: %(problem)s": "第 %(entry)s 条：%(problem)s",
        "the verdict needs these facts: %(names)s.": "判定还需要：%(names)s。",
        "“%(name)s” must be true or false, not %(value)s.": "“%(name)s”须为真或假：%(value)s。",
    }
    catalogue(tmp_path / "locale", words)
    settings.LOCALE_PATHS = [tmp_path / "locale"]


def test_a_sentence_names_its_places() -> None:
    both = finding(FACT, PAPER)
    assert (sentence_of(both), remedy_of(both), about_of(both)) == (
        "Missing: forum, Board list with moderators.",
        "Give what is missing.",
        "forum, Board list with moderators",
    )
    assert about_of(finding()) == ""


def test_a_type_that_would_fit_is_a_way_out_and_no_part_of_the_sentence():
    filed = Place(PlaceKind.SERVICE, "1", "京ICP备12345678号-1")
    already = finding(filed, type_place(FilingType.ADD_ACCESS), type_place(FilingType.CHANGE))
    assert sentence_of(already) == "Missing: 京ICP备12345678号-1."


@pytest.mark.usefixtures("chinese")
def test_sentence_remedy_and_places_are_translated_each() -> None:
    both = finding(FACT, PAPER)
    with override("zh-hans"):
        assert (sentence_of(both), remedy_of(both), about_of(both)) == (
            "缺少：论坛、版块与版主名单。",
            "请补齐。",
            "论坛、版块与版主名单",
        )


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("kind", [PlaceKind.REQUEST, PlaceKind.CASE])
def test_what_people_wrote_is_shown_as_they_wrote_it(kind: PlaceKind) -> None:
    with override("zh-hans"):
        assert about_of(finding(Place(kind, "1", "forum"), Place(kind, "2", ""))) == "forum、"


@pytest.mark.parametrize("text", ["100 % sure", "%s %d %(about)s", "%(nothing)s", "%", "%%"])
def test_a_per_cent_sign_in_a_label_or_a_remedy_breaks_nothing(text: str) -> None:
    place = Place(PlaceKind.REQUEST, "1", text)
    assert sentence_of(finding(place)) == f"Missing: {text}."
    assert remedy_of(finding(remedy="Give 100 % of it.")) == "Give 100 % of it."


def test_an_empty_remedy_stays_empty() -> None:
    with override("zh-hans"):
        assert remedy_of(finding(remedy="")) == ""


@pytest.mark.usefixtures("chinese")
def test_assess_speaks_chinese_but_keeps_its_codes() -> None:
    given = json.dumps(FORUM | {"province_accepts_forums": "yes"})
    (found,) = json.loads(assess(given, "--lang", "zh-hans"))
    assert (found["verdict"], found["stages"]) == ("file", ["preapproval", "filing"])
    assert found["unmet"] == [
        {
            "code": "forum.preapproval",
            "sentence": "论坛备案前须取得前置审批。",
            "remedy": "请先申请前置审批。",
            "who": "applicant",
            "source": "FAQ forum",
        }
    ]
    assert found["documents"][3] == {
        "kind": "authorisation_letter",
        "name": "授权书",
        "when": "网站负责人非法定代表人时",
    }
    assert answers(FORUM | {"province_accepts_forums": "yes"})[0]["unmet"][0]["remedy"] == (
        "Apply to the administration for BBS pre-approval first."
    )


@pytest.mark.usefixtures("chinese")
def test_assess_refuses_in_chinese_too() -> None:
    chinese = ("--lang", "zh-hans")
    assert (
        refusal(json.dumps(FOREIGN), *chinese) == "第 1 条：判定还需要：registration_certificate。"
    )
    assert refusal('{"forum": 3}', *chinese) == "第 1 条：“forum”须为真或假：3。"


@pytest.mark.usefixtures("chinese")
def test_assess_writes_chinese_as_it_is_read() -> None:
    given = json.dumps(FORUM | {"province_accepts_forums": "yes"})
    for options in ((), ("--lines",)):
        assert "授权书" in assess(given, "--lang", "zh-hans", *options)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("What is it for?", "Missing: What is it for?"),
        ("网站用途是什么？", "Missing: 网站用途是什么？"),
        ("Now! ", "Missing: Now!"),
        ("A clear scan.", "Missing: A clear scan."),
        ("清晰的扫描件。", "Missing: 清晰的扫描件."),
    ],
)
def test_what_people_wrote_ends_its_sentence_once(asked, shown):
    assert sentence_of(finding(Place(PlaceKind.REQUEST, "1", asked))) == shown


def test_an_apps_features_are_named_as_on_its_form() -> None:
    features = APP_FEATURES["ios"]
    missing = finding(
        *(Place(PlaceKind.FACT, f"app_ios_{name}", label) for name, label in features.items()),
        sentence="The App's features are not complete: %(about)s.",
    )
    with override("zh-hans"):
        assert about_of(missing) == (
            "App 内显示的名称（iOS）、包标识 Bundle ID（iOS）、公钥（iOS）、证书指纹（iOS）"
        )
