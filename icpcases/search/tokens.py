"""What a case or an applicant is found by, as pure functions of text: for one and for a million.

The line (`text_of`) holds everything it is found by; its tokens follow from the line alone. Pieces
of names and domains (two Chinese characters, three letters or digits); whole numbers and mail
addresses, marked `#`; the last four digits of a telephone, which are all a mask shows, marked `$`;
and what notes say, marked `~`.
"""

import re
from collections.abc import Iterable, Iterator

from icpcases.rules.folding import name_key, normal, phone_key

NUMBER, NOTE, TAIL, WHOLE_NAME = "#", "~", "$", "="
#: How many digits of a telephone are shown where it is masked.
TAIL_LENGTH = 4
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
_NOT_IN_NUMBERS = re.compile(r"[\s+()]+")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")


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
    phones: Iterable[str] = (),
    others: Iterable[str] = (),
) -> str:
    """The line a case is found by: what is found by any piece, then each number, marked.

    `numbers` are those of the applicant, the papers, the orders and the filing, empty ones
    included: they are left out. `others` are further names: of leaders, services, domains.
    """
    shown = domain_unicode if domain_unicode != domain else ""
    found = (normal(part) for part in (reference, name, domain, shown, *others))
    pieces = list(dict.fromkeys(found))
    marked = {compact(number) for number in (*numbers, address)} | set(map(phone_key, phones))
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


def applicant_tokens(text: str) -> set[str]:
    """The tokens of an applicant's line: those of any, and the whole name, to find its twins."""
    return tokens_of(text) | {whole_name(text.partition("\n")[0])}


def whole_name(name: str) -> str:
    """The token of a whole name, however its brackets, blanks and letters are written."""
    return (WHOLE_NAME + name_key(name))[:LONGEST]


def _tokens_of_number(number: str) -> Iterator[str]:
    if "@" in number:
        yield (NUMBER + number)[:LONGEST]
        return
    if _PHONE.fullmatch(number):
        yield TAIL + number[-TAIL_LENGTH:]
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
