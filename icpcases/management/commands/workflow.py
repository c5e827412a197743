"""`manage.py workflow`: the workflow's documents, written from the declaration."""

import difflib
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from icpcases.diagram.markdown import workflow_markdown
from icpcases.diagram.svg import workflow_svg


class Command(BaseCommand):
    """Writes docs/workflow.md and docs/workflow.svg, or says how they differ; needs no database."""

    help = "Write docs/workflow.md and docs/workflow.svg from the declared states and steps."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the documents are, and whether they are only compared."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; exit 1 if the documents differ from the declaration",
        )
        parser.add_argument(
            "--output",
            type=Path,
            default=settings.BASE_DIR / "docs",
            metavar="DIR",
            help="the folder of the documents (default: docs)",
        )

    def handle(self, *args: object, check: bool, output: Path, **options: object) -> None:
        """Write the documents, or compare them. Raises CommandError naming what differs."""
        with translation.override("en"):
            documents = {"workflow.md": workflow_markdown(), "workflow.svg": workflow_svg()}
        if check:
            self._compare(documents, output)
            return
        try:
            output.mkdir(parents=True, exist_ok=True)
            for name, text in documents.items():
                (output / name).write_text(text, encoding="utf-8", newline="\n")
                self.stdout.write(f"Wrote {output / name}.")
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}.") from None

    def _compare(self, documents: dict[str, str], output: Path) -> None:
        found = [
            difference
            for name, text in documents.items()
            if (difference := _difference(output / name, text))
        ]
        if found:
            raise CommandError(" ".join((*found, "Run manage.py workflow to write them anew.")))
        self.stdout.write("The workflow documents agree with the declaration.")


def _difference(path: Path, wanted: str) -> str:
    """A sentence on how a file differs from what it should hold; empty if it does not."""
    try:
        there = path.read_bytes().decode()
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}."
    except UnicodeDecodeError:
        return f"{path} is not a text in UTF-8."
    if there == wanted:
        return ""
    lines = (there.splitlines(keepends=True), wanted.splitlines(keepends=True))
    for tag, first, *_rest in difflib.SequenceMatcher(None, *lines, autojunk=False).get_opcodes():
        if tag != "equal":
            return f"{path} differs from the declaration, first at line {first + 1}."
    return f"{path} differs from the declaration."
