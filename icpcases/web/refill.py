"""A page's form, filled in again with what was typed into it before.

The written page is filled and not the form object, so that every form of the site is, whatever
makes it: a stock table of the admin, a form in the middle of a page, one written by hand.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

#: What a page says it has shown: sent again as it was, for else a colleague's change that came
#: in between would be overwritten without a word.
SHOWN = re.compile(r"version(-\d+)?|seen|token")
# Of the frame and no mark of one form among several; `rows` is how many rows the page has.
_OF_THE_FRAME = re.compile(rf"{SHOWN.pattern}|csrfmiddlewaretoken|back|next|rows|found_for")
_UNTYPED = frozenset({"hidden", "submit", "button", "image", "reset"})
_TICKED = frozenset({"checkbox", "radio"})

Fields = Mapping[str, Sequence[str]]
Attrs = dict[str, str | None]


@dataclass
class Control:
    """A field of a page: where its tag stands, what it is; of a text area, where its text does."""

    tag: str
    attrs: Attrs
    start: int
    end: int
    text_end: int = 0
    options: list["Control"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attrs.get("name") or ""

    @property
    def kind(self) -> str:
        """The type of an input; of another field its tag."""
        return (self.attrs.get("type") or "text").lower() if self.tag == "input" else self.tag

    @property
    def value(self) -> str:
        """What it sends as the page stands, or would send if it were ticked."""
        return self.attrs.get("value") or ("on" if self.kind in _TICKED else "")

    @property
    def typed(self) -> bool:
        """Whether people enter something here."""
        return bool(self.name) and self.kind not in _UNTYPED and "disabled" not in self.attrs


@dataclass
class Form:
    """A form that is sent by POST: the path it goes to, and its fields."""

    path: str
    controls: list[Control] = field(default_factory=list)

    def is_the_one(self, path: str, fields: Fields) -> bool:
        """Whether these fields came from this form: of several alike, hidden marks tell."""
        hidden = [c for c in self.controls if c.kind == "hidden"]
        marks = [c for c in hidden if not is_of_the_frame(c.name)]
        same = all(c.value in fields.get(c.name, [c.value]) for c in marks)
        return self.path == path and same and any(c.name in fields for c in self.asked)

    @property
    def asked(self) -> list[Control]:
        return [control for control in self.controls if control.typed]


class _Reader(HTMLParser):
    """Finds the forms of a page, and where their fields stand in its text."""

    def __init__(self, html: str, path: str) -> None:
        super().__init__()
        self.page = path
        self.forms: dict[str, Form] = {}
        self.inside = ""
        self.open: Control | None = None
        self.lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = self._begin(given)
        elif tag in ("input", "select", "textarea", "option"):
            start = self._here()
            control = Control(tag, given, start, start + len(self.get_starttag_text() or ""))
            self._take(control)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = ""
        elif self.open and tag == self.open.tag:
            self.open.text_end, self.open = self._here(), None

    def _begin(self, given: Attrs) -> str:
        key = given.get("id") or f"the {len(self.forms) + 1}th form"
        if (given.get("method") or "").lower() != "post":
            return ""
        to = urlsplit(urljoin(self.page, given.get("action") or "")).path
        # A field elsewhere on the page may have named this form before it began.
        self.forms.setdefault(key, Form(to)).path = to
        return key

    def _take(self, control: Control) -> None:
        if control.tag == "option":
            if self.open and self.open.tag == "select":
                self.open.options.append(control)
            return
        if control.tag in ("select", "textarea"):
            self.open = control
        if key := control.attrs.get("form") or self.inside:
            self.forms.setdefault(key, Form("")).controls.append(control)

    def _here(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column


@dataclass(frozen=True)
class Refilled:
    """A page with what was typed; what found no place on it; what files are to be chosen."""

    html: str
    filled: bool
    left_over: list[str]
    files: list[str]


def refilled(html: str, page: str, path: str, fields: Fields) -> Refilled:
    """The page with the fields in the form that they were sent from, if it is there.

    `page` is the page's own path, `path` the one that the form is sent to.
    """
    forms = [form for form in _Reader(html, page).forms.values() if form.is_the_one(path, fields)]
    if not forms:
        return Refilled(html, False, _words(fields), [])
    # Of several that fit the one that knows most of the fields.
    form = max(forms, key=lambda one: len({c.name for c in one.controls} & fields.keys()))
    rest = {name: list(values) for name, values in fields.items()}
    # Where a form is sent without its files, their names stand in their fields.
    files = [n for c in form.asked if c.kind == "file" for n in rest.pop(c.name, []) if n]
    edits = [edit for control in form.controls for edit in _edits(control, rest)]
    for start, end, text in sorted(edits, reverse=True):
        html = html[:start] + text + html[end:]
    known = {control.name for control in form.controls if control.kind == "hidden"}
    left_over = _words({n: v for n, v in rest.items() if n not in known})
    return Refilled(html, True, left_over, files)


def _edits(control: Control, rest: dict[str, list[str]]) -> list[tuple[int, int, str]]:
    """What is to be written where; takes what it places out of the rest."""
    kind, sent = control.kind, rest.get(control.name)
    if kind == "hidden":
        return [_value(control, sent[0])] if sent and SHOWN.fullmatch(control.name) else []
    if not control.typed or kind in ("file", "password"):
        return []
    if kind in _TICKED:
        return [_mark(control, "checked", _took(sent, control.value))]
    if not sent:
        return []
    if control.tag == "select":
        return [_mark(o, "selected", _took(sent, _option(o))) for o in control.options]
    text = sent.pop(0)
    if control.tag == "textarea":
        # The line break after the tag is not part of the text.
        return [(control.end, control.text_end, "\n" + escape(text))]
    return [_value(control, text)]


def _option(option: Control) -> str:
    return option.attrs.get("value") or ""


def _took(sent: list[str] | None, value: str) -> bool:
    if sent is None or value not in sent:
        return False
    sent.remove(value)
    return True


def _value(control: Control, text: str) -> tuple[int, int, str]:
    return (control.start, control.end, _tag(control, {**control.attrs, "value": text}))


def _mark(control: Control, name: str, on: bool) -> tuple[int, int, str]:
    attrs = {key: value for key, value in control.attrs.items() if key != name}
    return (control.start, control.end, _tag(control, {**attrs, **({name: None} if on else {})}))


def _tag(control: Control, attrs: Attrs) -> str:
    written = (key if v is None else f'{key}="{escape(v)}"' for key, v in attrs.items())
    return f"<{' '.join((control.tag, *written))}>"


def is_of_the_frame(name: str) -> bool:
    """Whether a field says what the page was, and nothing of what somebody entered."""
    return _OF_THE_FRAME.fullmatch(name) is not None


# What a choice sends: a word of the program, never one that somebody typed.
_CHOICE = re.compile(r"[a-z_]+(-[a-z]+)?|\d{1,6}|CN-[A-Z]{2}")


def _words(fields: Fields) -> list[str]:
    """What somebody typed among the fields, for where it has no place on the page."""
    values = [v for name, several in fields.items() if not is_of_the_frame(name) for v in several]
    return [text for value in values if (text := value.strip()) and not _CHOICE.fullmatch(text)]
