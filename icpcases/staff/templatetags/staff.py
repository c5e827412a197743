"""Small words of the staff pages."""

import datetime as dt

from django import template
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from icpcases.cases.models import HistoryRow
from icpcases.cases.permissions import shown_name
from icpcases.lifecycle.retired import step_name
from icpcases.lifecycle.states import State
from icpcases.rules.facts import ForumAnswer
from icpcases.rules.rule import Party
from icpcases.staff.cases.deeds import deed_of
from icpcases.staff.rooms import Room, rooms_of

register = template.Library()


@register.filter
def person(user: User | None) -> str:
    """A colleague's name; the program's own for none."""
    if user is None:
        return _("the system")
    return shown_name(user)


@register.filter
def on_behalf(row: HistoryRow) -> str:
    """The party for whom somebody else recorded a change."""
    return State(row.from_state or row.to_state).name_of(Party(row.on_behalf_of))


@register.filter
def happening(row: HistoryRow) -> str:
    """What a history row is: the step's name, what was done, or the kind of change."""
    if row.step:
        return step_name(row.step)
    return deed_of(row) or str(HistoryRow.Kind(row.kind).label)


@register.filter
def lasting(span: dt.timedelta | None) -> str:
    """A span of time as people say it: days, else hours, else minutes."""
    if span is None:
        return ""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes >= 2 * 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if minutes >= 120:
        hours = minutes // 60
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


@register.filter
def moment(when: dt.datetime) -> str:
    """A due date: the day, and the hour where it is not the end of the day."""
    return f"{timezone.localtime(when):%Y-%m-%d %H:%M}".removesuffix(" 23:59")


@register.filter
def day(when: dt.date | None) -> str:
    """A day; nothing for none. What `date:"Y-m-d"` says, at a tenth of its cost."""
    return f"{when:%Y-%m-%d}" if when else ""


@register.filter
def minute(when: dt.datetime) -> str:
    """A point of time in Shanghai, for readers. `date:"Y-m-d H:i"` says the same and costs more."""
    return f"{timezone.localtime(when):%Y-%m-%d %H:%M}"


@register.filter
def iso(when: dt.datetime) -> str:
    """A point of time in Shanghai, for programs."""
    return timezone.localtime(when).isoformat(timespec="seconds")


@register.filter
def answered(code: str) -> str:
    """A province's answer, in words."""
    return _(ForumAnswer(code).label)


@register.simple_tag(takes_context=True)
def rooms(context: template.Context) -> list[Room]:
    """The rooms in the header of the page."""
    request: HttpRequest = context["request"]
    return rooms_of(request.user, request.path)


@register.filter
def at_dots(text: str) -> SafeString:
    """A domain that may break after its dots, and nowhere else as long as they will do."""
    return mark_safe(escape(text).replace(".", ".<wbr>"))
