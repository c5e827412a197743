"""Intake: an officer opens a case on one page, with the verdict before anything is kept."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icpcases.cases.forms.applicants import ApplicantForm
from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import Applicant, FilingCase
from icpcases.cases.permissions import is_working
from icpcases.db.pagination import collected
from icpcases.rules.facts import FACT_LABELS
from icpcases.rules.verdict import FactsMissing, assess
from icpcases.staff.links import case_url
from icpcases.staff.pages import page
from icpcases.web.changes import sending_of
from icpcases.web.errands import about_client, begun_with, facts_form, followed, misfits
from icpcases.web.findings import status_of
from icpcases.web.troubles import trouble_of
from icpcases.workflow.actions.open_case import open_case, opened_by_form
from icpcases.workflow.exceptions import DatabaseTrouble
from icpcases.workflow.messages import remedy_of, sentence_of

from .page import masked_certificate

FOUND_AT_MOST = 10


class FindForm(forms.Form):
    """Words to find an applicant by, and the one that was chosen."""

    find = forms.CharField(
        label=gettext_lazy("name or certificate number"), required=False, max_length=200
    )
    applicant = forms.IntegerField(required=False, min_value=1, max_value=2**62)


def intake_page(request: HttpRequest) -> HttpResponse:
    """The page on which a case is opened. Raises PermissionDenied for who works no cases."""
    if not is_working(request.user):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    if data is not None and (there := opened_by_form(request.user, sending_of(request))):
        # A second click, before it is judged: what it typed is taken, by itself.
        return on_to_case(request, there)
    begun = begun_with(request)
    find = FindForm(data if data is not None else begun)
    applicant_form = ApplicantForm(data, prefix="new")
    applicant_form.use_required_attribute = False
    found = find_applicants(find) if data is not None or begun else []
    chosen = chosen_applicant(find, found)
    facts = facts_form(data, begun, chosen)
    context = {
        **heading(facts, chosen if about_client(begun, chosen) else None),
        "misfits": misfits(begun, chosen),
        "find": find,
        "found": [(a, masked_certificate(a)) for a in found[:FOUND_AT_MOST]],
        "more_found": len(found) > FOUND_AT_MOST,
        "chosen": chosen,
        "applicant_form": applicant_form,
        "facts": facts,
        "opts": FilingCase._meta,
    }
    status = 200
    if data is not None and "_save" in data:
        status = 422
        try:
            response = save(request, chosen, applicant_form, facts, begun)
        except DatabaseTrouble as error:
            response, status = None, status_of(error)
            context["trouble"] = trouble_of(error)
        if response:
            return response
        context["known"] = known_applicant(applicant_form)
    if data is not None and facts.is_valid():
        context["verdict"] = verdict_of(facts)
    # Looking for an applicant or at the verdict is no attempt to save one.
    context["show_errors"] = data is not None and "_save" in data
    return page(request, "staff/intake.html", context, status)


def heading(facts: FactsForm, client: Applicant | None) -> dict[str, object]:
    """What the page is called: once the client is known, the errand, the client and its service."""
    if client is None:
        return {"title": _("Open a case"), "client": None}
    about = _(facts.of_type.label)
    head = _("%(type)s: %(client)s") % {"type": about, "client": client.name}
    service = facts.service
    named = f"{service.number} {service.name}" if service else ""
    title = " · ".join(part for part in (head, named) if part)
    return {
        "title": title,
        "head": head,
        "client": client,
        "service": named,
        "certificate": masked_certificate(client),
    }


def save(
    request: HttpRequest, chosen: Applicant | None, applicant_form: ApplicantForm,
    facts: FactsForm, begun: dict[str, str],
) -> HttpResponse | None:  # fmt: skip
    """Open the case, or None where something has to be corrected first."""
    facts_valid = facts.is_valid()
    if chosen is None and not applicant_form.is_valid():
        return None
    if not facts_valid or (chosen is None and known_applicant(applicant_form)):
        return None
    applicant = chosen or applicant_form.save(commit=False)
    follows = followed(begun, chosen) if chosen else None
    token = sending_of(request)
    return on_to_case(
        request, open_case(request.user, applicant, facts, token=token, follows=follows)
    )


def on_to_case(request: HttpRequest, case: FilingCase) -> HttpResponse:
    """On to the case that was opened."""
    messages.success(request, _("%(reference)s is open.") % {"reference": case.reference})
    return HttpResponseRedirect(case_url(case))


def find_applicants(form: FindForm) -> list[Applicant]:
    """The applicants that fit the words, the chosen one first; one more than is shown."""
    if not form.is_valid():
        return []
    words, chosen = form.cleaned_data["find"], form.cleaned_data["applicant"]
    found = list(Applicant.objects.filter(pk=chosen)) if chosen else []
    if words:
        wanted = Q(name__icontains=words) | Q(certificate_number__iexact=words)
        others = collected(Applicant.objects.exclude(pk=chosen), wanted)
        found += others[: FOUND_AT_MOST + 1 - len(found)]
    return found


def chosen_applicant(form: FindForm, found: list[Applicant]) -> Applicant | None:
    """The applicant that was picked from those found."""
    if not form.is_bound or not form.is_valid():
        return None
    return next((a for a in found if a.pk == form.cleaned_data["applicant"]), None)


def known_applicant(form: ApplicantForm) -> Applicant | None:
    """The confirmed applicant that already has the certificate typed for a new one."""
    data = getattr(form, "cleaned_data", {})
    number = data.get("certificate_number")
    if not number:
        return None
    return Applicant.objects.filter(
        certificate_type=data.get("certificate_type"),
        certificate_number=number,
        confirmed_at__isnull=False,
    ).first()


def verdict_of(form: FactsForm) -> dict[str, object]:
    """What the rules say of the facts typed so far."""
    try:
        found = assess(form.facts)
    except FactsMissing as error:
        return {"missing": [_(FACT_LABELS[name]) for name in error.names]}
    return {
        "sentence": _(found.verdict.sentence),
        "verdict": found.verdict.value,
        "stages": [_(stage.label) for stage in found.stages],
        "unmet": [
            (sentence_of(f), remedy_of(f), _(f.source.value) if f.source.value else "")
            for f in found.unmet
        ],
        "documents": [(_(w.kind.label), _(w.when) if w.when else "") for w in found.documents],
    }
