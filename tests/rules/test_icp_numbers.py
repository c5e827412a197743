import pytest
from hypothesis import given
from hypothesis import strategies as st

from icpcases.rules.facts import ServiceKind
from icpcases.rules.icp_numbers import (
    WRONG_KIND,
    IcpNumber,
    icp_number,
    next_service_number,
    service_number,
)
from icpcases.rules.numbers import CHARACTERS, NumberError

WEBSITE, APP, MINI, QUICK = ServiceKind

FILING = "京ICP备12345678号"


def refusal(read, *given):
    with pytest.raises(NumberError) as caught:
        read(*given)
    assert str(caught.value) == caught.value.sentence % caught.value.params
    return str(caught.value), caught.value.suggestion


def refused(sentence, suggestion=None):
    return sentence, suggestion


def test_the_kinds_are_named():
    assert [(kind.value, kind.label) for kind in ServiceKind] == [
        ("website", "Website"),
        ("app", "App"),
        ("mini_program", "Mini-program"),
        ("quick_app", "Quick app"),
    ]


# Read


@pytest.mark.parametrize(
    ("text", "parts", "shown"),
    [
        (FILING, (FILING, None, None), FILING),
        ("蜀ICP备2026007879号-1", ("蜀ICP备2026007879号", 1, WEBSITE), "蜀ICP备2026007879号-1"),
        ("京ICP备12345678号-2A", (FILING, 2, APP), "京ICP备12345678号-2A"),
        ("京ICP备12345678号-3X", (FILING, 3, MINI), "京ICP备12345678号-3X"),
        ("京ICP备12345678号-4K", (FILING, 4, QUICK), "京ICP备12345678号-4K"),
        ("京ICP备12345678号-999999K", (FILING, 999999, QUICK), "京ICP备12345678号-999999K"),
        (" 京 icp 备 12345678 号 － 12 ", (FILING, 12, WEBSITE), "京ICP备12345678号-12"),
        ("京Ｉcp备１２３４５６７８号—３ａ", (FILING, 3, APP), "京ICP备12345678号-3A"),
        ("京icp备12345678号 – 3 x", (FILING, 3, MINI), "京ICP备12345678号-3X"),
        ("京icp备12345678号−3ｋ", (FILING, 3, QUICK), "京ICP备12345678号-3K"),
        ("⿊ICP备12345678号", ("黑ICP备12345678号", None, None), "黑ICP备12345678号"),
        ("京ICP证030173号-1", ("京ICP证030173号", 1, WEBSITE), "京ICP证030173号-1"),
        ("京 icp 证 030173 号", ("京ICP证030173号", None, None), "京ICP证030173号"),
        ("粤ICP证12345678号-2Ｘ", ("粤ICP证12345678号", 2, MINI), "粤ICP证12345678号-2X"),
        ("粤B2-20090059-1", ("粤B2-20090059", 1, WEBSITE), "粤B2-20090059-1"),
        ("粤 b2 — 20090059", ("粤B2-20090059", None, None), "粤B2-20090059"),
        ("合字B2-20200001-2A", ("合字B2-20200001", 2, APP), "合字B2-20200001-2A"),
        (
            "合字Ａ2．B1.b2－20200001",
            ("合字A2.B1.B2-20200001", None, None),
            "合字A2.B1.B2-20200001",
        ),
        ("沪A2.B1-20200001-12k", ("沪A2.B1-20200001", 12, QUICK), "沪A2.B1-20200001-12K"),
        ("川B2-20130052-1", ("川B2-20130052", 1, WEBSITE), "川B2-20130052-1"),
    ],
)
def test_valid_numbers(text, parts, shown):
    number = icp_number(text)
    assert (number, str(number)) == (IcpNumber(*parts), shown)


@pytest.mark.parametrize(
    ("text", "character", "licence"),
    [
        ("京ICP备12345678号", "京", False),
        ("蜀ICP备2026007879号-1X", "蜀", False),
        ("京ICP证030173号-1", "京", True),
        ("粤B2-20090059", "粤", True),
        ("合字B2-20200001-2A", "", True),
        # Of Sichuan, whose ICP numbers begin with 蜀.
        ("川B2-20130052", "蜀", True),
    ],
)
def test_the_province_and_the_licence(text, character, licence):
    number = icp_number(text)
    assert (number.character, number.licence) == (character, licence)


@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.parametrize("rest", ["ICP备12345678号", "ICP证030173号", "B2-20090059"])
def test_the_character_of_every_province_is_read(character, rest):
    number = icp_number(character + rest)
    assert (str(number), number.character) == (character + rest, character)


subjects = st.one_of(
    st.from_regex(f"[{CHARACTERS}]ICP备([0-9]{{8}}|[0-9]{{10}})号", fullmatch=True),
    st.from_regex(f"[{CHARACTERS}]ICP证[0-9]{{6,24}}号", fullmatch=True),
    st.from_regex(
        f"([{CHARACTERS}川]|合字)[AB][0-9](\\.[AB][0-9]){{0,5}}-[0-9]{{8}}", fullmatch=True
    ),
)


@given(subjects, st.integers(1, 999_999), st.sampled_from(ServiceKind))
def test_what_is_written_is_read_again(subject, n, kind):
    number = IcpNumber(subject, n, kind)
    assert icp_number(str(number)) == service_number(str(number), kind) == number
    assert icp_number(subject) == IcpNumber(subject)
    assert len(subject) <= 30
    assert len(str(number)) <= 40


# Refused

SHAPE = refused(
    "The number looks like 京ICP备12345678号, 京ICP证030173号 or 粤B2-20090059, for a service "
    "with a suffix such as -1 behind it."
)
SUFFIX = refused(
    "A service's number ends in -1 for a website, -1A for an App, -1X for a mini-program, -1K "
    "for a quick app; a subject's has no such suffix."
)
ZERO = refused("Services are numbered from 1; none has the number 0.")
NO_PROVINCE = refused("Before ICP stands the character of a province, such as 京.")
NO_LICENCE_PROVINCE = refused(
    "Before the class of a licence stands the character of a province, or 合字."
)


def letter(shown):
    return refused(
        f"“{shown}” is no letter of a suffix: an App's is A, a mini-program's X, a quick app's "
        "K, and a website has none."
    )


def digit(shown):
    return refused(f"“{shown}” stands where only digits can stand.")


def province(shown):
    return refused(f"“{shown}” is not the character of a province.")


def of_class(shown):
    return refused(f"“{shown}” is not the class of a licence, which looks like B2 or A2.B1.B2.")


def sign(suggestion=None):
    return refused("The 号 behind the digits is missing.", suggestion)


def count(sentence, digits):
    return refused(f"{sentence} digits, not {digits}.")


FILING_DIGITS = "An ICP number has 8 or 10"
SIGN_DIGITS = "A licence number (ICP证) has 6 or more"
CLASS_DIGITS = "A licence number with a class has 8"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12345678", SHAPE),
        ("京", SHAPE),
        ("京ICP", SHAPE),
        ("京ıCP备12345678号", SHAPE),
        ("京东ICP备12345678号", SHAPE),
        ("粤B220090059", SHAPE),
        ("1B2-20090059", SHAPE),
        ("ICP备12345678号", NO_PROVINCE),
        ("B2-20090059-1", NO_LICENCE_PROVINCE),
        ("港ICP备12345678号", province("港")),
        ("港ICP证030173号", province("港")),
        ("港B2-20090059", province("港")),
        ("合ICP证030173号", province("合")),
        ("字B2-20090059", province("字")),
        ("\ud800B2-20090059", province("U+D800")),
        (
            "京ICP備12345678号",
            refused("Behind ICP stands 备 for a filing or 证 for a licence, not “備”."),
        ),
        (
            "京ICP12345678号",
            refused("Behind ICP stands 备 for a filing or 证 for a licence, not “1”."),
        ),
        ("京ICP备12345678", sign("京ICP备12345678号")),
        ("京 icp 备 12345678 － 2 a", sign("京ICP备12345678号-2A")),
        ("京ICP证030173-1", sign("京ICP证030173号-1")),
        ("京ICP备123-1", sign()),
        ("京ICP备", sign()),
        ("京ICP备123456号", count(FILING_DIGITS, 6)),
        ("京ICP备123456789号", count(FILING_DIGITS, 9)),
        ("京ICP备12345678901号-1", count(FILING_DIGITS, 11)),
        ("京ICP备号", count(FILING_DIGITS, 0)),
        ("京ICP证03017号", count(SIGN_DIGITS, 5)),
        ("京ICP证号-1", count(SIGN_DIGITS, 0)),
        ("粤B2-2009005-1", count(CLASS_DIGITS, 7)),
        ("粤B2-200900591", count(CLASS_DIGITS, 9)),
        ("合字B2-", count(CLASS_DIGITS, 0)),
        ("京ICP备1234567O号", digit("O")),
        ("京ICP备1234567٨号", digit("٨")),
        ("京ICP备1234567\ud800号", digit("U+D800")),
        ("京ICP备12345678-1号", digit("-")),
        ("京ICP证B2-20090059号", digit("B")),
        ("粤B2-2009005O", digit("O")),
        ("粤C2-20090059", of_class("C2")),
        ("粤B-20090059", of_class("B")),
        ("粤B22-20090059", of_class("B22")),
        ("粤B2.-20090059", of_class("B2.")),
        ("粤A2B1-20090059", of_class("A2B1")),
        ("合字B２．C1-20200001", of_class("B2.C1")),
        ("粤B\ud800-20090059", of_class("BU+D800")),
        (
            "粤B2-20090059号-1",
            refused(
                "A licence number with a class has no 号 behind its digits.", "粤B2-20090059-1"
            ),
        ),
        (
            "粤B2-2009号",
            refused("A licence number with a class has no 号 behind its digits."),
        ),
        (
            "京ICP证1234567890123456789012345号",
            refused("A licence number has at most 30 characters, not 31."),
        ),
        ("京ICP备12345678号-0", ZERO),
        ("京ICP备12345678号-00A", ZERO),
        ("粤B2-20090059-0", ZERO),
        (
            "京ICP备12345678号-01",
            refused("The number in a suffix is written without a zero in front, not as 01."),
        ),
        (
            "粤B2-20090059-002A",
            refused("The number in a suffix is written without a zero in front, not as 002."),
        ),
        (
            "京ICP备12345678号-1234567",
            refused("The number in a suffix has at most 6 digits, not 7."),
        ),
        ("京ICP备12345678号-1B", letter("B")),
        ("京ICP证030173号-1号", letter("号")),
        ("粤B2-20090059-1Z", letter("Z")),
        ("合字B2-20200001-1\ud800", letter("U+D800")),
        ("京ICP备12345678号-", SUFFIX),
        ("京ICP备12345678号-A", SUFFIX),
        ("京ICP备12345678号1", SUFFIX),
        ("京ICP备12345678号--1", SUFFIX),
        ("京ICP备12345678号-1AX", SUFFIX),
        ("京ICP备12345678号-1-2", SUFFIX),
        ("京ICP备12345678号-A1", SUFFIX),
        ("粤B2-20090059-", SUFFIX),
        ("粤B2-20090059--1", SUFFIX),
    ],
)
def test_refused_numbers(text, expected):
    assert refusal(icp_number, text) == expected


@pytest.mark.parametrize(
    ("typed", "character"),
    [("川", "蜀"), ("贵", "黔"), ("云", "滇"), ("甘", "陇"), ("秦", "陕")],
)
@pytest.mark.parametrize(
    ("typed_rest", "rest"),
    [
        (" icp备2026007879号-1", "ICP备2026007879号-1"),
        ("ICP备12345678号－2ａ", "ICP备12345678号-2A"),
        ("icp证 030173号", "ICP证030173号"),
    ],
)
def test_the_other_short_name_of_a_province_is_corrected(typed, character, typed_rest, rest):
    assert refusal(icp_number, typed + typed_rest) == (
        f"The number of this province begins with {character}, not with {typed}.",
        character + rest,
    )


@pytest.mark.parametrize(
    ("typed", "character"), [("贵", "黔"), ("云", "滇"), ("甘", "陇"), ("秦", "陕")]
)
def test_the_short_name_is_corrected_in_a_licence_with_a_class(typed, character):
    assert refusal(icp_number, f"{typed}b2-20090059-1") == (
        f"The number of this province begins with {character}, not with {typed}.",
        f"{character}B2-20090059-1",
    )


@pytest.mark.parametrize("rest", ["ICP备123号", "ICP备12345678", "ICP备12345678号-0", "ICP证1号"])
def test_no_suggestion_where_the_rest_is_wrong_too(rest):
    assert refusal(icp_number, f"川{rest}") == (
        "The number of this province begins with 蜀, not with 川.",
        None,
    )


# Of a wanted kind


@pytest.mark.parametrize("subject", [FILING, "京ICP证030173号", "粤B2-20090059", "合字B2-20200001"])
@pytest.mark.parametrize(
    ("kind", "suffix"), [(WEBSITE, "-2"), (APP, "-2A"), (MINI, "-2X"), (QUICK, "-2K")]
)
def test_a_number_of_the_wanted_kind(subject, kind, suffix):
    number = service_number(subject + suffix.lower(), kind)
    assert (number, number.suffix) == (IcpNumber(subject, 2, kind), suffix)


@pytest.mark.parametrize(
    ("kind", "suffix", "sentence"),
    [
        (WEBSITE, "-2A", "A website's number ends in -2; this one ends in -2A, as an App's does."),
        (
            WEBSITE,
            "-1X",
            "A website's number ends in -1; this one ends in -1X, as a mini-program's does.",
        ),
        (
            WEBSITE,
            "-1K",
            "A website's number ends in -1; this one ends in -1K, as a quick app's does.",
        ),
        (APP, "-1", "An App's number ends in -1A; this one ends in -1, as a website's does."),
        (
            APP,
            "-13X",
            "An App's number ends in -13A; this one ends in -13X, as a mini-program's does.",
        ),
        (APP, "-1K", "An App's number ends in -1A; this one ends in -1K, as a quick app's does."),
        (
            MINI,
            "-1",
            "A mini-program's number ends in -1X; this one ends in -1, as a website's does.",
        ),
        (
            MINI,
            "-1A",
            "A mini-program's number ends in -1X; this one ends in -1A, as an App's does.",
        ),
        (
            MINI,
            "-1K",
            "A mini-program's number ends in -1X; this one ends in -1K, as a quick app's does.",
        ),
        (
            QUICK,
            "-1",
            "A quick app's number ends in -1K; this one ends in -1, as a website's does.",
        ),
        (QUICK, "-1A", "A quick app's number ends in -1K; this one ends in -1A, as an App's does."),
        (
            QUICK,
            "-1X",
            "A quick app's number ends in -1K; this one ends in -1X, as a mini-program's does.",
        ),
    ],
)
def test_a_number_of_another_kind(kind, suffix, sentence):
    assert refusal(service_number, FILING + suffix, kind) == (sentence, None)


def test_each_pair_of_kinds_has_its_sentence():
    assert set(WRONG_KIND) == {(a, b) for a in ServiceKind for b in ServiceKind if a != b}
    assert len(set(WRONG_KIND.values())) == 12


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (WEBSITE, "This is the subject's number; the site's ends in -1, -2 and so on."),
        (APP, "This is the subject's number; the App's ends in -1A, -2A and so on."),
        (MINI, "This is the subject's number; the mini-program's ends in -1X, -2X and so on."),
        (QUICK, "This is the subject's number; the quick app's ends in -1K, -2K and so on."),
    ],
)
@pytest.mark.parametrize("subject", [FILING, "粤B2-20090059"])
def test_a_subjects_number_is_no_services(subject, kind, sentence):
    assert refusal(service_number, subject, kind) == (sentence, None)


def test_what_is_no_number_is_refused_for_its_own_reason():
    assert refusal(service_number, "京ICP备123456号-1", APP) == count(FILING_DIGITS, 6)


# The next one


@pytest.mark.parametrize(
    ("subject", "kind", "taken", "expected"),
    [
        (FILING, WEBSITE, [], "京ICP备12345678号-1"),
        (FILING, APP, [], "京ICP备12345678号-1A"),
        (FILING, MINI, ["-1"], "京ICP备12345678号-2X"),
        # All kinds are counted together, a gap is not filled, and the order does not matter.
        (FILING, WEBSITE, ["-2", "-7A", "-3X", "-1K"], "京ICP备12345678号-8"),
        (FILING, QUICK, ["-9", "-10"], "京ICP备12345678号-11K"),
        (FILING, WEBSITE, [""], "京ICP备12345678号-1"),
        ("粤B2-20090059", WEBSITE, ["-1", "-2A"], "粤B2-20090059-3"),
        ("合字B2-20200001", APP, ["-1"], "合字B2-20200001-2A"),
    ],
)
def test_the_next_service_number(subject, kind, taken, expected):
    numbers = (icp_number(subject + suffix) for suffix in taken)
    assert str(next_service_number(subject, kind, numbers)) == expected


def test_the_numbers_of_other_subjects_do_not_count():
    taken = [icp_number("京ICP备12345678号-1"), icp_number("京ICP备87654321号-5")]
    assert next_service_number(FILING, APP, taken) == IcpNumber(FILING, 2, APP)


def test_the_subject_of_the_next_number_may_be_typed():
    taken = [icp_number("京ICP备12345678号-1")]
    assert next_service_number("京icp备12345678号", APP, taken) == IcpNumber(FILING, 2, APP)
    assert refusal(next_service_number, "京", APP, taken) == SHAPE
