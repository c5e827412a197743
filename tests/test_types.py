"""How much of the program the type checker is told nothing of."""

import tokenize
from collections import Counter
from pathlib import Path

import icpcases

ROOM = Path(icpcases.__file__).parent
FEWER_THAN = 150
SHOWN = 5


def named(path: Path) -> int:
    """How often the code of a file says `Any`, its comments and strings aside."""
    with path.open("rb") as lines:
        found = tokenize.tokenize(lines.readline)
        return sum(one.type == tokenize.NAME and one.string == "Any" for one in found)


def test_few_types_are_left_open():
    counts = Counter({str(path.relative_to(ROOM)): named(path) for path in ROOM.rglob("*.py")})
    most = ", ".join(f"{name} {count}" for name, count in counts.most_common(SHOWN))
    assert 0 < counts.total() < FEWER_THAN, f"{counts.total()} times Any; most in {most}"
