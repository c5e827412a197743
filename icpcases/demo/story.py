"""How a case of the demo office is told: a site, what differs, and acts one after the other."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Act:
    """Something that happens to a case, so many working days after the act before."""

    after: float
    do: Callable[..., object]
    name: str = ""


@dataclass(frozen=True)
class Story:
    """One case. Its newest act lies `age` working days back, or `hours` by the wall clock.

    `owner` opens the case and acts for the applicant; without one the officer does. The officer
    is who works the case; `""` leaves it with nobody.
    """

    site: str
    acts: tuple[Act, ...]
    age: float = 0.5
    hours: float | None = None
    officer: str = "li"
    owner: str = ""
    facts: dict[str, str] = field(default_factory=dict)
