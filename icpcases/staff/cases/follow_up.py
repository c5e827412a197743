"""A case that waits for others: when to ask again, what was said last, a reminder at once."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.follow_up import FollowUpForm
from icpcases.cases.models import FilingCase
from icpcases.staff.links import case_url, link
from icpcases.staff.pages import STAFF, act, for_working, get_case_for_user
from icpcases.web.back import safe_back
from icpcases.web.findings import view_of
from icpcases.workflow.actions.follow_up import remind_now, reminder_findings, set_follow_up
from icpcases.workflow.casefile import CaseFile


@require_http_methods(["GET", "POST"])
@for_working
def follow_up_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep when to ask again, and what was said last."""
    case = get_case_for_user(pk, request.user)
    form = FollowUpForm(request.POST if request.method == "POST" else None, case)
    return STAFF.form_page(
        request, case, form,
        lambda version: set_follow_up(case, request.user, form.cleaned_data, version),
        title=_("Follow-up"), submit=_("Save the follow-up"), done=_("The follow-up is saved."),
        back=safe_back(request),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_working
def remind_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the applicant the reminder at once; the button stands on the case's page."""
    case = get_case_for_user(pk, request.user)
    if request.method != "POST":
        return HttpResponseRedirect(case_url(case))
    return act(
        request, case, lambda version: remind_now(case, request.user, version),
        _("The reminder is on its way to the applicant."),
    )  # fmt: skip


def follow_up_context(case: FilingCase, rows: CaseFile, may_work: bool) -> dict[str, object]:
    """What the case page shows of it; `reminder` is what stands against a reminder now."""
    if case.is_at.closed:
        return {"followed_up": False}
    found = reminder_findings(case, rows, timezone.now()) if may_work else ()
    return {
        "followed_up": True,
        "follow_up_form": FollowUpForm(case=case) if may_work else None,
        "reminder": [view_of(case, finding, link) for finding in found],
        "follow_up_due": bool(case.follow_up_on and case.follow_up_on <= timezone.localdate()),
    }
