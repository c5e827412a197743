"""The facts of a case as they once were, read back from the edits in its history."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from .effects import FACT_FIELDS
from .models import HistoryRow

if TYPE_CHECKING:
    from .models import FilingCase

VERSIONED = (
    *("province_id" if name == "province" else name for name in FACT_FIELDS),
    "site_name", "domain_unicode", "ip_address", "service_leader", "service_leader_phone",
    "service_leader_id",
)  # fmt: skip


@dataclass(frozen=True)
class Version:
    """The facts as they were from one history row until the next that changed them."""

    row: HistoryRow
    values: dict[str, Any]

    @property
    def number(self) -> int:
        """The number of its history row in the case."""
        return self.row.sequence


def versions_of(case: "FilingCase") -> list[Version]:
    """Every version of the facts, the present one first, in one query."""
    rows = case.history.filter(Q(sequence=1) | Q(changes__has_key="fields")).order_by("-sequence")
    values = {name: getattr(case, name) for name in VERSIONED}
    found = []
    for row in rows.select_related("by").defer("findings", "reasons", "entered"):
        changed = row.changes.get("fields", {})
        before = {name: changed[name][0] for name in VERSIONED if name in changed}
        if before or row.sequence == 1:
            found.append(Version(row, values))
            values = {**values, **before}
    return found
