"""Marked strings, and enums that carry them."""

from enum import StrEnum
from typing import Self


def _(text: str) -> str:
    """Mark a string for translation; the surface translates."""
    return text


class LabelledEnum(StrEnum):
    """A code, stored and exchanged as it stands, with the words it is shown by."""

    label: str

    def __new__(cls, code: str, label: str = "", *_more: object) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member
