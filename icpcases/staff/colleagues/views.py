"""The pages of the staff: the list with what was done lately, and the page of a colleague."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.accounts import colleagues as acts
from icpcases.cases.models import Leave, Sending, StaffAct
from icpcases.cases.permissions import is_supervisor, shown_name
from icpcases.lifecycle.roles import Role
from icpcases.staff.bulk.results import outcomes_page
from icpcases.staff.pages import page
from icpcases.web.changes import seen_version, sending_of
from icpcases.workflow.actions.several import AT_ONCE, hand_over
from icpcases.workflow.sendings import MadeAlready, Sent, make_once, where_it_led
from icpcases.workflow.team import Colleague, staff_accounts, team_of

from .forms import ColleagueForm, LeaveForm, TakerForm

SHOWN_ACTS = 20
Page = Callable[..., HttpResponse]


def for_supervisors(view: Page) -> Page:
    """A page that supervisors alone open; others read whose it is."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not is_supervisor(request.user):
            return page(request, "staff/colleagues_closed.html", {"title": _("Staff")}, 403)
        return view(request, *args, **kwargs)

    return guarded


def _with_second_factor(accounts: QuerySet[User]) -> QuerySet[User]:
    own = Authenticator.objects.filter(user=OuterRef("pk"))
    set_up = own.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return accounts.annotate(second_factor=Exists(set_up)).select_related("leave__stand_in")


@dataclass(frozen=True)
class ColleagueLine:
    """A colleague as a line of the list, and where the cases stand in the list of cases."""

    who: Colleague
    second_factor: bool
    leave: Leave | None
    role: str
    cases: str
    overdue: str


def _line(who: Colleague) -> ColleagueLine:
    leave: Leave | None = getattr(who.user, "leave", None)
    coming = leave if leave and not _over(leave) else None
    return ColleagueLine(
        who, vars(who.user)["second_factor"], coming, role_label(who.role),
        *case_addresses(who.user),
    )  # fmt: skip


def _over(leave: Leave) -> bool:
    return leave.last_day is not None and leave.last_day < timezone.localdate()


def case_addresses(user: User) -> tuple[str, str]:
    """Where the list of cases shows somebody's cases that are going, and the overdue ones."""
    cases = reverse("admin:cases_filingcase_changelist")
    mine = {"officer": str(user.pk), "whether in progress": "1"}
    return (f"{cases}?{urlencode(mine)}", f"{cases}?{urlencode({**mine, 'due': 'over'})}")


def role_label(role: str) -> str:
    """A role by its name; an account without one keeps the accounts of the others."""
    return Role(role).label if role else _("manages accounts")


@require_safe
@for_supervisors
def colleagues_page(request: HttpRequest) -> HttpResponse:
    """Everybody of the office; the same number of queries for any number of people."""
    now = timezone.now()
    accounts = list(_with_second_factor(staff_accounts()))
    done = StaffAct.objects.select_related("by", "about")[:SHOWN_ACTS]
    context = {
        "title": _("Staff"),
        "lines": [_line(who) for who in team_of(now, accounts=accounts)],
        "acts": done,
    }
    return page(request, "staff/colleagues.html", context)


@require_http_methods(["GET", "POST"])
@for_supervisors
def add_colleague_page(request: HttpRequest) -> HttpResponse:
    """A new colleague: an account, its role, and the mail that invites its owner."""
    key = sending_of(request)
    if request.method == "POST" and (there := where_it_led(key)):
        return _done_already(request, there)
    form = ColleagueForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                user = _add(request, form, key)
            except MadeAlready as made:
                return _done_already(request, made.led_to)
            messages.success(request, _invited(user))
            return HttpResponseRedirect(_place(user))
        status = 422
    context = {"title": _("Add a colleague"), "form": form}
    return page(request, "staff/colleague_add.html", context, status)


def _invited(user: User) -> str:
    said = _("%(name)s is invited: the mail to %(address)s has a link to set a password.")
    return said % {"name": shown_name(user), "address": user.email}


def _add(request: HttpRequest, form: ColleagueForm, key: str) -> User:
    """The account and the sending that makes it, both or none."""
    with transaction.atomic():
        make_once(Sent(key))
        user = acts.add_colleague(request.user, form.cleaned_data)
        Sending.objects.filter(pk=key).update(led_to=_place(user))
    return user


def _done_already(request: HttpRequest, place: str) -> HttpResponse:
    messages.success(request, _("This was already saved. It was not saved a second time."))
    return HttpResponseRedirect(place)


def _place(user: User) -> str:
    return reverse("admin:cases_colleague", args=[user.pk])


@require_http_methods(["GET", "POST"])
@for_supervisors
def colleague_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A colleague: role, second factor, leave, cases, closing, and what was done when by whom."""
    user = _with_second_factor(staff_accounts()).filter(pk=pk).first()
    if user is None:
        raise Http404
    if request.method != "POST":
        return _shown(request, user)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        return act(request, user)
    except MadeAlready:
        return _done_already(request, _place(user))
    except acts.ChangedMeanwhile as error:
        return _shown(request, user, 409, meanwhile=error.acts, tried=True)
    except acts.ActRefused as error:
        return _shown(request, user, 403, refused=str(error), tried=True)


def _shown(
    request: HttpRequest, user: User, status: int = 200, tried: bool = False, **more: object
) -> HttpResponse:
    """The page; a form that was sent keeps what was typed."""
    sent = request.POST if tried else None
    act = request.POST.get("act", "") if tried else ""
    (who,) = team_of(timezone.now(), accounts=[user])
    line = _line(who)
    forms_of = {
        "change": ColleagueForm(sent if act == "change" else None, user),
        "leave": _leave_form(sent if act == "leave" else None, user, line.leave),
        "taker": TakerForm(sent if act in ("close", "hand_over") else None, without=user),
    }
    context = {
        "title": who.name,
        "line": line,
        "who": who,
        "colleague": user,
        "myself": user.pk == request.user.pk,
        "kept_elsewhere": user.is_superuser,
        "seen": acts.newest_act(user),
        "acts": StaffAct.objects.filter(about=user).select_related("by", "about")[:SHOWN_ACTS],
        "at_once": AT_ONCE,
        **forms_of,
        **more,
    }
    return page(request, "staff/colleague.html", context, status)


def _leave_form(sent: QueryDict | None, user: User, leave: Leave | None) -> LeaveForm:
    initial: dict[str, object] = {}
    if leave:
        initial = {n: getattr(leave, n) for n in ("first_day", "last_day", "stand_in")}
    return LeaveForm(sent, user, initial)


def _said(request: HttpRequest, user: User, sentence: str) -> HttpResponse:
    messages.success(request, sentence % {"name": shown_name(user)})
    return HttpResponseRedirect(_place(user))


def _change(request: HttpRequest, user: User) -> HttpResponse:
    form = ColleagueForm(request.POST, user)
    if not form.is_valid():
        return _shown(request, user, 422, tried=True)
    acts.change_colleague(request.user, user, form.cleaned_data, seen_version(request, "seen"))
    return _said(request, user, _("Your changes to %(name)s are saved."))


def _link(request: HttpRequest, user: User) -> HttpResponse:
    acts.send_link(request.user, user, seen_version(request, "seen"))
    return _said(request, user, _("A link to set a password is on its way to %(name)s."))


def _second_factor(request: HttpRequest, user: User) -> HttpResponse:
    acts.remove_second_factor(request.user, user, seen_version(request, "seen"))
    said = _("The second factor is removed. %(name)s sets up a new one at the next sign-in.")
    return _said(request, user, said)


def _leave(request: HttpRequest, user: User) -> HttpResponse:
    form = _leave_form(request.POST, user, None)
    if not form.is_valid():
        return _shown(request, user, 422, tried=True)
    acts.set_leave(request.user, user, form.cleaned_data, seen_version(request, "seen"))
    return _said(request, user, _("The leave of %(name)s is entered."))


def _end_leave(request: HttpRequest, user: User) -> HttpResponse:
    acts.end_leave(request.user, user, seen_version(request, "seen"))
    return _said(request, user, _("The leave of %(name)s is ended."))


def _hand_over(request: HttpRequest, user: User) -> HttpResponse:
    form = TakerForm(request.POST, without=user)
    if not form.is_valid():
        return _shown(request, user, 422, tried=True)
    to = form.cleaned_data["officer"]
    outcomes = hand_over(user, request.user, to)
    done = sum(outcome.error is None for outcome in outcomes)
    if done:
        acts.note_handing_over(request.user, user, to, done)
    return outcomes_page(
        request, outcomes, _("Cases of %(name)s handed over") % {"name": shown_name(user)},
        _place(user), _("Back to %(name)s") % {"name": shown_name(user)},
    )  # fmt: skip


def _close(request: HttpRequest, user: User) -> HttpResponse:
    form = TakerForm(request.POST, without=user)
    if not form.is_valid():
        return _shown(request, user, 422, tried=True)
    acts.close_account(request.user, user, seen_version(request, "seen"))
    messages.success(request, _("The account of %(name)s is closed.") % {"name": shown_name(user)})
    return _hand_over(request, user)


def _reopen(request: HttpRequest, user: User) -> HttpResponse:
    acts.reopen_account(request.user, user, seen_version(request, "seen"))
    return _said(request, user, _("The account of %(name)s is open again."))


_ACTS: dict[str, Callable[[HttpRequest, User], HttpResponse]] = {
    "change": _change, "link": _link, "second_factor": _second_factor, "leave": _leave,
    "end_leave": _end_leave, "hand_over": _hand_over, "close": _close, "reopen": _reopen,
}  # fmt: skip
