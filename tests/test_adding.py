"""Adding a step and a state, done on a copy of the program: in how few files it goes.

Whoever adds one edits these files, makes the migration and writes the generated documents anew.
What was left out, `manage.py check` names.
"""

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

PROJECT = Path(__file__).resolve().parent.parent
STATES, STEPS = "icpcases/lifecycle/states.py", "icpcases/lifecycle/steps.py"
FORMS, FORM = "icpcases/workflow/step_forms/__init__.py", "icpcases/workflow/step_forms/filing.py"
LAYOUT, TEXTS = "icpcases/diagram/layout.py", "icpcases/notifications/texts.py"
#: A file, the line in it that what is added stands before, and what is added.
Edit = tuple[str, str, str]

# The administration sends a filing back to the provider, on a day that is entered.
HAND_BACK: tuple[Edit, ...] = (
    (
        STEPS,
        '    CONFIRM_SMS = "confirm_sms"',
        '    HAND_BACK = "hand_back", _("Record that it went back to the provider")\n',
    ),
    (
        STEPS,
        "    Step.CONFIRM_SMS: StepDefinition(",
        """\
    Step.HAND_BACK: StepDefinition(
        sources=(State.AUTHORITY_REVIEW,),
        target=State.PROVIDER_REVIEW,
        who=OFFICE,
        does=_("The provider looks at the filing once more."),
        happened=_("The administration has handed the filing back to the provider."),
        acts_for=Party.AUTHORITY,
        rank=6,
    ),
""",
    ),
    (
        FORM,
        "class OpeningForm(StepForm):",
        """\
class HandBackForm(StepForm):
    \"\"\"The day on which the administration handed the filing back.\"\"\"

    handed_back_on = PastDateField(label=_("handed back on"))


""",
    ),
    (FORMS, "    OpeningForm,\n    PublicSecurityForm,", "    HandBackForm,\n"),
    (FORMS, "    Step.CONFIRM_SMS: ConfirmForm,", "    Step.HAND_BACK: HandBackForm,\n"),
    (
        LAYOUT,
        "    **_returns(),\n    (Step.RECORD_OPENING",
        """\
    (Step.HAND_BACK, State.AUTHORITY_REVIEW): (
        Point(_COLUMNS[2], _ROWS[3] + 20), Point(_GUTTER_2, _ROWS[3] + 20),
        Point(_GUTTER_2, _ROWS[1] + 20), Point(_COLUMNS[2], _ROWS[1] + 20),
    ),
""",
    ),
    (
        LAYOUT,
        "    Label(Step.CONFIRM_SMS,",
        "    Label(Step.HAND_BACK, 680, 620),\n",
    ),
    (
        TEXTS,
        '    "icp_number": _("ICP number"),',
        '    "handed_back_on": _("handed back on"),\n',
    ),
)

# A filing waits until the ministry knows the name, and goes on from there.
NAME_UNKNOWN: tuple[Edit, ...] = (
    (
        STATES,
        '    PROVIDER_REVIEW = "provider_review"',
        '    NAME_UNKNOWN = "name_unknown", _("Name not yet known")\n',
    ),
    (
        STATES,
        "    State.PROVIDER_REVIEW: StateDefinition(",
        """\
    State.NAME_UNKNOWN: StateDefinition(
        phase=Phase.FILING,
        turn=Party.AUTHORITY,
        clock=(3, Unit.WORKING_DAYS),
        applicant=_("Waiting for the ministry to know the name"),
        ahead=_("The ministry comes to know the name"),
        meaning=_("The name was verified so lately that the ministry does not know it."),
        invariants=_FILING,
        service_free=True,
        filing_rules=True,
    ),
""",
    ),
    (
        STEPS,
        '    PROVIDER_PASSES = "provider_passes"',
        '    WAIT_FOR_NAME = "wait_for_name", _("Wait for the name")\n',
    ),
    (
        STEPS,
        "    Step.PROVIDER_PASSES: StepDefinition(",
        """\
    Step.WAIT_FOR_NAME: StepDefinition(
        sources=(State.PREPARING,),
        target=State.NAME_UNKNOWN,
        who=OFFICE,
        does=_("The filing waits until the ministry knows the name."),
        happened=_("The filing waits until the ministry knows the name."),
        rank=4,
    ),
    Step.NAME_KNOWN: StepDefinition(
        sources=(State.NAME_UNKNOWN,),
        target=State.PREPARING,
        who=OFFICE,
        does=_("The filing goes on."),
        happened=_("The ministry knows the name, and the filing goes on."),
        forward=True,
    ),
""",
    ),
    (
        STEPS,
        '    PROVIDER_PASSES = "provider_passes"',
        '    NAME_KNOWN = "name_known", _("The name is known")\n',
    ),
    (
        FORMS,
        "    Step.PROVIDER_PASSES: StepForm,",
        "    Step.WAIT_FOR_NAME: StepForm,\n    Step.NAME_KNOWN: StepForm,\n",
    ),
    (LAYOUT, "    State.RETURNED: _at(3, 1),", "    State.NAME_UNKNOWN: _at(3, 0),\n"),
    (
        LAYOUT,
        "    **_returns(),\n    (Step.RECORD_OPENING",
        """\
    (Step.WAIT_FOR_NAME, State.PREPARING): _across(State.PREPARING, State.NAME_UNKNOWN, 338),
    (Step.NAME_KNOWN, State.NAME_UNKNOWN): _across(State.NAME_UNKNOWN, State.PREPARING, 362),
""",
    ),
    (
        LAYOUT,
        "    Label(Step.EXPIRE_ORDER,",
        "    Label(Step.WAIT_FOR_NAME, 1010, 330),\n    Label(Step.NAME_KNOWN, 1010, 376),\n",
    ),
)

# The length of its clock is the office's own to change, so it comes as a row, with the migration.
CLOCK = """

def add_clock(apps, schema_editor):
    apps.get_model("cases", "Clock").objects.create(
        state="name_unknown", amount=3, unit="working_days"
    )


class Migration("""

# Takes steps as people do on a fresh database, and says what each left behind.
TAKE = """
import datetime as dt, json, os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "icpcases.settings"
django.setup()
from django.core.management import call_command
from icpcases.cases.models import Applicant
from icpcases.lifecycle.steps import Step
from icpcases.notifications.preview import previews
from icpcases.staff.cases.history import history_lines
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.step_forms import step_form
from tests.world import CarefulWorld, user

call_command("migrate", verbosity=0)
call_command("makemigrations", check_changes=True, dry_run=True)
call_command("check", databases=["default"])
world = CarefulWorld(user("wei"), user("li", "officer"), user("chen", "supervisor"))
case, told = world.at(sys.argv[1]), []
Applicant.objects.update(language="en")
case.refresh_from_db()
for name, entered in json.loads(sys.argv[2]):
    form = step_form(case, CaseFile(case), Step(name), entered)
    assert form.is_valid(), form.errors
    (preview,) = previews(case, Step(name), form)
    case = world.step(case, name, **entered)
    line = history_lines(case, list(case.history.order_by("-sequence")[:1]))[0]
    told.append({
        "state": case.state,
        "turn": case.turn,
        "due": case.due_at and (case.due_at - case.turn_since).days >= 3,
        "fields": line.row.changes.get("fields", {}),
        "history": [str(line.row.get_step_display()), *map(list, line.entered)],
        "mail": [part for part in preview.message.text.splitlines() if part],
    })
call_command("check_cases")
call_command("workflow")
print(json.dumps(told, default=str))
"""


class Program:
    """A copy of the program, with a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("icpcases", "templates"):
            shutil.copytree(PROJECT / name, folder / name)
        (folder / "tests").mkdir()
        for path in (PROJECT / "manage.py", *PROJECT.glob("tests/*.py")):
            shutil.copy(path, folder / path.relative_to(PROJECT))

    def edit(self, *edits: Edit) -> None:
        for path, before, added in edits:
            file = self.folder / path
            text = file.read_text()
            assert text.count(before) == 1, (path, before)
            file.write_text(text.replace(before, added + before))

    def run(self, *arguments: str, fails: bool = False) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"sqlite:///{self.folder}/db.sqlite3",
            "DOCUMENT_ROOT": f"{self.folder}/documents",
        }
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=environment,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def lacks(self) -> list[str]:
        """What `manage.py check` names, in the order of the alphabet."""
        said = self.run("manage.py", "check", fails=True)
        return [line.partition(") ")[2] for line in said.splitlines() if " has no " in line]

    def changed(self) -> list[str]:
        """The source files that differ from ours, beside the migrations."""
        files = (path.relative_to(self.folder) for path in self.folder.glob("icpcases/**/*.py"))
        source = (path for path in files if "migrations" not in path.parts)
        return sorted(
            str(path)
            for path in source
            if not filecmp.cmp(self.folder / path, PROJECT / path, shallow=False)
        )

    def make_migration(self, clock: bool = False) -> None:
        self.run("manage.py", "makemigrations", "cases", "--name", "added", "-v0")
        if clock:
            (file,) = self.folder.glob("icpcases/cases/migrations/*_added.py")
            text = file.read_text().replace("\n\nclass Migration(", CLOCK)
            row = "        migrations.RunPython(add_clock, migrations.RunPython.noop),\n    ]\n"
            file.write_text(text.removesuffix("    ]\n") + row)

    def take(self, state: str, *steps: tuple[str, dict[str, str]]) -> list[dict[str, object]]:
        """What each step left behind, taken one after the other on a case in this state."""
        told = self.run("-c", TAKE, state, json.dumps(steps))
        found: list[dict[str, object]] = json.loads(told.splitlines()[-1])
        return found


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_a_step_with_one_entered_field_goes_in_five_files(program):
    program.edit(*HAND_BACK)
    assert program.changed() == sorted({STEPS, FORMS, FORM, LAYOUT, TEXTS})
    program.make_migration()
    day = "2026-03-02"
    (left,) = program.take("authority_review", ("hand_back", {"handed_back_on": day}))
    assert (left["state"], left["turn"]) == ("provider_review", "provider")
    assert left["fields"] == {}
    label = "Record that it went back to the provider"
    assert left["history"] == [label, ["handed back on", day]]
    assert left["mail"][1:4] == [
        "The administration has handed the filing back to the provider.",
        f"Handed back on: {day}",
        "Where the case stands: With the provider",
    ]
    assert label in (program.folder / "docs" / "workflow.svg").read_text()


def test_what_a_new_step_lacks_is_named(program):
    no_form = "The step hand_back has no form."
    no_picture = "The step hand_back has no picture."
    member, definition, *rest = HAND_BACK
    program.edit(member)
    assert program.lacks() == ["The step hand_back has no definition."]
    program.edit(definition)
    assert program.lacks() == [no_form, no_picture]
    program.edit(*(edit for edit in rest if edit[0] in (FORM, FORMS)))
    assert program.lacks() == [no_picture]
    program.edit(*(edit for edit in rest if edit[0] == LAYOUT))
    program.run("manage.py", "check")


def test_a_state_and_the_steps_around_it_go_in_four_files(program):
    program.edit(*NAME_UNKNOWN)
    assert program.changed() == sorted({STATES, STEPS, FORMS, LAYOUT})
    program.make_migration(clock=True)
    there, back = program.take("preparing", ("wait_for_name", {}), ("name_known", {}))
    assert (there["state"], there["turn"], there["due"]) == ("name_unknown", "authority", True)
    assert there["history"] == ["Wait for the name"]
    assert there["mail"][1:3] == [
        "The filing waits until the ministry knows the name.",
        "Where the case stands: Waiting for the ministry to know the name",
    ]
    assert (back["state"], back["turn"]) == ("preparing", "officer")
    assert "Name not yet known" in (program.folder / "docs" / "workflow.svg").read_text()


def test_what_a_new_state_lacks_is_named(program):
    member, definition, *rest = NAME_UNKNOWN
    program.edit(member)
    assert program.lacks() == ["The state name_unknown has no definition."]
    program.edit(definition)
    assert program.lacks() == ["The state name_unknown has no place on the diagram."]
    program.edit(*(edit for edit in rest if edit[0] == STEPS))
    assert program.lacks() == [
        "The step name_known has no form.",
        "The step name_known has no picture.",
        "The step wait_for_name has no form.",
        "The step wait_for_name has no picture.",
        "The state name_unknown has no place on the diagram.",
    ]
    program.edit(*(edit for edit in rest if edit[0] != STEPS))
    program.run("manage.py", "check")
