"""The numbers people type: folded to one canonical form, or refused with a sentence.

Every function takes any text. It returns the canonical form or raises `NumberError`,
and nothing else. No one is asked whether a number exists, only whether it can.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from .text import _

MAX_LENGTH = 100

#: The characters that stand for the provinces in ICP numbers, in the order of GB/T 2260.
CHARACTERS = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝蜀黔滇藏陕陇青宁新"
#: The other short name of a province, typed often, and the one the ICP number uses.
MISTYPED = {"川": "蜀", "贵": "黔", "云": "滇", "甘": "陇", "秦": "陕"}
#: The public security bureaux of Sichuan, Guizhou and Gansu number with the other short name.
PUBLIC_SECURITY_CHARACTERS = CHARACTERS + "川贵甘"

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
DIGITS = "0123456789"

CHECK_FAILED = _("The last character does not match the rest: compare with the paper.")

HIDDEN = "•"
INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
# str.upper() would turn ı, ſ and ß into ASCII letters nobody typed.
UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class NumberError(ValueError):
    """A number that cannot be right.

    `sentence` is English source text for gettext, `params` fill its %-placeholders, and
    `suggestion` is the corrected number where there is an obvious one.
    """

    def __init__(self, sentence: str, suggestion: str | None = None, **params: str | int) -> None:
        self.sentence = sentence
        self.params: dict[str, str | int] = params
        self.suggestion = suggestion
        super().__init__(sentence % params)


def fold(text: str) -> str:
    """The text in half width and capitals, without spaces, invisible characters, odd dashes.

    Raises NumberError when nothing is left or when it is longer than 100 characters.
    """
    if len(text) > MAX_LENGTH:
        raise NumberError(_("This is longer than %(limit)s characters."), limit=MAX_LENGTH)
    folded = "".join(map(_fold_character, text)).translate(DASHES).translate(UPPER)
    seen = "".join(c for c in folded if unicodedata.category(c) not in INVISIBLE)
    if not seen:
        raise NumberError(_("Nothing was entered."))
    return seen


def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    if character.isascii() or "！" <= character <= "～":
        return folded
    # ① and ² are not what a paper shows as 1 and 2: leave them to be refused by name.
    return character if re.search("[0-9A-Za-z]", folded) else folded


def social_credit_code(text: str) -> str:
    """The unified social credit code of an organisation, 18 characters.

    Raises NumberError for a wrong length, character or check character.
    Source: GB 32100-2015.
    """
    code = fold(text)
    need_length(code, 18, _("A unified social credit code has 18 characters, not %(count)s."))
    _need_characters(
        code,
        [CREDIT_ALPHABET] * 18,
        _(
            "Character %(position)s is “%(character)s”: a unified social credit code has digits "
            "and the letters A to Y, but never I, O, S or V."
        ),
    )
    total = sum(w * CREDIT_ALPHABET.index(c) for w, c in zip(CREDIT_WEIGHTS, code, strict=False))
    if code[17] != CREDIT_ALPHABET[-total % 31]:
        raise NumberError(CHECK_FAILED)
    return code


def resident_id(text: str, today: date) -> str:
    """The citizen identification number of a person, 17 digits and a check digit or X.

    Raises NumberError for a wrong length, character or check digit, and for a birth date
    that does not exist or is later than `today`. Source: GB 11643-1999.
    """
    number = fold(text)
    need_length(number, 18, _("A resident ID number has 18 characters, not %(count)s."))
    _need_characters(
        number,
        [DIGITS] * 17 + [DIGITS + "X"],
        _(
            "Character %(position)s is “%(character)s”: a resident ID number has 17 digits "
            "and then a digit or X."
        ),
    )
    _need_birth(number[6:14], today)
    total = sum(w * int(c) for w, c in zip(RESIDENT_WEIGHTS, number, strict=False))
    if number[17] != RESIDENT_CHECKS[total % 11]:
        raise NumberError(CHECK_FAILED)
    return number


def _need_birth(digits: str, today: date) -> None:
    shown = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise NumberError(
            _("Characters 7 to 14 are the birth date: there is no date %(date)s."), date=shown
        ) from None
    if born > today:
        raise NumberError(
            _("Characters 7 to 14 are the birth date: %(date)s is in the future."), date=shown
        )


def mobile(text: str) -> str:
    """A mobile number of Mainland China as 11 digits; +86, dashes and brackets may be typed.

    Raises NumberError for another country, a wrong character, length or beginning.
    Source: the numbering plan of the ministry (1, then 3 to 9, then nine digits).
    """
    number = re.sub(r"^\+86|^0086|^86(?=.{11}$)", "", re.sub("[-().]", "", fold(text)))
    if number.startswith(("+", "00")):
        raise NumberError(_("Only a mobile number of Mainland China (+86) can be used."))
    _need_characters(
        number,
        [DIGITS] * len(number),
        _("Character %(position)s is “%(character)s”: a mobile number has only digits."),
    )
    need_length(number, 11, _("A mobile number has 11 digits, not %(count)s."))
    if not re.match("1[3-9]", number):
        raise NumberError(
            _("A mobile number begins with 13 to 19, not with %(start)s."), start=number[:2]
        )
    return number


def public_security_number(text: str) -> str:
    """The number of a public-security filing: 京公网安备11010802012345号.

    Raises NumberError for another shape, a character of no province, or not 14 digits.
    Source: the internet security service platform of the public security bureaux.
    """
    typed = fold(text)
    parts = re.fullmatch(".公网安备([^号]*)号", typed)
    if not parts:
        raise NumberError(_("A public-security number looks like 京公网安备11010802012345号."))
    digits = parts[1]
    need_province(typed, PUBLIC_SECURITY_CHARACTERS, public_security_number)
    need_only_digits(digits)
    need_length(digits, 14, _("A public-security number has 14 digits, not %(count)s."))
    return typed


def mask(text: str) -> str:
    """A mobile number or resident ID number (told apart by length) with its middle hidden."""
    return mask_phone(text) if len(text) < 15 else mask_resident_id(text)


def mask_resident_id(text: str) -> str:
    """The first 3 and last 2 characters, the rest hidden; a short text wholly hidden."""
    return _hide(text, 3, 2)


def mask_phone(text: str) -> str:
    """The first 3 and last 4 characters, the rest hidden; a short text wholly hidden."""
    return _hide(text, 3, 4)


def _hide(text: str, first: int, last: int) -> str:
    hidden = len(text) - first - last
    # With fewer than four hidden the rest can be guessed.
    if hidden < 4:
        return HIDDEN * len(text)
    return text[:first] + HIDDEN * hidden + text[-last:]


def need_length(text: str, length: int, sentence: str) -> None:
    """Raises NumberError with the sentence, whose `count` is the length there is."""
    if len(text) != length:
        raise NumberError(sentence, count=len(text))


def _need_characters(text: str, allowed: list[str], sentence: str) -> None:
    for position, (character, good) in enumerate(zip(text, allowed, strict=True), 1):
        if character not in good:
            raise NumberError(sentence, position=position, character=shown_character(character))


def need_only_digits(text: str) -> None:
    """Raises NumberError that names the first character that is no digit."""
    for character in text:
        if character not in DIGITS:
            raise NumberError(
                _("“%(character)s” stands where only digits can stand."),
                character=shown_character(character),
            )


def need_province(typed: str, allowed: str, read: Callable[[str], object]) -> None:
    """Raises NumberError unless a number begins with the character of a province.

    For the other short name of a province it suggests the number with the right one, if
    `read` takes the rest as it stands.
    """
    first = typed[0]
    if first in allowed:
        return
    if first not in MISTYPED:
        raise NumberError(
            _("“%(character)s” is not the character of a province."),
            character=shown_character(first),
        )
    raise NumberError(
        _("The number of this province begins with %(character)s, not with %(typed)s."),
        suggestion=reading(read, MISTYPED[first] + typed[1:]),
        character=MISTYPED[first],
        typed=first,
    )


def reading(read: Callable[[str], object], text: str) -> str | None:
    """The canonical form of a text, for a suggestion; None where it cannot be read."""
    try:
        return str(read(text))
    except NumberError:
        return None


def shown_character(character: str) -> str:
    """The character, or its code point where it cannot be printed (a lone surrogate)."""
    return character if character.isprintable() else f"U+{ord(character):04X}"
