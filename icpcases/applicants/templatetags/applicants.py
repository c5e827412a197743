"""Small words of the applicants' pages."""

from django import template
from django.utils.translation import gettext as _

from icpcases.applicants.timeline import Moment, moments_of
from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.workflow.forecast import Expected

register = template.Library()


@register.filter
def meanwhile(case: FilingCase, rows: list[HistoryRow] | None) -> list[Moment]:
    """What happened since a page was opened, as the applicant may read it, oldest first."""
    return moments_of(case, rows or [])


@register.filter
def days(expected: Expected) -> str:
    """The days between which a stop is expected."""
    first, last = expected.earliest, expected.latest
    if first is None or last is None:
        return ""
    shown = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
    return f"{shown} ({_('provisional')})" if expected.provisional else shown


@register.filter
def source(expected: Expected) -> str:
    """Where an expectation comes from."""
    if expected.range is None:
        return ""
    if expected.range.cases:
        return _("from %(n)s finished cases like this one") % {"n": expected.range.cases}
    return _("as published")


@register.filter
def from_today(path: list[Expected]) -> bool:
    """Whether days ahead are told although nobody knows when the present stop is left."""
    now = present(path)
    ahead = any(expected.earliest for expected in path if expected.stop.place == "ahead")
    return ahead and now is not None and now.earliest is None


@register.filter
def present(path: list[Expected]) -> Expected | None:
    """The stop the case is at."""
    return next((expected for expected in path if expected.stop.place == "now"), None)
