"""The rows of the home page's tables, written here and not by a template: there are hundreds."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import is_supervisor, is_working
from icpcases.staff.cases.lines import badge_of
from icpcases.staff.templatetags.staff import moment


@dataclass(frozen=True)
class QueueLine:
    """A case on the home page, and what is to be done with it next."""

    case: FilingCase
    todo: str


_ROW = (
    '<tr><th scope="row"><a href="{place}change/">{reference}</a></th><td>{applicant}</td>'
    '<td class="site">{site}</td><td>{state}</td><td class="todo">{todo}</td>'
    '<td class="due">{due}</td>{claim}</tr>\n'
)
_DUE = '<time class="{}" datetime="{}">{}</time>{}'
_PROVISIONAL = " <em>{}</em>"
_CLAIM = (
    '<td class="claim"><form class="inline" method="post" action="{place}claim/">{token}'
    '<input type="hidden" name="version" value="{version}">'
    '<button type="submit" class="button small" aria-label="{label}">{button}</button></form>'
    "{assign}</td>"
)
_ASSIGN = ' <a class="quiet" href="{}assign/">{}</a>'


def queue_rows(request: HttpRequest, lines: Iterable[QueueLine], unassigned: bool) -> SafeString:
    """The lines as rows of a table, those nobody has with a button to claim them."""
    cases = reverse("admin:cases_filingcase_changelist")
    token = csrf_input(request) if unassigned and is_working(request.user) else None
    badge, may_assign = cache(badge_of), is_supervisor(request.user)
    rows = []
    for line in lines:
        case, place = line.case, f"{cases}{line.case.pk}/"
        rows.append({
            "place": place,
            "reference": case.reference,
            "applicant": case.applicant.name,
            "site": case.shown_domain,
            "state": badge(case.is_at),
            "todo": line.todo,
            "due": _due(case),
            "claim": _claim(case, place, token, may_assign) if token else "",
        })  # fmt: skip
    return format_html_join("", _ROW, rows)


def _due(case: FilingCase) -> str:
    if case.due_at is None:
        return _("no clock runs")
    provisional = format_html(_PROVISIONAL, _("provisional")) if case.due_provisional else ""
    due = timezone.localtime(case.due_at)
    over = "over" if case.overdue else ""
    return format_html(_DUE, over, due.isoformat(), moment(due), provisional)


def _claim(case: FilingCase, place: str, token: Any, may_assign: bool) -> SafeString:
    return format_html(
        _CLAIM,
        place=place,
        token=token,
        version=case.version,
        label=_("Claim %(case)s") % {"case": case.reference},
        button=_("Claim"),
        assign=format_html(_ASSIGN, place, _("assign")) if may_assign else "",
    )
