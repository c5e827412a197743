"""What a note says, of cases that were found by a note and not by their line."""

from icpcases.cases.models import HistoryRow, SearchText
from icpcases.rules.folding import normal

from .query import words_of
from .tokens import compact

#: So many notes of the cases on a page are looked through, and so much of one is shown.
NOTES, SHOWN = 1_000, 160


def notes_found(cases: list[int], typed: str) -> dict[int, str]:
    """Per case that was found by a note the newest one that says any of the words sought."""
    words = words_of(typed)
    if not words or not cases:
        return {}
    lines = dict(SearchText.objects.filter(case__in=cases).values_list("case_id", "text"))
    wanted = [pk for pk in cases if not all(_says(lines.get(pk, ""), word) for word in words)]
    rows = HistoryRow.objects.filter(case__in=wanted).exclude(note_public="", note_internal="")
    newest = rows.order_by("-pk").values_list("case_id", "note_public", "note_internal")[:NOTES]
    found: dict[int, str] = {}
    for pk, *notes in newest if wanted else ():
        for note in notes:
            if pk not in found and any(word in normal(note) for word in words):
                found[pk] = _around(note, words)
    return found


def _says(line: str, word: str) -> bool:
    joined = word.replace("-", "")
    return any(part in line for part in (word, compact(word), joined) if part)


def _around(note: str, words: list[str]) -> str:
    """The line of the note that says it, cut to what a list can show."""
    said = (line for line in note.splitlines() if any(word in normal(line) for word in words))
    line = next(said, note).strip()
    place = min(line.casefold().find(word) for word in words) if len(line) > SHOWN else 0
    start = max(0, place - SHOWN // 2)
    cut = line[start : start + SHOWN]
    return f"{'…' if start else ''}{cut}{'…' if start + SHOWN < len(line) else ''}"
