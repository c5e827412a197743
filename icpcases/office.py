"""Who runs this site: its name, how to reach it, and its privacy notice, from the settings."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language

#: What every production site should say: its setting, and what it is.
WANTED = {
    "OFFICE_NAME": "name",
    "OFFICE_PHONE": "telephone",
    "OFFICE_HOURS": "hours",
    "PRIVACY_NOTICE": "privacy notice",
}
_DIALLED = re.compile(r"[+\d][\d\s()（）-]*")


@dataclass(frozen=True)
class Operator:
    """The office as a reader of the active language meets it; empty where nothing is said."""

    name: str
    phone: str
    hours: str
    email: str

    @property
    def dialled(self) -> str:
        """The telephone as a link dials it; empty where it is more than a number."""
        return re.sub(r"[^+\d]", "", self.phone) if _DIALLED.fullmatch(self.phone) else ""


class Block(NamedTuple):
    """A piece of a notice: a heading, a list or a paragraph, and its lines."""

    kind: str
    lines: list[str]


@dataclass(frozen=True)
class PrivacyNotice:
    """The notice in the language it is there in: an address that has it, or its text."""

    language: str
    url: str = ""
    blocks: tuple[Block, ...] = ()


def site_operator() -> Operator:
    """The office, in the active language where that is given."""
    return Operator(
        name=_in_language("OFFICE_NAME")[0],
        phone=settings.OFFICE_PHONE,
        hours=_in_language("OFFICE_HOURS")[0],
        email=settings.OFFICE_EMAIL,
    )


def privacy_notice() -> PrivacyNotice:
    """The notice, in the active language where that is given; empty where there is none."""
    where, language = _in_language("PRIVACY_NOTICE")
    if is_address(where):
        return PrivacyNotice(language, url=where)
    return PrivacyNotice(language, blocks=blocks_of(_text_of(where)) if where else ())


def is_address(where: str) -> bool:
    """Whether a notice is on another page, and no file."""
    return where.startswith(("https://", "http://"))


def blocks_of(text: str) -> tuple[Block, ...]:
    """The pieces of a text: `# ` begins a heading, `- ` a line of a list, a blank line divides."""
    found: list[Block] = []
    for piece in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        for line in filter(None, map(str.strip, piece.split("\n"))):
            kind = {"# ": "heading", "- ": "list"}.get(line[:2], "paragraph")
            words = line if kind == "paragraph" else line[2:].strip()
            if kind != "heading" and found and found[-1].kind == kind and found[-1].lines:
                found[-1].lines.append(words)
            else:
                found.append(Block(kind, [words]))
        found.append(Block("", []))
    return tuple(block for block in found if block.lines)


def _in_language(name: str) -> tuple[str, str]:
    """What a setting says to readers of the active language, and in which language that is."""
    english = (get_language() or "").startswith("en")
    own: str = getattr(settings, f"{name}_EN", "") if english else ""
    return (own, "en") if own else (getattr(settings, name), "zh-Hans")


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        # It was there when the program began; a page says that it is not there now.
        return ""
