"""Changing a case beside its steps: facts, assignment, notes, the applicant's confirmation."""

from django import forms
from django.db.models import Field, Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.applicants import InviteForm
from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.forms.requests import NoteForm
from icpcases.cases.models import AccessLogRow, CasePerson, Document, FilingCase, Invitation
from icpcases.rules.dossier import DocumentStatus
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import TYPES
from icpcases.rules.paper_check import COMPARED, KnownNumber
from icpcases.staff.colleagues.forms import AssignForm
from icpcases.staff.links import case_url
from icpcases.staff.pages import STAFF, act, by_button, for_working, get_case_for_user, page
from icpcases.web.back import safe_back, with_back
from icpcases.web.errand_panel import PRIVATE
from icpcases.workflow.actions import participants
from icpcases.workflow.actions.applicants import confirm_applicant, other_confirmed
from icpcases.workflow.actions.assignment import add_note, assign, assignment_findings, claim_case
from icpcases.workflow.actions.facts import edit_facts
from icpcases.workflow.actions.types import change_type
from icpcases.workflow.exceptions import NotAllowed

from .corrections import locked_page
from .documents import pictures_of
from .known import show_whole_numbers
from .onward import onward


@require_http_methods(["GET", "POST"])
@for_working
def facts_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the facts; where the state stands on them, refused with a step's explanation."""
    case = get_case_for_user(pk, request.user)
    if case.is_at.locked and request.method == "GET":
        return locked_page(request, case)
    form = FactsForm.of(case, request.POST if request.method == "POST" else None)
    return STAFF.form_page(
        request, case, form,
        lambda version: edit_facts(case, request.user, form, version),
        title=_("Facts"), submit=_("Save the facts"), done=_("The facts are saved."),
        locked=case.is_at.locked, goes_on=True, back=lambda: onward(request, case),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_working
def type_page(request: HttpRequest, pk: int, filing_type: str) -> HttpResponse:
    """Turn the case into an errand of another type, its facts kept."""
    case = get_case_for_user(pk, request.user)
    if filing_type not in set(FilingType):
        raise Http404
    wanted = FilingType(filing_type)
    form = forms.Form(request.POST if request.method == "POST" else None)
    return STAFF.form_page(
        request, case, form,
        lambda version: change_type(case, request.user, wanted, version),
        title=_("Make this another filing type: %(type)s") % {"type": _(wanted.label)},
        hint=_(TYPES[wanted].begins), submit=_("Change the type, keep the facts"),
        done=_("The filing type has been changed; the facts have not."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_working
def note_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave an internal note."""
    case = get_case_for_user(pk, request.user)
    form = NoteForm(request.POST if request.method == "POST" else None)
    return STAFF.form_page(
        request, case, form,
        lambda version: add_note(case, request.user, form.cleaned_data["text"], version),
        title=_("Internal note"), submit=_("Save the note"), done=_("The note is saved."),
        back=safe_back(request),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_working
def assign_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case to an officer or to nobody; officers claim and release."""
    case = get_case_for_user(pk, request.user)
    if wanting := assignment_findings(case, request.user):
        return STAFF.refused(request, case, NotAllowed(request.user, wanting))
    sent = request.POST if request.method == "POST" else None
    form = AssignForm(sent, initial={"officer": case.officer_id})
    return STAFF.form_page(
        request, case, form,
        lambda version: assign(
            case, request.user, form.cleaned_data["officer"], version
        ),
        title=_("Assignment"), submit=_("Assign"), done=_("The case is assigned."),
        back=safe_back(request),
    )  # fmt: skip


@by_button
@for_working
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an unassigned case."""
    case = get_case_for_user(pk, request.user)
    return act(
        request, case, lambda version: claim_case(case, request.user, version),
        _("The case is yours."),
    )  # fmt: skip


@by_button
@for_working
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a case back to the queue of those that nobody has."""
    case = get_case_for_user(pk, request.user)
    return act(
        request, case, lambda version: assign(case, request.user, None, version),
        _("The case is back in the queue."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_working
def confirm_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm who the applicant is, the whole certificate number beside the paper."""
    case = get_case_for_user(pk, request.user)
    form = forms.Form(request.POST if request.method == "POST" else None)
    paper = _certificate_of(case)

    def shown() -> HttpResponse:
        return STAFF.form_page(
            request, case, form,
            lambda version: confirm_applicant(case, request.user, version),
            template="confirm.html", title=_("Confirm the applicant"),
            submit=_("Confirm the applicant"), done=_("The applicant is confirmed."),
            certificate=case.applicant.certificate_number, other=other_confirmed(case.applicant),
            paper=paper, pictures=pictures_of(case, paper) if paper else [],
            correct=with_back(
                reverse("admin:cases_applicant_change", args=[case.applicant_id]), request.path
            ),
            goes_on=True, back=lambda: onward(request, case),
        )  # fmt: skip

    return show_whole_numbers(request, case, "certificate_number", shown)


def _certificate_of(case: FilingCase) -> Document | None:
    """The newest document of the case on which the applicant's number stands."""
    kinds = [kind.value for kind, held in COMPARED.items() if held == KnownNumber.CERTIFICATE]
    left = (DocumentStatus.REFUSED.value, DocumentStatus.REMOVED.value)
    papers = case.documents.filter(kind__in=kinds).exclude(status__in=left)
    return papers.order_by("-pk").first()


_OF_THE_APPLICANT = ("certificate_number", "phone")


@require_http_methods(["GET", "POST"])
@for_working
def people_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Who may see the case as its applicant: invite and remove."""
    case = get_case_for_user(pk, request.user)
    form = InviteForm(request.POST if request.method == "POST" else None)

    def change(version: int) -> None:
        try:
            participants.change(case, request.user, form.cleaned_data, version)
        except (CasePerson.DoesNotExist, Invitation.DoesNotExist):
            raise Http404 from None

    return STAFF.form_page(
        request, case, form, change, template="people.html",
        title=_("People on this case"), submit=_("Invite"), done=form.happened,
        people=case.people.select_related("user"),
        waiting=case.invitations.waiting(),
    )  # fmt: skip


def by_reference(request: HttpRequest, reference: str) -> HttpResponse:
    """The case page, by the reference people know."""
    case = FilingCase.objects.visible_to(request.user).filter(reference=reference).first()
    if case is None:
        raise Http404
    return HttpResponseRedirect(case_url(case))


@by_button
def reveal(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Show a masked number whole; who looked at what is logged."""
    case = get_case_for_user(pk, request.user)
    if name not in (*PRIVATE, *_OF_THE_APPLICANT):
        raise Http404
    holder: Model = case if name in PRIVATE else case.applicant
    return show_whole(request, case, holder, name, name)


@by_button
def reveal_document(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """Show the number of a person's document whole; who looked at it is logged."""
    case = get_case_for_user(pk, request.user)
    paper = get_object_or_404(Document, pk=document, case=case)
    return show_whole(request, case, paper, "number", f"document {paper.pk}")


def show_whole(
    request: HttpRequest, case: FilingCase, holder: Model, name: str, detail: str
) -> HttpResponse:
    """The page with a private number, written down in the access log first."""
    assert request.user.is_authenticated
    AccessLogRow.objects.create(
        what=AccessLogRow.What.NUMBER, detail=detail, case=case, by=request.user
    )
    field = holder._meta.get_field(name)
    assert isinstance(field, Field)
    context = {"case": case, "title": field.verbose_name, "value": getattr(holder, name)}
    return page(request, "staff/revealed.html", context)
