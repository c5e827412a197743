"""What is kept beside the cases and made anew from them after a bulk load."""

from collections.abc import Callable

#: Each is called once, with all cases there; a table that follows from the cases adds its own.
REBUILD: tuple[Callable[[], object], ...] = ()


def rebuild() -> None:
    """Make everything that follows from the cases anew."""
    for make in REBUILD:
        make()
