"""The list of cases: one box to search, filters, and pages that cost the same at any depth."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.finding.listing import Listing, Mark
from icpcases.cases.models import FilingCase
from icpcases.cases.roles import is_working, shown_name
from icpcases.cases.states import State
from icpcases.rules.rule import Party

from .case_filters import Query, fields_of, province_name
from .pages import page
from .templatetags.staff import moment

SIZE = 50


def case_list(request: HttpRequest) -> HttpResponse:
    """The page at the address, which says all of it: search, filters, order, place."""
    if "" in request.GET.dict().values():
        # A form sends its empty fields too; the address keeps what was asked for.
        kept = request.GET.copy()
        for name in [name for name, value in request.GET.items() if not value]:
            del kept[name]
        return HttpResponseRedirect(f"?{kept.urlencode()}")
    query = Query.of(request.GET)
    wanted = query.wanted(request.user)
    listing = Listing(wanted, query.order)
    turned = _turned(listing, query, request)
    context = {
        "title": _("Cases"),
        "query": query,
        "total": listing.total,
        "too_short": wanted.needle.too_short,
        "fields": fields_of(query, listing, request.user),
        "columns": _columns(query),
        "lines": turned.lines,
        "words": _words(),
        "turned": turned,
        "may_add": is_working(request.user),
    }
    return page(request, "staff/case_list.html", context)


def _words() -> dict[str, str]:
    """What stands in the lines again and again."""
    return {
        "answered": _("answered"),
        "overdue": _("overdue"),
        "province": _("province"),
        "turn": _("turn"),
        "officer": _("officer"),
        "since": _("since"),
        "due": _("due"),
    }


@dataclass(frozen=True)
class Turned:
    """A page of the list, and the addresses of those around it; empty where there is none."""

    lines: list["Line"]
    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""


def _turned(listing: Listing, query: Query, request: HttpRequest) -> Turned:
    after, before = _mark(request.GET.get("after", "")), _mark(request.GET.get("before", ""))
    back = bool(request.GET.get("end")) or (before is not None and after is None)
    keys = listing.keys(SIZE + 1, after or before, back)
    more, keys = len(keys) > SIZE, keys[-SIZE:] if back else keys[:SIZE]
    lines = _lines(keys, listing.wanted.now)
    if not lines:
        # The place is beyond the list's end, which may have moved: the way back stays open.
        return Turned([], first=query.address() if after or before else "")
    backward = more if back else after is not None
    forward = bool(before) if back else more
    return Turned(
        lines,
        first=query.address() if backward else "",
        previous=query.address(before=lines[0].mark(query)) if backward else "",
        next=query.address(after=lines[-1].mark(query)) if forward else "",
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


_COLUMNS = (
    "pk", "reference", "domain_unicode", "ip_address", "state", "turn", "state_since", "due_at",
    "answered", "province_id", "officer_id", "officer__username", "officer__first_name",
    "officer__last_name", "applicant__name",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A case as a line of the list."""

    case: dict[str, Any]
    now: dt.datetime

    @property
    def address(self) -> str:
        """Where its page is, seen from the list."""
        return f"{self.case['pk']}/change/"

    @property
    def state(self) -> State:
        """Where it is."""
        return State(self.case["state"])

    @property
    def turn(self) -> str:
        """Whose turn it is."""
        return self.state.name_of(Party(self.case["turn"]))

    @property
    def site(self) -> str:
        """The domain, else the address."""
        return self.case["domain_unicode"] or self.case["ip_address"] or ""

    @property
    def province(self) -> str:
        """The province, in the reader's language."""
        return province_name(self.case["province_id"])

    @property
    def officer(self) -> str:
        """Who works it."""
        return _name(self.case) if self.case["officer_id"] else ""

    @property
    def since(self) -> str:
        """The day since when it is in its state."""
        return f"{timezone.localtime(self.case['state_since']):%Y-%m-%d}"

    @property
    def due(self) -> str:
        """Until when the turn should end."""
        return moment(self.case["due_at"]) if self.case["due_at"] else ""

    @property
    def overdue(self) -> bool:
        """Whether that has passed."""
        return bool(self.case["due_at"] and self.case["due_at"] < self.now)

    def mark(self, query: Query) -> str:
        """Its place in the list's order, as the address has it."""
        value = self.case.get(query.order.column)
        prefix = value.astimezone(dt.UTC).isoformat() + "~" if value else ""
        return f"{prefix}{self.case['pk']}"


@dataclass(frozen=True)
class _Named:
    username: str
    first_name: str
    last_name: str

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_username(self) -> str:
        return self.username


def _name(case: dict[str, Any]) -> str:
    return shown_name(
        _Named(*(case[f"officer__{name}"] for name in ("username", "first_name", "last_name")))
    )


def _lines(keys: list[int], now: dt.datetime) -> list[Line]:
    found = {row["pk"]: row for row in FilingCase.objects.filter(pk__in=keys).values(*_COLUMNS)}
    return [Line(found[key], now) for key in keys if key in found]


@dataclass(frozen=True)
class Column:
    """The head of a column: where a click on it leads, and how the list is sorted by it."""

    label: str
    address: str = ""
    sorted: str = ""


def _columns(query: Query) -> list[Column]:
    return [
        _sortable(query, "reference", _("reference"), "-reference"),
        Column(_("applicant")),
        Column(_("site")),
        Column(_("province")),
        Column(_("state")),
        Column(_("turn")),
        Column(_("officer")),
        _sortable(query, "since", _("since"), "-since"),
        _sortable(query, "due", _("due"), "due"),
    ]


def _sortable(query: Query, name: str, label: str, first: str) -> Column:
    """A second click on the head of a column turns its order round."""
    up, down = query.sort == name, query.sort == f"-{name}"
    other = f"-{name}" if up else name
    target = other if up or down else first
    address = query.address(sort=target) if target != "-reference" else query.address(sort="")
    return Column(label, address, "ascending" if up else "descending" if down else "none")
