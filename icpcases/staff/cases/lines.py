"""The lines of the list of cases."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase
from icpcases.cases.permissions import shown_name
from icpcases.lifecycle.states import State
from icpcases.rules.facts import FilingType
from icpcases.rules.rule import Party
from icpcases.search.listing import Ordering
from icpcases.search.noted import notes_found
from icpcases.staff.templatetags.staff import moment

from .filters import province_names

_COLUMNS = (
    "pk", "reference", "version", "filing_type", "domain_unicode", "ip_address", "site_name",
    "state", "turn", "state_since", "due_at", "answered", "message_waits",
    "province_id", "officer_id",
    "officer__username", "officer__first_name",
    "officer__last_name", "applicant__name",
)  # fmt: skip


@dataclass(frozen=True)
class CaseLine:
    """A case as a line of the list."""

    case: dict[str, Any]
    now: dt.datetime
    provinces: dict[str, str]
    #: What a note says, where the case was found by it.
    note: str = ""

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
        """The domain, else the address, else the name, as of an App."""
        case = self.case
        return case["domain_unicode"] or case["ip_address"] or case["site_name"]

    @property
    def errand(self) -> str:
        """What kind of errand it is, unless the usual one."""
        of = FilingType(self.case["filing_type"])
        return "" if of == FilingType.FIRST else _(of.label)

    @property
    def province(self) -> str:
        """The province, in the reader's language."""
        return self.provinces.get(self.case["province_id"], "")

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

    def mark(self, order: Ordering) -> str:
        """Its place in the list's order, as the address has it."""
        value = None if order.looked_up else self.case.get(order.column)
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


def case_lines(keys: list[int], now: dt.datetime, typed: str = "") -> list[CaseLine]:
    """The lines of the cases of these keys, in their order; of a search, with what a note says."""
    found = {row["pk"]: row for row in FilingCase.objects.filter(pk__in=keys).values(*_COLUMNS)}
    names = province_names()
    notes = notes_found(keys, typed) if typed else {}
    return [CaseLine(found[key], now, names, notes.get(key, "")) for key in keys if key in found]
