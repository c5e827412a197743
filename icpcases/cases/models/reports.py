"""Figures counted from the cases, kept for a while: a cache in the database, and no record."""

import datetime as dt
import json
import zlib
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

# State, officer, province, turn, whether overdue, how many.
CaseCount: TypeAlias = tuple[str, int | None, str | None, str, int, int]
# State, province, the day since when as days since 1970, how many.
AgeCount: TypeAlias = tuple[str, str | None, int, int]
# Province, step, state left, hours stayed there, whether the first decision, how many.
MoveCount: TypeAlias = tuple[str | None, str, str, int | None, int, int]
# Province, what a reason is about, how many.
ReasonCount: TypeAlias = tuple[str | None, str, int]


@dataclass
class Counted:
    """What is packed: how the cases stand, or what happened in a week."""

    cases: list[CaseCount] = field(default_factory=list)
    ages: list[AgeCount] = field(default_factory=list)
    moves: list[MoveCount] = field(default_factory=list)
    reasons: list[ReasonCount] = field(default_factory=list)


class Summary(models.Model):
    """One set of figures, true as of `made_at`: how the cases stand, or what happened in a week.

    The key is `now`, or the Monday of the week; where only cases of a filing type or a service
    kind were counted, these follow. The row `now` also says up to which history row weeks have
    been looked at, how many of the newest there were then, and who is counting.
    """

    NOW = "now"
    SEPARATOR = ":"

    key = models.CharField(max_length=40, primary_key=True)
    made_at = models.DateTimeField(_("as of"), null=True)
    stale = models.BooleanField(default=True)
    seen = models.BigIntegerField(default=0)
    among_newest = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    # Those of a million cases are a megabyte, which takes longer to write than to pack.
    packed = models.BinaryField(default=b"")

    class Meta:
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")
        default_permissions = ()

    def __str__(self) -> str:
        return self.key

    @classmethod
    def key_of(cls, name: str, filing_type: str = "", kind: str = "") -> str:
        """The key of the figures of a name, of all cases or those of a type and a kind."""
        return cls.SEPARATOR.join([name, filing_type, kind] if filing_type or kind else [name])

    @classmethod
    def of(
        cls, key: str, at: dt.datetime, figures: Counted, seen: int = 0, among_newest: int = 0
    ) -> "Summary":
        """A row with these figures, not yet kept."""
        text = json.dumps(vars(figures), ensure_ascii=False).encode()
        row = cls(
            key=key,
            made_at=at,
            stale=False,
            packed=zlib.compress(text, level=1),
            seen=seen,
            among_newest=among_newest,
        )
        row.figures = figures
        return row

    @cached_property
    def figures(self) -> Counted:
        """What was packed; nothing where nothing has been counted."""
        packed = json.loads(zlib.decompress(self.packed)) if self.packed else {}
        # JSON knows lists alone, and what has just been counted is compared with this.
        return Counted(**{name: [tuple(row) for row in rows] for name, rows in packed.items()})

    @property
    def name(self) -> str:
        """The key without the type and the kind."""
        return self.key.partition(self.SEPARATOR)[0]

    @property
    def monday(self) -> dt.date:
        """The first day of the week a row is about. Raises ValueError for `now`."""
        return dt.date.fromisoformat(self.name)
