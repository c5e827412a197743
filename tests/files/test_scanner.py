"""The scanner: real commands that say yes, say no, hang, crash, or are not there."""

import shlex
import sys
import time

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.base import ContentFile

from icpcases.env import Env
from icpcases.files.uploads import check_ahead, check_upload
from tests.world import png

pytestmark = pytest.mark.sqlite

FOUND = "The virus scanner found something in this file."
NOT_CHECKED = "This file could not be checked for viruses just now. Try again later."
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def said(content: bytes = b"") -> str:
    try:
        check_upload(ContentFile(content or png(), "paper.png"))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("cat > /dev/null", ""),
        # It need not read on once it knows.
        ("exit 0", ""),
        ("cat > /dev/null; exit 1", FOUND),
        ("exit 2", NOT_CHECKED),
        ("exit 127", NOT_CHECKED),
        ("kill -9 $$", NOT_CHECKED),
        ("kill -SEGV $$", NOT_CHECKED),
    ],
)
def test_its_exit_code_decides(settings, script, sentence):
    settings.DOCUMENT_SCANNER = ["sh", "-c", script]
    assert said() == sentence


def test_it_reads_the_file_as_it_was_sent(settings):
    """Not the picture written anew, from which a virus would be gone already."""
    settings.DOCUMENT_SCANNER = ["sh", "-c", "! grep -q EICAR-STANDARD"]
    assert said(png() + EICAR) == FOUND
    assert said(png()) == ""


@pytest.mark.slow
def test_one_that_hangs_is_ended_with_whatever_it_started(settings, tmp_path):
    settings.DOCUMENT_SCANNER = ["sh", "-c", f"(sleep 2; touch {tmp_path}/alive) & wait"]
    settings.DOCUMENT_SCANNER_SECONDS = 1
    started = time.monotonic()
    assert said() == NOT_CHECKED
    assert time.monotonic() - started < 1.8
    time.sleep(1.5)
    assert list(tmp_path.glob("alive")) == []


@pytest.mark.parametrize("command", ["/nowhere/scanner", "/tmp"])
def test_one_that_cannot_be_started_lets_nothing_in(settings, command):
    settings.DOCUMENT_SCANNER = [command]
    assert said() == NOT_CHECKED


def test_it_is_not_asked_about_what_is_refused_anyway(settings, tmp_path):
    settings.DOCUMENT_SCANNER = ["sh", "-c", f"echo x >> {tmp_path}/asked"]
    assert said(b"no picture") == "The file's content does not fit its name's ending."
    assert list(tmp_path.glob("asked")) == []


def test_a_file_is_scanned_once_and_before_any_lock(settings, tmp_path):
    settings.DOCUMENT_SCANNER = ["sh", "-c", f"echo x >> {tmp_path}/asked; exit 1"]
    file = ContentFile(png(), "paper.png")
    check_ahead([file])
    with pytest.raises(ValidationError):
        check_upload(file)
    assert (tmp_path / "asked").read_text() == "x\n"


def errors() -> list[str]:
    return [message.id for message in run_checks() if message.id == "icpcases.E001"]


def test_the_system_check_names_one_that_is_missing(settings):
    settings.DOCUMENT_SCANNER = ["/nowhere/scanner", "-"]
    assert errors() == ["icpcases.E001"]
    settings.DOCUMENT_SCANNER = [sys.executable, "-c", "pass"]
    assert errors() == []
    settings.DOCUMENT_SCANNER = []
    assert errors() == []


def test_the_command_is_split_as_a_shell_would():
    command = ["/usr/bin/scan it", "--no-summary", "-"]
    assert Env({"SCAN": shlex.join(command)}).command("SCAN") == command
    assert Env({}).command("SCAN") == []
    with pytest.raises(ImproperlyConfigured, match=r"SCAN=.*close its quotes"):
        Env({"SCAN": "scan 'it"}).command("SCAN")
