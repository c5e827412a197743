"""Whoever is refused for who he is reads the true rule, and whom to ask."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from icpcases.rules.rule import Party
from icpcases.workflow import refusals

# Nothing here asks a database.
pytestmark = pytest.mark.sqlite
PROGRAM = Path(__file__).resolve().parent.parent.parent / "icpcases"


def refusing() -> Iterator[tuple[str, int]]:
    """Each place that refuses somebody, and how many arguments it gives."""
    for path in sorted(PROGRAM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotAllowed":
                yield f"{path.name}:{node.lineno}", len(node.args)


def test_no_refusal_is_without_a_finding():
    found = dict(refusing())
    assert len(found) > 15
    assert {place: n for place, n in found.items() if n != 2} == {}


def test_each_says_who_may_and_whom_to_ask():
    told = {name: found for name, found in vars(refusals).items() if name.startswith("ONLY_")}
    for name, (finding,) in told.items():
        assert (finding.code, bool(finding.sentence), bool(finding.remedy)) == (
            "permission", True, True,
        ), name  # fmt: skip
        assert finding.who != Party.NOBODY, name
