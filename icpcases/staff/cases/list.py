"""The list of cases: one box to search, filters, and pages that cost the same at any depth."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from icpcases.cases.permissions import is_supervisor, is_working
from icpcases.db.pagination import Count
from icpcases.search.listing import Listing, Mark
from icpcases.search.query import RARE
from icpcases.staff.pages import page
from icpcases.web.back import remember_list

from .filters import ListQuery, fields_of
from .lines import CaseLine, case_lines

SIZE = 50


def case_list(request: HttpRequest) -> HttpResponse:
    """The page at the address, which says all of it: search, filters, order, place."""
    if "" in request.GET.dict().values():
        # A form sends its empty fields too; the address keeps what was asked for.
        kept = request.GET.copy()
        for name in [name for name, value in request.GET.items() if not value]:
            del kept[name]
        return HttpResponseRedirect(f"?{kept.urlencode()}")
    query = ListQuery.of(request.GET)
    wanted = query.wanted(request.user)
    listing = Listing(wanted, query.order)
    turned = _turned(listing, query, request)
    if query.alone and listing.total == Count(1) and turned.lines and not turned.lines[0].note:
        # What was looked for, and nothing else.
        pk = turned.lines[0].case["pk"]
        return HttpResponseRedirect(reverse("admin:cases_filingcase_change", args=[pk]))
    context = {
        "title": _("Cases"),
        "query": query,
        "total": listing.total,
        "too_short": wanted.query.too_short,
        "left_out": wanted.query.left_out,
        "fields": fields_of(query, listing, request.user),
        "columns": _columns(query, listing),
        "unsorted": query.order.looked_up and listing.total.more,
        "sorted_up_to": f"{RARE:,}",
        "lines": turned.lines,
        "turned": turned,
        "may_add": is_working(request.user),
        "may_work": is_working(request.user),
        "may_assign": is_supervisor(request.user),
        "back": request.get_full_path(),
    }
    return remember_list(request, page(request, "staff/case_list.html", context))


@dataclass(frozen=True)
class Turned:
    """A page of the list, and the addresses of those around it; empty where there is none."""

    lines: list[CaseLine]
    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""


def _turned(listing: Listing, query: ListQuery, request: HttpRequest) -> Turned:
    after, before = _mark(request.GET.get("after", "")), _mark(request.GET.get("before", ""))
    back = bool(request.GET.get("end")) or (before is not None and after is None)
    keys = listing.keys(SIZE + 1, after or before, back)
    more, keys = len(keys) > SIZE, keys[-SIZE:] if back else keys[:SIZE]
    lines = case_lines(keys, listing.wanted.now, query.typed)
    if not lines:
        # The place is beyond the list's end, which may have moved: the way back stays open.
        return Turned([], first=query.address() if after or before else "")
    backward = more if back else after is not None
    forward = bool(before) if back else more
    order = listing.order
    return Turned(
        lines,
        first=query.address() if backward else "",
        previous=query.address(before=lines[0].mark(order)) if backward else "",
        next=query.address(after=lines[-1].mark(order)) if forward else "",
        last=query.address(end="1") if forward else "",
    )


def _mark(text: str) -> Mark | None:
    """A place from the address, such as 123 or 2026-11-24T08:00:00Z~123; None if it is none."""
    value, _sep, number = text.rpartition("~")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        time = dt.datetime.fromisoformat(value) if value else None
        return Mark(int(number), time and time.astimezone(dt.UTC))
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Column:
    """The head of a column: where a click on it leads, and how the list is sorted by it."""

    label: str
    address: str = ""
    sorted: str = ""


def _columns(query: ListQuery, listing: Listing) -> list[Column]:
    def short(name: str, label: str) -> Column:
        """Sortable where all of the list is looked at anyway."""
        return Column(label) if listing.total.more else _sortable(query, name, label, name)

    return [
        _sortable(query, "reference", _("reference"), "-reference"),
        short("applicant", _("applicant")),
        Column(_("service")),
        Column(_("province")),
        short("state", _("state")),
        Column(_("turn")),
        short("officer", _("officer")),
        _sortable(query, "since", _("since"), "-since"),
        _sortable(query, "due", _("due"), "due"),
    ]


def _sortable(query: ListQuery, name: str, label: str, first: str) -> Column:
    """A second click on the head of a column turns its order round."""
    up, down = query.sort == name, query.sort == f"-{name}"
    other = f"-{name}" if up else name
    target = other if up or down else first
    address = query.address(sort=target) if target != "-reference" else query.address(sort="")
    return Column(label, address, "ascending" if up else "descending" if down else "none")
