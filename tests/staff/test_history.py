"""A line of the history: everything a row may say, and nothing that a browser would run."""

import datetime as dt
import re

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from icpcases.cases.models import HistoryRow
from icpcases.staff.cases.history import HistoryLine
from tests.harness.reading import blocks

AT = dt.datetime(2026, 6, 15, 2, 30, tzinfo=dt.UTC)
WRITTEN = "<i>&\"'</i>"


def page_of(entered=(), changed=(), stayed=None, **fields) -> str:
    row = HistoryRow(
        **{"sequence": 4, "kind": "note", "to_state": "triage", "happened_at": AT,
           "recorded_at": AT, **fields}
    )  # fmt: skip
    line = HistoryLine(row, stayed, list(entered), list(changed))
    return render_to_string("staff/_history.html", {"lines": [line]})


def read(*args, **fields) -> list[tuple[str, str]]:
    return blocks(page_of(*args, **fields))


HEAD = ("p.what", "2026-06-15 10:30 Note the system")


def test_a_row_that_says_nothing_more():
    page = page_of()
    assert blocks(page) == [HEAD]
    assert re.findall(r"<(?:li|time)\b[^>]*>", page) == [
        '<li class="kind-note" value="4">', '<time datetime="2026-06-15T10:30:00+08:00">'
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "added"),
    [
        ({"note_internal": f"{WRITTEN}\r\nb\rc"},
         [("p.note.internal", f"Internal {WRITTEN}\nb\nc")]),
        ({"note_public": WRITTEN}, [("p.note.public", f"To the applicant {WRITTEN}")]),
        ({"reasons": [{"text": WRITTEN}, {"text": "b"}]}, [("li", WRITTEN), ("li", "b")]),
        ({"entered": [(WRITTEN, WRITTEN), ("n", "2")]},
         [("p.entered", f"{WRITTEN}: {WRITTEN} n: 2")]),
        ({"changed": [(WRITTEN, WRITTEN, WRITTEN)]},
         [("p.entered", f"{WRITTEN}: {WRITTEN} → {WRITTEN}")]),
        ({"recorded_at": AT + dt.timedelta(hours=1)}, [("p.hint", "recorded 2026-06-15 11:30")]),
        ({"recorded_at": AT + dt.timedelta(seconds=59)}, []),
        ({"recorded_at": AT + dt.timedelta(seconds=60)}, [("p.hint", "recorded 2026-06-15 10:31")]),
        ({"undoes": 3}, [("p.hint", "takes back number 3")]),
    ],
)  # fmt: skip
def test_what_a_row_may_say_besides(fields, added):
    page = page_of(**fields)
    assert blocks(page) == [HEAD, *added]
    assert "<i>" not in page


def test_a_step_says_what_moved_for_whom_how_long_and_whether_the_applicant_was_told():
    found = read(
        kind="step", step="confirm_sms", from_state="sms_verification",
        to_state="authority_review", on_behalf_of="applicant", told=True,
        stayed=dt.timedelta(days=3),
    )  # fmt: skip
    assert found == [
        ("p.what", "2026-06-15 10:30 Confirm the SMS check SMS check → Administration's review "
                   "the system for the applicant stayed 3 days"),
        ("p.hint", "The applicant was told."),
    ]  # fmt: skip
    with override("zh-hans"):
        untold = read(kind="step", step="confirm_sms", told=False)
    assert untold[-1] == ("p.hint", "未通知主办单位。")
