"""Intake: an officer opens a case on one page, with the verdict beside the facts as they stand."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icpcases.cases.forms.applicants import ApplicantForm
from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.forms.fields import MailField
from icpcases.cases.lookups import subject_of
from icpcases.cases.models import Applicant, FilingCase
from icpcases.cases.permissions import is_working
from icpcases.rules.facts import FACT_LABELS, FilingType
from icpcases.rules.verdict import FactsMissing, assess
from icpcases.search.applicants import find_applicants, twins_of
from icpcases.staff.links import case_url
from icpcases.staff.pages import page
from icpcases.web.changes import sending_of
from icpcases.web.errands import (
    about_client,
    begun_with,
    facts_form,
    followed,
    misfits,
    offer,
)
from icpcases.web.findings import status_of
from icpcases.web.troubles import trouble_of
from icpcases.web.typed import kept_fields
from icpcases.workflow.actions import participants
from icpcases.workflow.actions.applicants import confirm_applicant
from icpcases.workflow.actions.open_case import open_case, opened_by_form
from icpcases.workflow.exceptions import Closed, DatabaseTrouble, Refused
from icpcases.workflow.messages import remedy_of, sentence_of

from .known_sites import known_sites
from .onward import THEN, onward
from .page import masked_certificate

FOUND_AT_MOST = 10
#: What a script asks for while facts are typed: the verdict alone.
FRAGMENT = "X-Fragment"


class FindForm(forms.Form):
    """Words to find an applicant by, and the one that was chosen."""

    find = forms.CharField(
        label=gettext_lazy("Name, certificate number, phone, e-mail, domain or reference"),
        required=False,
        max_length=200,
    )
    applicant = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class AtOpeningForm(forms.Form):
    """What is done with the case that is opened: the applicant confirmed, somebody invited."""

    confirm = forms.BooleanField(
        label=gettext_lazy("I have compared the certificate: confirm the applicant"),
        required=False,
    )

    invite = forms.BooleanField(label=gettext_lazy("Invite by e-mail"), required=False)
    address = MailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        help_text=gettext_lazy("Leave this empty to use the applicant's address."),
    )

    def clean_address(self) -> str:
        """An address of the staff joins no case."""
        address = str(self.cleaned_data.get("address") or "")
        if address and participants.is_of_staff(address):
            raise forms.ValidationError(
                _("This is an address of the office, so it cannot join a case.")
            )
        return address


class Intake:
    """What stands on the page: whom it is for, the facts, whom to invite."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.data: QueryDict | None = request.POST if request.method == "POST" else None
        self.begun = begun_with(request)
        sent = self.data if self.data is not None else kept_fields(request)
        self.find = FindForm(self.begun if sent is None else sent)
        self.new = ApplicantForm(self.data, prefix="new")
        self.new.use_required_attribute = False
        asked = sent is not None or bool(self.begun)
        self.found = found_applicants(self.find) if asked else []
        self.chosen = chosen_applicant(self.find, self.found) or self._only_one()
        self.facts = facts_form(self.data, self.begun, self.chosen)
        address = self.chosen.email if self.chosen else ""
        self.opening = AtOpeningForm(
            self.data, prefix="people", initial={"invite": True, "address": address}
        )
        self.twins: list[Applicant] = []

    def _only_one(self) -> Applicant | None:
        """The single hit of a search is the one that was looked for."""
        data: Mapping[str, object] = self.data or {}
        anew = "_find" in data and data.get("find") != data.get("found_for")
        return self.found[0] if anew and len(self.found) == 1 else None

    @property
    def saving(self) -> bool:
        """Whether the case is to be opened; looking for an applicant or at the verdict is not."""
        return self.data is not None and ("_save" in self.data or THEN in self.data)

    @property
    def next_errand(self) -> str:
        """Where the chosen client's further site is opened, with all that is known filled in."""
        client = self.chosen
        if client is None or self.begun:
            return ""
        filed = subject_of(client.pk) is not None
        return offer("", client, FilingType.ADD_SERVICE if filed else FilingType.FIRST).url

    @property
    def untouched(self) -> bool:
        """Whether nothing has been typed yet but the words to find somebody by."""
        sent: Mapping[str, object] = self.data or {}
        names = set(self.facts.fields) - {"filing_type", "service_kind", "mainland_cdn"}
        typed = [*names, *(self.new.add_prefix(n) for n in self.new.fields if n != "language")]
        return not any(sent.get(name) for name in typed)

    def save(self) -> HttpResponse | None:
        """Open the case, or None where something has to be corrected first."""
        chosen = self.chosen
        valid = [self.facts.is_valid(), self.opening.is_valid()]
        if chosen is None and self.new.is_valid():
            self.twins = twins_of(self.new.instance)
        if not all(valid) or (chosen is None and not self._may_make_new()):
            return None
        applicant = chosen or self.new.save(commit=False)
        follows = followed(self.begun, chosen) if chosen else None
        token = sending_of(self.request)
        case = open_case(self.request.user, applicant, self.facts, token=token, follows=follows)
        self._confirm(case, applicant)
        self._invite(case, applicant)
        return on_to_case(self.request, case)

    def _may_make_new(self) -> bool:
        """Whether what was typed is a new applicant: no other is known to be him, or it was said
        that none of those is."""
        if not self.new.is_valid() or self.known:
            return False
        return not self.twins or bool(self.data and self.data.get("new_anyway"))

    @property
    def known(self) -> Applicant | None:
        """The confirmed applicant that already has the certificate typed for a new one."""
        number = self.new.instance.certificate_number
        of_type = self.new.instance.certificate_type
        return next(
            (
                twin
                for twin in self.twins
                if twin.confirmed
                and (twin.certificate_type, twin.certificate_number) == (of_type, number)
            ),
            None,
        )

    def _confirm(self, case: FilingCase, applicant: Applicant) -> None:
        if applicant.confirmed or not self.opening.cleaned_data["confirm"]:
            return
        try:
            confirm_applicant(case, self.request.user, case.version)
        except Refused as refused:
            found = refused.findings if isinstance(refused, Closed) else ()
            said = [_("The applicant is not confirmed."), *map(sentence_of, found)]
            messages.warning(self.request, " ".join(said))
            return
        case.refresh_from_db(fields=["version"])
        messages.success(self.request, _("The applicant is confirmed."))

    def _invite(self, case: FilingCase, applicant: Applicant) -> None:
        data = self.opening.cleaned_data
        address = data["address"] or applicant.email
        if not data["invite"] or not address:
            return
        try:
            participants.invite(case, self.request.user, address, case.version)
        except Refused:
            sentence = _("Nobody was invited: %(email)s cannot join a case.")
            messages.warning(self.request, sentence % {"email": address})
            return
        sentence = _("Invited by e-mail: %(email)s.")
        messages.success(self.request, sentence % {"email": address})

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What has to be corrected, each with the field it stands at."""
        wanted = [self.facts, self.opening, *([] if self.chosen else [self.new])]
        found = []
        for form in wanted:
            for name, sentences in form.errors.items():
                if name == "__all__":
                    found += [("", str(sentence)) for sentence in sentences]
                    continue
                field = form[name]
                label = capfirst(str(field.label))
                found += [
                    (field.id_for_label, _("%(about)s: %(text)s") % {"about": label, "text": said})
                    for said in sentences
                ]
        return found


def intake_page(request: HttpRequest) -> HttpResponse:
    """The page on which a case is opened. Raises PermissionDenied for who works no cases."""
    if not is_working(request.user):
        raise PermissionDenied
    intake = Intake(request)
    data = intake.data
    if data is not None and (there := opened_by_form(request.user, sending_of(request))):
        # A second click, before it is judged: what it typed is taken, by itself.
        return on_to_case(request, there)
    if data is not None and FRAGMENT in request.headers:
        return render(request, "staff/_verdict.html", verdict_beside(intake))
    if data is not None and "_find" in data and intake.untouched and intake.next_errand:
        # All that is known of the one that was found, filled in.
        return HttpResponseRedirect(f"{request.path}{intake.next_errand}")
    status, trouble = 200, None
    if intake.saving:
        status = 422
        try:
            response = intake.save()
        except DatabaseTrouble as error:
            response, status = None, status_of(error)
            trouble = trouble_of(error)
        if response:
            return response
    return page(request, "staff/intake.html", context_of(intake, trouble), status)


def context_of(intake: Intake, trouble: object) -> dict[str, object]:
    """What the page shows."""
    chosen, saving = intake.chosen, intake.saving
    head = heading(intake.facts, chosen if about_client(intake.begun, chosen) else None)
    errors = intake.errors if saving else []
    failed = bool(errors or intake.twins)
    return {
        **head,
        "title": head["title"],
        "misfits": misfits(intake.begun, chosen),
        "find": intake.find,
        "found": [(a, masked_certificate(a)) for a in intake.found[:FOUND_AT_MOST]],
        "more_found": len(intake.found) > FOUND_AT_MOST,
        "chosen": chosen,
        "next_errand": intake.next_errand,
        "applicant_form": intake.new,
        "facts": intake.facts,
        "opening": intake.opening,
        "opts": FilingCase._meta,
        "known": intake.known if saving else None,
        "twins": [(a, masked_certificate(a)) for a in intake.twins],
        "trouble": trouble,
        "errors": errors,
        "failed": failed,
        "show_errors": saving,
        **verdict_beside(intake),
    }


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


def on_to_case(request: HttpRequest, case: FilingCase) -> HttpResponse:
    """On to the case that was opened."""
    messages.success(request, _("%(reference)s is open.") % {"reference": case.reference})
    return HttpResponseRedirect(onward(request, case) or case_url(case))


def found_applicants(form: FindForm) -> list[Applicant]:
    """The applicants that fit the words, the chosen one first; one more than is shown."""
    if not form.is_valid():
        return []
    words, chosen = form.cleaned_data["find"], form.cleaned_data["applicant"]
    keys = [chosen] if chosen else []
    if words:
        keys += [pk for pk in find_applicants(words, FOUND_AT_MOST) if pk != chosen]
    rows = Applicant.objects.filter(joined_to__isnull=True).in_bulk(keys)
    return [rows[pk] for pk in keys[: FOUND_AT_MOST + 1] if pk in rows]


def chosen_applicant(form: FindForm, found: list[Applicant]) -> Applicant | None:
    """The applicant that was picked from those found."""
    if not form.is_bound or not form.is_valid():
        return None
    return next((a for a in found if a.pk == form.cleaned_data["applicant"]), None)


def verdict_beside(intake: Intake) -> dict[str, object]:
    """What the rules say of the facts as they stand, and who has the site already."""
    facts = intake.facts
    if intake.data is None:
        # What is filled in already is judged like what is typed.
        shown: Mapping[str, object] = {name: facts[name].value() or "" for name in facts.fields}
        facts = facts_form(shown, intake.begun, intake.chosen)
    valid = facts.is_valid()
    return {
        "verdict": verdict_of(facts) if valid else None,
        "known_sites": known_sites(facts.cleaned_data) if valid else [],
    }


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
