"""What is entered with each step: one form per step, whatever surface it comes through."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from icpcases.cases.forms.fields import NumberField, PastDateField, ReasonsField
from icpcases.cases.models import FilingCase
from icpcases.cases.models.documents import REGIONS
from icpcases.cases.models.providers import Order, Provider
from icpcases.files.uploads import PaperField
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules import numbers, text
from icpcases.rules.about_case import CASE_APPLICANT_FREE, NUMBER_VALID, OPEN_AFTER_FILING
from icpcases.rules.about_papers import DOCUMENT_CURRENT, DOCUMENT_MAINLAND
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.dossier import DocumentStatus, Paper
from icpcases.rules.facts import FACT_LABELS, FACT_NAMES, ServerRegion
from icpcases.rules.rule import Party
from icpcases.types import Cleaned, Text
from icpcases.workflow.dossier import CaseDossier, dossier_for

from .casefile import CaseFile, look_up_number
from .messages import sentence_of
from .timing import checked_moment


def _long(label: Text, **kwargs: Any) -> forms.CharField:
    kwargs.setdefault("required", False)
    kwargs.setdefault("max_length", 4000)
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


class StepForm(forms.Form):
    """What every step takes: when it happened, two notes, and whether the applicant is told."""

    on_rules: dict[str, str] = {}
    kind: Kind  # of the paper that comes with the step, if one does

    happened = forms.DateTimeField(
        label=_("when it happened"),
        required=False,
        help_text=_("Shanghai time; left empty, it is now."),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M"
        ),
    )
    note_public = _long(_("note for the applicant"))
    note_internal = _long(_("internal note"), help_text=_("The applicant never sees this."))
    tell = forms.BooleanField(label=_("tell the applicant"), required=False, initial=True)

    def __init__(
        self,
        case: FilingCase,
        rows: CaseFile,
        step: Step,
        for_applicant: bool = False,
        **kwargs: Any,
    ) -> None:
        colon: Any = _(":")
        super().__init__(label_suffix=colon, **kwargs)
        self.case, self.rows, self.step = case, rows, step
        if for_applicant:
            del self.fields["note_internal"]
        if for_applicant or not step.about.tells:
            del self.fields["tell"]
            del self.fields["note_public"]
        self.order_fields([name for name in self.fields if name not in _COMMON] + _COMMON)
        self.prepare()

    def prepare(self) -> None:
        """Adapt the fields to the case; for steps that need it."""

    def clean_happened(self) -> dt.datetime:
        """When it happened, as far as that can be."""
        return checked_moment(self.rows, self.cleaned_data["happened"], timezone.now())

    def clean(self) -> dict[str, object]:
        """Judge what was entered by the rules that waited for it."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            for guard in self.step.guards:
                if guard.on_entry:
                    for finding in guard.unmet(self.dossier):
                        error = ValidationError(sentence_of(finding), code=finding.code)
                        self.add_error(self.on_rules.get(finding.code), error)
        return data

    @cached_property
    def dossier(self) -> CaseDossier:
        """What is judged once the fields are valid; kept, for another case may change it."""
        return self.entered_dossier()

    def entered_dossier(self) -> CaseDossier:
        """The case's dossier, judged when the step happened, with what was entered."""
        now = self.cleaned_data["happened"]
        judged = cast("CaseDossier", dossier_for(self.case))
        return judged.but(now=now, today=timezone.localdate(now))

    @property
    def given_reasons(self) -> list[dict[str, str]]:
        """The reasons entered, in one form whatever the step calls them."""
        return reasons_in(self.cleaned_data)

    @property
    def entered(self) -> dict[str, object]:
        """The step's own fields."""
        own = set(self.fields) - set(_COMMON) - {"reason", "reasons"}
        return {name: self.cleaned_data[name] for name in self.fields if name in own}


_COMMON = ["happened", "note_public", "note_internal", "tell"]


def reasons_in(data: Cleaned) -> list[dict[str, str]]:
    """The reasons in what was entered, each with the place it is about."""
    if data.get("reason"):
        return [{"about": "", "text": data["reason"]}]
    return list(data.get("reasons") or [])


def reason_places(case: FilingCase) -> list[tuple[str, Text]]:
    """What a reason or request may be about: nothing in particular, a fact, or a document."""
    facts = [name for name in FACT_NAMES if name != "province_accepts_forums"]
    own = [
        ("service_leader", _("service leader")),
        ("service_leader_phone", _("service leader's phone")),
        ("domain", _("domain")),
        ("site_name", _("site name")),
    ]
    kinds = dict.fromkeys(wanted.kind for wanted in wanted_documents(case.facts))
    return [
        ("", _("in general")),
        *((name, _(FACT_LABELS[name])) for name in facts),
        *own,
        *((kind.value, _(kind.label)) for kind in kinds),
    ]


def not_before_filing(case: FilingCase, day: dt.date) -> dt.date:
    """A day after the filing. Raises ValidationError for one before the number was granted."""
    if case.filed_on and day < case.filed_on:
        sentence = _("The number was granted on %(day)s; this cannot lie earlier.")
        raise ValidationError(sentence, params={"day": case.filed_on.isoformat()})
    return day


class ReasonsForm(StepForm):
    """Steps that give reasons, each with the fact or document it is about."""

    reasons = ReasonsField(label=_("reasons"))

    def prepare(self) -> None:
        """Offer the facts and documents of this case."""
        field = self.fields["reasons"]
        assert isinstance(field, ReasonsField)
        field.set_places(reason_places(self.case))


class ReturnForm(ReasonsForm):
    """A return, and who returned it."""

    returned_by = forms.ChoiceField(
        label=_("returned by"),
        choices=[(p.value, _(p.label)) for p in (Party.PROVIDER, Party.AUTHORITY)],
    )

    def prepare(self) -> None:
        """Suggest whoever the case is with."""
        super().prepare()
        with_authority = self.case.is_at == State.AUTHORITY_REVIEW
        self.fields["returned_by"].initial = Party.AUTHORITY if with_authority else Party.PROVIDER


class ReasonForm(StepForm):
    """Steps that want one reason."""

    reason = _long(_("reason"), required=True, max_length=2000)


class CancelForm(ReasonForm):
    """A cancelled filing."""

    cancelled_on = PastDateField(label=_("cancelled on"))

    def clean_cancelled_on(self) -> dt.date:
        """The day of the cancellation: not before the filing."""
        return not_before_filing(self.case, self.cleaned_data["cancelled_on"])


class ApplicationForm(StepForm):
    """An application to an authority."""

    authority = forms.CharField(label=_("authority"), max_length=100)
    applied_on = PastDateField(label=_("applied on"))
    application_number = forms.CharField(label=_("application number"), max_length=60)

    def prepare(self) -> None:
        """Suggest the province's administration for a pre-approval."""
        province = self.case.province
        if self.step == Step.RECORD_PREAPPROVAL_APPLICATION and province:
            self.fields["authority"].initial = province.administration


class CertificateForm(StepForm):
    """The registration certificate."""

    kind = Kind.REGISTRATION_CERTIFICATE
    on_rules = {DOCUMENT_MAINLAND.code: "issued_in", DOCUMENT_CURRENT.code: "expires_on"}

    number = forms.CharField(label=_("number"), max_length=60)
    issued_in = forms.ChoiceField(
        label=_("issued in"), choices=REGIONS, initial=ServerRegion.MAINLAND.value
    )
    issued_on = PastDateField(label=_("issued on"))
    expires_on = forms.DateField(
        label=_("expires on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    file = PaperField(label=_("scan"))

    def entered_dossier(self) -> CaseDossier:
        """The dossier in which this certificate is the only paper."""
        data = self.cleaned_data
        region = ServerRegion(data["issued_in"])
        paper = Paper("", self.kind, DocumentStatus.PENDING, region, data["expires_on"])
        facts = replace(self.case.facts, mainland_branch=False, registration_certificate=True)
        return super().entered_dossier().but(facts=facts, papers=(paper,))


class PreapprovalForm(StepForm):
    """The BBS pre-approval."""

    kind = Kind.BBS_PREAPPROVAL

    number = forms.CharField(label=_("number"), max_length=60)
    issuer = forms.CharField(label=_("issuer"), max_length=100)
    issued_on = PastDateField(label=_("issued on"))
    file = PaperField(label=_("scan"))

    def prepare(self) -> None:
        """Suggest the province's administration."""
        if self.case.province:
            self.fields["issuer"].initial = self.case.province.administration


class SubmissionForm(StepForm):
    """A submission: provider and order number, where no order is alive."""

    on_rules = {CASE_APPLICANT_FREE.code: "provider"}

    provider = forms.ModelChoiceField(
        label=_("provider"), queryset=Provider.objects.filter(active=True)
    )
    order_number = forms.CharField(label=_("order number"), max_length=60)

    def prepare(self) -> None:
        """Ask for an order only where a new one starts."""
        if self.rows.live_order:
            del self.fields["provider"], self.fields["order_number"]

    def clean(self) -> dict[str, object]:
        """Hold the number against the provider's format and the orders there are."""
        data = self.cleaned_data
        provider, number = data.get("provider"), data.get("order_number")
        if provider and number:
            wanted = provider.order_number_format
            if wanted and not re.fullmatch(wanted, number):
                unlike = _("This does not look like an order number of this provider.")
                self.add_error("order_number", unlike)
            elif Order.objects.filter(provider=provider, number=number).exists():
                self.add_error("order_number", _("Another order has this number."))
        return super().clean()

    def entered_dossier(self) -> CaseDossier:
        """The dossier with the provider that was chosen."""
        dossier = super().entered_dossier()
        provider = self.cleaned_data.get("provider")
        if provider is None:
            return dossier
        return dossier.but(
            provider=provider.name, provider_one_order=provider.one_order_per_applicant
        )


def _site_number(typed: str) -> numbers.IcpNumber:
    number = numbers.icp_number(typed)
    if number.site is None:
        raise numbers.NumberError(
            text._("This is the subject's number; the site's ends in -1, -2 and so on.")
        )
    return number


class ApprovalForm(StepForm):
    """The site number, and the day it was granted."""

    on_rules = {NUMBER_VALID.code: "icp_number"}

    icp_number = NumberField(
        _site_number, label=_("ICP site number"), help_text=_("Such as 京ICP备12345678号-1.")
    )
    filed_on = PastDateField(label=_("granted on"))

    def clean_filed_on(self) -> dt.date:
        """The day of the grant: not before the order was first submitted."""
        day: dt.date = self.cleaned_data["filed_on"]
        order = self.rows.live_order
        if order and day < order.submitted_on:
            raise ValidationError(_("This lies before the filing was submitted."))
        return day

    def entered_dossier(self) -> CaseDossier:
        """The dossier with what is known about the number."""
        number = self.cleaned_data["icp_number"]
        return super().entered_dossier().but(number=look_up_number(self.case, number))


class OpeningForm(StepForm):
    """The opening of the site."""

    on_rules = {OPEN_AFTER_FILING.code: "opened_on"}

    opened_on = forms.DateField(
        label=_("opened on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def entered_dossier(self) -> CaseDossier:
        """The dossier with the opening that was entered."""
        opening = self.cleaned_data["opened_on"]
        return super().entered_dossier().but(opening=opening, today=timezone.localdate())


class FooterForm(StepForm):
    """The number in the footer."""

    footer_on = PastDateField(label=_("in the footer since"))

    def clean_footer_on(self) -> dt.date:
        """The day since which the number is shown: not before the filing."""
        return not_before_filing(self.case, self.cleaned_data["footer_on"])


class PublicSecurityForm(StepForm):
    """The public-security filing."""

    public_security_number = NumberField(
        numbers.public_security_number,
        label=_("public-security number"),
        help_text=_("Such as 京公网安备11010802012345号."),
    )
    public_security_on = PastDateField(label=_("filed on"))

    def clean_public_security_on(self) -> dt.date:
        """The day of the second registration: not before the site opened."""
        day: dt.date = self.cleaned_data["public_security_on"]
        if self.case.opened_on and day < self.case.opened_on:
            raise ValidationError(_("This lies before the site opened."))
        return day


STEP_FORMS: dict[Step, type[StepForm]] = {
    Step.SUBMIT_REQUEST: StepForm,
    Step.SEND_BACK: ReasonsForm,
    Step.CLOSE_NOT_REQUIRED: StepForm,
    Step.REFER: StepForm,
    Step.DECLINE: StepForm,
    Step.BEGIN_CERTIFICATE: StepForm,
    Step.RECORD_CERTIFICATE_APPLICATION: ApplicationForm,
    Step.RECORD_CERTIFICATE: CertificateForm,
    Step.BEGIN_PREAPPROVAL: StepForm,
    Step.RECORD_PREAPPROVAL_APPLICATION: ApplicationForm,
    Step.RECORD_PREAPPROVAL: PreapprovalForm,
    Step.RECORD_REFUSAL: ReasonsForm,
    Step.PREPARE_FILING: StepForm,
    Step.SUBMIT_TO_PROVIDER: SubmissionForm,
    Step.PROVIDER_PASSES: StepForm,
    Step.RETURN_FOR_CORRECTION: ReturnForm,
    Step.CONFIRM_SMS: StepForm,
    Step.APPROVE: ApprovalForm,
    Step.RECORD_OPENING: OpeningForm,
    Step.RECORD_FOOTER: FooterForm,
    Step.RECORD_PUBLIC_SECURITY: PublicSecurityForm,
    Step.EXPIRE_ORDER: StepForm,
    Step.WITHDRAW: ReasonForm,
    Step.CANCEL_FILING: CancelForm,
    Step.REOPEN: ReasonForm,
    Step.STEP_BACK: ReasonForm,
}


def step_form(
    case: FilingCase,
    rows: CaseFile,
    step: Step,
    data: Mapping[str, object] | None = None,
    for_applicant: bool = False,
) -> StepForm:
    """The form of a step on a case; `data` holds values and files under one roof.

    An applicant's form has no internal note, and nobody to tell.
    """
    form = STEP_FORMS[step]
    if data is None:
        return form(case, rows, step, for_applicant)
    papers = _papers_of(form)
    files = {name: value for name, value in data.items() if name in papers}
    # A file where a text is expected is read as its name, which the field then judges.
    values = {
        name: value.name if isinstance(value, File) else value
        for name, value in data.items()
        if name not in papers
    }
    return form(case, rows, step, for_applicant, data=values, files=files)


@cache
def _papers_of(form: type[StepForm]) -> frozenset[str]:
    fields = form.base_fields.items()
    return frozenset(name for name, field in fields if isinstance(field, PaperField))
