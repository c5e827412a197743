"""What a case is found by, as pure functions of text: for one case and for a million alike.

The line of a case (`text_of`) holds everything it is found by; its tokens follow from the line
alone. Three kinds of token: pieces of names and domains (two Chinese characters, three letters
or digits), whole numbers, marked `#`, and what notes say, marked `~`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

NUMBER, NOTE = "#", "~"
#: A token is cut here; so is a run of letters when it is looked for.
LONGEST = 40
#: So much of a note is searched.
NOTE_LENGTH = 2000
#: From this length on, a number or a word of a note is also found by its beginning.
BY_BEGINNING = 4
#: On nearly every line, so that no search is narrowed by them.
COMMON = frozenset({"icp", "com"})

# Scripts that write no spaces: found by any two characters.
_DENSE = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUNS = re.compile(rf"[{_DENSE}]+|[^\W_{_DENSE}]+")
_IS_DENSE = re.compile(f"[{_DENSE}]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NOT_IN_NUMBERS = re.compile(r"[\s+()]+")


def normal(text: str) -> str:
    """A text as it is compared: one width, one case, without control characters."""
    if not text.isascii():
        # A lone surrogate is no text: no database takes it.
        text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode())
    return _CONTROL.sub(" ", text.casefold()).strip()


def runs_of(text: str) -> list[str]:
    """The unbroken runs of letters and digits, or of Chinese characters, in a normal text."""
    return _RUNS.findall(text)


def is_dense(run: str) -> bool:
    """Whether a run is of a script without spaces."""
    return _IS_DENSE.match(run) is not None


def grams_of(run: str) -> Iterator[str]:
    """The pieces of a run: each two characters of a dense one, each three of any other."""
    size = 2 if is_dense(run) else 3
    if len(run) <= size:
        yield run
    for start in range(len(run) - size + 1 if len(run) > size else 0):
        yield run[start : start + size]


def text_of(
    *,
    reference: str,
    name: str = "",
    domain: str = "",
    domain_unicode: str = "",
    address: str = "",
    numbers: Iterable[str] = (),
) -> str:
    """The line a case is found by: what is found by any piece, then each number, marked.

    `numbers` are those of the applicant, the papers, the orders and the filing, empty ones
    included: they are left out.
    """
    shown = domain_unicode if domain_unicode != domain else ""
    pieces = [normal(part) for part in (reference, name, domain, shown)]
    marked = {compact(number) for number in (*numbers, address)}
    return "\n".join([p for p in pieces if p] + sorted(NUMBER + m for m in marked if m))


def compact(number: str) -> str:
    """A number without the spaces, plus and brackets people put into it, nor the +86."""
    found = _NOT_IN_NUMBERS.sub("", normal(number))
    return re.sub(r"^86(?=1[3-9]\d{9}$)", "", found)


def tokens_of(text: str) -> set[str]:
    """The tokens of a case's line, as `text_of` makes it: about twenty-five."""
    found: set[str] = set()
    for line in text.split("\n"):
        if line.startswith(NUMBER):
            found.update(_tokens_of_number(line[1:]))
        else:
            for run in runs_of(line):
                found.update(grams_of(run))
    return found - COMMON - {""}


def _tokens_of_number(number: str) -> Iterator[str]:
    runs = runs_of(number)
    long = [run for run in runs if len(run) >= BY_BEGINNING]
    for run in long or ["".join(runs)]:
        yield NUMBER + run[:LONGEST]


def note_tokens(text: str) -> set[str]:
    """The tokens of a note: its words, and each two Chinese characters."""
    found: set[str] = set()
    for run in runs_of(normal(text[:NOTE_LENGTH])):
        found.update(grams_of(run) if is_dense(run) else [run[:LONGEST]])
    return {NOTE + token for token in found}
