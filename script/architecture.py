"""Writes the rooms and their arrows into docs/architecture.md and docs/architecture.svg.

    script/architecture.py             writes both
    script/architecture.py --check     writes nothing; 1 if they differ from the program

The layers are those of import-linter's contract in pyproject.toml, so the picture shows what is
held; what a room is for is the first line of its package.
"""

import ast
import sys
import tomllib
from pathlib import Path
from xml.sax.saxutils import escape

PROJECT = Path(__file__).resolve().parent.parent
PAGE, PICTURE = PROJECT / "docs" / "architecture.md", PROJECT / "docs" / "architecture.svg"
BEGIN, END = "<!-- rooms: written by script/architecture.py -->\n", "<!-- end of rooms -->\n"

BOX_W, BOX_H, GAP, ROW, LEFT, TOP = 140, 36, 12, 64, 128, 16
STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
  "DejaVu Sans", sans-serif; font-size: 12.5px; fill: #303a47; }
.room { font-weight: 700; fill: #111827; text-anchor: middle; }
.panel { fill: #f4f6f8; stroke: #d7dce3; }
.box { fill: #ffffff; stroke: #8f9aa8; stroke-width: 1.2; }
.arrow { fill: none; stroke: #4b5663; stroke-width: 1.5; }
"""
HEAD = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9.5" refY="5" markerWidth="7.5" '
    'markerHeight="7.5" orient="auto" markerUnits="userSpaceOnUse">'
    '<path d="M0 .8 10 5 0 9.2z" fill="#4b5663"/></marker></defs>'
)


def layers() -> list[list[str]]:
    """The rooms, a list a layer, from the surfaces down."""
    linter = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = (one for one in linter["contracts"] if one["type"] == "layers")
    return [
        [room.strip().removeprefix("icpcases.") for room in layer.split("|")]
        for layer in contract["layers"]
    ]


def path_of(room: str) -> str:
    """Where a room lies below icpcases."""
    return room if (PROJECT / "icpcases" / room).is_dir() else f"{room}.py"


def purpose(room: str) -> str:
    """What a room is for: the first line of its package or module."""
    place = PROJECT / "icpcases" / path_of(room)
    text = (place / "__init__.py" if place.is_dir() else place).read_text()
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]


def table() -> str:
    """The rooms as a table, a line each."""
    rooms = [room for layer in layers() for room in layer]
    lines = [f"| `{path_of(room)}` | {purpose(room)} |" for room in rooms]
    return "\n".join(["| room | what is in it |", "|---|---|", *lines]) + "\n"


def picture() -> str:
    """The layers as boxes, and one arrow for all: downwards."""
    rows = layers()
    widest = max(len(rooms) for rooms in rows)
    inner = widest * BOX_W + (widest + 1) * GAP
    width, height = LEFT + inner + TOP, 2 * TOP + len(rows) * ROW - GAP
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="title">',
        '<title id="title">The rooms: each may import those of the rows below it</title>',
        f"<style>{STYLE}</style>{HEAD}",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<path class="arrow" d="M92 {TOP + 4}V{height - TOP - 4}" marker-end="url(#head)"/>',
        f'<text x="22" y="{height // 2 - 4}">may</text>',
        f'<text x="22" y="{height // 2 + 12}">import</text>',
    ]
    for number, rooms in enumerate(rows):
        drawn += row(rooms, TOP + number * ROW, inner)
    return "\n".join([*drawn, "</svg>", ""])


def row(rooms: list[str], y: int, inner: int) -> list[str]:
    """One layer: its rooms side by side, none of which imports another."""
    height = ROW - GAP
    x = LEFT + (inner - len(rooms) * BOX_W - (len(rooms) - 1) * GAP) // 2
    drawn = [f'<rect class="panel" x="{LEFT}" y="{y}" width="{inner}" height="{height}" rx="6"/>']
    for number, room in enumerate(rooms):
        left, top = x + number * (BOX_W + GAP), y + (height - BOX_H) // 2
        drawn += [
            f'<rect class="box" x="{left}" y="{top}" width="{BOX_W}" height="{BOX_H}" rx="5"/>',
            f'<text class="room" x="{left + BOX_W // 2}" y="{top + BOX_H // 2 + 4}">'
            f"{escape(room)}</text>",
        ]
    return drawn


def page() -> str:
    """The page with its table of rooms as the program has them."""
    before, begun, rest = PAGE.read_text().partition(BEGIN)
    _old, ended, after = rest.partition(END)
    if not (begun and ended):
        sys.exit(f"{PAGE} has lost the marks between which the rooms stand.")
    return before + BEGIN + table() + END + after


def main() -> int:
    """Write both, or say which differs."""
    wanted = {PAGE: page(), PICTURE: picture()}
    if "--check" not in sys.argv[1:]:
        for path, text in wanted.items():
            path.write_text(text)
        return 0
    differing = [p for p, text in wanted.items() if not p.exists() or p.read_text() != text]
    for path in differing:
        print(f"{path.relative_to(PROJECT)} differs: run script/architecture.py.")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
