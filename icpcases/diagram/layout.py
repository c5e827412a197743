"""Where everything stands in the drawing of the workflow: boxes, panels, the ways of arrows.

What is drawn comes from the declaration; only places stand here. A step is drawn as an arrow
(ROUTES) from each state it leads out of, or as an exit: a numbered mark on it.
"""

from typing import NamedTuple

from icpcases.lifecycle.definition import STAYS
from icpcases.lifecycle.states import Phase, State
from icpcases.lifecycle.steps import Step


class Point(NamedTuple):
    """A place on the drawing, in pixels from its upper left corner."""

    x: int
    y: int


class Box(NamedTuple):
    """A rectangle of the drawing."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.y + self.h

    @property
    def centre(self) -> Point:
        """The middle."""
        return Point(self.x + self.w // 2, self.y + self.h // 2)


class Label(NamedTuple):
    """Where the name of a step stands; `lines` is how many lines it may take."""

    step: Step
    x: int
    y: int
    anchor: str = "start"
    lines: int = 1


WIDTH, HEIGHT = 1346, 1278
_W, _H = 214, 64
_COLUMNS = (70, 410, 708, 1098)
_ROWS = (318, 434, 550, 666, 782)
_DONE, _CLOSED = 916, 1198
_CLOSED_W, _CLOSED_H, _CLOSED_STEP = 195, 48, 209


def _at(column: int, row: int) -> Box:
    return Box(_COLUMNS[column], _ROWS[row], _W, _H)


def _closed(place: int) -> Box:
    return Box(_COLUMNS[0] + place * _CLOSED_STEP, _CLOSED, _CLOSED_W, _CLOSED_H)


PLACES = {
    State.DRAFT: Box(_COLUMNS[0], 104, _W, _H),
    State.TRIAGE: Box(460, 104, _W, _H),
    State.CERTIFICATE_NEEDED: _at(0, 0),
    State.CERTIFICATE_APPLIED: _at(0, 1),
    State.CERTIFICATE_GRANTED: _at(0, 2),
    State.PREAPPROVAL_NEEDED: _at(1, 0),
    State.PREAPPROVAL_APPLIED: _at(1, 1),
    State.PREAPPROVAL_GRANTED: _at(1, 2),
    State.PREPARING: _at(2, 0),
    State.PROVIDER_REVIEW: _at(2, 1),
    State.PROVIDER_PASSED: _at(2, 2),
    State.SMS_VERIFICATION: _at(2, 3),
    State.AUTHORITY_REVIEW: _at(2, 4),
    State.RETURNED: _at(3, 1),
    State.FILED: Box(_COLUMNS[2], _DONE, _W, _H),
    State.OPEN: Box(_COLUMNS[3], _DONE, _W, _H),
    State.COMPLETED: Box(_COLUMNS[2], _DONE + 136, 300, _H),
    State.NOT_REQUIRED: _closed(0),
    State.REFERRED: _closed(1),
    State.INELIGIBLE: _closed(2),
    State.REFUSED: _closed(3),
    State.WITHDRAWN: _closed(4),
}
PANELS = {
    Phase.INTAKE: Box(56, 74, 632, 108),
    Phase.CERTIFICATE: Box(56, 286, 242, 342),
    Phase.PREAPPROVAL: Box(396, 286, 242, 342),
    Phase.FILING: Box(694, 286, 632, 574),
    Phase.DONE: Box(694, 884, 632, 240),
    Phase.CLOSED: Box(56, 1152, 1270, 108),
}
LEGEND = Box(56, 662, 582, 292)

# Lanes: between the intake and the columns, in the gutters, and along the left edge.
_LANES = (204, 226, 248, 270)
_GUTTER_1, _GUTTER_2, _UNDER = 347, 666, 645
_OUTER, _INNER = 22, 38
# Where arrows arrive at the first box of a stage: beside its panel's title.
_TO_CERTIFICATE, _TO_PREAPPROVAL, _NARROW = 256, 566, 40


def drawn_target(step: Step) -> State:
    """The state a step is drawn to: of several the usual one, which is not where it stands."""
    return step.about.targets[-1 if step is Step.CONFIRM_SMS else 0]


def _down(source: State, target: State) -> tuple[Point, ...]:
    start, end = PLACES[source], PLACES[target]
    # In a narrow panel further left, so that the name beside it finds room.
    x = start.centre.x if source.phase == Phase.FILING else start.x + _NARROW
    return Point(x, start.bottom), Point(x, end.y)


def _across(source: State, target: State, y: int) -> tuple[Point, ...]:
    start, end = PLACES[source], PLACES[target]
    if start.x < end.x:
        return Point(start.right, y), Point(end.x, y)
    return Point(start.x, y), Point(end.right, y)


def _from_triage() -> dict[tuple[Step, State], tuple[Point, ...]]:
    box = PLACES[State.TRIAGE]
    referred, closed = PLACES[State.REFERRED], PLACES[State.NOT_REQUIRED]
    certificate = PLACES[State.CERTIFICATE_NEEDED]
    preapproval, preparing = PLACES[State.PREAPPROVAL_NEEDED], PLACES[State.PREPARING]
    turn = referred.y - 12
    return {
        (Step.CLOSE_NOT_REQUIRED, State.TRIAGE): (
            Point(472, box.bottom), Point(472, _LANES[0]), Point(_OUTER, _LANES[0]),
            Point(_OUTER, closed.centre.y), Point(closed.x, closed.centre.y),
        ),
        (Step.REFER, State.TRIAGE): (
            Point(487, box.bottom), Point(487, _LANES[1]), Point(_INNER, _LANES[1]),
            Point(_INNER, turn), Point(referred.centre.x, turn),
            Point(referred.centre.x, referred.y),
        ),
        (Step.BEGIN_CERTIFICATE, State.TRIAGE): (
            Point(502, box.bottom), Point(502, _LANES[2]),
            Point(_TO_CERTIFICATE, _LANES[2]), Point(_TO_CERTIFICATE, certificate.y),
        ),
        (Step.BEGIN_PREAPPROVAL, State.TRIAGE): (
            Point(_TO_PREAPPROVAL, box.bottom), Point(_TO_PREAPPROVAL, preapproval.y),
        ),
        (Step.PREPARE_FILING, State.TRIAGE): (
            Point(box.right, box.centre.y), Point(preparing.centre.x, box.centre.y),
            Point(preparing.centre.x, preparing.y),
        ),
    }  # fmt: skip


def _to_the_next_stage() -> dict[tuple[Step, State], tuple[Point, ...]]:
    certificate, forum = PLACES[State.CERTIFICATE_GRANTED], PLACES[State.PREAPPROVAL_GRANTED]
    preapproval, preparing = PLACES[State.PREAPPROVAL_NEEDED], PLACES[State.PREPARING]
    join = (
        Point(_GUTTER_2, _LANES[3]), Point(preparing.centre.x, _LANES[3]),
        Point(preparing.centre.x, preparing.y),
    )  # fmt: skip
    return {
        (Step.BEGIN_PREAPPROVAL, State.CERTIFICATE_GRANTED): (
            Point(certificate.right, certificate.centre.y),
            Point(_GUTTER_1, certificate.centre.y), Point(_GUTTER_1, _LANES[3]),
            Point(_TO_PREAPPROVAL, _LANES[3]), Point(_TO_PREAPPROVAL, preapproval.y),
        ),
        (Step.PREPARE_FILING, State.CERTIFICATE_GRANTED): (
            Point(certificate.centre.x, certificate.bottom), Point(certificate.centre.x, _UNDER),
            Point(_GUTTER_2, _UNDER), *join,
        ),
        (Step.PREPARE_FILING, State.PREAPPROVAL_GRANTED): (
            Point(forum.right, forum.centre.y), Point(_GUTTER_2, forum.centre.y), *join,
        ),
    }  # fmt: skip


def _returns() -> dict[tuple[Step, State], tuple[Point, ...]]:
    back = PLACES[State.RETURNED]
    preparing = PLACES[State.PREPARING]
    found = {
        (Step.SUBMIT_TO_PROVIDER, State.RETURNED): _across(
            State.RETURNED, State.PROVIDER_REVIEW, back.y + 18
        ),
        (Step.RETURN_FOR_CORRECTION, State.PROVIDER_REVIEW): _across(
            State.PROVIDER_REVIEW, State.RETURNED, back.y + 42
        ),
        (Step.EXPIRE_ORDER, State.RETURNED): (
            Point(back.centre.x, back.y), Point(back.centre.x, preparing.centre.y),
            Point(preparing.right, preparing.centre.y),
        ),
    }  # fmt: skip
    for source in (State.PROVIDER_PASSED, State.SMS_VERIFICATION, State.AUTHORITY_REVIEW):
        box = PLACES[source]
        found[Step.RETURN_FOR_CORRECTION, source] = (
            Point(box.right, box.centre.y), Point(back.centre.x, box.centre.y),
            Point(back.centre.x, back.bottom),
        )  # fmt: skip
    return found


def _along_the_left() -> dict[tuple[Step, State], tuple[Point, ...]]:
    """Ways that pass by what a filing type does not need, beside the column of the filing."""
    passed, review = PLACES[State.PROVIDER_PASSED], PLACES[State.PROVIDER_REVIEW]
    decided, done = PLACES[State.AUTHORITY_REVIEW], PLACES[State.COMPLETED]

    def beside(start: Point, end: Point, x: int) -> tuple[Point, ...]:
        return start, Point(x, start.y), Point(x, end.y), end

    left = _COLUMNS[2]
    return {
        (Step.SENT_TO_ADMINISTRATION, State.PROVIDER_PASSED): beside(
            Point(left, passed.centre.y), Point(left, decided.y + 18), 701
        ),
        (Step.COMPLETE, State.AUTHORITY_REVIEW): beside(
            Point(left, decided.centre.y + 14), Point(left, done.y + 18), 686
        ),
        (Step.PROVIDER_PASSES, State.PROVIDER_REVIEW): beside(
            Point(left, review.centre.y), Point(left, done.y + 46), 676
        ),
    }


ROUTES: dict[tuple[Step, State], tuple[Point, ...]] = {
    (Step.SUBMIT_REQUEST, State.DRAFT): _across(State.DRAFT, State.TRIAGE, 124),
    (Step.SEND_BACK, State.TRIAGE): _across(State.TRIAGE, State.DRAFT, 150),
    **_from_triage(),
    **_to_the_next_stage(),
    **{
        (step, source): _down(source, drawn_target(step))
        for step, source in (
            (Step.RECORD_CERTIFICATE_APPLICATION, State.CERTIFICATE_NEEDED),
            (Step.RECORD_CERTIFICATE, State.CERTIFICATE_APPLIED),
            (Step.RECORD_PREAPPROVAL_APPLICATION, State.PREAPPROVAL_NEEDED),
            (Step.RECORD_PREAPPROVAL, State.PREAPPROVAL_APPLIED),
            (Step.SUBMIT_TO_PROVIDER, State.PREPARING),
            (Step.PROVIDER_PASSES, State.PROVIDER_REVIEW),
            (Step.SENT_TO_ADMINISTRATION, State.PROVIDER_PASSED),
            (Step.CONFIRM_SMS, State.SMS_VERIFICATION),
            (Step.APPROVE, State.AUTHORITY_REVIEW),
        )
    },
    **_returns(),
    (Step.RECORD_OPENING, State.FILED): _across(State.FILED, State.OPEN, 948),
    (Step.SMS_EXPIRED, State.SMS_VERIFICATION): (
        Point(PLACES[State.SMS_VERIFICATION].right - 14, PLACES[State.SMS_VERIFICATION].y),
        Point(PLACES[State.PROVIDER_PASSED].right - 14, PLACES[State.PROVIDER_PASSED].bottom),
    ),
    (Step.COMPLETE, State.AUTHORITY_REVIEW): _along_the_left()[
        Step.COMPLETE, State.AUTHORITY_REVIEW
    ],
}
#: The second way of a step that leads to one of two states.
SECOND = {key: way for key, way in _along_the_left().items() if key[0] is not Step.COMPLETE}
#: Steps drawn as numbered marks, in the order of their numbers.
EXITS = (Step.DECLINE, Step.RECORD_REFUSAL, Step.WITHDRAW, Step.REOPEN, Step.PULL_BACK)
LABELS = (
    Label(Step.SUBMIT_REQUEST, 372, 117, "middle"),
    Label(Step.SEND_BACK, 372, 165, "middle", 2),
    Label(Step.CLOSE_NOT_REQUIRED, 70, 199),
    Label(Step.REFER, 70, 221),
    Label(Step.BEGIN_CERTIFICATE, 268, 243),
    Label(Step.BEGIN_PREAPPROVAL, 574, 232),
    Label(Step.PREPARE_FILING, 823, 210),
    Label(Step.RECORD_CERTIFICATE_APPLICATION, 118, 404, lines=2),
    Label(Step.RECORD_CERTIFICATE, 118, 528),
    Label(Step.RECORD_PREAPPROVAL_APPLICATION, 458, 404, lines=2),
    Label(Step.RECORD_PREAPPROVAL, 458, 528),
    Label(Step.SUBMIT_TO_PROVIDER, 823, 412),
    Label(Step.PROVIDER_PASSES, 823, 528),
    Label(Step.SENT_TO_ADMINISTRATION, 823, 636, lines=2),
    Label(Step.CONFIRM_SMS, 823, 760),
    Label(Step.SMS_EXPIRED, 918, 642, lines=2),
    Label(Step.EXPIRE_ORDER, 936, 344),
    Label(Step.SUBMIT_TO_PROVIDER, 1010, 446, "middle"),
    Label(Step.RETURN_FOR_CORRECTION, 1010, 490, "middle", 2),
    Label(Step.RETURN_FOR_CORRECTION, 936, 576),
    Label(Step.RETURN_FOR_CORRECTION, 936, 692),
    Label(Step.RETURN_FOR_CORRECTION, 936, 808),
    Label(Step.APPROVE, 823, 876),
    Label(Step.RECORD_OPENING, 1010, 928, "middle", 2),
    Label(Step.COMPLETE, 668, 1010, "end"),
)


def pairs() -> tuple[tuple[Step, State], ...]:
    """Every step with every state it leads out of."""
    return tuple((step, source) for step in Step for source in step.about.sources)


def staying() -> tuple[tuple[Step, State], ...]:
    """The steps that leave a case where it is."""
    return tuple((step, source) for step, source in pairs() if step.about.target is STAYS)


def exits() -> dict[Step, int]:
    """The steps drawn as numbered marks, each with its number; taking back has none."""
    return {step: number for number, step in enumerate(EXITS, 1)}
