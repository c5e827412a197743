"""The documents against the tree: every path and every name in them is there."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Nothing here asks a database.
pytestmark = pytest.mark.sqlite

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    str(path.relative_to(PROJECT))
    for path in (*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"))
)
# Of these every name is looked up as well.
ABOUT_THE_CODE = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")

_EXAMPLE = re.compile(r"`([^`\n]+)`:\n\n```python\n(.*?)```", re.DOTALL)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)\)")
_ENDING = r"\.(py|md|svg|html|txt|toml|js|css|po|in)"
_PATH = re.compile(rf"[\w-][\w.-]*(/[\w.-]+)*{_ENDING}|[\w-][\w.-]*(/[\w.-]+)+/?")
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def words(document: str) -> list[str]:
    """What stands in a document as code."""
    return _QUOTED.findall(_FENCED.sub("", (PROJECT / document).read_text()))


def there(path: str) -> bool:
    """Whether a file or folder is in the tree; the program's own may leave its room's out."""
    return any((PROJECT / start / path).exists() for start in ("", "icpcases", "docs"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_in_a_document_is_there(document):
    paths = {word for word in words(document) if _PATH.fullmatch(word)}
    assert sorted(path for path in paths if not there(path)) == []
    links = _LINK.findall((PROJECT / document).read_text())
    folder = (PROJECT / document).parent
    assert sorted(link for link in links if not (folder / link).exists()) == []


def given_names() -> set[str]:
    """Every name that the program gives: modules, classes, functions, fields, members."""

    def of(tree: ast.Module) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield node.name
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id

    found: set[str] = set()
    for folder in ("icpcases", "tests", "bench", "script"):
        for path in (PROJECT / folder).rglob("*.py"):
            found |= {path.stem, path.parent.name, *of(ast.parse(path.read_text()))}
    return found


@pytest.fixture(scope="module")
def given() -> set[str]:
    return given_names()


@pytest.mark.parametrize("document", ABOUT_THE_CODE)
def test_every_name_in_a_document_is_given(document, given):
    names = {word.removesuffix("()") for word in words(document)}
    asked = {name for name in names if _NAME.fullmatch(name) and not _PATH.fullmatch(name)}
    assert sorted(name for name in asked if not set(name.split(".")) <= given) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_in_a_document_is_there(document):
    text = (PROJECT / document).read_text()
    asked = set(re.findall(r"manage\.py ([a-z_]+)", text))
    ours = {path.stem for path in PROJECT.glob("icpcases/management/commands/*.py")}
    of_django = {"check", "migrate", "makemigrations", "shell", "createsuperuser", "collectstatic",
                 "help", "compilemessages", "clearsessions", "loaddata", "dumpdata"}  # fmt: skip
    assert sorted(asked - ours - of_django) == []


def test_the_examples_of_style_are_our_own():
    examples = _EXAMPLE.findall((PROJECT / "CONTRIBUTING.md").read_text())
    assert len(examples) == 4
    assert [path for path, code in examples if code not in (PROJECT / path).read_text()] == []


def test_the_architecture_is_drawn_as_it_is():
    done = subprocess.run(
        [sys.executable, "script/architecture.py", "--check"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
