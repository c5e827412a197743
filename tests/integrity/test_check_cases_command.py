"""The command check_cases: what it prints, and how it ends."""

import pytest
from django.core.management import CommandError, call_command

from icpcases.cases.models import Document
from icpcases.integrity.registry import CHECKERS, DEEP

from .broken import file_overwritten
from .past_guards import set_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(careful_world):
    """What is looked at here are the papers, too."""
    return careful_world


def run(capsys, *arguments: str) -> tuple[int, list[str]]:
    """The command's exit status, and what it printed."""
    try:
        call_command("check_cases", *arguments)
        status = 0
    except SystemExit as ending:
        status = int(ending.code or 0)
    return status, capsys.readouterr().out.splitlines()


def test_the_command_says_what_each_checker_found(world, capsys):
    case = world.at("triage")
    names = [name for name in CHECKERS if name not in DEEP]
    fine = [f"{name}: nothing found" for name in names]
    assert run(capsys) == (0, [*fine, f"{len(names)} checkers, nothing found."])
    set_on(case, turn="provider")
    at = names.index("turn_differs")
    assert run(capsys) == (
        1,
        [
            *fine[:at],
            "turn_differs: A case that says it is one party's turn where its state and requests "
            "say another's.",
            f"  {case.reference} says it is the turn of: provider; it is that of: officer.",
            "turn_differs: 1 found",
            *fine[at + 1 :],
            f"{len(names)} checkers, 1 found.",
        ],
    )


def test_the_command_runs_the_named_checker_only(world, capsys):
    case = world.at("triage")
    set_on(case, turn="provider")
    assert run(capsys, "--only", "history_chain") == (
        0,
        ["history_chain: nothing found", "1 checker, nothing found."],
    )
    with pytest.raises(CommandError):
        call_command("check_cases", "--only", "no_such_checker")


def test_the_command_reads_the_files_only_when_asked(world, capsys):
    case, _sentences = file_overwritten(world)
    name = Document.objects.get(case=case).file.name
    assert run(capsys)[0] == 0
    status, lines = run(capsys, "--files", "deep")
    fine = [f"{name}: nothing found" for name in CHECKERS]
    at = list(CHECKERS).index("file_changed")
    assert (status, lines) == (
        1,
        [
            *fine[:at],
            "file_changed: A document whose file is not the one that was handed in.",
            f"  {case.reference} has a business_licence whose file has changed: {name}.",
            "file_changed: 1 found",
            *fine[at + 1 :],
            f"{len(CHECKERS)} checkers, 1 found.",
        ],
    )


def test_the_command_lists_the_checkers_each_with_its_purpose(capsys):
    status, lines = run(capsys, "--list")
    assert status == 0
    assert [line.split(": ")[0] for line in lines] == list(CHECKERS)
    assert all(line.split(": ", 1)[1].endswith(".") for line in lines)
