"""How the house hangs together, read from its source: no circle, no HTTP below, unique names.

The arrows between the rooms are import-linter's (pyproject.toml); what it cannot say stands here.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

# Nothing here asks a database.
pytestmark = pytest.mark.sqlite

PROJECT = Path(__file__).resolve().parent.parent
Graph = dict[str, frozenset[str]]

# Django looks for these by name.
EVERYWHERE = {"Command"}
PAGES = ("accounts", "applicants", "demo", "staff", "web")
# What stands in front of every page, and a check of the hosts that are let in.
FRAME = {"icpcases.checks", "icpcases.headers"}


@cache
def source() -> dict[str, ast.Module]:
    """Every module of the program by its dotted name."""
    found = {}
    for path in sorted(PROJECT.glob("icpcases/**/*.py")):
        parts = path.relative_to(PROJECT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(), str(path))
    return found


@cache
def packages() -> set[str]:
    return {name.rpartition(".")[0] for name in source()}


def imported(name: str, tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each import of a module, wherever it stands: from where, and which name of it."""
    package = name if name in packages() else name.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            start = ".".join(above) if node.level else ""
            origin = ".".join(part for part in (start, node.module) if part)
            yield from ((origin, alias.name) for alias in node.names)


def graph(modules: dict[str, ast.Module]) -> Graph:
    """Which modules each module imports."""

    def targets(name: str, tree: ast.Module) -> Iterator[str]:
        for origin, part in imported(name, tree):
            yield f"{origin}.{part}" if f"{origin}.{part}" in modules else origin

    return {
        name: frozenset(target for target in targets(name, tree) if target in modules)
        for name, tree in modules.items()
    }


def reachable(start: str, arrows: Graph) -> set[str]:
    """Every module that an import of this one leads to."""
    found: set[str] = set()
    waiting = [*arrows[start]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += arrows[name]
    return found


def circles(arrows: Graph) -> list[list[str]]:
    """The groups of modules of which each leads to each: strongly connected components."""
    reach = {name: reachable(name, arrows) for name in arrows}
    groups = {
        frozenset(other for other in reach[name] if name in reach[other])
        for name in arrows
        if name in reach[name]
    }
    return sorted(sorted(group) for group in groups)


@pytest.mark.slow
def test_no_module_needs_itself_to_be_imported():
    assert circles(graph(source())) == []


@pytest.mark.parametrize(
    "back",
    [
        "from icpcases.b import B",
        "from . import b",
        "import icpcases.b",
        "if TYPE_CHECKING:\n    from .b import B",
        "def f():\n    from .b import B",
    ],
)
def test_a_circle_is_found_however_it_is_written(back):
    texts = {
        "icpcases": "",
        "icpcases.a": back,
        "icpcases.b": "from . import c",
        "icpcases.c": "from icpcases.a import A",
        "icpcases.d": "from .c import C",
    }
    modules = {name: ast.parse(text) for name, text in texts.items()}
    assert circles(graph(modules)) == [["icpcases.a", "icpcases.b", "icpcases.c"]]


def test_only_what_answers_a_browser_knows_of_requests():
    """import-linter sees Django as one package; this looks into it."""
    rooms = tuple(f"icpcases.{room}" for room in PAGES)
    knowing = {
        name
        for name, tree in source().items()
        for origin, part in imported(name, tree)
        if {origin, f"{origin}.{part}"} & {"django.http", "django.http.request", "django.shortcuts"}
    }
    assert {name for name in knowing if not name.startswith(rooms)} == FRAME


def public(tree: ast.Module) -> Iterator[str]:
    """The classes and functions of a module that others may use."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name


def doubles(modules: Iterable[tuple[str, ast.Module]]) -> dict[str, list[str]]:
    """The names that two modules give, with these modules."""
    found = defaultdict(list)
    for name, tree in modules:
        for given in public(tree):
            found[given].append(name)
    return {name: where for name, where in found.items() if len(where) > 1}


def insides(name: str, tree: ast.AST) -> list[str]:
    """What a module imports of a library that its documentation keeps to itself."""
    found = (f"{origin}.{part}" for origin, part in imported(name, tree))
    return [
        path
        for path in found
        if path.partition(".")[0] != "icpcases"
        and re.search(r"(^|\.)(internal|_[a-z]\w*)(\.|$)", path)
    ]


def test_no_library_is_used_by_its_inside():
    found = {name: insides(name, tree) for name, tree in source().items()}
    assert {name: paths for name, paths in found.items() if paths} == {}


@pytest.mark.parametrize(
    "line", ["from allauth.core.internal import httpkit", "from a import _b", "import _thread"]
)
def test_the_inside_of_a_library_is_found(line):
    assert len(insides("icpcases.web.pages", ast.parse(line))) == 1


def test_no_public_name_is_given_twice():
    named = [(name, tree) for name, tree in source().items() if ".migrations." not in name]
    assert {n: where for n, where in doubles(named).items() if n not in EVERYWHERE} == {}
