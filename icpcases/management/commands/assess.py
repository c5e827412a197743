"""`manage.py assess`: the verdict, the route and what is in the way, for facts in JSON."""

import io
import os
import shutil
import sys
from contextlib import AbstractContextManager, nullcontext
from tempfile import SpooledTemporaryFile
from typing import IO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from icpcases.assessment import BadInput, assess_lines, assess_whole

IN_MEMORY = 1_000_000
BROKEN_PIPE = 141  # as shells say it: 128 + SIGPIPE


class Command(BaseCommand):
    """Reads facts, writes assessments; needs no database unless a province must be looked up."""

    help = "Judge facts given as JSON: verdict, stages, rules in the way, documents wanted."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, the language and the form of the input."""
        parser.add_argument(
            "file",
            nargs="?",
            default="-",
            metavar="FILE",
            help="a JSON object or an array of them; standard input if left out",
        )
        parser.add_argument(
            "--lang",
            default="en",
            choices=[code for code, _name in settings.LANGUAGES],
            help="the language of the sentences (default: %(default)s)",
        )
        parser.add_argument(
            "--lines",
            action="store_true",
            help="read and write one JSON object a line, any number in constant memory",
        )

    def handle(self, *args: object, file: str, lang: str, lines: bool, **options: object) -> None:
        """Assess the whole input, then print. Raises CommandError (status 2) before that."""
        judge = assess_lines if lines else assess_whole
        with translation.override(lang), SpooledTemporaryFile(IN_MEMORY) as answers:
            try:
                with _opened(file) as source:
                    judge(source, answers)
                answers.seek(0)
            except BadInput as refused:
                raise CommandError(_capitalised(str(refused)), returncode=2) from None
            except OSError as error:
                raise CommandError(_io_sentence(error), returncode=2) from None
            self._print(answers)

    def _print(self, answers: IO[bytes]) -> None:
        out = getattr(self.stdout, "buffer", None)
        try:
            if out is None:
                self.stdout.write(answers.read().decode(), ending="")
            else:
                shutil.copyfileobj(answers, out)
                out.flush()
        except BrokenPipeError:
            _say_no_more()
            sys.exit(BROKEN_PIPE)
        except OSError as error:
            _say_no_more()
            raise CommandError(_io_sentence(error), returncode=2) from None


def _opened(file: str) -> AbstractContextManager[IO[bytes]]:
    """The file, or standard input for `-`. Raises BadInput if it cannot be opened."""
    if file == "-":
        return nullcontext(_standard_input())
    try:
        return open(file, "rb")
    except OSError as error:
        sentence = _("%(file)s cannot be read: %(reason)s.")
        raise BadInput(sentence % {"file": file, "reason": error.strerror}) from None


def _standard_input() -> IO[bytes]:
    if sys.stdin is None:
        raise BadInput(_("standard input is closed."))
    return getattr(sys.stdin, "buffer", None) or io.BytesIO(sys.stdin.read().encode())


def _io_sentence(error: OSError) -> str:
    return _("Reading or writing failed: %(reason)s.") % {"reason": error.strerror or error}


def _say_no_more() -> None:
    """Nobody reads standard output: whatever is left in its buffer goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
