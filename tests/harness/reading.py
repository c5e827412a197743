"""A page as a reader meets it: blocks of text, whatever the markup between them."""

from html.parser import HTMLParser

#: What begins a line of its own; all else stands in a line.
BLOCKS = {
    "article", "blockquote", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form",
    "h1", "h2", "h3", "header", "legend", "li", "main", "nav", "ol", "option", "p", "section",
    "select", "summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "title",
    "tr", "ul",
}  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = [("", "")]
        self.found: list[tuple[str, str]] = []

    def end_block(self) -> None:
        name, text = self.open[-1]
        lines = [" ".join(line.split()) for line in text.split("\n")]
        if any(lines):
            self.found.append((name, "\n".join(lines)))
        self.open[-1] = (name, "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_text("\n")
        elif tag in BLOCKS:
            self.end_block()
            css = (dict(attrs).get("class") or "").split()
            self.open.append((".".join([tag, *css]), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.end_block()
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.handle_text(" ".join(f"|{data}|".split())[1:-1])

    def handle_text(self, text: str) -> None:
        name, before = self.open[-1]
        self.open[-1] = (name, before + text)


def blocks(html: str) -> list[tuple[str, str]]:
    """Each block that holds text of its own, such as p.hint, and that text as it is read.

    White space counts as in a browser: any of it is one blank, and none at an end. A <br> begins
    a new line. What is escaped in the page reads as it was written.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return reader.found
