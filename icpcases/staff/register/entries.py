"""Entering what was found in the public register, correcting it, and recording a loss."""

from collections.abc import Callable, Mapping, Sequence

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.register import (
    CorrectionForm,
    FoundAccessForm,
    FoundServiceForm,
    FoundSubjectForm,
    LossForm,
)
from icpcases.cases.models import Applicant, ProviderAccess, Service
from icpcases.cases.permissions import is_supervisor, is_working
from icpcases.register.numbers import listed_under_subject
from icpcases.register.portfolio import ends_with
from icpcases.register.prefill import subject_defaults
from icpcases.rules.facts import ServiceKind
from icpcases.staff.pages import page
from icpcases.web.back import safe_back
from icpcases.web.changes import sending_of
from icpcases.web.troubles import trouble_of
from icpcases.workflow.actions import register
from icpcases.workflow.exceptions import Refused
from icpcases.workflow.messages import remedy_of, sentence_of
from icpcases.workflow.sendings import MadeAlready, Sent

from .portfolio import portfolio_url

Act = Callable[[int, Sent], object]


def _of_service(pk: int) -> Service:
    services = Service.objects.select_related("subject__applicant", "subject__province")
    service: Service = get_object_or_404(services, pk=pk)
    return service


@require_http_methods(["GET", "POST"])
def subject_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the subject filing of an applicant as it was found."""
    applicant = get_object_or_404(Applicant, pk=pk)
    form = FoundSubjectForm(_sent(request), initial=subject_defaults(applicant))
    return _entry(
        request, applicant, form,
        lambda seen, sent: register.enter_subject(request.user, applicant, form.cleaned_data, sent),
        _("Enter the subject filing as found"), _("The subject filing is entered."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def service_entry_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a service of an applicant as it was found."""
    applicant = get_object_or_404(Applicant, pk=pk)
    kind = request.GET.get("service_kind", "")
    initial = {"number": listed_under_subject(applicant), "service_kind": kind}
    form = FoundServiceForm(_sent(request), initial=initial)
    return _entry(
        request, applicant, form,
        lambda seen, sent: register.enter_service(request.user, applicant, form.cleaned_data, sent),
        _("Enter a service as found"), _("The service is entered."), of_kind=True,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def access_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter that another provider hosts a service."""
    service = _of_service(pk)
    form = FoundAccessForm(_sent(request))
    return _entry(
        request, service.subject.applicant, form,
        lambda seen, sent: register.enter_access(request.user, service, form.cleaned_data, sent),
        _("Enter an access of %(number)s as found") % {"number": service.number},
        _("The access is entered."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def correction_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Put right what our own record of a service has wrong."""
    service = _of_service(pk)
    form = CorrectionForm.of(service, _sent(request))
    return _entry(
        request, service.subject.applicant, form,
        lambda seen, sent: register.correct_service(
            request.user, service, form.cleaned_data, seen, sent
        ),
        _("Correct %(number)s") % {"number": service.number},
        _("The record is corrected."), supervisor=True,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def loss_page(request: HttpRequest, pk: int, access: int | None = None) -> HttpResponse:
    """Record that a service, or one access of it, was taken away."""
    service = _of_service(pk)
    lost = get_object_or_404(ProviderAccess, pk=access, service=service) if access else None
    form = LossForm(_sent(request))
    if lost:
        title = _("Record the loss of the access at %(provider)s") % {"provider": lost.provider}
    else:
        title = _("Record the loss of %(number)s") % {"number": service.number}

    def act(seen: int, sent: Sent) -> None:
        data = form.cleaned_data
        register.record_loss(
            request.user, service, lost, data["lost_on"], data["reason"], seen, sent
        )

    return _entry(
        request, service.subject.applicant, form, act, title, _("The loss is recorded."),
        supervisor=True, ends=ends_with(service, lost),
    )  # fmt: skip


def _sent(request: HttpRequest) -> Mapping[str, object] | None:
    return request.POST.dict() if request.method == "POST" else None


def _entry(
    request: HttpRequest, applicant: Applicant, form: forms.Form, act: Act, title: str, done: str,
    supervisor: bool = False, ends: Sequence[str] = (), of_kind: bool = False,
) -> HttpResponse:  # fmt: skip
    """A page with one form about an applicant's register; raises PermissionDenied."""
    allowed = is_supervisor(request.user) if supervisor else is_working(request.user)
    if not allowed:
        raise PermissionDenied
    back = safe_back(request, portfolio_url(applicant.pk))
    findings: list[tuple[str, str]] = []
    trouble, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            back = portfolio_url(applicant.pk)
            try:
                act(_seen(request), Sent(sending_of(request), back))
            except MadeAlready as error:
                messages.success(request, done)
                return HttpResponseRedirect(error.led_to)
            except Refused as error:
                status = 409
                trouble = trouble_of(error)
                found = getattr(error, "findings", ())
                findings = [(sentence_of(f), remedy_of(f)) for f in found]
            else:
                messages.success(request, done)
                return HttpResponseRedirect(back)
    context = {
        "title": title,
        "applicant": applicant,
        "form": form,
        "back": back,
        "findings": findings,
        "trouble": trouble,
        "ends": ends,
        "kinds": [(kind.value, _(kind.label)) for kind in ServiceKind] if of_kind else [],
        "seen": register.newest_row(applicant.pk),
    }
    return page(request, "staff/register_entry.html", context, status)


def _seen(request: HttpRequest) -> int:
    """The newest row the page knew of; -1, which is always stale, if it is odd."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
