"""What an applicant hands in: documents, and answers to requests."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases import edits
from icpcases.cases.downloads import file_response
from icpcases.cases.forms import AnswerForm, DocumentForm
from icpcases.cases.models import Document, Request
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import RequestStatus

from .frame import case_url, form_page, get_case_for_user

_KINDS = {kind.value for kind in Kind}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def add_document_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand in a document."""
    case = get_case_for_user(reference, request.user)
    posted = request.method == "POST"
    form = DocumentForm(
        request.POST if posted else None, request.FILES if posted else None,
        initial={"kind": request.GET.get("kind", "")},
    )  # fmt: skip
    return form_page(
        request, case, form,
        lambda version: edits.add_document(case, request.user, form.cleaned_data, version),
        title=_("Hand in a document"), submit=_("Hand in"), upload=True,
        done=_("The document has arrived; the office will look at it."),
    )  # fmt: skip


@never_cache
@login_required
@require_safe
def download(request: HttpRequest, reference: str, document: int) -> HttpResponse:
    """A document of the applicant's own case, as an attachment."""
    case = get_case_for_user(reference, request.user)
    paper = get_object_or_404(Document, pk=document, case=case)
    response: HttpResponse = file_response(request.user, case, paper, as_attachment=True)
    return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What the office asks, and the answer to it."""
    case = get_case_for_user(reference, request.user)
    asked = get_object_or_404(Request, pk=number, case=case)
    posted = request.method == "POST"
    form = AnswerForm(request.POST if posted else None, initial={"answer": asked.answer})
    add = f"{case_url(case, 'add_document')}?kind={asked.about}" if asked.about in _KINDS else ""
    context: dict[str, Any] = {
        "title": _("The office asks"),
        "asked": asked,
        "open": asked.status == RequestStatus.OPEN,
        "add_url": add,
        "submit": _("Answer"),
        "done": _("Answered; the office will look at it."),
    }
    return form_page(
        request, case, form,
        lambda version: edits.answer(
            case, request.user, asked.pk, form.cleaned_data["answer"], version
        ),
        template="applicants/request.html", **context,
    )  # fmt: skip
