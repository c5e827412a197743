"""One transaction, and what has become of it told exactly."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import Error, IntegrityError, InterfaceError, OperationalError, transaction

from icpcases.cases.document_store import files_follow_rows
from icpcases.db.errors import constraint_of, is_lock, is_refusal, one_line

from .exceptions import Busy, NotKept, OutcomeUnknown, Refused, Unexplained

log = logging.getLogger(__name__)


@contextmanager
def one_transaction(
    about: str,
    seen_version: int | None = None,
    explain: Callable[[], Refused | None] = lambda: None,
) -> Iterator[None]:
    """A transaction of its own. A file written within goes again unless its row may have stayed.

    Raises Busy, NotKept, or OutcomeUnknown where COMMIT was sent and its answer was lost; and of
    what the database refuses, the rule that `explain` finds broken, else Unexplained. `about`
    says in the log what was changed.
    """
    sent, kept = False, []
    with files_follow_rows() as files:
        try:
            with transaction.atomic(durable=True):
                # The first of the hooks: whatever another one raises, the rows have stayed.
                transaction.on_commit(lambda: kept.append(True))
                yield
                sent = True
        except BaseException as error:
            unknown = sent and not (isinstance(error, Error) and is_refusal(error))
            if kept or unknown:
                files.clear()
            if kept or not isinstance(error, Error):
                raise
            refused = _lost(about, seen_version, error) if unknown else _told(about, error, explain)
            if refused is None:
                raise
            raise refused from error


def _lost(about: str, seen_version: int | None, error: Error) -> Refused:
    sentence = "%s: it is not known whether this was kept, the answer to COMMIT was lost: %s"
    log.error(sentence, about, one_line(error))
    return OutcomeUnknown(about, seen_version)


def _told(about: str, error: Error, explain: Callable[[], Refused | None]) -> Refused | None:
    if isinstance(error, IntegrityError):
        return explain() or _unexplained(about, error)
    if is_lock(error):
        return Busy(about)
    if isinstance(error, OperationalError | InterfaceError):
        log.error("%s: the database failed, nothing was changed: %s", about, one_line(error))
        return NotKept(about)
    return None


def _unexplained(about: str, error: IntegrityError) -> Refused:
    broken = constraint_of(error)
    log.error("%s: no rule explains what the database refuses: %s", about, broken)
    return Unexplained(f"{about}: {broken}")
