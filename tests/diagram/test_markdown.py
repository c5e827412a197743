"""The workflow's documents say what the declaration says; the picture is whole and readable."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from icpcases.diagram import layout as plan
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from tests.domain import LOCKED, STATES, TABLE, may

DOCS = settings.BASE_DIR / "docs"
SVG = "{http://www.w3.org/2000/svg}"
NEVER = "·"


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """The committed documents, in a folder of their own."""
    for name in ("workflow.md", "workflow.svg"):
        (tmp_path / name).write_bytes((DOCS / name).read_bytes())
    return tmp_path


@pytest.fixture(scope="module")
def drawing() -> ElementTree.Element:
    return ElementTree.fromstring((DOCS / "workflow.svg").read_text(encoding="utf-8"))


def ids(drawing: ElementTree.Element) -> list[str]:
    return [element.attrib["id"] for element in drawing.iter() if "id" in element.attrib]


def check(folder: Path) -> str:
    """What the command complains of, as it says it."""
    with pytest.raises(CommandError) as complaint:
        call_command("workflow", check=True, output=folder)
    assert complaint.value.returncode == 1
    return str(complaint.value)


def test_committed_documents_agree_with_the_declaration(capsys):
    call_command("workflow", "--check")
    assert capsys.readouterr().out == "The workflow documents agree with the declaration.\n"


def test_a_changed_document_is_named_and_left_as_it_is(copies):
    markdown = copies / "workflow.md"
    lines = markdown.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[7] = "## The states\n"
    markdown.write_text("".join(lines), encoding="utf-8")
    before = markdown.read_bytes()
    assert check(copies) == (
        f"{markdown} differs from the declaration, first at line 8. "
        "Run manage.py workflow to write them anew."
    )
    assert markdown.read_bytes() == before


def test_every_document_that_differs_is_named(copies):
    (copies / "workflow.md").unlink()
    with (copies / "workflow.svg").open("a", encoding="utf-8") as file:
        file.write("<!-- by hand -->\n")
    end = len((DOCS / "workflow.svg").read_text(encoding="utf-8").splitlines()) + 1
    assert check(copies) == (
        f"{copies / 'workflow.md'} cannot be read: No such file or directory. "
        f"{copies / 'workflow.svg'} differs from the declaration, first at line {end}. "
        "Run manage.py workflow to write them anew."
    )
    assert not (copies / "workflow.md").exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_written_anew_they_are_the_committed_ones(tmp_path, language):
    with translation.override(language):
        call_command("workflow", output=tmp_path / "new")
    written = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert written == {name: (DOCS / name).read_bytes() for name in ("workflow.md", "workflow.svg")}


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "docs").write_text("in the way")
    with pytest.raises(CommandError) as complaint:
        call_command("workflow", output=tmp_path / "docs")
    assert str(complaint.value) == f"{tmp_path / 'docs'} cannot be written: File exists."


def test_ids_of_the_drawing_are_unique(drawing):
    assert sorted(ids(drawing)) == sorted(set(ids(drawing)))


def test_one_box_for_each_state(drawing):
    boxes = [group for group in drawing.iter(f"{SVG}g") if group.get("class") == "state"]
    assert [box.attrib["id"] for box in boxes] == [f"state-{state.value}" for state in State]
    names = [box.findtext(f"{SVG}text[@class='name']") for box in boxes]
    assert names == [str(state.label) for state in State]


def test_each_step_is_drawn_once_for_each_state_it_leads_out_of(drawing):
    drawn = [name for name in ids(drawing) if name.startswith("step-")]
    # Taking back leads out of every state and to none in particular: the legend tells it. Two
    # steps lead to one of two states, whichever the filing type needs: each has two arrows.
    assert sorted(drawn) == sorted(
        [
            *(
                f"step-{step.value}-{state.value}"
                for step in Step
                for state in step.about.sources
                if step != Step.STEP_BACK
            ),
            "step-provider_passes-provider_review-completed",
            "step-sent_to_administration-provider_passed-authority_review",
        ]
    )


def test_the_drawing_has_a_title_a_description_and_nothing_from_outside(drawing):
    assert drawing.get("aria-labelledby") == "title description"
    assert {"title", "description"} <= set(ids(drawing))
    assert re.findall(r"href|url\((?!#)|@import|<script", (DOCS / "workflow.svg").read_text()) == []


def test_arrows_lead_from_box_to_box_and_through_none():
    first = [(key, plan.drawn_target(key[0]), way) for key, way in plan.ROUTES.items()]
    second = [(key, key[0].about.targets[1], way) for key, way in plan.SECOND.items()]
    for (step, source), target, way in (*first, *second):
        assert on_edge(way[0], plan.PLACES[source]), (step, source)
        assert on_edge(way[-1], plan.PLACES[target]), (step, source)
        for start, end in pairwise(way):
            assert start.x == end.x or start.y == end.y, (step, source)
            crossed = [state for state, box in plan.PLACES.items() if inside(start, end, box)]
            assert crossed == [], (step, source)


def test_boxes_stand_in_the_panel_of_their_phase_and_apart():
    for state, box in plan.PLACES.items():
        panel = plan.PANELS[state.phase]
        assert panel.x < box.x < box.right < panel.right, state
        assert panel.y < box.y < box.bottom < panel.bottom, state
    areas = list(plan.PLACES.values())
    assert [(a, b) for a in areas for b in areas if a is not b and overlap(a, b)] == []
    panels = [*plan.PANELS.values(), plan.LEGEND]
    assert [(a, b) for a in panels for b in panels if a is not b and overlap(a, b)] == []


def on_edge(point: plan.Point, box: plan.Box) -> bool:
    across = box.x <= point.x <= box.right and point.y in (box.y, box.bottom)
    along = box.y <= point.y <= box.bottom and point.x in (box.x, box.right)
    return across or along


def inside(start: plan.Point, end: plan.Point, box: plan.Box) -> bool:
    """Whether a straight line runs through the inside of a box."""
    left, right = sorted((start.x, end.x))
    top, bottom = sorted((start.y, end.y))
    return left < box.right and right > box.x and top < box.bottom and bottom > box.y


def overlap(a: plan.Box, b: plan.Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def section(heading: str) -> str:
    text = (DOCS / "workflow.md").read_text(encoding="utf-8")
    return text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def rows_of_table(text: str) -> list[list[str]]:
    lines = [line.strip().strip("|") for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip().replace("`", "") for cell in line.split(" | ")] for line in lines]
    return [row for row in rows if set(row) != {"---"}]


def matrix() -> dict[tuple[str, str], str]:
    """Per transition and state who may take it, as the document says."""
    found = {}
    for table in section("Who may do what, where").split("### ")[1:]:
        head, *rows = rows_of_table(table)
        for step, *cells in rows:
            for state, cell in zip(head[1:], cells, strict=True):
                assert (step, state) not in found
                found[step, state] = cell
    return found


def test_matrix_says_who_takes_which_step_where():
    drawn = {cell: who for cell, who in matrix().items() if who != NEVER}
    assert drawn == {
        (step, state): " ".join(who for who in "AoOS" if may(who, step))
        for step, row in TABLE.items()
        for state in row.sources
    }
    steps, states = zip(*matrix(), strict=True)
    assert (set(steps), set(states)) == (set(TABLE), set(STATES))


def test_transitions_tell_their_guards_as_they_are_wanted():
    head, *rows = rows_of_table(section("Transitions"))
    assert head == ["transition", "label", "from", "to", "guards", "entered", "who"]
    by_code = {row[0]: row for row in rows}
    assert list(by_code) == list(TABLE)
    refer, approve = by_code["refer"], by_code["approve"]
    assert refer[2:5] == ["triage", "referred", "server.mainland, **not** site.domain"]
    assert approve[4:] == [
        "number.valid *(on the form)*",
        "icp_number (ICP number), filed_on (granted on)",
        "O S",
    ]
    assert by_code["step_back"][2:4] == ["every state", "the state before"]
    assert by_code["record_footer"][3] == "stays"


def parties(turns: str) -> list[str]:
    """Whose turn it can be, in the order in which it is told."""
    told = re.split(r"; | / |, then ", turns)
    return [re.sub(r"^(the|an) | (if|while|once) .*", "", one) for one in told]


def test_drawing_and_document_name_the_same_parties(drawing):
    head, *rows = rows_of_table(section("States"))
    written = {row[0]: parties(row[head.index("whose turn")]) for row in rows}
    drawn = {
        group.attrib["id"].removeprefix("state-"): parties(group.findall(f"{SVG}text")[1].text)
        for group in drawing.iter(f"{SVG}g")
        if group.attrib.get("id", "").startswith("state-")
    }
    assert drawn == written
    assert drawn["certificate_applied"] == ["market regulator"]
    assert drawn["draft"] == ["applicant"]


def test_states_tell_turn_clock_and_locks():
    head, *rows = rows_of_table(section("States"))
    lines = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert list(lines) == STATES
    assert lines["preparing"]["whose turn"] == ("an officer; the applicant while a request is open")
    assert lines["open"]["whose turn"] == "the applicant; nobody once both duties are recorded"
    clocks = {state: line["clock"] for state, line in lines.items() if line["clock"] != NEVER}
    assert clocks == {
        "triage": "1 working day",
        "certificate_granted": "1 working day",
        "preapproval_applied": "60 calendar days",
        "preapproval_granted": "1 working day",
        "preparing": "2 working days",
        "provider_review": "2 working days",
        "provider_passed": "3 working days",
        "sms_verification": "24 hours",
        "authority_review": "20 working days",
        "returned": "2 working days",
        "open": "30 calendar days",
    }
    assert [state for state, line in lines.items() if line["facts"] == "locked"] == LOCKED


def test_rule_book_has_every_rule_with_its_source():
    head, *rows = rows_of_table(section("The rule book").split("The entries")[0])
    lines = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert len(lines) == 24
    sources = {code: line["source"] for code, line in lines.items() if line["source"] != NEVER}
    assert sources == {
        "server.mainland": "FAQ Hong Kong",
        "site.domain": "FAQ IP",
        "forum.not_individual": "FAQ forum",
        "forum.province": "FAQ forum",
        "forum.preapproval": "FAQ forum",
        "foreign.papers": "FAQ foreign",
        "claim.backed": "FAQ foreign",
        "document.mainland": "FAQ foreign",
        "open.after_filing": "FAQ HTTPS",
    }
    assert lines["order.alive"]["remedy"] == "Let the order expire and start a new one."
    assert lines["order.alive"]["who can put it right"] == "an officer"
