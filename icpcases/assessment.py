"""Facts in as JSON, assessments out as JSON: what `manage.py assess` does."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO, TypeVar

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from icpcases.cases.models import Province
from icpcases.rules.about_facts import FORUM_PROVINCE
from icpcases.rules.documents import Wanted
from icpcases.rules.dossier import Dossier
from icpcases.rules.facts import (
    FACT_NAMES,
    PROVINCE_CODES,
    FactError,
    Facts,
    ForumAnswer,
    Protocol,
    read_facts,
    shown,
)
from icpcases.rules.rule import Finding
from icpcases.rules.verdict import Assessment, FactsMissing, assess, missing_facts
from icpcases.workflow.messages import remedy_of, sentence_of

_Value = TypeVar("_Value")
ANSWER = "province_accepts_forums"
LONGEST_LINE = 1_000_000
# More than there are different complete facts, once province and protocol are left aside.
DIFFERENT_FACTS = 4096


class BadInput(ValueError):
    """Input that cannot be assessed: a sentence that says why, in the active language."""


class Assessor:
    """Assesses one JSON value after another, each as JSON text in the active language.

    Texts are kept by facts, so an assessor must not outlive a change of language.
    """

    def __init__(self, indent: int | None = None) -> None:
        self.indent = indent
        self._text = lru_cache(maxsize=DIFFERENT_FACTS)(self._write)

    def text_of(self, value: object) -> str:
        """The assessment of one entry as JSON. Raises BadInput."""
        facts, province = _known_facts(value) or _read_facts(value)
        if province and _answer_tells(facts):
            facts = self._with_answer(facts, province)
        try:
            return self._text(facts)
        except FactsMissing as error:
            raise BadInput(_missing_sentence(error.names, province)) from None

    def _write(self, facts: Facts) -> str:
        data = as_data(assess(facts))
        return json.dumps(data, ensure_ascii=False, indent=self.indent)

    def _with_answer(self, facts: Facts, province: str) -> Facts:
        """The facts with the answer of the table. Raises BadInput if the verdict hangs on it."""
        if self._answers is not None:
            answer = self._answers.get(province, ForumAnswer.UNKNOWN)
            return replace(facts, province_accepts_forums=answer)
        if _hangs_on_answer(facts):
            raise BadInput(
                _("the province table cannot be read; give “%(name)s”, or migrate the database.")
                % {"name": ANSWER}
            )
        return facts

    @cached_property
    def _answers(self) -> dict[str, ForumAnswer] | None:
        """What each province answers, read once, when first needed; None without a table."""
        if not _database_is_there():
            return None
        try:
            rows = list(Province.objects.values_list("code", "accepts_forums"))
        except DatabaseError:
            return None
        return {code: ForumAnswer(answer) for code, answer in rows}


def _database_is_there() -> bool:
    """Whether there is a database to connect to: SQLite would make a file that is not there."""
    return connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]).exists()


def assess_whole(source: IO[bytes], target: IO[bytes]) -> None:
    """Assess a JSON object, or an array of them, into a JSON array. Raises BadInput."""
    entries = _read_json(_decoded(source.read()))
    if not isinstance(entries, list):
        entries = [entries]
    assessor = Assessor(indent=2)
    texts = [
        _of_entry(str(number), assessor.text_of, entry) for number, entry in enumerate(entries, 1)
    ]
    target.write(_array_of(texts).encode())


def _array_of(texts: list[str]) -> str:
    if not texts:
        return "[]\n"
    inner = ",\n  ".join(text.replace("\n", "\n  ") for text in texts)
    return f"[\n  {inner}\n]\n"


def assess_lines(source: IO[bytes], target: IO[bytes]) -> None:
    """Assess JSON lines into JSON lines, one at a time; blank lines are skipped.

    Raises BadInput at the first bad line, when the target already holds the ones before it.
    """
    assessor = Assessor()
    entry = 0
    for line, raw in enumerate(_lines(source), 1):
        if raw.isspace():
            continue
        entry += 1
        text = _of_entry(_label(entry, line), lambda raw: assessor.text_of(_read_line(raw)), raw)
        target.write(text.encode() + b"\n")


def _label(entry: int, line: int) -> str:
    if entry == line:
        return str(entry)
    return _("%(entry)s (line %(line)s)") % {"entry": entry, "line": line}


def _read_line(raw: bytes) -> object:
    if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
        raise BadInput(_("the line is longer than %(bytes)s bytes.") % {"bytes": LONGEST_LINE})
    return _read_json(_decoded(raw))


def as_data(assessment: Assessment) -> dict[str, object]:
    """An assessment in plain JSON values: codes as codes, sentences in the active language."""
    return {
        "verdict": assessment.verdict.value,
        "stages": [stage.value for stage in assessment.stages],
        "unmet": [_finding_data(finding) for finding in assessment.unmet],
        "documents": [_document_data(wanted) for wanted in assessment.documents],
    }


def _finding_data(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "sentence": sentence_of(finding),
        "remedy": remedy_of(finding),
        "who": finding.who.value,
        "source": finding.source.value,
    }


def _document_data(wanted: Wanted) -> dict[str, str]:
    data = {"kind": wanted.kind.value, "name": _(wanted.kind.label)}
    return data | {"when": _(wanted.when)} if wanted.when else data


@lru_cache(maxsize=DIFFERENT_FACTS)
def _answer_tells(facts: Facts) -> bool:
    """Whether a province's answer is not given, and could fail `forum.province`."""
    refused = replace(facts, province_accepts_forums=ForumAnswer.NO)
    return facts.province_accepts_forums is None and FORUM_PROVINCE.holds(Dossier(refused)) is False


def _hangs_on_answer(facts: Facts) -> bool:
    """Whether a province's answer, and nothing else, is missing for an assessment."""
    return ANSWER in missing_facts(facts) and any(
        not missing_facts(replace(facts, province_accepts_forums=answer)) for answer in ForumAnswer
    )


def _missing_sentence(names: tuple[str, ...], province: str | None) -> str:
    # With the province given, its answer stands in the table: it is not what is missing.
    either = _("province or %(name)s") % {"name": ANSWER}
    asked = [either if name == ANSWER else name for name in names if name != ANSWER or not province]
    return _("the verdict needs these facts: %(names)s.") % {"names": ", ".join(asked)}


def _known_facts(value: object) -> tuple[Facts, str | None] | None:
    """As `_read_facts`, for an entry as most are; None for any that may be wrong."""
    if type(value) is not dict:
        return None
    given = value.copy()
    province, protocol = given.pop("province", None), given.pop("protocol", None)
    for one in (province, protocol, *given.values()):
        if type(one) not in _PLAIN:
            return None
    if province not in _PROVINCES or protocol not in _PROTOCOLS:
        return None
    try:
        return _facts_of(tuple(given.items())), province
    except FactError:
        return None


_PLAIN = frozenset({str, bool, type(None)})
_PROVINCES, _PROTOCOLS = PROVINCE_CODES | {None}, frozenset(Protocol) | {None}


@lru_cache(maxsize=DIFFERENT_FACTS)
def _facts_of(given: tuple[tuple[str, str | bool | None], ...]) -> Facts:
    """The facts of these names and values. Raises FactError, and keeps nothing that is wrong."""
    return read_facts(dict(given))


def _read_facts(value: object) -> tuple[Facts, str | None]:
    """The facts of an entry and its province: neither that nor the protocol changes what is said,
    and so they are left out of the facts. Raises BadInput."""
    if not isinstance(value, dict):
        raise BadInput(
            _("an entry must be a JSON object, not %(value)s.") % {"value": shown(value)}
        )
    if isinstance(value, _Repeating):
        raise BadInput(_("“%(name)s” is given more than once.") % {"name": _quoted(value.name)})
    try:
        facts = read_facts(value)
    except FactError as error:
        params = error.params | {"name": _quoted(error.name)}
        raise BadInput(_(error.sentence) % params) from None
    return replace(facts, province=None, protocol=None), facts.province


def _quoted(name: str) -> str:
    """A name somebody else chose, on one line and not endless."""
    return name if name in FACT_NAMES else shown(name)[1:-1]


def _of_entry(label: str, text_of: Callable[[_Value], str], value: _Value) -> str:
    """The text of one entry. Raises BadInput with the entry's number before the sentence."""
    try:
        return text_of(value)
    except RecursionError:
        problem = _("nested too deeply.")
    except BadInput as error:
        problem = str(error)
    raise BadInput(_("Entry %(entry)s: %(problem)s") % {"entry": label, "problem": problem})


def _lines(source: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, cut where one is too long to hold facts: `_read_line` refuses it."""
    return iter(lambda: source.readline(LONGEST_LINE), b"")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(_("not UTF-8 at byte %(byte)s.") % {"byte": error.start + 1}) from None


class _Repeating(dict[str, object]):
    """A JSON object that gives a name more than once."""

    name: str


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeating = _Repeating(found)
    repeating.name = Counter(name for name, _value in pairs).most_common(1)[0][0]
    return repeating


# NaN and the like come through here as numbers: no fact is one.
DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _read_json(text: str) -> object:
    """Read JSON, strictly. Raises BadInput."""
    try:
        return DECODER.decode(text)
    except RecursionError:
        raise BadInput(_("nested too deeply.")) from None
    except json.JSONDecodeError as error:
        raise BadInput(_json_sentence(text, error)) from None
    except ValueError:  # a number of thousands of digits
        raise BadInput(_("not JSON that can be read: a number is too long.")) from None


def _json_sentence(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip():
        return _("there is nothing to read.")
    if "\n" in text.rstrip():
        where = {"line": error.lineno, "column": error.colno}
        return _("not JSON at line %(line)s, column %(column)s.") % where
    return _("not JSON at column %(column)s.") % {"column": error.colno}
