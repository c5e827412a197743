"""One folding of what people type: how two texts are compared, whoever typed them and where.

Names lose width, case and accents, and their brackets and dashes become the plain ones; a number
loses whatever people put between its characters as well.
"""

import re
import unicodedata

from .numbers import DASHES, UPPER

_ACCENTS = re.compile("[\u0300-\u036f]")
# With the marks of direction that telephones put around what is copied.
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_BRACKETS = str.maketrans("〔【［[｛{〕】］]｝}", "(((((())))))")
# The long vowel of Japanese is a letter, not a dash.
_LINES = {code: line for code, line in DASHES.items() if chr(code) != "ー"}
_BETWEEN = re.compile(r"[\s\-]+")
_IN_PHONES = re.compile(r"[\s+().\-/]+")
_PREFIX = re.compile(r"^(?:0086|86)(?=1[3-9]\d{9}$)")
_NO_LETTER = re.compile(r"[\W_]+")


def normal(text: str) -> str:
    """A text as it is compared: one width, one case, no accents, plain brackets and dashes."""
    if not text.isascii():
        text = one_width(text)
        bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
        text = unicodedata.normalize("NFKC", bare).translate(_LINES)
    return _CONTROL.sub(" ", text.casefold()).translate(_BRACKETS).strip()


def one_width(text: str) -> str:
    """A text in half width, as Unicode composes it."""
    # A lone surrogate is no text: no database takes it.
    return unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode())


def name_key(name: str) -> str:
    """What two spellings of one name have in common: its letters and digits, folded."""
    return _NO_LETTER.sub("", normal(name))


def certificate_key(number: str) -> str:
    """A certificate number of any type as it is kept: capitals, one width, without blanks and
    dashes."""
    return _BETWEEN.sub("", normal(number)).translate(UPPER)


def phone_key(phone: str) -> str:
    """A telephone number as it is compared: its digits, without the +86 before a mobile."""
    return _PREFIX.sub("", _IN_PHONES.sub("", normal(phone)))


_HALF: dict[int, int | str] = {
    **{code: code - 0xFEE0 for first, last in ("09", "AZ", "az")
       for code in range(ord(first) + 0xFEE0, ord(last) + 0xFEE1)},
    **{ord(line): "-" for line in "－‐‑–"}, ord("\u3000"): " ",
}  # fmt: skip


def half_width(text: str) -> str:
    """A number as it stands on a paper: digits, letters and dashes in half width, nothing unseen;
    its words and brackets as they were."""
    return _CONTROL.sub("", text.translate(_HALF)).strip()


def typed_ip(text: str) -> str:
    """An IP address in half width; the full stop of Chinese keyboards is its point."""
    return _CONTROL.sub("", one_width(text)).replace("。", ".").strip()


_DAY = re.compile(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?", re.ASCII)


def typed_day(text: str) -> str:
    """A day, with a time behind it or not, as ISO 8601 writes it: 2026年11月3日 is 2026-11-03.

    What is no day so written comes back in half width.
    """
    plain = _CONTROL.sub("", one_width(text)).translate(_LINES).strip()
    return _DAY.sub(lambda day: "{}-{:0>2}-{:0>2}".format(*day.groups()), plain)


def typed_code(text: str) -> str:
    """A code or reference from a mail or a paper: capitals, one width, without blanks."""
    return re.sub(r"\s+", "", normal(text)).translate(UPPER)
