"""`manage.py assess`: facts in, assessments out, and nothing at all where something is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, ProgrammingError, connection

from icpcases.cases.models import Province

from .assessments import (
    BOARD,
    ENTERPRISE,
    EVERY,
    FOREIGN,
    FORUM,
    KINDS,
    SITE,
    answer,
    answers,
    as_lines,
    assess,
    refusal,
    route,
)

# What it says


@pytest.mark.parametrize(("given", "expected"), KINDS)
def test_each_kind_of_the_faq_is_answered_in_full(
    given: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert answers(given) == [expected]


def test_an_array_is_answered_in_its_order() -> None:
    given = [given for given, _expected in KINDS]
    assert answers(given) == [expected for _given, expected in KINDS]
    assert assess("[]") == "[]\n"


def test_lines_are_answered_line_by_line_and_blank_ones_skipped() -> None:
    lines = as_lines(given for given, _expected in KINDS).replace("\n", "\r\n \n\n")
    found = [json.loads(line) for line in assess(lines, "--lines").splitlines()]
    assert found == [expected for _given, expected in KINDS]
    assert assess("", "--lines") == ""


@pytest.mark.slow
def test_both_forms_say_the_same_of_every_combination_of_facts() -> None:
    lines = [json.loads(line) for line in assess(as_lines(EVERY), "--lines").splitlines()]
    assert lines == answers(EVERY)
    assert len(lines) == len(EVERY) == 7680


def test_a_file_is_read_like_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "事实.json"
    file.write_text("\ufeff" + json.dumps(SITE))
    assert json.loads(assess("", str(file))) == [route("filing", wanted=ENTERPRISE)]


@pytest.mark.parametrize("missing", [None, "left out"])
def test_null_means_not_given(missing: Any) -> None:
    given = SITE | {"server_region": "macau", "forum": None}
    if missing:
        del given["forum"]
    assert answers(given) == [answer("not_required", "region")]


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
TAKEN = route("preapproval filing", "preapproval", wanted=ENTERPRISE + BOARD)
OPEN = route("preapproval filing", "unasked", "preapproval", wanted=ENTERPRISE + BOARD)


@pytest.mark.usefixtures("provinces")
@pytest.mark.parametrize("options", [(), ("--lines",)])
def test_an_answer_that_is_not_given_is_looked_up_once_for_all(
    options: tuple[str, ...], django_assert_num_queries: Any
) -> None:
    entries = [FORUM | {"province": code} for code in ("CN-BJ", "CN-GD", "CN-XZ", "CN-BJ")]
    text = as_lines(entries) if options else json.dumps(entries)
    with django_assert_num_queries(1):
        printed = assess(text, *options)
    found = [json.loads(line) for line in printed.splitlines()] if options else json.loads(printed)
    assert found == [TAKEN, REFUSED, OPEN, TAKEN]


@pytest.mark.usefixtures("provinces")
def test_a_looked_up_answer_can_make_another_missing_fact_needless() -> None:
    given = {key: value for key, value in FORUM.items() if key != "applicant_type"}
    assert answers(given | {"province": "CN-GD"}) == [REFUSED]


@pytest.mark.usefixtures("provinces")
def test_an_answer_that_is_given_stands_above_the_table(django_assert_num_queries: Any) -> None:
    given = FORUM | {"province": "CN-BJ", "province_accepts_forums": "no"}
    with django_assert_num_queries(0):
        assert answers(given) == [REFUSED]


# Where the verdict is decided otherwise, the answer still tells one thing more that is in the way.
OTHERWISE = (
    ({"server_region": "taiwan"}, "not_required", "region"),
    ({"access": "ip_address"}, "refer", "ip"),
    ({"applicant_type": "individual"}, "not_permitted", "individual"),
)


@pytest.mark.usefixtures("provinces")
@pytest.mark.parametrize(("changed", "verdict", "why"), OTHERWISE)
@pytest.mark.parametrize(
    ("province", "told"), [("CN-BJ", ()), ("CN-GD", ("refuses",)), ("CN-XZ", ("unasked",))]
)
def test_the_answer_is_told_where_the_verdict_is_decided_otherwise(
    changed: dict[str, Any], verdict: str, why: str, province: str, told: tuple[str, ...]
) -> None:
    given = FORUM | {"province": province} | changed
    assert answers(given) == [answer(verdict, why, *told, "preapproval")]


class Broken:
    """A database without tables, which counts how often it was asked."""

    def __init__(self, error: type[DatabaseError]) -> None:
        self.error, self.asked = error, 0

    def __call__(self, *_asked: Any) -> None:
        self.asked += 1
        raise self.error("no such table")


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, ProgrammingError])
@pytest.mark.parametrize(("changed", "verdict", "why"), OTHERWISE)
def test_without_a_table_the_answer_is_left_out_where_the_verdict_does_not_need_it(
    error: type[DatabaseError], changed: dict[str, Any], verdict: str, why: str
) -> None:
    table = Broken(error)
    with connection.execute_wrapper(table):
        assert_left_out(table, changed, verdict, why)


def assert_left_out(table: Broken, changed: dict[str, Any], verdict: str, why: str) -> None:
    given = FORUM | {"province": "CN-GD"} | changed
    assert (
        answers([given, given | {"protocol": "http"}]) == [answer(verdict, why, "preapproval")] * 2
    )
    assert table.asked == 1
    assert refusal(json.dumps([given, FORUM | {"province": "CN-GD"}])) == (
        "Entry 2: the province table cannot be read; "
        "give “province_accepts_forums”, or migrate the database."
    )


# No test below may touch the database: pytest-django forbids it where it is not asked for.


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"preapproval": True}, route("filing", wanted=ENTERPRISE + BOARD)),
        ({"forum": False}, route("filing", wanted=ENTERPRISE)),
        ({"server_region": "macau", "forum": None}, answer("not_required", "region")),
        ({"access": "ip_address", "preapproval": None}, answer("refer", "ip")),
    ],
)
def test_the_table_is_left_alone_where_its_answer_tells_nothing(
    changed: dict[str, Any], expected: dict[str, Any]
) -> None:
    given = FORUM | {"province": "CN-GD"} | changed
    assert answers(given) == [expected]


# What it refuses

WRONG: tuple[tuple[Any, str], ...] = (
    ({"colour": 1}, "“colour” is not a fact; the facts are: "),
    (SITE | {"forum": "yes"}, '“forum” must be true or false, not "yes".'),
    (SITE | {"preapproval": 1}, "“preapproval” must be true or false, not 1."),
    (SITE | {"forum": float("nan")}, "“forum” must be true or false, not NaN."),
    (SITE | {"access": ["domain"]}, '“access” must be one of domain, ip_address, not ["domain"].'),
    (SITE | {"protocol": "HTTP"}, '“protocol” must be one of http, https, not "HTTP".'),
    (SITE | {"province": "BJ"}, '“province” must be a code such as CN-BJ, not "BJ".'),
    ([], "an entry must be a JSON object, not []."),
    (None, "an entry must be a JSON object, not null."),
    (True, "an entry must be a JSON object, not true."),
    (SITE | {"protocol": False}, "“protocol” must be one of http, https, not false."),
    ({}, "the verdict needs these facts: server_region, access, forum, applicant_type."),
    (SITE | {"forum": None}, "the verdict needs these facts: forum."),
    (FOREIGN, "the verdict needs these facts: registration_certificate."),
    (FORUM, "the verdict needs these facts: province or province_accepts_forums."),
    (
        FORUM | {"preapproval": None},
        "the verdict needs these facts: preapproval, province or province_accepts_forums.",
    ),
    (
        FORUM | {"preapproval": None, "province": "CN-BJ"},
        "the verdict needs these facts: preapproval.",
    ),
)


@pytest.mark.parametrize(("entry", "sentence"), WRONG)
@pytest.mark.parametrize("options", [(), ("--lines",)])
def test_a_wrong_entry_is_named_and_nothing_is_printed(
    entry: Any, sentence: str, options: tuple[str, ...]
) -> None:
    entries = [SITE, SITE, entry, SITE]
    text = as_lines(entries) if options else json.dumps(entries)
    assert refusal(text, *options)[: len(sentence) + 9] == f"Entry 3: {sentence}"


def test_the_first_wrong_entry_is_told_by_its_line_too_where_that_differs() -> None:
    text = "\n" + as_lines([SITE]) + "\n" + as_lines([{"forum": 3}, {"forum": 4}])
    sentence = "Entry 2 (line 4): “forum” must be true or false, not 3."
    assert refusal(text, "--lines") == sentence


def test_a_single_object_is_the_first_entry() -> None:
    assert refusal('{"forum": 3}') == "Entry 1: “forum” must be true or false, not 3."


def test_names_and_values_are_quoted_on_one_line_and_never_whole_pages() -> None:
    name, value = "naïve\n\u2028" + "x" * 500, ["\n" * 500]
    found = refusal(json.dumps({name: True})), refusal(json.dumps({"forum": value}))
    assert [len(sentence.splitlines()) for sentence in found] == [1, 1]
    assert [len(sentence) < 300 for sentence in found] == [True, True]


UNREADABLE = (
    ("", "There is nothing to read."),
    (" \n ", "There is nothing to read."),
    ("[{]", "Not JSON at column 3."),
    ('[{},\n  {"forum": tru}]', "Not JSON at line 2, column 13."),
    ("[1" + "0" * 5000 + "]", "Not JSON that can be read: a number is too long."),
    ("[" * 100_000, "Nested too deeply."),
    (b'{"forum": "\xff"}', "Not UTF-8 at byte 12."),
    ("{}".encode("utf-16"), "Not UTF-8 at byte 1."),
    ('[{}, {"forum": true, "forum": true}]', "Entry 1: the verdict needs these facts: "),
    ('{"forum": true, "forum": true}', "Entry 1: “forum” is given more than once."),
    ("NaN", "Entry 1: an entry must be a JSON object, not NaN."),
)


@pytest.mark.parametrize(("text", "sentence"), UNREADABLE)
def test_input_that_is_not_json_is_refused_with_the_place(text: str | bytes, sentence: str) -> None:
    assert refusal(text)[: len(sentence)] == sentence


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"{", "Entry 2: not JSON at column 2."),
        (b"\xff", "Entry 2: not UTF-8 at byte 1."),
        (b"[" * 100_000, "Entry 2: nested too deeply."),
        (b'{"forum": true, "forum": 1}', "Entry 2: “forum” is given more than once."),
        (b'"' + b"x" * 1_000_000 + b'"', "Entry 2: the line is longer than 1000000 bytes."),
    ],
)
def test_a_line_that_is_not_json_is_refused_with_its_entry(line: bytes, sentence: str) -> None:
    assert refusal(as_lines([SITE]).encode() + line, "--lines") == sentence


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.json"
    assert refusal("", str(nowhere)) == f"{nowhere} cannot be read: No such file or directory."
    assert refusal("", str(tmp_path)) == f"{tmp_path} cannot be read: Is a directory."
