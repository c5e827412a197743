"""The same as in English: a day is one anywhere."""

from icpcases.locale.en.formats import DATE_FORMAT, DATETIME_FORMAT

__all__ = ["DATETIME_FORMAT", "DATE_FORMAT"]
