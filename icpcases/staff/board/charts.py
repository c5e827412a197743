"""Charts as plain SVG: here their geometry, in templates/staff/_chart_*.html their markup.

Lengths are in the units of the drawing. What a chart shows stands in the table beside it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_LABEL, _BAR, _TEXT, _ROW = 190, 250, 80, 26
_PLOT_W, _PLOT_H, _LEFT, _TOP, _BOTTOM = 460, 180, 38, 12, 28
_MOST_LABELS = 7


@dataclass(frozen=True)
class ChartPart:
    """A piece of a bar, or a column: its colour's class and where it stands."""

    css: str
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Bar:
    """One line of a bar chart."""

    label: str
    text: str
    y: int
    parts: list[ChartPart]
    end: float


@dataclass(frozen=True)
class Bars:
    """A chart of lying bars."""

    title: str
    height: int
    bars: list[Bar]
    width: int = _LABEL + _BAR + _TEXT
    label_x: int = _LABEL - 8


def bars(title: str, lines: Sequence[tuple[str, str, Sequence[tuple[str, int]]]]) -> Bars:
    """Lines of label, text at the end, and parts of class and value, one behind the other."""
    most = max((sum(value for _css, value in parts) for *_, parts in lines), default=0) or 1
    found = []
    for place, (label, text, parts) in enumerate(lines):
        x, shown = float(_LABEL), []
        for css, value in parts:
            width = value * _BAR / most
            shown.append(ChartPart(css, round(x, 1), place * _ROW + 5, round(width, 1), _ROW - 10))
            x += width
        found.append(Bar(shortened(label), text, place * _ROW + 17, shown, round(x + 6, 1)))
    return Bars(title, len(found) * _ROW + 4, found)


def shortened(label: str, room: int = 28) -> str:
    """A label cut to the room beside the bars; a Chinese character takes two places."""
    taken = 0
    for place, character in enumerate(label):
        taken += 2 if character > "\u2e7f" else 1
        if taken > room:
            return f"{label[:place].rstrip()}…"
    return label


@dataclass(frozen=True)
class Tick:
    """A word on an axis."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Plot:
    """A chart over time: columns, or lines with a dot for each value."""

    title: str
    columns: list[ChartPart]
    lines: list[tuple[str, str]]
    dots: list[ChartPart]
    ticks: list[Tick]
    grid: list[Tick]
    width: int = _LEFT + _PLOT_W + 10
    height: int = _TOP + _PLOT_H + _BOTTOM
    left: int = _LEFT
    floor: int = _TOP + _PLOT_H


def columns(title: str, weeks: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> Plot:
    """Columns beside each other for each week."""
    most = _round_up(max((value for _css, values in series for value in values), default=0))
    step = _PLOT_W / max(len(weeks), 1)
    width = step * 0.8 / max(len(series), 1)
    shown = [
        ChartPart(css, round(_LEFT + n * step + step * 0.1 + place * width, 1), _y(value, most),
             round(max(width - 1, 0.5), 1), round(value * _PLOT_H / most, 1))
        for place, (css, values) in enumerate(series) for n, value in enumerate(values)
    ]  # fmt: skip
    return Plot(title, shown, [], [], _ticks(weeks), _grid(most))


def line_chart(
    title: str, weeks: Sequence[str], series: Sequence[tuple[str, Sequence[int | None]]]
) -> Plot:
    """Lines of per cents; a week without a value breaks the line."""
    step = _PLOT_W / max(len(weeks), 1)
    paths, dots = [], []
    for css, values in series:
        path, pen = "", "M"
        for n, value in enumerate(values):
            if value is None:
                pen = "M"
                continue
            x, y = round(_LEFT + (n + 0.5) * step, 1), _y(value, 100)
            path, pen = f"{path}{pen}{x} {y}", "L"
            dots.append(ChartPart(css, x, y, 3.5, 0))
        paths.append((css, path))
    return Plot(
        title, [], [line for line in paths if line[1]], dots, _ticks(weeks), _grid(100, "%")
    )


def _y(value: float, most: int) -> float:
    return round(_TOP + _PLOT_H - value * _PLOT_H / most, 1)


def _round_up(value: int) -> int:
    """The next number that divides into four even steps of 1, 2 or 5 with noughts."""
    size = 4
    while True:
        for factor in (1, 2, 5):
            if value <= size * factor:
                return size * factor
        size *= 10


def _ticks(weeks: Sequence[str]) -> list[Tick]:
    step, every = _PLOT_W / max(len(weeks), 1), -(-len(weeks) // _MOST_LABELS)
    y = _TOP + _PLOT_H + 18
    return [
        Tick(week, round(_LEFT + (n + 0.5) * step, 1), y)
        for n, week in enumerate(weeks)
        if n % max(every, 1) == 0
    ]


def _grid(most: int, unit: str = "") -> list[Tick]:
    return [Tick(f"{most * n // 4}{unit}", _LEFT - 6, _y(most * n / 4, most)) for n in range(5)]
