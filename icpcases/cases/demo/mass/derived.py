"""What is kept beside the cases and made anew from them after a bulk load."""

from importlib.util import find_spec

from django.utils.module_loading import import_string

#: Each is called once, when all cases are there. A table that follows from the cases adds its own.
REBUILD = (
    "icpcases.cases.finding.index.rebuild",
    "icpcases.cases.summary.look_after_weeks",
)


def rebuild() -> None:
    """Make everything that follows from the cases anew."""
    for name in REBUILD:
        module = name.rpartition(".")[0]
        if find_spec(module.rpartition(".")[0]) and find_spec(module):
            import_string(name)()
