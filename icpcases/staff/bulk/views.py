"""Assign, claim, note or follow up many cases: chosen in a list, confirmed, done one by one."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from icpcases.cases.forms.follow_up import FollowUpForm
from icpcases.cases.forms.requests import NoteForm
from icpcases.cases.models import FilingCase, HistoryRow
from icpcases.cases.permissions import is_supervisor, is_working
from icpcases.lifecycle.roles import Actor
from icpcases.staff.colleagues.forms import TakerForm
from icpcases.staff.pages import page
from icpcases.types import Cleaned
from icpcases.web.back import list_to_return_to, safe_back
from icpcases.workflow.actions.assignment import add_note, assign, claim_case
from icpcases.workflow.actions.follow_up import set_follow_up
from icpcases.workflow.actions.several import AT_ONCE, each_case

from .results import outcomes_page

Kind = HistoryRow.Kind
Chosen = list[tuple[FilingCase, int]]


def _form(act: str, sent: QueryDict | None) -> forms.Form:
    if act == "assign":
        return TakerForm(sent)
    return NoteForm(sent) if act == "note" else FollowUpForm(sent)


def _change(act: str, by: Actor, data: Cleaned) -> Callable[[FilingCase, int], None]:
    """What is done to one case."""
    if act == "assign":
        return lambda case, version: assign(case, by, data["officer"], version)
    if act == "claim":
        return lambda case, version: claim_case(case, by, version)
    if act == "note":
        return lambda case, version: add_note(case, by, data["text"], version)
    given = {name: value for name, value in data.items() if value is not None}
    return lambda case, version: set_follow_up(case, by, given, version)


_KINDS = {
    "assign": Kind.ASSIGNMENT, "claim": Kind.ASSIGNMENT, "note": Kind.NOTE,
    "follow_up": Kind.FOLLOW_UP,
}  # fmt: skip


def _titles() -> dict[str, tuple[str, str]]:
    """The heading and the button of each act."""
    return {
        "assign": (_("Assign the chosen cases"), _("Assign")),
        "claim": (_("Claim the chosen cases"), _("Claim")),
        "note": (_("Leave the same note on the chosen cases"), _("Save the note")),
        "follow_up": (_("Follow up the chosen cases"), _("Save the follow-up")),
    }


def bulk_page(request: HttpRequest) -> HttpResponse:
    """What was chosen in a list, with the form of the act; and, sent again, its doing."""
    back = safe_back(request) or list_to_return_to(request)
    back = back or reverse("admin:cases_filingcase_changelist")
    if request.method != "POST":
        # After signing in anew a browser comes here without what was chosen.
        return HttpResponseRedirect(back)
    act = request.POST.get("act", "")
    if refusal := _refusal(request, act):
        messages.error(request, refusal)
        return HttpResponseRedirect(back)
    chosen = chosen_cases(request)
    if not chosen:
        messages.warning(request, _("No case is chosen. First tick the boxes next to the cases."))
        return HttpResponseRedirect(back)
    confirmed = bool(request.POST.get("confirmed"))
    form = None if act == "claim" else _form(act, request.POST if confirmed else None)
    if form is not None and not (confirmed and form.is_valid()):
        return _asking(request, act, form, chosen, back, 422 if confirmed else 200)
    data = form.cleaned_data if form else {}
    outcomes = each_case(chosen, request.user, _KINDS[act], _change(act, request.user, data))
    return outcomes_page(request, outcomes, _titles()[act][0], back, _("Back to where you were"))


def _refusal(request: HttpRequest, act: str) -> str:
    if not is_working(request.user):
        return _("Officers and supervisors work cases; auditors read them.")
    if act == "assign" and not is_supervisor(request.user):
        return _("Officers can only claim and release cases. Ask a supervisor to assign them.")
    return "" if act in _KINDS else _("Choose what to do with the cases.")


def _asking(
    request: HttpRequest, act: str, form: forms.Form, chosen: Chosen, back: str, status: int
) -> HttpResponse:
    title, submit = _titles()[act]
    context = {
        "title": title, "submit": submit, "act": act, "form": form, "chosen": chosen,
        "back": back, "number": _number(len(chosen)),
    }  # fmt: skip
    return page(request, "staff/bulk.html", context, status)


def _number(n: int) -> str:
    return ngettext("%(n)s case", "%(n)s cases", n) % {"n": n}


def chosen_cases(request: HttpRequest) -> Chosen:
    """The cases that were ticked, or all of the page, each with the version that was seen."""
    sent = request.POST.getlist("page" if request.POST.get("all") else "case")
    pairs = [text.partition(":") for text in dict.fromkeys(sent)]
    seen = {int(pk): int(v) for pk, _sep, v in pairs if _is_number(pk) and _is_number(v)}
    keys = list(seen)[:AT_ONCE]
    found = FilingCase.objects.visible_to(request.user).with_names().in_bulk(keys)
    return [(found[pk], seen[pk]) for pk in keys if pk in found]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
