"""Which cases the figures of the board are about."""

from dataclasses import asdict, dataclass

from icpcases.cases.models import Summary
from icpcases.rules.facts import FilingType, ServiceKind
from icpcases.types import SqlValue


@dataclass(frozen=True)
class Scope:
    """A province, a filing type and a service kind, named as in an address; empty means any.

    Figures are counted for a type and a kind; those of a province are read out of them.
    """

    province: str = ""
    type: str = ""
    kind: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """What it asks for, as an address says it."""
        return {name: value for name, value in asdict(self).items() if value}

    def key(self, name: str) -> str:
        """The key under which the figures of this name are kept."""
        return Summary.key_of(name, self.type, self.kind)

    def condition(self) -> tuple[str, list[SqlValue]]:
        """What is asked of the cases `c` that are counted, nothing of all of them; its values."""
        columns = [
            ("c.filing_type", self.type, FilingType.FIRST.value),
            ("c.service_kind", self.kind, ServiceKind.WEBSITE.value),
        ]
        sql, values = "", list[SqlValue]()
        for column, value, usual in columns:
            if value:
                sql += f" AND {column} = %s"
                # Worded as the partial indexes are, which hold all but the usual ones.
                sql += f" AND NOT ({column} = '{usual}')" if value != usual else ""
                values.append(value)
        return sql, values


EVERYTHING = Scope()
