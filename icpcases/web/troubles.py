"""What people read where the database fails: on the page they sent, or on one that asks nothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from icpcases.db.errors import is_lock, one_line
from icpcases.workflow.exceptions import Busy, NotKept, OutcomeUnknown, Unexplained

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """A failure of the database as a page shows it."""

    status: int
    heading: Promise
    sentence: Promise


BUSY = Trouble(
    409,
    _("Somebody else is changing this right now"),
    _("Your change was not made. Try again."),
)
# 503 and no 409: nobody is in the way, and the same may go through in a moment.
NOT_KEPT = Trouble(
    503,
    _("The database could not save this"),
    _("Nothing was changed. Try again in a moment."),
)
UNKNOWN = Trouble(
    503,
    _("It is not known whether this was saved"),
    _(
        "The connection to the database broke while saving. Check whether it was saved before you "
        "try again."
    ),
)
UNEXPLAINED = Trouble(
    500,
    _("The database refuses this, and nothing was changed"),
    _(
        "No rule explains this: the fault is in the program or in the stored data. It has been "
        "logged; until it is fixed, trying again will not help."
    ),
)
SILENT = Trouble(
    503,
    _("The database does not answer"),
    _("This page cannot be shown just now. Try again in a moment."),
)
_TROUBLES = {Busy: BUSY, NotKept: NOT_KEPT, OutcomeUnknown: UNKNOWN, Unexplained: UNEXPLAINED}


def trouble_of(error: Exception) -> Trouble | None:
    """How a page shows an exception of the workflow that comes from the database, if it does."""
    return next((found for kind, found in _TROUBLES.items() if isinstance(error, kind)), None)


#: How Django tells that the database itself does not do what it is asked.
FAILURES = (OperationalError, InterfaceError)


class TroublePages:
    """Answers with a page that asks the database nothing where a view did not handle it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of a failing database; None for what is no failure of it."""
        trouble = trouble_of(error)
        if trouble is None and isinstance(error, FAILURES):
            trouble = _raw_trouble(request, error)
        return _trouble_page(trouble) if trouble else None


def failed(request: HttpRequest, error: OperationalError | InterfaceError) -> HttpResponse:
    """The same page for a middleware, whose errors reach no other."""
    return _trouble_page(_raw_trouble(request, error))


def _trouble_page(trouble: Trouble) -> HttpResponse:
    page = render_to_string("trouble.html", {"trouble": trouble})
    return HttpResponse(page, status=trouble.status)


def _raw_trouble(request: HttpRequest, error: OperationalError | InterfaceError) -> Trouble:
    if is_lock(error):
        return BUSY
    log.error("%s %s: the database failed: %s", request.method, request.path, one_line(error))
    # The view may have kept one thing and failed at the next.
    return SILENT if request.method in ("GET", "HEAD") else UNKNOWN
