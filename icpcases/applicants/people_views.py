"""The people on a case: invited, joined, removed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.applicants import InviteForm
from icpcases.cases.models import CasePerson, Invitation
from icpcases.cases.permissions import is_staff_role
from icpcases.workflow.actions import participants
from icpcases.workflow.exceptions import NotAllowed

from .pages import APPLICANTS, get_own_case, own_case_url, own_page


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def own_people_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Who may see the case; its owner adds and removes colleagues."""
    case = get_own_case(reference, request.user)
    keeps = participants.may_keep_people(case, request.user)
    form = InviteForm(request.POST if request.method == "POST" else None)

    def change(version: int) -> None:
        try:
            participants.change(case, request.user, form.cleaned_data, version)
        except (CasePerson.DoesNotExist, Invitation.DoesNotExist):
            raise Http404 from None

    return APPLICANTS.form_page(
        request, case, form, change, template="people.html",
        title=_("People on this case"), submit=_("Invite"), done=form.happened, keeps=keeps,
        people=case.people.select_related("user"), back=own_case_url(case, "people"),
        waiting=case.invitations.waiting(),
    )  # fmt: skip


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: shown, and accepted by a click. An old or made-up one tells nothing."""
    invitation = participants.find_invitation(token)
    if invitation is None:
        return _used_up(request, token)
    if request.method == "POST":
        try:
            joined = participants.accept(invitation, request.user)
        except NotAllowed:
            return _not_for(request, invitation)
        if joined is None:
            return _used_up(request, token)
        messages.success(request, _("You may now see this case."))
        return HttpResponseRedirect(own_case_url(invitation.case))
    if is_staff_role(request.user) or not participants.is_for(invitation, request.user):
        return _not_for(request, invitation)
    return own_page(request, "applicants/invitation.html", {"invitation": invitation})


def _used_up(request: HttpRequest, token: str) -> HttpResponse:
    """Nothing is told, but to whoever has just clicked twice."""
    case = participants.case_joined_by(token, request.user) if request.method == "POST" else None
    if case is None:
        return own_page(request, "applicants/no_invitation.html", {}, 404)
    messages.success(request, _("You may now see this case."))
    return HttpResponseRedirect(own_case_url(case))


def _not_for(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The invitation is for another address: whoever reads it proves so by signing in with it."""
    context = {
        "address": masked_address(invitation.email),
        "next": request.path,
        "of_staff": is_staff_role(request.user),
    }
    return own_page(request, "applicants/invitation_for_another.html", context, 403)


def masked_address(address: str) -> str:
    """An address as its owner knows it and nobody else reads it: f•••@example.com."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a case to which this very address is invited: it was proved by signing in."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("applicants:cases"))
    waiting = (found for found in participants.waiting_for(request.user) if found.pk == pk)
    invitation = next(waiting, None)
    joined = participants.accept(invitation, request.user) if invitation else None
    case = invitation.case if invitation and joined else participants.case_joined(pk, request.user)
    if case is None:
        return own_page(request, "applicants/no_invitation.html", {}, 404)
    messages.success(request, _("You may now see this case."))
    return HttpResponseRedirect(own_case_url(case))
