"""Brings the catalogue of translations in step with the program: `script/messages`.

Takes every marked string from the program and its templates with xgettext, keeps the
translation of each that is there already, and compiles. Nothing is guessed: a new or changed
string stays empty, and is named, until somebody translates it in the .po file. The order and
the header do not depend on the day or the machine, so that only what changed shows in a diff.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation import templatize

PROJECT = Path(__file__).resolve().parent.parent
CATALOGUE = PROJECT / "icpcases" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
SOURCES = (("icpcases", "*.py"), ("templates", "*.html"), ("templates", "*.txt"))
KEYWORDS = (
    "gettext_noop", "gettext_lazy", "ngettext_lazy:1,2", "pgettext:1c,2", "npgettext:1c,2,3",
    "pgettext_lazy:1c,2", "npgettext_lazy:1c,2,3",
)  # fmt: skip
HEADER = {
    "Project-Id-Version": "icpcases",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
ON_ONE_LINE = 1_000_000


def extract() -> polib.POFile:
    """Every string marked for translation, untranslated, in the order of the files."""
    if not settings.configured:
        settings.configure()
    files = sorted(
        file.relative_to(PROJECT)
        for folder, pattern in SOURCES
        for file in (PROJECT / folder).rglob(pattern)
    )
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            _write_as_python(file, Path(folder))
        return polib.pofile(_xgettext(files, folder), wrapwidth=ON_ONE_LINE)


def _write_as_python(file: Path, folder: Path) -> None:
    text = (PROJECT / file).read_text()
    copy = folder / file
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text if file.suffix == ".py" else templatize(text, origin=str(file)))


def _xgettext(files: list[Path], folder: str) -> str:
    done = subprocess.run(
        [
            "xgettext", "--language=Python", "--from-code=UTF-8", "--add-location=file",
            "--no-wrap", "--add-comments=Translators", "--output=-",
            *(f"--keyword={keyword}" for keyword in KEYWORDS), *map(str, files),
        ],
        cwd=folder, env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def merge(found: polib.POFile, kept: polib.POFile) -> polib.POFile:
    """The strings found, with the translations kept of them."""
    before = {(entry.msgctxt, entry.msgid): entry for entry in kept}
    merged = polib.POFile(wrapwidth=ON_ONE_LINE)
    merged.metadata = HEADER
    for entry in found:
        old = before.get((entry.msgctxt, entry.msgid))
        if entry.msgid_plural:
            entry.msgstr_plural = {0: old.msgstr_plural.get(0, "") if old else ""}
        elif old:
            entry.msgstr = old.msgstr
        merged.append(entry)
    return merged


def main() -> int:
    """Rewrites the .po and the .mo; 1 if something is left to translate."""
    kept = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
    merged = merge(extract(), kept)
    there = {(entry.msgctxt, entry.msgid) for entry in merged}
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    merged.save(str(CATALOGUE))
    merged.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    for entry in kept:
        if (entry.msgctxt, entry.msgid) not in there:
            print(f"no longer used: {entry.msgid!r} = {entry.msgstr!r}")
    missing = merged.untranslated_entries()
    for entry in missing:
        print(f"to be translated: {entry.msgid!r}")
    print(f"{len(merged)} strings, {len(missing)} of them untranslated.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
