"""Rows of the tables that jobs read and that make no sense: jobs leave them out."""

from collections.abc import Iterator

from icpcases.cases.soundness import unsound_rows

from .registry import Found, checker


@checker
def senseless_row() -> Iterator[Found]:
    """Rows of provinces, providers, clocks, settings and calendar that jobs must leave out."""
    for unsound in unsound_rows():
        name = f"{unsound.row._meta.verbose_name} {unsound.row.pk}"
        yield Found(name, unsound.sentence)
