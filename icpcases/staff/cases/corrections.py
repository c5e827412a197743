"""Locked facts: who corrects our record, or the change filing that changes the register's."""

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.corrections import FactsCorrectionForm
from icpcases.cases.models import FilingCase, Service
from icpcases.cases.permissions import is_supervisor
from icpcases.lifecycle.roles import Role
from icpcases.notifications.preview import correction_previews
from icpcases.rules.facts import FilingType
from icpcases.staff.links import case_url
from icpcases.staff.pages import STAFF, for_working, get_case_for_user, page
from icpcases.web.errands import Offer, offer
from icpcases.workflow.actions.corrections import ONLY_SUPERVISORS, correct_facts
from icpcases.workflow.exceptions import NotAllowed


def locked_page(request: HttpRequest, case: FilingCase) -> HttpResponse:
    """Instead of a form that could not be saved: the ways that there are."""
    context = {
        "case": case,
        "title": _("Facts"),
        "may_correct": is_supervisor(request.user),
        "supervisors": supervisors(),
        "change_filing": change_filing(case),
    }
    return page(request, "staff/facts_locked.html", context)


def supervisors() -> QuerySet[User]:
    """Whom an officer may ask."""
    active = User.objects.filter(is_active=True, groups__name=Role.SUPERVISOR.value)
    return active.order_by("username")


def change_filing(case: FilingCase) -> Offer | None:
    """The errand that changes what the register says; None of what is not filed."""
    service = case.service
    if service is None or service.state != Service.State.LIVE:
        return None
    begin = reverse("admin:cases_filingcase_add")
    return offer(begin, case.applicant, FilingType.CHANGE, service)


@require_http_methods(["GET", "POST"])
@for_working
def correct_facts_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct locked facts where our own record was wrong, with a reason."""
    case = get_case_for_user(pk, request.user)
    if not is_supervisor(request.user):
        return STAFF.refused(request, case, NotAllowed(request.user, (ONLY_SUPERVISORS,)))
    if request.method == "GET" and not case.is_at.locked:
        return HttpResponseRedirect(case_url(case, "facts"))
    form = FactsCorrectionForm.of(case, request.POST if request.method == "POST" else None)
    return STAFF.form_page(
        request, case, form,
        lambda version: correct_facts(case, request.user, form, version),
        template="correction.html", title=_("Correct our record"), submit=_("Correct"),
        done=_("Our record is corrected."), previews=correction_previews(case),
        of_the_register=case.service if case.service_id else None,
    )  # fmt: skip
