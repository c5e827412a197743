from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from icpcases.rules import numbers
from icpcases.rules.icp_numbers import icp_number
from icpcases.rules.numbers import NumberError
from tests.domain import CREDIT_CODES

TODAY = date(2026, 11, 23)


def resident_id(text):
    return numbers.resident_id(text, TODAY)


READERS = [
    numbers.social_credit_code,
    resident_id,
    numbers.mobile,
    icp_number,
    numbers.public_security_number,
]


def refusal(read, text):
    with pytest.raises(NumberError) as caught:
        read(text)
    assert str(caught.value) == caught.value.sentence % caught.value.params
    return str(caught.value)


@pytest.mark.parametrize("read", READERS)
def test_every_reader_refuses_nothing_and_too_much(read):
    assert refusal(read, "") == "Nothing was entered."
    assert refusal(read, " \u3000\u200b\n") == "Nothing was entered."
    assert refusal(read, "1" * 101) == "This is longer than 100 characters."


@pytest.mark.parametrize("read", READERS)
@given(
    text=st.text(st.characters(), max_size=120)
    | st.text("0123456789京川合字ICPAB.备证公网安号-XK+①", max_size=40)
)
@example(text="\ud800" * 18)
@example(text="١" * 18)
@example(text="1" * 17 + "\ud800")
def test_any_text_is_read_again_to_the_same_or_refused(read, text):
    try:
        canonical = str(read(text))
    except NumberError as error:
        str(error).encode()
    else:
        assert str(read(canonical)) == canonical


# Unified social credit code


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_valid_social_credit_codes(code):
    assert numbers.social_credit_code(code) == code
    assert numbers.social_credit_code(f" {code[:8].lower()} {code[8:].lower()}\n") == code


def test_full_width_social_credit_code():
    assert (
        numbers.social_credit_code("９１４４０３００７０８４６１１３６ｔ") == "91440300708461136T"
    )


@pytest.mark.parametrize("first", "NYAG1359")
def test_every_registering_department_is_read(first):
    codes = [first + "1440300708461136" + check for check in numbers.CREDIT_ALPHABET]
    assert sum(map(_is_credit_code, codes)) == 1


def _is_credit_code(code):
    try:
        return numbers.social_credit_code(code) == code
    except NumberError:
        return False


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("9144030070846113", "A unified social credit code has 18 characters, not 16."),
        (
            "9144O300708461136T",
            "Character 5 is “O”: a unified social credit code has digits and the letters A to Y, "
            "but never I, O, S or V.",
        ),
        (
            "91440300708461136٣",
            "Character 18 is “٣”: a unified social credit code has digits and the letters A to Y, "
            "but never I, O, S or V.",
        ),
        (
            "91440300708461137T",
            "The last character does not match the rest: compare with the paper.",
        ),
    ],
)
def test_refused_social_credit_codes(code, sentence):
    assert refusal(numbers.social_credit_code, code) == sentence


@given(st.integers(0, 17), st.sampled_from(numbers.CREDIT_ALPHABET))
def test_one_wrong_character_is_always_noticed(place, character):
    code = "91440300708461136T"
    wrong = code[:place] + character + code[place + 1 :]
    assert _is_credit_code(wrong) == (wrong == code)


# Resident ID


@pytest.mark.parametrize(
    "text",
    ["11010519491231002X", "11010519491231002x", "１１０１０５ 19491231 ００２Ｘ"],
)
def test_valid_resident_ids(text):
    assert resident_id(text) == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("110105491231002", "A resident ID number has 18 characters, not 15."),
        (
            "1101051949X231002X",
            "Character 11 is “X”: a resident ID number has 17 digits and then a digit or X.",
        ),
        (
            "11010519491231002①",
            "Character 18 is “①”: a resident ID number has 17 digits and then a digit or X.",
        ),
        (
            "11010519490230002X",
            "Characters 7 to 14 are the birth date: there is no date 1949-02-30.",
        ),
        (
            "11010500000101002X",
            "Characters 7 to 14 are the birth date: there is no date 0000-01-01.",
        ),
        (
            "11010520261124002X",
            "Characters 7 to 14 are the birth date: 2026-11-24 is in the future.",
        ),
        (
            "110105194912310021",
            "The last character does not match the rest: compare with the paper.",
        ),
    ],
)
def test_refused_resident_ids(text, sentence):
    assert refusal(resident_id, text) == sentence


def test_a_child_born_today_may_have_a_number():
    born_today = ["11010520261123002" + check for check in "0123456789X"]
    assert sum(map(_is_resident_id, born_today)) == 1


def _is_resident_id(text):
    try:
        return resident_id(text) == text
    except NumberError:
        return False


# Mobile


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138–0013—8000",
        "+86 138 0013 8000",
        "(+86) 138-0013-8000",
        "＋８６ １３８００１３８０００",
        "0086 13800138000",
        "86-13800138000",
        "\u202a13800138000\u202c",
    ],
)
def test_valid_mobiles(text):
    assert numbers.mobile(text) == "13800138000"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("+852 5123 4567", "Only a mobile number of Mainland China (+86) can be used."),
        ("00852 5123 4567", "Only a mobile number of Mainland China (+86) can be used."),
        ("1380013800o", "Character 11 is “O”: a mobile number has only digits."),
        ("١٣٨00138000", "Character 1 is “١”: a mobile number has only digits."),
        ("1380013800", "A mobile number has 11 digits, not 10."),
        ("+86", "A mobile number has 11 digits, not 0."),
        ("12800138000", "A mobile number begins with 13 to 19, not with 12."),
        ("86138001380", "A mobile number begins with 13 to 19, not with 86."),
    ],
)
def test_refused_mobiles(text, sentence):
    assert refusal(numbers.mobile, text) == sentence


# Public-security number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("京公网安备11010802012345号", "京公网安备11010802012345号"),
        ("京公网安备 １１０１０８０２０１２３４５ 号", "京公网安备11010802012345号"),
        ("川公网安备51010702001250号", "川公网安备51010702001250号"),
        ("贵公网安备52010202003658号", "贵公网安备52010202003658号"),
        ("甘公网安备62010302000249号", "甘公网安备62010302000249号"),
    ],
)
def test_valid_public_security_numbers(text, number):
    assert numbers.public_security_number(text) == number


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("11010802012345", "A public-security number looks like 京公网安备11010802012345号."),
        (
            "京公网安备11010802012345",
            "A public-security number looks like 京公网安备11010802012345号.",
        ),
        ("港公网安备11010802012345号", "“港” is not the character of a province."),
        ("京公网安备1101080201234号", "A public-security number has 14 digits, not 13."),
        ("京公网安备1101080201234X号", "“X” stands where only digits can stand."),
    ],
)
def test_refused_public_security_numbers(text, sentence):
    assert refusal(numbers.public_security_number, text) == sentence


@pytest.mark.parametrize("character", numbers.CHARACTERS)
def test_a_public_security_number_of_every_province(character):
    number = f"{character}公网安备11010802012345号"
    assert numbers.public_security_number(number) == number


@pytest.mark.parametrize(("typed", "character"), [("云", "滇"), ("秦", "陕")])
def test_a_public_security_number_is_corrected_too(typed, character):
    with pytest.raises(NumberError) as caught:
        numbers.public_security_number(f"{typed}公网安备53010302000732号")
    assert caught.value.suggestion == f"{character}公网安备53010302000732号"


# Masks


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("11010519491231002X", "110•••••••••••••2X"),
        ("13800138000", "138••••8000"),
        ("1234567", "•••••••"),
        ("", ""),
    ],
)
def test_masked(text, masked):
    assert numbers.mask(text) == masked


def test_masked_by_kind():
    assert numbers.mask_phone("+8613800138000") == "+86•••••••8000"
    assert numbers.mask_resident_id("A12345678") == "A12••••78"
    assert numbers.mask_phone("12345678") == "••••••••"
