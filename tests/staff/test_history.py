"""A line of the history: everything a row may say, and nothing that a browser would run."""

import datetime as dt

import pytest
from django.utils.translation import override

from icpcases.cases.models import HistoryRow
from icpcases.staff.cases.history_line import HistoryLine

AT = dt.datetime(2026, 6, 15, 2, 30, tzinfo=dt.UTC)
WRITTEN = "<i>&\"'</i>"
SAFE = "&lt;i&gt;&amp;&quot;&#x27;&lt;/i&gt;"


def line(entered=(), changed=(), stayed=None, **fields) -> str:
    row = HistoryRow(
        **{"sequence": 4, "kind": "note", "to_state": "triage", "happened_at": AT,
           "recorded_at": AT, **fields}
    )  # fmt: skip
    return HistoryLine(row, stayed, list(entered), list(changed)).html


def lines_of(*args, **fields) -> list[str]:
    return [part for part in line(*args, **fields).split("\n") if part]


HEAD = [
    '<li class="kind-note" value="4">',
    '<p class="what"><time datetime="2026-06-15T10:30:00+08:00">2026-06-15 10:30</time>'
    " <strong>Note</strong>",
    '<span class="by">the system</span>',
    "</p>",
]


def test_a_row_that_says_nothing_more():
    assert lines_of() == [*HEAD, "</li>"]


@pytest.mark.parametrize(
    ("fields", "added"),
    [
        ({"note_internal": f"{WRITTEN}\r\nb\rc"},
         f'<p class="note internal"><b>Internal</b> {SAFE}<br>b<br>c</p>'),
        ({"note_public": WRITTEN}, f'<p class="note public"><b>To the applicant</b> {SAFE}</p>'),
        ({"reasons": [{"text": WRITTEN}, {"text": "b"}]},
         f'<ul class="reasons-told"><li>{SAFE}</li><li>b</li></ul>'),
        ({"entered": [(WRITTEN, WRITTEN), ("n", "2")]},
         f'<p class="entered"><span>{SAFE}: <b>{SAFE}</b></span> '
         "<span>n: <b>2</b></span> </p>"),
        ({"changed": [(WRITTEN, WRITTEN, WRITTEN)]},
         f'<p class="entered"><span>{SAFE}: {SAFE} → <b>{SAFE}</b></span> </p>'),
        ({"recorded_at": AT + dt.timedelta(hours=1)},
         '<p class="hint">recorded 2026-06-15 11:30</p>'),
        ({"undoes": 3}, '<p class="hint">takes back number 3</p>'),
    ],
)  # fmt: skip
def test_what_a_row_may_say_besides(fields, added):
    written = line(**fields)
    assert [part for part in written.removesuffix("</li>").split("\n") if part][4:] == [added]


def test_a_step_says_what_moved_for_whom_how_long_and_whether_the_applicant_was_told():
    found = lines_of(
        kind="step", step="confirm_sms", from_state="sms_verification",
        to_state="authority_review", on_behalf_of="applicant", told=True,
        stayed=dt.timedelta(days=3),
    )  # fmt: skip
    assert found[1:] == [
        HEAD[1].replace("Note", "Confirm the SMS check"),
        '<span class="from-to">SMS check → Administration&#x27;s review</span>',
        '<span class="by">the system for the applicant</span>',
        '<span class="stayed">stayed 3 days</span></p>',
        '<p class="hint">The applicant was told.</p></li>',
    ]
    with override("zh-hans"):
        untold = lines_of(kind="step", step="confirm_sms", told=False)
    assert untold[-1] == '<p class="hint">未通知主办单位。</p></li>'
