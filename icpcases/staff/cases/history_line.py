"""A row of the history, written as one line of the case page.

Here and not in a template: twenty lines would cost as much as all the rest of the page. Whatever
stands between the marks of HTML goes through `_safe`.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from icpcases.cases.models import HistoryRow
from icpcases.lifecycle.states import State
from icpcases.staff.templatetags.staff import happening, lasting, on_behalf, person, stamped

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class HistoryLine:
    """A history row with how long the case then stayed as it was, and what was changed."""

    row: HistoryRow
    stayed: dt.timedelta | None
    entered: list[tuple[str, str]]
    changed: list[tuple[str, str, str]]

    @property
    def html(self) -> SafeString:
        """The row as it stands on the page."""
        return mark_safe("\n".join((*_head(self), *_hints(self), *_texts(self))) + "</li>")

    @property
    def recorded_later(self) -> bool:
        """Whether it was recorded in another minute than it happened."""
        happened, recorded = self.row.happened_at, self.row.recorded_at
        return recorded.replace(second=0, microsecond=0) != happened.replace(
            second=0, microsecond=0
        )


def _safe(words: Any) -> str:
    return escape(str(words))


def _head(line: HistoryLine) -> Iterable[str]:
    row = line.row
    moved = row.from_state and row.from_state != row.to_state
    return (
        f'<li class="kind-{_safe(row.kind)}" value="{row.sequence}">',
        f'<p class="what">{stamped(row.happened_at)} <strong>{_safe(happening(row))}</strong>',
        _moved(row) if moved else "",
        f'<span class="by">{_safe(person(row.by))}{_for_whom(row)}</span>',
        ("" if line.stayed is None else _stayed(line.stayed)) + "</p>",
    )


def _moved(row: HistoryRow) -> str:
    before, after = State(row.from_state).label, State(row.to_state).label
    return f'<span class="from-to">{_safe(before)} → {_safe(after)}</span>'


def _for_whom(row: HistoryRow) -> str:
    if not row.on_behalf_of:
        return ""
    words = _("for %(who)s") % {"who": on_behalf(row)}
    return f" {_safe(words)}"


def _stayed(span: dt.timedelta) -> str:
    words = _("stayed %(span)s") % {"span": lasting(span)}
    return f'<span class="stayed">{_safe(words)}</span>'


def _hints(line: HistoryLine) -> Iterable[str]:
    row, recorded = line.row, ""
    if line.recorded_later:
        when = f"{timezone.localtime(row.recorded_at):%Y-%m-%d %H:%M}"
        recorded = _hint(_("recorded %(when)s") % {"when": when})
    undoes = _hint(_("takes back number %(n)s") % {"n": row.undoes}) if row.undoes else ""
    return recorded, undoes


def _hint(words: str) -> str:
    return f'<p class="hint">{_safe(words)}</p>'


def _texts(line: HistoryLine) -> Iterable[str]:
    row = line.row
    reasons = "".join(f"<li>{_safe(reason.get('text', ''))}</li>" for reason in row.reasons)
    told = _("The applicant was told.") if row.told else _("The applicant was not told.")
    return (
        _labelled((label, "", value) for label, value in line.entered) if line.entered else "",
        _labelled((label, f"{_safe(old)} → ", new) for label, old, new in line.changed)
        if line.changed else "",
        f'<ul class="reasons-told">{reasons}</ul>' if reasons else "",
        _note("public", _("To the applicant"), row.note_public) if row.note_public else "",
        _note("internal", _("Internal"), row.note_internal) if row.note_internal else "",
        _hint(told) if row.kind == HistoryRow.Kind.STEP else "",
    )  # fmt: skip


def _labelled(values: Iterable[tuple[str, str, str]]) -> str:
    """Labels with their values, each behind what is safe already."""
    colon = _safe(_(": "))
    parts = (f"<span>{_safe(n)}{colon}{before}<b>{_safe(v)}</b></span> " for n, before, v in values)
    return f'<p class="entered">{"".join(parts)}</p>'


def _note(kind: str, label: str, text: str) -> str:
    lines = _LINE_END.sub("<br>", _safe(text))
    return f'<p class="note {kind}"><b>{_safe(label)}</b> {lines}</p>'
