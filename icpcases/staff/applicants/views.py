"""The pages on which two records of one applicant are compared, joined and taken apart."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from icpcases.cases.models import Applicant, ApplicantChange, FilingCase
from icpcases.cases.permissions import is_supervisor, is_working
from icpcases.rules.rule import Finding, Place, PlaceKind
from icpcases.search.applicants import find_applicants, shared_by, twins_of
from icpcases.staff.cases.page import masked_certificate
from icpcases.staff.links import case_url
from icpcases.staff.pages import STAFF, for_readers, for_working, get_case_for_user, page
from icpcases.web.back import safe_back
from icpcases.web.changes import sending_of
from icpcases.web.findings import refusal_of, status_of
from icpcases.web.troubles import trouble_of
from icpcases.workflow.actions import joining
from icpcases.workflow.actions.applicants import in_the_way_of_unconfirming, unconfirm_applicant
from icpcases.workflow.exceptions import Closed, NotAllowed, Refused
from icpcases.workflow.messages import label_of, remedy_of, sentence_of
from icpcases.workflow.sendings import MadeAlready, Sent

from .side_by_side import lines_of, side_of

FOUND = 10
_What = ApplicantChange.What


class WhyForm(forms.Form):
    """Why it is done: kept with it."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


@dataclass(frozen=True)
class InTheWay:
    """A finding as these pages show it, where no one case is at hand."""

    sentence: str
    remedy: str
    links: list[tuple[str, str]]


def in_the_way(findings: tuple[Finding, ...]) -> list[InTheWay]:
    """Findings in the reader's language, linked to the cases and records they name."""
    return [
        InTheWay(
            sentence_of(finding),
            remedy_of(finding),
            [(label_of(p), url) for p in finding.places if (url := _place_url(p))],
        )
        for finding in findings
    ]


def _place_url(place: Place) -> str:
    if place.kind == PlaceKind.CASE:
        return reverse("admin:cases_filingcase_by_reference", args=[place.key])
    if place.kind == PlaceKind.OTHER_APPLICANT:
        return twins_url(int(place.key))
    return ""


def twins_url(applicant: int) -> str:
    """The page of an applicant's other records."""
    return reverse("admin:cases_applicant_twins", args=[applicant])


@require_safe
@for_readers
def twins_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Which other records look like the same applicant, and what was joined or moved."""
    applicant = get_object_or_404(Applicant.objects.select_related("joined_to"), pk=pk)
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    keys = [key for key in find_applicants(words, FOUND) if key != pk] if words else []
    rows = Applicant.objects.in_bulk(keys)
    others = [rows[key] for key in keys if key in rows]
    case = _case_of(request, applicant)
    context = {
        "title": _("Other records of %(name)s") % {"name": applicant.name},
        "applicant": applicant,
        "certificate": masked_certificate(applicant),
        "words": words,
        "case": case,
        "query": f"?case={case.pk}" if case else "",
        "twins": [(a, masked_certificate(a), _alike(applicant, a)) for a in twins_of(applicant)],
        "found": [(a, masked_certificate(a), _alike(applicant, a)) for a in others],
        "joined": applicant.joined.order_by("pk"),
        "changes": _changes(applicant),
        "may_correct": is_supervisor(request.user),
    }
    return page(request, "staff/applicant_twins.html", context)


def _case_of(request: HttpRequest, *applicants: Applicant) -> FilingCase | None:
    """The case from which the page was reached, where it is one of theirs."""
    asked = request.GET.get("case", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    return FilingCase.objects.filter(pk=number, applicant__in=applicants).first()


def _alike(one: Applicant, other: Applicant) -> str:
    said = {
        "certificate_number": _("same certificate"),
        "phone": _("same phone"),
        "name": _("same name"),
    }
    return _(", ").join(said[name] for name in shared_by(one, other))


def _changes(applicant: Applicant) -> list[tuple[ApplicantChange, bool]]:
    """What was done to the record, the newest first, each with whether it can be taken back."""
    rows = ApplicantChange.objects.select_related("applicant", "other", "by")
    rows = (rows.filter(applicant=applicant) | rows.filter(other=applicant)).order_by("-pk")
    return [
        (row, row.what == _What.JOINED and not joining.in_the_way_of_taking_apart(row))
        for row in rows[:50]
    ]


@require_http_methods(["GET", "POST"])
@for_readers
def compare_page(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two records side by side; joined by a button, where nothing stands in the way."""
    rows = Applicant.objects.in_bulk([pk, other])
    one, two = (get_object_or_404(Applicant, pk=key) if key not in rows else rows[key]
                for key in (pk, other))  # fmt: skip
    sent = request.POST if request.method == "POST" else None
    form, tried, status = WhyForm(sent), ActTried(), 200
    if sent is not None:
        status = 422
        if form.is_valid():
            tried = _try(lambda: _joined(request, one, two, form.cleaned_data["reason"]))
            if tried.done:
                case = _case_of(request, one, two)
                return HttpResponseRedirect(case_url(case) if case else twins_url(pk))
            status = tried.status
    context = _comparison(request, one, two)
    context |= {"form": form, "findings": tried.findings, "trouble": tried.trouble}
    return page(request, "staff/applicant_compare.html", context, status)


def _joined(request: HttpRequest, one: Applicant, two: Applicant, reason: str) -> None:
    """Join the two as the button says: which one stays."""
    stays = two if request.POST.get("stays") == str(two.pk) else one
    goes = one if stays is two else two
    if request.POST.get("act") == "propose":
        with suppress(MadeAlready):
            sent = Sent(sending_of(request))
            joining.propose_join(goes.pk, stays.pk, request.user, reason, sent)
        messages.success(request, _("The proposal is noted on both records."))
        return
    joining.join_applicants(goes.pk, stays.pk, request.user, reason, request.POST.get("mark", ""))
    said = _(
        "%(goes)s is merged into %(stays)s. All cases and filings are now under that one record."
    )
    messages.success(request, said % {"goes": goes.name, "stays": stays.name})


def _comparison(request: HttpRequest, one: Applicant, two: Applicant) -> dict[str, object]:
    working, case = is_working(request.user), _case_of(request, one, two)
    first, second = side_of(one), side_of(two)
    ways = [
        (goes, stays, in_the_way(joining.in_the_way_of_joining(goes, stays, request.user)))
        for goes, stays in ((two, one), (one, two))
    ]
    target = (two if case.applicant_id == one.pk else one) if case else None
    moving = joining.in_the_way_of_moving(case, target, request.user) if case and target else ()
    return {
        "title": _("Compare %(one)s and %(other)s") % {"one": one.name, "other": two.name},
        "one": first,
        "other": second,
        "sides": [(first, two), (second, one)],
        "lines": lines_of(one, two),
        "ways": ways,
        "open_ways": [
            (stays, masked_certificate(stays)) for _goes, stays, unmet in ways if not unmet
        ],
        "mark": joining.mark_of(one, two),
        "working": working,
        "case": case,
        "target": target,
        "moving": in_the_way(moving),
        "shared": _alike(one, two),
    }


@dataclass(frozen=True)
class ActTried:
    """How an act went: done, or what stood in the way."""

    done: bool = False
    findings: tuple[InTheWay, ...] = ()
    trouble: object = None
    status: int = 200


def _try(act: Callable[[], object]) -> ActTried:
    try:
        act()
    except Refused as error:
        findings = in_the_way(getattr(error, "findings", ()))
        if isinstance(error, NotAllowed) and not findings:
            raise PermissionDenied from None
        return ActTried(False, tuple(findings), trouble_of(error), status_of(error))
    return ActTried(True)


@require_http_methods(["GET", "POST"])
@for_working
def move_page(request: HttpRequest, pk: int, to: int) -> HttpResponse:
    """Give a case to another applicant."""
    case = get_case_for_user(pk, request.user)
    other = get_object_or_404(Applicant, pk=to)
    found = joining.in_the_way_of_moving(case, other, request.user)
    if found and request.method == "GET":
        # Asked before the click: an answer like any other.
        refusal = refusal_of(case, Closed(found), STAFF.link)
        return STAFF.refusal_page(request, case, refusal, 200)
    form = WhyForm(request.POST if request.method == "POST" else None)
    return STAFF.form_page(
        request, case, form,
        lambda version: joining.move_case(
            case, request.user, other.pk, form.cleaned_data["reason"], version
        ),
        title=_("Move the case to %(name)s") % {"name": other.name},
        hint=_(
            "The case and its orders move to the other applicant and are checked again as that "
            "applicant's."
        ),
        submit=_("Move the case"),
        done=_("The case is moved to %(name)s.") % {"name": other.name},
        back=safe_back(request, case_url(case)),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def unconfirm_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the confirmation of an applicant back."""
    applicant = get_object_or_404(Applicant, pk=pk)
    return _reasoned(
        request,
        applicant,
        _("Take back the confirmation of %(name)s") % {"name": applicant.name},
        _("The confirmation is taken back."),
        lambda reason: unconfirm_applicant(pk, request.user, reason),
        in_the_way_of_unconfirming(applicant),
    )


@require_http_methods(["GET", "POST"])
def apart_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Take two joined records apart again."""
    rows = ApplicantChange.objects.select_related("applicant", "other")
    join = get_object_or_404(rows, pk=pk, what=_What.JOINED)
    return _reasoned(
        request,
        join.applicant,
        _("Undo the merge of %(name)s") % {"name": join.applicant.name},
        _("The merge is undone. The two records are separate again."),
        lambda reason: joining.take_apart(join, request.user, reason),
        joining.in_the_way_of_taking_apart(join),
    )


def _reasoned(
    request: HttpRequest, applicant: Applicant, title: str, done: str,
    act: Callable[[str], object], unmet: tuple[Finding, ...],
) -> HttpResponse:  # fmt: skip
    """A page with a reason and a button; raises PermissionDenied for whoever corrects nothing."""
    if not is_supervisor(request.user):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else None
    form, tried, status = WhyForm(sent), ActTried(findings=tuple(in_the_way(unmet))), 200
    if sent is not None:
        status = 422
        if form.is_valid():
            tried = _try(lambda: act(form.cleaned_data["reason"]))
            if tried.done:
                messages.success(request, done)
                back = safe_back(request, twins_url(applicant.pk))
                return HttpResponseRedirect(back)
            status = tried.status
    context = {
        "title": title,
        "applicant": applicant,
        "form": form,
        "findings": tried.findings,
        "trouble": tried.trouble,
        "closed": bool(unmet),
        "back": safe_back(request, twins_url(applicant.pk)),
    }
    return page(request, "staff/applicant_act.html", context, status)
