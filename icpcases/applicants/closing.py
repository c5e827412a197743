"""A case that is closed: why, and applying again with what was filled in."""

from collections.abc import Iterable, Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import FilingCase, HistoryRow, effective
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.rules.filing_types import INSPECTIONS
from icpcases.rules.verdict import FactsMissing, assess, decisive
from icpcases.web.findings import status_of
from icpcases.web.troubles import trouble_of
from icpcases.workflow.actions.open_case import open_case
from icpcases.workflow.exceptions import DatabaseTrouble
from icpcases.workflow.messages import sentence_of

from .pages import get_own_case, own_case_url, own_page


def reasons_of_closing(cases: Iterable[FilingCase]) -> dict[int, list[str]]:
    """Why each of these closed cases was closed, in one query."""
    closed = {case.pk: case for case in cases}
    if not closed:
        return {}
    ends = Q(to_state__in=[state.value for state in State if state.closed])
    rows = HistoryRow.objects.filter(ends | Q(undoes__isnull=False), case__in=closed)
    newest = rows.filter(kind=HistoryRow.Kind.STEP).order_by("-case", "-sequence")
    found: dict[int, list[str]] = {}
    for row in effective(newest.defer("findings", "changes")):
        case = closed[row.case_id]
        if case.pk not in found and row.to_state == case.state:
            found[case.pk] = [*_of_the_rules(case), *_told(row)]
    return found


def _of_the_rules(case: FilingCase) -> list[str]:
    """The rule that does not permit the site; of every other end its state says enough."""
    if case.is_at != State.INELIGIBLE:
        return []
    try:
        found = assess(case.facts, case.changed)
        return [sentence_of(finding) for finding in decisive(found, case.facts)]
    except FactsMissing:
        return []


def _told(row: HistoryRow) -> list[str]:
    reasons = [reason["text"] for reason in row.reasons if not reason.get("office")]
    return [text for text in (*reasons, row.note_public) if text]


def may_apply_again(case: FilingCase) -> bool:
    """Whether the same may be applied for once more: an inspection is not the applicant's."""
    return case.is_at.closed and case.is_of not in INSPECTIONS


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def again_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Apply again: a new draft with the facts of a case that is closed."""
    case = get_own_case(reference, request.user)
    if not may_apply_again(case):
        raise Http404
    status, trouble = 200, None
    if request.method == "POST":
        try:
            draft = apply_again(case, request.user)
        except DatabaseTrouble as error:
            status, trouble = status_of(error), trouble_of(error)
        else:
            messages.success(request, _("Your draft is saved. Look it over, and send it."))
            return HttpResponseRedirect(own_case_url(draft, "application"))
    context = {"case": case, "trouble": trouble, "why": reasons_of_closing([case]).get(case.pk)}
    return own_page(request, "applicants/again.html", context, status)


def apply_again(case: FilingCase, user: Actor) -> FilingCase:
    """A new draft of this person's with what the closed case holds; asked again, the same one.

    What would not be taken today, such as an ID number that is wrong, is left out.
    """
    form = _same_facts(case, {})
    if not form.is_valid():
        form = _same_facts(case, dict.fromkeys(form.errors, ""))
        form.is_valid()
    return open_case(user, case.applicant, form, owner=user, token=f"again-{case.pk}")


def _same_facts(case: FilingCase, instead: Mapping[str, object]) -> FactsForm:
    shown = FactsForm.of(case)
    data = {name: shown.get_initial_for_field(field, name) for name, field in shown.fields.items()}
    return FactsForm.of(case, {**data, **instead}).for_applicants()
