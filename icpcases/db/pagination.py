"""Pages of long tables: counted up to a limit, and turned by the key of a row, not by offset."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.numberformat import format as grouped

#: Counting further costs more than anybody reads out of the figure.
AT_MOST = 10_000


@dataclass(frozen=True)
class Count:
    """A number of rows, or that there are more than it."""

    number: int
    more: bool = False

    @classmethod
    def of(cls, counted: int, at_most: int = AT_MOST) -> "Count":
        """From rows counted up to `at_most` and one more."""
        return cls(min(counted, at_most), counted > at_most)

    def __str__(self) -> str:
        """As people read it: 12,345, or 10,000+."""
        number = grouped(self.number, ".", grouping=3, thousand_sep=",", force_grouping=True)
        return f"{number}+" if self.more else number

    def __bool__(self) -> bool:
        return self.number > 0


def capped_count(rows: Any, at_most: int = AT_MOST) -> Count:
    """How many rows a queryset has, at the cost of `at_most` rows whatever its size."""
    return Count.of(rows.order_by()[: at_most + 1].count(), at_most)


def collected(rows: Any, *ways: Q) -> Any:
    """The rows of a queryset that fit in any of these ways, each looked for by itself.

    Left to itself the database walks along the queryset's order and looks at each row on its
    way, or joins what it need not: ten times as long as going through the table once, where few
    fit. Where many do, a page of them is soon full.
    """
    keys: set[Any] = set()
    for way in ways:
        found = rows.order_by().filter(way).values_list("pk", flat=True)
        keys.update(found[: AT_MOST + 1])
        if len(keys) > AT_MOST:
            return rows.filter(Q(*ways, _connector=Q.OR))
    return rows.filter(pk__in=keys)


class CappedPaginator(Paginator):
    """A paginator for the admin's tables that counts no further than so many rows."""

    at_most = AT_MOST

    @cached_property
    def counted(self) -> Count:
        """The number of rows that can be paged through, and whether there are more."""
        return capped_count(self.object_list, self.at_most)

    @cached_property
    def count(self) -> int:
        """The number of rows that can be paged through."""
        return self.counted.number
