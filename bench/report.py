"""What was found, as lines for the screen and as docs/performance.md."""

from collections.abc import Iterator
from typing import Any

from bench.databases import SIZES
from bench.targets import TARGETS, Target

Results = dict[str, Any]
_KINDS = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def shown(section: str, found: Any) -> str:
    """A section's findings as lines: median, 95th percentile, queries, and the ratio to ours."""
    return "\n".join(_lines(found))


def _lines(found: Any) -> Iterator[str]:
    for name, value in found.items():
        if _is_race(value):
            yield f"  {name}"
            ours = value["ours"]["median"]
            for side, figure in value.items():
                queries = f", {figure['queries']} queries" if figure["queries"] else ""
                ratio = (
                    "" if side == "ours" else f", ours takes {ours / figure['median']:.3g} of it"
                )
                yield f"    {side}: {_ms(figure['median'])} ({_ms(figure['p95'])}){queries}{ratio}"
        else:
            yield f"  {name}: {_plain(value)}"


def _is_race(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, dict) for v in value.values())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items())
    return (
        f"{value:,.3g}"
        if isinstance(value, float) and value < 1000
        else str(round(value) if isinstance(value, float) else value)
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"


def page(results: Results) -> str:
    """docs/performance.md: each target with its figure, then all that was measured."""
    return "\n".join((*_head(results), *targets(results), *_tables(results))) + "\n"


def _head(results: Results) -> Iterator[str]:
    yield "# Performance"
    yield ""
    yield "Written by `script/bench` from its last run; do not edit. Only ratios are claimed:"
    yield "absolute times are those of one machine. All sides of a row were measured in turn, in"
    yield "one run, warm; what the baselines are stands in `bench/baseline/`. Queries are those of"
    yield "a page that finds the clocks, the calendar and the board's figures less than a minute"
    yield "old; one page a minute and process reads them anew."
    machine = results.get("machine")
    if machine:
        yield ""
        yield (
            f"Measured on {machine['day']}: {machine['cores']} cores, {machine['cpu']},"
            f" Python {machine['python']}; other load at the end {machine['load']}."
        )
    for place, seconds in results.get("load", {}).items():
        yield f"Loading {_place(place)} took {seconds:.0f} s."


def targets(results: Results) -> Iterator[str]:
    """Each target with its figure, and why what is missed is missed."""
    yield from (
        "",
        "## Targets",
        "",
        "| work | database | target | measured | |",
        "|---|---|---|---|---|",
    )
    for target in TARGETS:
        for kind in target.kinds:
            yield _target(target, kind, results)
    missed = [f"* {t.work}: {t.reason}." for t in TARGETS if t.reason and _is_missed(t, results)]
    if missed:
        yield from ("", "Why what is missed is missed:", "", *missed)


def _figure(target: Target, kind: str, results: Results) -> float | None:
    try:
        return target.measure(results, kind)
    except (LookupError, TypeError, ZeroDivisionError, ValueError):
        return None


def _is_missed(target: Target, results: Results) -> bool:
    found = [(_figure(target, kind, results), kind) for kind in target.kinds]
    return any(figure is not None and not target.met(figure, kind) for figure, kind in found)


def _target(target: Target, kind: str, results: Results) -> str:
    figure = _figure(target, kind, results)
    words = "not measured" if figure is None else target.shape.format(figure)
    if figure is None:
        met = ""
    else:
        met = "met" if target.met(figure, kind) else "**missed**"
    return f"| {target.work} | {_KINDS[kind]} | {target.words(kind)} | {words} | {met} |"


def _tables(results: Results) -> Iterator[str]:
    for section, places in results.items():
        if section in ("machine", "load"):
            continue
        yield from ("", f"## {section.capitalize()}")
        for place, found in places.items():
            yield from ("", f"### {_place(place)}", "")
            yield from _table(found)


def _table(found: Any) -> Iterator[str]:
    races = {name: value for name, value in found.items() if _is_race(value)}
    if races:
        yield "| work | side | median | 95th percentile | queries | rounds | ours is |"
        yield "|---|---|---|---|---|---|---|"
    for name, value in races.items():
        for side, figure in value.items():
            ratio = "" if side == "ours" else f"{value['ours']['median'] / figure['median']:.3g}"
            yield (
                f"| {name} | {side} | {_ms(figure['median'])} | {_ms(figure['p95'])} |"
                f" {figure['queries'] or ''} | {figure['rounds']} | {ratio} |"
            )
    for name, value in found.items():
        if name not in races:
            yield f"* {name}: {_plain(value)}"


def _place(place: str) -> str:
    kind, size = place.split()
    cases = f"{SIZES[size]:,}"
    return f"{cases} cases on {_KINDS[kind]}"
