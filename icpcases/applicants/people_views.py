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
from icpcases.rules.addresses import masked_address
from icpcases.workflow.actions import participants
from icpcases.workflow.actions.participants import LinkStanding
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
    """An invitation: shown, and accepted by a click; else why not, and what to do.

    A made-up one tells nothing, and one for another address only that.
    """
    found = participants.opened_invitation(token, request.user)
    if request.method == "POST" and found.standing == LinkStanding.OPEN and found.invitation:
        if joined := _joined(request, found.invitation):
            return joined
        # It was taken back in this very moment, or followed by a second click.
        found = participants.opened_invitation(token, request.user)
    return _answered(request, found)


def _joined(request: HttpRequest, invitation: Invitation) -> HttpResponse | None:
    try:
        joined = participants.accept(invitation, request.user)
    except NotAllowed:
        return _not_for(request, invitation)
    if joined is None:
        return None
    messages.success(request, _("You may now see this case."))
    return HttpResponseRedirect(own_case_url(invitation.case))


def _answered(request: HttpRequest, found: participants.Opened) -> HttpResponse:
    invitation, standing = found.invitation, found.standing
    if invitation is None:
        return own_page(request, "applicants/no_invitation.html", {}, 404)
    if standing == LinkStanding.FOREIGN:
        return _not_for(request, invitation)
    if standing == LinkStanding.JOINED:
        now = request.method == "POST"
        already = _("You have joined this case already.")
        messages.success(request, _("You may now see this case.") if now else already)
        return HttpResponseRedirect(own_case_url(invitation.case))
    context = {"invitation": invitation, "inviter": participants.inviter_of(invitation)}
    if standing == LinkStanding.OPEN:
        return own_page(request, "applicants/invitation.html", context)
    if standing == LinkStanding.TAKEN_BACK:
        context["by"] = participants.taken_back_by(invitation)
    context |= {"standing": standing.value, "days": participants.VALID_FOR.days}
    return own_page(request, "applicants/no_invitation.html", context, 410)


def _not_for(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The invitation is for another address: whoever reads it proves so by signing in with it."""
    context = {
        "address": masked_address(invitation.email),
        "next": request.path,
        "of_staff": is_staff_role(request.user),
    }
    return own_page(request, "applicants/invitation_for_another.html", context, 403)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a case to which this very address is invited: it was proved by signing in."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("applicants:cases"))
    waiting = (found for found in participants.waiting_for(request.user) if found.pk == pk)
    invitation = next(waiting, None)
    joined = _joined(request, invitation) if invitation else None
    if joined is not None:
        return joined
    found = participants.link_standing_of(pk, request.user)
    # Nobody has a link here: of what is another's not even that is told.
    known = found.standing != LinkStanding.FOREIGN
    return _answered(request, found if known else participants.Opened(LinkStanding.NONE))
