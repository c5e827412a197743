"""What stands beside a case on its page: related cases, notes, duties; and its way on the map."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from icpcases.cases.forms.requests import NoteForm
from icpcases.cases.models import FilingCase, HistoryRow, Service
from icpcases.cases.permissions import is_supervisor, is_working
from icpcases.diagram.overlay import overlay_of
from icpcases.diagram.svg import workflow_map
from icpcases.lifecycle.states import Phase, State
from icpcases.rules.about_case import SUBJECT_IDLE
from icpcases.rules.about_register import SERVICE_FREE
from icpcases.rules.rule import Guard
from icpcases.staff.links import case_url, link
from icpcases.staff.pages import get_case_for_user, page
from icpcases.web.findings import FindingView, view_of
from icpcases.workflow.dossier import dossier_for
from icpcases.workflow.duties import duties_of, footer_snippet
from icpcases.workflow.route import way_of

RELATED, NOTES = 10, 5


def beside_case(
    request: HttpRequest, case: FilingCase, history: list[HistoryRow] | None
) -> dict[str, object]:
    """Related cases and the newest notes, in one query each, and what needs none.

    `history` is all of it, newest first, where the page has it already.
    """
    asked = request.GET.get("related", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    related, notes = related_cases(case, max(number, 1)), notes_of(case, history)
    return {
        "related": related[:RELATED],
        "related_page": max(number, 1),
        "more_related": len(related) > RELATED,
        "conflicts": conflicts(case),
        "notes": notes[:NOTES],
        "more_notes": len(notes) > NOTES,
        "older_notes": notes[1:NOTES],
        "note_form": NoteForm() if is_working(request.user) else None,
        "duties": [(duty, case_url(case, "step", duty.key)) for duty in duties_of(case)],
        "snippet": footer_snippet(case),
        "losses": losses(case) if is_supervisor(request.user) else [],
    }


def losses(case: FilingCase) -> list[tuple[str, str]]:
    """Where a supervisor records what an inspection that was missed has cost: label and URL."""
    missed = case.about.inspection and case.is_at == State.REFUSED
    service = case.service
    if not missed or service is None or service.state == Service.State.CANCELLED:
        return []
    hosted = service.accesses.filter(until=None).select_related("provider").order_by("pk")
    return [
        *(
            (
                _("Access at %(provider)s") % {"provider": access.provider},
                reverse("admin:cases_lost_access", args=[service.pk, access.pk]),
            )
            for access in hosted
        ),
        (_("The filing itself"), reverse("admin:cases_lost_service", args=[service.pk])),
    ]


@dataclass(frozen=True)
class Related:
    """Another case, and what it has in common with this one."""

    case: FilingCase
    same: list[str]


def related_cases(case: FilingCase, number: int = 1) -> list[Related]:
    """A page of the other cases of the same applicant, domain or phone, newest first; one more
    than is shown."""
    common = {
        _("applicant"): ("applicant_id", case.applicant_id),
        _("domain"): ("registrable_domain", case.registrable_domain),
        _("phone"): ("service_leader_phone", case.service_leader_phone),
    }
    given = {label: pair for label, pair in common.items() if pair[1]}
    shared = Q(*given.values(), _connector=Q.OR)
    rows = FilingCase.objects.filter(shared).exclude(pk=case.pk).order_by("-pk").with_names()
    first = (number - 1) * RELATED
    return [Related(row, _in_common(row, given)) for row in rows[first : first + RELATED + 1]]


def _in_common(row: FilingCase, given: dict[str, tuple[str, object]]) -> list[str]:
    return [label for label, (name, value) in given.items() if getattr(row, name) == value]


def conflicts(case: FilingCase) -> list[FindingView]:
    """What the rules say of two cases at once; nothing of a case that is done or closed."""
    if case.is_at.phase in (Phase.DONE, Phase.CLOSED):
        return []
    found = (Guard(rule).unmet(dossier_for(case)) for rule in (SERVICE_FREE, SUBJECT_IDLE))
    return [view_of(case, finding, link) for findings in found for finding in findings]


def notes_of(case: FilingCase, history: list[HistoryRow] | None) -> list[HistoryRow]:
    """The newest internal notes, those of steps among them; one more than is shown."""
    if history is not None:
        return [row for row in history if row.note_internal][: NOTES + 1]
    rows = case.history.exclude(note_internal="").order_by("-sequence").select_related("by")
    # Without the case each row would fetch it on its own.
    fields = (
        "case",
        "sequence",
        "kind",
        "step",
        "happened_at",
        "by",
        "note_internal",
        "entered",
        "changes",
    )
    return list(rows.only(*fields)[: NOTES + 1])


@require_safe
def map_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The way of a case on the map of the workflow, and in words."""
    case = get_case_for_user(pk, request.user)
    way = way_of(case)
    context = {
        "case": case,
        "title": _("Way on the map"),
        "way": way,
        "map": workflow_map(overlay_of(case, way)),
    }
    return page(request, "staff/map.html", context)
