"""What every surface does with a change somebody sends: try it, and tell why it was refused."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from icpcases.cases.models import FilingCase
from icpcases.files.uploads import check_ahead
from icpcases.workflow.changes import SeenVersion
from icpcases.workflow.exceptions import DoneAlready, OutcomeUnknown, Refused, Stale

from .findings import Link, Refusal, refusal_of


def typed(request: HttpRequest) -> dict[str, object]:
    """What was sent: values and files under one roof, as the door takes them."""
    files = request.FILES.dict()
    check_ahead(file for file in files.values() if isinstance(file, UploadedFile))
    return {**request.POST.dict(), **files}


def sending_of(request: HttpRequest) -> str:
    """What one sending of a form is known by: who, where, and all that was sent.

    The token against forgery is new on every page that is shown, so that only the same page sent
    twice is the same sending.
    """
    fields = sorted((name, values) for name, values in request.POST.lists())
    files = sorted(
        (name, file.name or "", file.size or 0)
        for name, several in request.FILES.lists()
        for file in several
        if isinstance(file, UploadedFile)
    )
    whole = json.dumps([request.user.pk, request.get_full_path(), fields, files])
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def seen_version(request: HttpRequest, name: str = "version") -> SeenVersion:
    """The version of the case that the page showed; -1, which is always stale, if it is odd."""
    text = request.POST.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    return SeenVersion(number, sending_of(request))


def went(request: HttpRequest, url: str) -> HttpResponse:
    """On to another page; a script that shows an upload's progress goes there itself."""
    if "X-Progress" in request.headers:
        return HttpResponse(status=204, headers={"X-Location": url})
    return HttpResponseRedirect(url)


@dataclass(frozen=True)
class Attempt:
    """How a change went: done, or refused with a status."""

    done: bool
    refusal: Refusal | None
    status: int


DONE = Attempt(True, None, 302)


def attempt(
    request: HttpRequest, case: FilingCase, change: Callable[[int], object], link: Link
) -> Attempt:
    """Try a change of the version the page showed."""
    try:
        change(seen_version(request))
    except DoneAlready:
        return DONE
    except Refused as error:
        if isinstance(error, Stale | OutcomeUnknown):
            case.refresh_from_db()
        refusal = refusal_of(case, error, link)
        return Attempt(False, refusal, refusal.status)
    return DONE
