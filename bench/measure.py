"""Measuring sides against each other: interleaved in one run, warm, so many rounds."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

ROUNDS, FEW = 15, 3
SLOW = 1.0

Work = Callable[[], Any]


@dataclass(frozen=True)
class Figure:
    """One side of a measurement: seconds, and the queries of one go."""

    median: float
    p95: float
    rounds: int
    queries: int | None = None

    @classmethod
    def of(cls, times: list[float], queries: int | None = None) -> "Figure":
        """The figure of some measured times, in seconds."""
        ordered = sorted(times)
        place = max(0, math.ceil(0.95 * len(ordered)) - 1)
        return cls(median(ordered), ordered[place], len(ordered), queries)


def queries_of(work: Work) -> int:
    """How many queries one go takes, savepoints and commits left out."""
    with CaptureQueriesContext(connection) as captured:
        work()
    quiet = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return sum(not str(query["sql"]).startswith(quiet) for query in captured)


def timed(work: Work) -> float:
    """The seconds of one go."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def race(sides: dict[str, Work], rounds: int = ROUNDS) -> dict[str, Figure]:
    """Each side in turn, round after round; few rounds where one side is slow.

    The others then go several times a round: the first finds the caches full of the slow one's.
    """
    counts = {name: queries_of(work) for name, work in sides.items()}
    if "ours" in sides:
        # Once more, now that what is kept for a minute is warm.
        counts["ours"] = queries_of(sides["ours"])
    times = {name: [timed(work)] for name, work in sides.items()}
    slow = {name for name, (first,) in times.items() if first > SLOW}
    more = (rounds - 1) // (FEW - 1)
    for _ in range((FEW if slow else rounds) - 1):
        for name, work in sides.items():
            goes = more if slow and name not in slow else 1
            times[name] += [timed(work) for _ in range(goes)]
    return {name: Figure.of(found, counts[name]) for name, found in times.items()}


def geometric_mean(values: list[float]) -> float:
    """The mean of ratios."""
    return math.exp(sum(map(math.log, values)) / len(values))
