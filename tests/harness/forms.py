"""The forms of a page, filled in as a browser fills them: only what the page offers is sent."""

from html.parser import HTMLParser

_NOT_SENT = {"submit", "button", "image", "reset", "file"}


class PageForm:
    """A form of a page: where it goes, its fields with what stands in them, their choices."""

    def __init__(self, action: str, method: str) -> None:
        self.action, self.method = action, method
        self.values: dict[str, list[str]] = {}
        self.choices: dict[str, list[str]] = {}
        self.buttons: list[str] = []
        #: What each button sends beside the fields; two empty texts where it sends nothing.
        self.presses: list[tuple[str, str]] = []
        #: The fields into which people write words.
        self.texts: set[str] = set()

    def offer(self, name: str, value: str | None, chosen: bool) -> None:
        """A field, or one more choice of a field."""
        there = self.values.setdefault(name, [])
        if value is not None:
            self.choices.setdefault(name, []).append(value)
        if chosen:
            there.append(value or "")

    def filled(self, **entries: object) -> dict[str, object]:
        """What is sent once these fields are filled in. What the page does not offer is an
        error."""
        sent: dict[str, object] = {name: v for name, v in self.values.items() if v}
        for name, entry in entries.items():
            if name in self.buttons:
                sent[name] = entry
                continue
            assert name in self.values, f"{name} is not on the page: {sorted(self.values)}"
            if name in self.choices and entry:
                assert str(entry) in self.choices[name], (name, entry, self.choices[name])
            if entry is None:
                sent.pop(name, None)
            else:
                sent[name] = entry
        return sent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.inside: PageForm | None = None
        self.select: str | None = None
        self.area: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            form = PageForm(given.get("action") or "", given.get("method") or "get")
            self.forms.append(form)
            self.inside = form
        if self.inside is None:
            return
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "option" and self.select:
            self.inside.offer(self.select, value, "selected" in given)
        elif tag == "button":
            if given.get("type") != "button" and "disabled" not in given:
                self.inside.presses.append((name, value))
            if name:
                self.inside.buttons.append(name)
        elif not name or "disabled" in given:
            return
        elif tag == "select":
            self.select = name
            self.inside.offer(name, None, False)
        elif tag == "textarea":
            self.area = (name, "")
            self.inside.texts.add(name)
        elif tag == "input":
            self._input(self.inside, name, value, given)

    def _input(self, form: PageForm, name: str, value: str, given: dict[str, str | None]) -> None:
        kind = given.get("type") or "text"
        if kind in ("checkbox", "radio"):
            form.offer(name, value or "on", "checked" in given)
        elif kind == "submit":
            form.buttons.append(name)
        elif kind not in _NOT_SENT:
            if kind in ("text", "email", "tel", "url", "search"):
                form.texts.add(name)
            form.values.setdefault(name, []).append(value)
        else:
            form.offer(name, None, False)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area and self.inside:
            name, text = self.area
            # The line break after the tag is not part of the text.
            self.inside.values.setdefault(name, []).append(text.removeprefix("\n"))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area = (self.area[0], self.area[1] + data)


def forms_of(html: str) -> list[PageForm]:
    """The forms of a page that are sent by POST, in their order."""
    reader = _Reader()
    reader.feed(html)
    return [form for form in reader.forms if form.method.lower() == "post"]
