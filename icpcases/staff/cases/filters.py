"""The filters of the list of cases: read from the address, shown as fields with counts."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from django.contrib.auth.models import User
from django.core.cache import caches
from django.db.models import Exists, Min, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase, Province
from icpcases.cases.permissions import shown_name
from icpcases.lifecycle.roles import STAFF_GROUPS, Actor
from icpcases.lifecycle.states import STATES, Phase, State
from icpcases.rules.facts import Choice, FilingType, ServiceKind
from icpcases.rules.rule import Party
from icpcases.search.facets import counts_of
from icpcases.search.listing import NOBODY, CaseFilter, Listing, Ordering
from icpcases.search.query import LONGEST_QUERY, query_of

NAMES = (
    "state", "phase", "turn", "officer", "province", "due", "created", "filed", "answered",
    "type", "kind", "whether in progress", "joined",
)  # fmt: skip
ORDERS = {
    "reference": Ordering("id", down=False),
    "-reference": Ordering("id", down=True),
    "due": Ordering("due_at", down=False),
    "-due": Ordering("due_at", down=True),
    "since": Ordering("state_since", down=False),
    "-since": Ordering("state_since", down=True),
    **{
        f"{sign}{name}": Ordering(name, down=bool(sign))
        for name in ("applicant", "state", "officer")
        for sign in ("", "-")
    },
}
KEPT_SECONDS = 60
NEWEST_FIRST = "-reference"
PHASES = {phase.value: tuple(s.value for s in STATES if s.phase == phase) for phase in Phase}
_Table = TypeVar("_Table")
TURNS = [party for party in Party if any(party in state.turns for state in STATES)]


@dataclass(frozen=True)
class ListQuery:
    """What the address asks for. What nobody offers is left out: it cannot be an error."""

    typed: str
    values: dict[str, str]
    sort: str

    @classmethod
    def of(cls, get: QueryDict) -> "ListQuery":
        """Read from the address."""
        typed = get.get("q", "").encode("utf-8", "ignore").decode().replace("\0", "")
        values = {name: get.get(name, "") for name in NAMES}
        sort = get.get("sort", "")
        kept = {name: value for name, value in values.items() if value and _offered(name, value)}
        if not kept.get("officer", NOBODY).replace("mine", "1").isdigit():
            # Only of one officer's cases is it known soon enough.
            kept.pop("joined", None)
        return cls(typed[:LONGEST_QUERY], kept, sort if sort in ORDERS else NEWEST_FIRST)

    @property
    def alone(self) -> bool:
        """Whether words were typed, and nothing else is asked for."""
        return bool(self.typed.strip()) and not self.values and self.sort == NEWEST_FIRST

    @property
    def order(self) -> Ordering:
        """The order of the list."""
        return ORDERS[self.sort]

    def wanted(self, user: Actor) -> CaseFilter:
        """The cases asked for by this user."""
        value = self.values.get
        states = PHASES.get(value("phase", ""), tuple(State.values))
        if one := value("state"):
            # A state of another phase leaves none: the pair is looked for as it stands.
            states = (one,) if one in states else ("",)
        officer = value("officer", "")
        return CaseFilter(
            states=states if len(states) < len(State.values) else (),
            turn=value("turn", ""),
            officer=user.pk or ""
            if officer == "mine"
            else int(officer)
            if officer.isdigit()
            else officer,
            province=value("province", ""),
            due=value("due", ""),
            answered=bool(value("answered")),
            created=month_of(value("created", "")),
            filed=month_of(value("filed", "")),
            filing_type=value("type", ""),
            kind=value("kind", ""),
            going=bool(value("whether in progress")),
            unjoined=bool(value("joined")),
            query=query_of(self.typed),
        )

    def address(self, **changed: str) -> str:
        """The address of this list with something changed; empty leaves it out."""
        sort = "" if self.sort == NEWEST_FIRST else self.sort
        asked = {"q": self.typed, **self.values, "sort": sort, **changed}
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in asked.items() if value})
        return f"?{query.urlencode()}"


def _offered(name: str, value: str) -> bool:
    if name == "officer":
        number = value.isascii() and value.isdigit() and len(value) < 10
        return number or value in ("mine", NOBODY)
    if name in ("created", "filed"):
        return month_of(value) is not None
    offered: dict[str, Iterable[str]] = {
        "state": State.values,
        "phase": Phase.values,
        "turn": [party.value for party in TURNS],
        "due": ("over", "today"),
        "answered": ("1",),
        "whether in progress": ("1",),
        "joined": (NOBODY,),
        "type": [filing_type.value for filing_type in FilingType],
        "kind": [kind.value for kind in ServiceKind],
        "province": provinces(),
    }
    return value in offered[name]


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def month_of(text: str) -> tuple[dt.datetime, dt.datetime] | None:
    """The first moment of a month, such as 2026-11, and of the next; None if it is none."""
    try:
        year, month, *_rest = time.strptime(text, "%Y-%m")
        first = dt.date(year, month, 1)
        after = (first + dt.timedelta(days=32)).replace(day=1)
        return _midnight(first), _midnight(after)
    except (ValueError, OverflowError):
        return None


def provinces() -> dict[str, tuple[str, str]]:
    """The provinces' names, English and Chinese, kept as every table of the staff is."""
    return _kept("province_names", _read_provinces)


def _read_provinces() -> dict[str, tuple[str, str]]:
    rows = Province.objects.values_list("code", "name_en", "name_zh")
    return {code: (english, chinese) for code, english, chinese in rows}


def officers() -> list[tuple[int, str]]:
    """Who works cases, by their accounts' names; kept in the same way."""
    return _kept("officers", _read_officers)


def _read_officers() -> list[tuple[int, str]]:
    working = Q(is_active=True, groups__name__in=STAFF_GROUPS[:2])
    # Accounts that are closed, as long as somebody's cases lie with them.
    going = FilingCase.objects.filter(officer=OuterRef("pk")).exclude(turn=Party.NOBODY.value)
    people = User.objects.filter(working | Exists(going)).distinct()
    rows = people.only("username", "first_name", "last_name", "is_active").order_by("username")
    return [(row.pk, _officer_label(row)) for row in rows]


def _officer_label(officer: User) -> str:
    name = shown_name(officer)
    return name if officer.is_active else _("%(name)s (closed)") % {"name": name}


def _kept(name: str, read: Callable[[], _Table]) -> _Table:
    return cast(_Table, caches["tables"].get_or_set(name, read, KEPT_SECONDS))


def province_names() -> dict[str, str]:
    """The provinces' names in the reader's language, by their codes."""
    language = (get_language() or "").startswith("zh")
    return {code: names[language] for code, names in provinces().items()}


@dataclass(frozen=True)
class FilterChoice:
    """One choice of a field, with the number of cases behind it where it is known."""

    value: str
    label: str
    count: str = ""
    chosen: bool = False

    @property
    def text(self) -> str:
        """The choice with its number of cases, as it is read."""
        return f"{self.label} ({self.count})" if self.count else self.label


@dataclass(frozen=True)
class Field:
    """A filter as a field: its name, label and choices, and the list's address without it."""

    name: str
    label: str
    choices: list[FilterChoice]
    without: str = ""

    @property
    def chosen(self) -> FilterChoice | None:
        """The choice in use, if there is one."""
        return next((choice for choice in self.choices if choice.chosen), None)


def fields_of(query: ListQuery, listing: Listing, user: Actor) -> list[Field]:
    """The filters, each choice with the number of cases there would be with it."""
    counts = counts_of(listing)
    by_state = counts.get("state")
    by_phase = by_state and Counter(
        {phase: sum(by_state[state] for state in states) for phase, states in PHASES.items()}
    )
    due = [("over", _("overdue")), ("today", _("due today"))]
    answered = [("1", _("an answer or a message waits"))]
    going, joined = [("1", _("in progress"))], [(NOBODY, _("nobody"))]
    return [
        _field(query, "phase", _("phase"), _phases(), by_phase),
        _field(query, "state", _("state"), _states(query), by_state),
        _field(query, "turn", _("turn"), _turns(), counts.get("turn")),
        _officers(query, counts.get("officer"), user),
        _field(query, "province", _("province"), province_names().items(), counts.get("province")),
        _field(query, "due", _("due"), due, counts.get("due")),
        _field(query, "created", _("opened in"), _months(query, "created"), counts.get("created")),
        _field(query, "filed", _("filed in"), _months(query, "filed")),
        _field(query, "answered", _("answers and messages"), answered, counts.get("answered")),
        _field(query, "type", _("filing type"), _labelled(FilingType)),
        _field(query, "kind", _("service kind"), _labelled(ServiceKind)),
        _field(query, "whether in progress", _("whether in progress"), going),
        *([_field(query, "joined", _("joined by"), joined)] if query.values.get("joined") else []),
    ]


def _field(
    query: ListQuery,
    name: str,
    label: str,
    choices: Iterable[tuple[str, str]],
    counts: Counter[str] | None = None,
) -> Field:
    value = query.values.get(name, "")
    made = [FilterChoice(key, text, _shown(counts, key), key == value) for key, text in choices]
    return Field(name, label, made, query.address(**{name: ""}))


def _shown(counts: Counter[str] | None, key: str) -> str:
    return "" if counts is None else f"{counts[key]:,}"


def _phases() -> list[tuple[str, str]]:
    return [(phase.value, str(phase.label)) for phase in Phase]


def _states(query: ListQuery) -> list[tuple[str, str]]:
    within = PHASES.get(query.values.get("phase", ""), tuple(State.values))
    chosen = query.values.get("state")
    return [
        (state.value, str(state.label))
        for state in State
        if state.value in within or state.value == chosen
    ]


def _labelled(codes: type[Choice]) -> list[tuple[str, str]]:
    return [(code.value, _(code.label)) for code in codes]


def _turns() -> list[tuple[str, str]]:
    return [(party.value, _(party.label)) for party in TURNS]


def _months(query: ListQuery, name: str) -> list[tuple[str, str]]:
    today = timezone.localdate()
    oldest = min(_kept("oldest_day", _read_oldest_day) or today, today)
    newest, last = (day.year * 12 + day.month - 1 for day in (today, oldest))
    months = [f"{n // 12}-{n % 12 + 1:02d}" for n in range(newest, min(last, newest - 23) - 1, -1)]
    chosen = query.values.get(name, "")
    if chosen and chosen not in months:
        months.append(chosen)
    return [(month, month_name(month)) for month in months]


def _read_oldest_day() -> dt.date | None:
    first = FilingCase.objects.aggregate(first=Min("created_at"))["first"]
    return first and timezone.localdate(first)


def month_name(month: str) -> str:
    """A month such as 2026-11 as people call it."""
    year, _sep, number = month.partition("-")
    return date_format(dt.date(int(year), int(number), 1), "YEAR_MONTH_FORMAT")


def _officers(query: ListQuery, counts: Counter[str] | None, user: Actor) -> Field:
    others = [(str(pk), name) for pk, name in officers() if pk != user.pk]
    chosen = query.values.get("officer", "")
    if chosen.isdigit() and chosen not in dict(others) and chosen != str(user.pk):
        others.append((chosen, _("officer %(number)s") % {"number": chosen}))
    if counts is not None:
        counts = counts + Counter({"mine": counts[str(user.pk)]})
    mine = replace(query, values={**query.values, "officer": "mine"})
    own = mine if chosen == str(user.pk) else query
    choices = [("mine", _("mine")), (NOBODY, _("nobody")), *others]
    return _field(own, "officer", _("officer"), choices, counts)
