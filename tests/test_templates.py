"""How templates are written: one element a line, indented as it nests, no line too long."""

import re
from pathlib import Path

import pytest

from tests.harness.reading import BLOCKS

# Nothing here asks a database for anything that differs.
pytestmark = pytest.mark.sqlite

FOLDER = Path(__file__).resolve().parent.parent / "templates"
LONGEST = 120
INDENT = 2
VOID = {"br", "hr", "img", "input", "link", "meta"}
BETWEEN = {"else", "elif", "empty", "plural"}
TOKEN = re.compile(
    r"{%-?\s*(?P<tag>\w+).*?%}|{{.*?}}|{#.*?#}|<!.*?>"
    r"|</(?P<closed>[\w-]+)\s*>|<(?P<opened>[\w-]+)|(?P<end>/?>)"
)


class Faults:
    """What is wrong with the lines of a template."""

    def __init__(self, text: str) -> None:
        self.depth = 0
        self.element = ""
        # Tags of templates that enclose something: those that end somewhere.
        self.enclosing = set(re.findall(r"{%\s*end(\w+)", text))
        self.found = [f for n, line in enumerate(text.split("\n"), 1) for f in self.look(n, line)]
        if self.depth:
            self.found.append("something is not closed")

    def look(self, number: int, line: str) -> list[str]:
        """Reads one line on from the depth before it."""
        before = lowest = self.depth
        outdent, blocks = 0, 0
        for match in TOKEN.finditer(line):
            self.depth += self.step(match)
            lowest = min(lowest, self.depth)
            blocks += match["opened"] in BLOCKS
            if match.start() == len(line) - len(line.lstrip()):
                outdent = before - lowest or int(match["tag"] in BETWEEN or bool(match["end"]))
        faults = {
            f"longer than {LONGEST}": len(line) > LONGEST,
            "not indented as it nests": bool(line.strip())
            and len(line) - len(line.lstrip()) != INDENT * (before - outdent),
            "more than one element": blocks > 1,
            "opens or closes more than one level": max(before, self.depth) - lowest > 1,
        }
        return [f"line {number}: {fault}" for fault, there in faults.items() if there]

    def step(self, match: re.Match[str]) -> int:
        """How much deeper it goes behind a token; within a tag its attributes lie deeper."""
        if match["tag"]:
            ends = match["tag"].removeprefix("end")
            if ends != match["tag"]:
                return -1
            return int(match["tag"] in self.enclosing)
        if match["opened"]:
            self.element = match["opened"]
            return 1
        if match["end"]:
            return -1 if match["end"] == "/>" or self.element in VOID else 0
        return -1 if match["closed"] else 0


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.html")), ids=lambda f: f.name)
def test_it_can_be_read(file):
    assert Faults(file.read_text()).found == []


def test_no_line_of_a_mail_is_too_long():
    """Of a mail in plain text every blank is sent, so that it is not indented."""
    files = sorted(FOLDER.rglob("*.txt"))
    found = [(f.name, line) for f in files for line in f.read_text().split("\n")]
    assert len({name for name, _line in found}) >= 5
    assert [(name, line) for name, line in found if len(line) > LONGEST] == []


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (["<ul>", "  {% for x in y %}", "    <li>{{ x }}</li>", "  {% endfor %}", "</ul>"], []),
        (["<a", '  class="b" href="c"', ">{{ d }}</a>"], []),
        (["<input", '  name="b"{% if c > d %} e{% endif %}', ">", "<p>f</p>"], []),
        (["{% if a %}", "  <br>", "{% elif b %}", "  <i/>", "{% else %}", "  c", "{% endif %}"],
         []),
        (["<ul>", "<li>a</li>", "</ul>"], ["line 2: not indented as it nests"]),
        (["<ul>", "  a", "  </ul>"], ["line 3: not indented as it nests"]),
        (["{% if a %}", "  b", "  {% else %}", "  c", "{% endif %}"],
         ["line 3: not indented as it nests"]),
        (["<ul>{% for x in y %}", "    <li>{{ x }}</li>", "{% endfor %}</ul>"],
         ["line 1: opens or closes more than one level", "line 3: not indented as it nests",
          "line 3: opens or closes more than one level"]),
        (["<tr><td>a</td></tr>"], ["line 1: more than one element"]),
        (["<p>" + "a" * 114 + "</p>"], ["line 1: longer than 120"]),
        (["<p>" + "a" * 113 + "</p>"], []),
        (["<p>"], ["something is not closed"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_found(lines, faults):
    """The control."""
    assert Faults("\n".join(lines)).found == faults
