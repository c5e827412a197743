"""The workflow as a picture: phases, states and steps in SVG, drawn from the declaration."""

from collections.abc import Iterable, Sequence
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _

from icpcases.lifecycle.roles import Role
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules.rule import Party

from . import layout as plan
from .layout import Box, Label, Point
from .markdown import clock_of
from .overlay import Overlay, StateCount

COLOURS = {
    Party.APPLICANT: "#2563eb",
    Party.OFFICER: "#0f766e",
    Party.PROVIDER: "#7c3aed",
    Party.AUTHORITY: "#c2570c",
    Party.NOBODY: "#8b94a1",
}
_LINE = 13
_STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
  "DejaVu Sans", sans-serif; font-size: 10.5px; fill: #303a47; }
.title { font-size: 19px; font-weight: 700; fill: #111827; }
.phase { font-size: 12px; font-weight: 700; fill: #56616f; letter-spacing: .4px; }
.name { font-size: 12.5px; font-weight: 700; fill: #111827; }
.clock { fill: #66717f; }
.who { font-weight: 700; fill: #7a8594; }
.mark { font-size: 10px; font-weight: 700; text-anchor: middle; }
.full { fill: #ffffff; }
.panel { fill: #f4f6f8; stroke: #d7dce3; }
.box { fill: #ffffff; stroke: #8f9aa8; stroke-width: 1.2; }
.arrow { fill: none; stroke: #4b5663; stroke-width: 1.5; stroke-linejoin: round; }
.lock { fill: none; stroke: #66717f; stroke-width: 1.3; }
"""
_HEAD = (
    '<marker id="head" viewBox="0 0 10 10" refX="9.5" refY="5" markerWidth="7.5" '
    'markerHeight="7.5" orient="auto-start-reverse" markerUnits="userSpaceOnUse">'
    '<path class="head" d="M0 .8 10 5 0 9.2z" fill="#4b5663"/></marker>'
)
_DEFS = f"<defs>{_HEAD}</defs>"
_DEFS_OF_A_PAGE = f"<defs>{_HEAD}{_HEAD.replace('head', 'head-walked')}</defs>"


def workflow_svg() -> str:
    """The whole picture as a file of its own, in the active language."""
    return _svg(Overlay(), [f"<style>{_STYLE}</style>", _DEFS, _ground()], "img")


def workflow_map(written: Overlay) -> str:
    """The picture as part of a page, whose style sheet colours it, with the page's own on it."""
    return _svg(written, [_DEFS_OF_A_PAGE], "group" if written.counts else "img")


def _svg(written: Overlay, first: list[str], role: str) -> str:
    title = escape(_("Workflow of a filing case"))
    counts = [_count(plan.PLACES[state], count) for state, count in written.counts.items()]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {plan.WIDTH} {plan.HEIGHT}" '
        f'width="{plan.WIDTH}" height="{plan.HEIGHT}" role="{role}" '
        'aria-labelledby="title description">',
        f'<title id="title">{title}</title>',
        f'<desc id="description">{escape(_description())}</desc>',
        *first,
        _text(56, 46, title, "title"),
        *(_panel(phase.label, box, bool(counts)) for phase, box in plan.PANELS.items()),
        *(_arrow(step, source, way, written) for (step, source), way in plan.ROUTES.items()),
        *(_second(step, source, way, written) for (step, source), way in plan.SECOND.items()),
        *(_label(label) for label in plan.LABELS),
        *(_state(state, plan.PLACES[state], written) for state in State),
        *_staying(),
        *_legend(),
        *counts,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _ground() -> str:
    return f'<rect width="{plan.WIDTH}" height="{plan.HEIGHT}" fill="#ffffff"/>'


def _description() -> str:
    return _(
        "The phases of an ICP filing case with their states. Arrows are the steps that lead from "
        "one state to another, each with the letters of who may take it; numbered marks stand for "
        "steps that lead out of many states. Everything shown is also in the tables of "
        "workflow.md."
    )


def _count(box: Box, count: StateCount) -> str:
    """The number of cases, on the corner of the box where no arrow arrives."""
    width = 16 + 8 * len(str(count.number))
    x, y = box.x - 10, box.y - 16
    pill = f'<rect class="count" x="{x}" y="{y}" width="{width}" height="24" rx="12"/>' + _text(
        x + width // 2, y + 17, count.number, "number", "middle"
    )
    if not count.number:
        return f'<g class="nought">{pill}</g>'
    return f"<a href={quoteattr(count.url)} aria-label={quoteattr(count.label)}>{pill}</a>"


def _text(x: int, y: int, content: object, kind: str = "", anchor: str = "start") -> str:
    css = f' class="{kind}"' if kind else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x}" y="{y}"{css}{where}>{escape(str(content))}</text>'


def _panel(title: object, box: Box, counted: bool = False) -> str:
    # The number of the first state stands where the title would begin.
    shift = (50 if box.w < 300 else 84) if counted else 14
    return (
        f'<rect class="panel" x="{box.x}" y="{box.y}" width="{box.w}" height="{box.h}" rx="10"/>'
        + _text(box.x + shift, box.y + 19, title, "phase")
    )


def letters(step: Step) -> str:
    """Who may take a step, as domain.md writes it: what an officer may, a supervisor may too."""
    order = (Role.APPLICANT, Role.OFFICER, Role.SUPERVISOR)
    found = [role for role in order if role in step.who]
    if Role.OFFICER in found:
        found.remove(Role.SUPERVISOR)
    own = [role.value[0] for role in order if role in step.about.own - step.who]
    return " ".join([*own, *(role.value[0].upper() for role in found)])


def _arrow(step: Step, source: State, way: Sequence[Point], written: Overlay) -> str:
    walked = (step, source) in written.walked
    if (step, source) in plan.SECOND:
        walked = walked and _was_in(step.about.targets[0], written)
    return _drawn(f"step-{step.value}-{source.value}", walked, way)


def _second(step: Step, source: State, way: Sequence[Point], written: Overlay) -> str:
    """The other way of a step that leads to one of two states."""
    target = step.about.targets[1]
    walked = (step, source) in written.walked and _was_in(target, written)
    return _drawn(f"step-{step.value}-{source.value}-{target.value}", walked, way)


def _was_in(state: State, written: Overlay) -> bool:
    return state in written.been or state == written.now


def _drawn(name: str, walked: bool, way: Sequence[Point]) -> str:
    css, head = ("arrow walked", "head-walked") if walked else ("arrow", "head")
    return f'<path id="{name}" class="{css}" marker-end="url(#{head})" d="{_path(way)}"/>'


def _path(way: Sequence[Point], radius: int = 7) -> str:
    """A way with its corners rounded."""
    found = [f"M{way[0].x} {way[0].y}"]
    for before, corner, after in zip(way, way[1:], way[2:], strict=False):
        near, far = _towards(corner, before, radius), _towards(corner, after, radius)
        found.append(f"L{near.x} {near.y}Q{corner.x} {corner.y} {far.x} {far.y}")
    found.append(f"L{way[-1].x} {way[-1].y}")
    return "".join(found)


def _towards(start: Point, end: Point, distance: int) -> Point:
    dx, dy = end.x - start.x, end.y - start.y
    length = max(abs(dx), abs(dy))
    distance = min(distance, length // 2)
    return Point(start.x + dx * distance // length, start.y + dy * distance // length)


def _label(label: Label) -> str:
    return _step_name(label.step, label.x, label.y, label.anchor, label.lines)


def _step_name(
    step: Step, x: int, y: int, anchor: str = "start", lines: int = 1, ending: str = ""
) -> str:
    words = f"{step.label}{ending}"
    shown = [words] if lines == 1 else wrap(words, len(words) // lines + 4)
    spans = "".join(
        f'<tspan x="{x}" y="{y + number * _LINE}">{escape(line)}</tspan>'
        for number, line in enumerate(shown)
    )
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text{where}>{spans}<tspan class="who" dx="5">{letters(step)}</tspan></text>'


def _short(name: str) -> str:
    return name.removeprefix("the ").removeprefix("an ")


def _turn_line(state: State) -> str:
    usual, *other = state.turns
    if not other:
        return _short(state.name_of(usual))
    first, second = _short(state.name_of(usual)), _short(state.name_of(other[0]))
    words = _("%(one)s, then %(other)s")
    asked, answered = state.turn(request_open=True), state.turn(answers_wait=True)
    if usual not in (asked, answered) and asked != answered:
        names = (usual, answered, asked)
        one, two, three = (_short(state.name_of(party)) for party in names)
        words = _("%(one)s / %(two)s if answered / %(three)s if asked")
        return words % {"one": one, "two": two, "three": three}
    if asked != usual:
        words = _("%(one)s / %(other)s if asked")
    elif answered != usual:
        words = _("%(one)s / %(other)s if answered")
    return words % {"one": first, "other": second}


def _state(state: State, box: Box, written: Overlay) -> str:
    clock = clock_of(state) if written.clocks is None else written.clocks.get(state)
    return "".join(
        (
            f'<g id="state-{state.value}" class="{written.at(state)}">',
            f"<title>{escape(str(state.about.meaning))}</title>",
            f'<rect class="box" x="{box.x}" y="{box.y}" width="{box.w}" height="{box.h}" rx="8"/>',
            *_stripes(state.turns, box),
            _text(box.x + 16, box.y + 20, state.label, "name"),
            _text(box.x + 16, box.y + 37, _turn_line(state)),
            _text(box.x + 16, box.y + 54, clock, "clock") if clock else "",
            *_marks(state, box, written),
            "</g>",
        )
    )


def _marks(state: State, box: Box, written: Overlay) -> Iterable[str]:
    """The exits that lead out of the state and into it, and whether its facts are locked."""
    x, y = box.right - 15, box.bottom - 14
    numbers = plan.exits()
    for step in reversed(numbers):
        if _is_exit(step, state):
            walked = (step, state) in written.walked
            yield _mark(numbers[step], x, y, f"step-{step.value}-{state.value}", walked=walked)
            x -= 19
    if state.locked:
        yield _lock(x, y)
    for step, number in numbers.items():
        if state in step.about.targets:
            yield _mark(number, box.right - 15, box.y + 15, hollow=True)


def _is_exit(step: Step, state: State) -> bool:
    return step in plan.EXITS and state in step.about.sources


def _stripes(parties: Sequence[Party], box: Box) -> Iterable[str]:
    height = (box.h - 14) / len(parties)
    for place, party in enumerate(parties):
        yield (
            f'<rect x="{box.x + 6}" y="{box.y + 7 + place * height:g}" width="4" '
            f'height="{height:g}" rx="2" fill="{COLOURS[party]}"/>'
        )


def _mark(
    number: int, x: int, y: int, name: str = "", hollow: bool = False, walked: bool = False
) -> str:
    fill, ink = ("#ffffff", "mark") if hollow else ("#4b5663", "mark full")
    attribute = f' id="{name}"' if name else ""
    css = ' class="walked"' if walked else ""
    kind = "ring" if hollow else "disc"
    return (
        f'<g{attribute}{css}><circle class="{kind}" cx="{x}" cy="{y}" r="8" fill="{fill}" '
        f'stroke="#4b5663"/><text class="{ink}" x="{x}" y="{y + 4}">{number}</text></g>'
    )


def _lock(x: int, y: int) -> str:
    return (
        f'<g class="lock"><rect x="{x - 5}" y="{y - 1}" width="10" height="7" rx="1.5"/>'
        f'<path d="M{x - 3} {y - 1}v-3a3 3 0 0 1 6 0v3"/></g>'
    )


def _staying() -> Iterable[str]:
    for state in State:
        box = plan.PLACES[state]
        y = box.bottom + 17
        for step, source in plan.staying():
            if source == state:
                lines = 2
                yield (
                    f'<g id="step-{step.value}-{source.value}">'
                    f"{_loop(box.x + 14, y - 4)}"
                    f"{_step_name(step, box.x + 27, y, lines=lines)}</g>"
                )
                y += lines * _LINE + 3


def _loop(x: int, y: int) -> str:
    return (
        f'<path class="arrow" d="M{x + 5} {y}A5 5 0 1 1 {x} {y - 5}"/>'
        f'<path class="head" d="M{x - 1} {y - 8.5}l5 3.5-5 3.5z" fill="#4b5663"/>'
    )


def _legend() -> Iterable[str]:
    x, y, *_size = plan.LEGEND
    yield '<g id="legend">'
    yield _panel(_("How to read it"), plan.LEGEND)
    y += 42
    yield _text(x + 14, y, _("Whose turn it is, and how long it may take:"))
    for place, (party, colour) in enumerate(COLOURS.items()):
        at = x + 14 + place * 108
        yield f'<rect x="{at}" y="{y + 9}" width="4" height="14" rx="2" fill="{colour}"/>'
        yield _text(at + 10, y + 20, _short(_(party.label)))
    y += 46
    yield _text(
        x + 14, y,
        _("Who may take a step: A applicant, O officer, S supervisor; what an officer may, a "
          "supervisor may too."),
    )  # fmt: skip
    y += 24
    yield _lock(x + 22, y - 4)
    yield _text(x + 38, y, _("The facts are locked: somebody outside is deciding on them, or has."))
    y += 26
    yield _text(
        x + 14, y,
        _("Steps that lead out of many states: a full mark leaves, an empty one arrives."),
    )  # fmt: skip
    for step, number in plan.exits().items():
        y += 22
        yield _mark(number, x + 22, y - 4)
        yield _step_name(step, x + 38, y, ending=f" → {step.about.targets[0].label}")
    y += 24
    yield _step_name(Step.STEP_BACK, x + 14, y, ending=_(": from every state to the one before"))
    yield "</g>"
