"""Documents and requests of a case: handing in, judging, asking, answering, settling."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from icpcases.cases.forms.facts import conditional_kinds
from icpcases.cases.forms.requests import AskAllForm, AskForm
from icpcases.cases.models import Document, FilingCase
from icpcases.rules.documents import Kind
from icpcases.staff.links import case_url
from icpcases.staff.pages import STAFF, act, by_button, for_working, get_case_for_user
from icpcases.web.downloads import file_response, page_response
from icpcases.workflow.actions.asking import usual_due
from icpcases.workflow.actions.documents import (
    mark_not_needed,
)
from icpcases.workflow.actions.requests import ask, ask_for_missing
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import dossier_of
from icpcases.workflow.missing import Missing, missing_of
from icpcases.workflow.step_forms import reason_places

from .onward import onward


@require_http_methods(["GET", "POST"])
@for_working
def add_document_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in documents, several at once."""
    case = get_case_for_user(pk, request.user)
    return STAFF.hand_in(
        request, case, title=_("Add documents"), submit=_("Add"),
        done=_("Kept; waits to be judged."),
        goes_on=True, back=lambda: onward(request, case),
    )  # fmt: skip


def _document(case: FilingCase, pk: int) -> Document:
    return get_object_or_404(Document.objects.select_related("added_by"), pk=pk, case=case)


def _file(request: HttpRequest, pk: int, document: int, as_attachment: bool) -> FileResponse:
    case = get_case_for_user(pk, request.user)
    return file_response(request.user, case, _document(case, document), as_attachment)


@require_GET
def download(request: HttpRequest, pk: int, document: int) -> FileResponse:
    """The document's file, as an attachment; who read it is logged."""
    return _file(request, pk, document, as_attachment=True)


@require_GET
def picture(request: HttpRequest, pk: int, document: int) -> FileResponse:
    """A document that is a picture, to look at beside the form; logged like a download."""
    case = get_case_for_user(pk, request.user)
    if not _document(case, document).media_type.startswith("image/"):
        raise Http404
    return _file(request, pk, document, as_attachment=False)


@require_GET
def page_image(request: HttpRequest, pk: int, document: int, number: int) -> HttpResponse:
    """A page of a PDF, to look at beside the form; logged like a download."""
    case = get_case_for_user(pk, request.user)
    return page_response(request.user, case, _document(case, document), number)


@by_button
@for_working
def not_needed(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Say that a conditional document is not needed here, or that it is after all."""
    case = get_case_for_user(pk, request.user)
    if kind not in [conditional.value for conditional, _when in conditional_kinds(case)]:
        raise Http404
    say = request.POST.get("not_needed") == "yes"
    return act(
        request, case,
        lambda version: mark_not_needed(case, request.user, Kind(kind), say, version),
        _("Recorded."),
    )  # fmt: skip


def pictures_of(case: FilingCase, paper: Document) -> list[str]:
    """The addresses of the pictures that show a document: its own, or one for each page."""
    args = [case.pk, paper.pk]
    if paper.media_type == "application/pdf":
        pages = range(1, (paper.pages or 1) + 1)
        return [reverse("admin:cases_filingcase_page", args=[*args, n]) for n in pages]
    is_picture = paper.media_type.startswith("image/")
    return [reverse("admin:cases_filingcase_picture", args=args)] if is_picture else []


@require_http_methods(["GET", "POST"])
@for_working
def ask_missing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the applicant for all that is missing, in one act."""
    case = get_case_for_user(pk, request.user)
    rows = CaseFile(case)
    case.dossier = dossier_of(case, rows)
    missing = missing_of(case, case.dossier, rows.requests)
    if not missing and request.method == "GET":
        messages.info(request, _("Everything that is missing has already been asked for."))
        return HttpResponseRedirect(case_url(case))
    form = ask_missing_form(case, missing, request.POST if request.method == "POST" else None)
    return STAFF.form_page(
        request, case, form,
        lambda version: ask_for_missing(case, request.user, form.cleaned_data, version),
        title=_("Ask for everything that is missing"), submit=_("Ask"),
        done=_("The applicant is asked."),
        hint=_("Each becomes a request of its own; the applicant gets one mail."),
    )  # fmt: skip


def ask_missing_form(
    case: FilingCase, missing: list[Missing], data: Mapping[str, object] | None = None
) -> AskAllForm:
    """The form that asks for what the case lacks now."""
    offered = [
        (one.key, f"{gettext(one.label)} ({gettext(one.when)})" if one.when else gettext(one.label))
        for one in missing
    ]
    surely = [one.key for one in missing if not one.when]
    return AskAllForm(case, offered, surely, usual_due(), data)


@require_http_methods(["GET", "POST"])
@for_working
def ask_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the applicant for something."""
    case = get_case_for_user(pk, request.user)
    sent = request.POST if request.method == "POST" else None
    asked = {"about": request.GET.get("about", ""), "due_on": usual_due()}
    form = AskForm(reason_places(case), data=sent, initial=asked, case=case)
    return STAFF.form_page(
        request, case, form,
        lambda version: ask(case, request.user, form.cleaned_data, version),
        title=_("Ask the applicant"), submit=_("Ask"), done=_("The applicant is asked."),
    )  # fmt: skip
