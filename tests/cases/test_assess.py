"""`manage.py assess`: facts in, assessments out, and nothing at all where something is wrong."""

import io
import json
import os
import subprocess
import sys
from itertools import cycle, islice, product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from icpcases.cases.models import Province

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, str(ROOT / "manage.py"), "assess")
VALUES: dict[str, tuple[Any, ...]] = {
    "applicant_type": ("individual", "enterprise", "organisation", "foreign_enterprise"),
    "mainland_branch": (True, False),
    "registration_certificate": (True, False),
    "server_region": ("mainland", "hong_kong", "macau", "taiwan", "overseas"),
    "access": ("domain", "ip_address"),
    "protocol": ("http", "https"),
    "forum": (True, False),
    "province": ("CN-BJ", "CN-XJ"),
    "province_accepts_forums": ("yes", "no", "unknown"),
    "preapproval": (True, False),
}
EVERY = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]
SITE = {
    "applicant_type": "enterprise",
    "server_region": "mainland",
    "access": "domain",
    "protocol": "https",
    "forum": False,
}
FORUM = SITE | {"forum": True, "preapproval": False}
FOREIGN = SITE | {"applicant_type": "foreign_enterprise", "mainland_branch": False}

UNMET = {
    "ip": {
        "code": "site.domain",
        "sentence": "The site is reached by an IP address only; "
        "the provider's system cannot take it.",
        "remedy": "File in the system of the local communications administration, "
        "or give the site a domain name.",
        "who": "applicant",
        "source": "FAQ IP",
    },
    "region": {
        "code": "server.mainland",
        "sentence": "The server is not in Mainland China: no filing is required, nor possible.",
        "remedy": "Nothing to do, unless the site moves to a server in Mainland China.",
        "who": "applicant",
        "source": "FAQ Hong Kong",
    },
    "individual": {
        "code": "forum.not_individual",
        "sentence": "An individual is not permitted to operate a forum.",
        "remedy": "Let an enterprise apply, or leave the forum out.",
        "who": "applicant",
        "source": "FAQ forum",
    },
    "refuses": {
        "code": "forum.province",
        "sentence": "The administration of this province does not take applications for forums.",
        "remedy": "Leave the forum out, or file in a province that takes them.",
        "who": "applicant",
        "source": "FAQ forum",
    },
    "unasked": {
        "code": "forum.province",
        "sentence": "Nobody has yet asked the administration of this province "
        "whether it takes forums.",
        "remedy": "Ask the administration and record the answer in the province table.",
        "who": "officer",
        "source": "FAQ forum",
    },
    "preapproval": {
        "code": "forum.preapproval",
        "sentence": "A forum needs BBS pre-approval before it can be filed, "
        "and none has been granted.",
        "remedy": "Apply to the administration for BBS pre-approval first.",
        "who": "applicant",
        "source": "FAQ forum",
    },
    "papers": {
        "code": "foreign.papers",
        "sentence": "The applicant is registered outside the Mainland and has neither "
        "a mainland branch nor the registration certificate.",
        "remedy": "Obtain the registration certificate first; "
        "it then serves as the business licence.",
        "who": "applicant",
        "source": "FAQ foreign",
    },
}
LEADER = {"kind": "service_leader_id", "name": "ID of the service leader"}
DOMAIN = {
    "kind": "domain_certificate",
    "name": "Domain certificate: real-name verified, registrant is the applicant",
}
ENTERPRISE = (
    {"kind": "business_licence", "name": "Business licence"},
    {"kind": "legal_representative_id", "name": "ID of the legal representative"},
    LEADER,
    {
        "kind": "authorisation_letter",
        "name": "Authorisation letter",
        "when": "when the service leader is not the legal representative",
    },
)
BOARD = (
    {"kind": "bbs_preapproval", "name": "BBS pre-approval"},
    {"kind": "board_list", "name": "Board list with moderators"},
    {"kind": "service_rules", "name": "Service rules of the forum"},
    {"kind": "security_measures", "name": "Security measures of the forum"},
)
CERTIFICATE = (
    {
        "kind": "registration_certificate",
        "name": "Registration Certificate of Foreign Enterprises Permanent Office in China",
    },
    {"kind": "chief_representative_id", "name": "ID of the chief representative"},
    LEADER,
)
BRANCH = (
    {"kind": "branch_licence", "name": "Business licence of the mainland branch"},
    {"kind": "branch_responsible_id", "name": "ID of the branch's responsible person"},
    LEADER,
)


def answer(verdict: str, *unmet: str) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "stages": [],
        "unmet": [UNMET[name] for name in unmet],
        "documents": [],
    }


def route(stages: str, *unmet: str, wanted: tuple[dict[str, str], ...]) -> dict[str, Any]:
    papers = {"stages": stages.split(), "documents": [*wanted, DOMAIN]}
    return answer("file", *unmet) | papers


# The entries of the source FAQ, one after the other.
KINDS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    (SITE | {"access": "ip_address"}, answer("refer", "ip")),
    (SITE | {"server_region": "hong_kong"}, answer("not_required", "region")),
    (
        FORUM | {"server_region": "hong_kong", "applicant_type": "individual"},
        answer("not_required", "region", "individual", "preapproval"),
    ),
    (
        FORUM | {"applicant_type": "individual", "province_accepts_forums": "unknown"},
        answer("not_permitted", "individual", "unasked", "preapproval"),
    ),
    (
        FORUM | {"province_accepts_forums": "no"},
        answer("not_permitted", "refuses", "preapproval"),
    ),
    (
        FORUM | {"province_accepts_forums": "unknown"},
        route("preapproval filing", "unasked", "preapproval", wanted=(*ENTERPRISE, *BOARD)),
    ),
    (
        FORUM | {"province_accepts_forums": "yes"},
        route("preapproval filing", "preapproval", wanted=(*ENTERPRISE, *BOARD)),
    ),
    (FORUM | {"preapproval": True}, route("filing", wanted=(*ENTERPRISE, *BOARD))),
    (SITE, route("filing", wanted=ENTERPRISE)),
    (SITE | {"protocol": "http"}, route("filing", wanted=ENTERPRISE)),
    (FOREIGN | {"mainland_branch": True}, route("filing", wanted=BRANCH)),
    (FOREIGN | {"registration_certificate": True}, route("filing", wanted=CERTIFICATE)),
    (
        FOREIGN | {"registration_certificate": False},
        route("certificate filing", "papers", wanted=CERTIFICATE),
    ),
    (
        FOREIGN | FORUM | FOREIGN | {"registration_certificate": False, "forum": True}
        | {"province_accepts_forums": "yes"},
        route(
            "certificate preapproval filing",
            "preapproval",
            "papers",
            wanted=(*CERTIFICATE, *BOARD),
        ),
    ),
)  # fmt: skip


def typed(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    raw = text if isinstance(text, bytes) else text.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))


@pytest.fixture
def assess(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command on text typed at it, and gives what it printed."""

    def run(text: str | bytes, *options: str) -> str:
        typed(monkeypatch, text)
        out = io.StringIO()
        call_command("assess", *options, stdout=out)
        return out.getvalue()

    return run


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command on bad input, and gives the sentence it is refused with."""

    def run(text: str | bytes, *options: str) -> str:
        typed(monkeypatch, text)
        out = io.StringIO()
        with pytest.raises(CommandError) as caught:
            call_command("assess", *options, stdout=out)
        assert (out.getvalue(), caught.value.returncode) == ("", 2)
        return str(caught.value)

    return run


def as_lines(entries: Any) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


# What it says


@pytest.mark.parametrize(("given", "expected"), KINDS)
def test_each_kind_of_the_faq_is_answered_in_full(
    assess: Any, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert json.loads(assess(json.dumps(given))) == [expected]


def test_an_array_is_answered_in_its_order(assess: Any) -> None:
    given = [given for given, _expected in KINDS]
    assert json.loads(assess(json.dumps(given))) == [expected for _given, expected in KINDS]
    assert assess("[]") == "[]\n"


def test_lines_are_answered_line_by_line_and_blank_ones_skipped(assess: Any) -> None:
    lines = as_lines(given for given, _expected in KINDS).replace("\n", "\r\n \n\n")
    answers = [json.loads(line) for line in assess(lines, "--lines").splitlines()]
    assert answers == [expected for _given, expected in KINDS]
    assert assess("", "--lines") == ""


def test_both_forms_say_the_same_of_every_combination_of_facts(assess: Any) -> None:
    lines = [json.loads(line) for line in assess(as_lines(EVERY), "--lines").splitlines()]
    assert lines == json.loads(assess(json.dumps(EVERY)))
    assert len(lines) == len(EVERY) == 7680


def test_a_file_is_read_like_standard_input(assess: Any, tmp_path: Path) -> None:
    file = tmp_path / "事实.json"
    file.write_text("\ufeff" + json.dumps(SITE))
    assert json.loads(assess("", str(file))) == [route("filing", wanted=ENTERPRISE)]


@pytest.mark.parametrize("missing", [None, "left out"])
def test_null_means_not_given(assess: Any, missing: Any) -> None:
    given = SITE | {"server_region": "macau", "forum": None}
    if missing:
        del given["forum"]
    assert json.loads(assess(json.dumps(given))) == [answer("not_required", "region")]


# The province table


@pytest.fixture
def provinces(db: None) -> None:
    for code, character, accepts in (("CN-BJ", "京", "yes"), ("CN-GD", "粤", "no")):
        answered = {"accepts_forums": accepts}
        Province.objects.update_or_create(
            code=code,
            defaults=answered,
            create_defaults={"icp_character": character, **answered},
        )


REFUSED = answer("not_permitted", "refuses", "preapproval")
TAKEN = route("preapproval filing", "preapproval", wanted=(*ENTERPRISE, *BOARD))
OPEN = route("preapproval filing", "unasked", "preapproval", wanted=(*ENTERPRISE, *BOARD))


@pytest.mark.usefixtures("provinces")
@pytest.mark.parametrize("options", [(), ("--lines",)])
def test_an_answer_that_is_not_given_is_looked_up_once_for_all(
    assess: Any, options: tuple[str, ...], django_assert_num_queries: Any
) -> None:
    entries = [FORUM | {"province": code} for code in ("CN-BJ", "CN-GD", "CN-XZ", "CN-BJ")]
    text = as_lines(entries) if options else json.dumps(entries)
    with django_assert_num_queries(1):
        printed = assess(text, *options)
    found = [json.loads(line) for line in printed.splitlines()] if options else json.loads(printed)
    assert found == [TAKEN, REFUSED, OPEN, TAKEN]


@pytest.mark.usefixtures("provinces")
def test_a_looked_up_answer_can_make_another_missing_fact_needless(assess: Any) -> None:
    given = {key: value for key, value in FORUM.items() if key != "applicant_type"}
    assert json.loads(assess(json.dumps(given | {"province": "CN-GD"}))) == [REFUSED]


@pytest.mark.usefixtures("provinces")
def test_an_answer_that_is_given_stands_above_the_table(
    assess: Any, django_assert_num_queries: Any
) -> None:
    given = FORUM | {"province": "CN-BJ", "province_accepts_forums": "no"}
    with django_assert_num_queries(0):
        assert json.loads(assess(json.dumps(given))) == [REFUSED]


# No test below may touch the database: pytest-django forbids it where it is not asked for.


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"server_region": "taiwan"}, answer("not_required", "region", "preapproval")),
        ({"access": "ip_address"}, answer("refer", "ip", "preapproval")),
        ({"applicant_type": "individual"}, answer("not_permitted", "individual", "preapproval")),
        ({"preapproval": True}, route("filing", wanted=(*ENTERPRISE, *BOARD))),
        ({"forum": False}, route("filing", wanted=ENTERPRISE)),
    ],
)
def test_the_table_is_left_alone_where_its_answer_decides_nothing(
    assess: Any, changed: dict[str, Any], expected: dict[str, Any]
) -> None:
    given = FORUM | {"province": "CN-GD"} | changed
    assert json.loads(assess(json.dumps(given))) == [expected]
