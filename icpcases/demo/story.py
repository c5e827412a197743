"""How a case of the demo office is told: a site, what differs, and acts one after the other."""

from collections.abc import Callable
from dataclasses import dataclass, field

from icpcases.rules.facts import FilingType


@dataclass(frozen=True)
class Act:
    """Something that happens to a case, so many working days after the act before.

    With a `weekday`, counted from Monday as 0, it happens on the last such day before that.
    """

    after: float
    do: Callable[..., object]
    name: str = ""
    weekday: int | None = None


@dataclass(frozen=True)
class Story:
    """One case. Its newest act lies `age` working days back, or `hours` by the wall clock.

    `owner` opens the case and acts for the applicant; without one the officer does. The officer
    is who works the case; `""` leaves it with nobody.

    An errand that is `of` another type than a first filing begins with what the register says of
    the site by then. One that ends an access ends that of the provider in place `ends`; an
    inspection is to be answered `term` days from today.
    """

    site: str
    acts: tuple[Act, ...]
    age: float = 0.5
    hours: float | None = None
    officer: str = "li"
    owner: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    of: FilingType = FilingType.FIRST
    ends: int = 0
    term: int = 0
