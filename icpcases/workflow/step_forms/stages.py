"""What is entered in the stages before the filing: the certificate, the pre-approval."""

from dataclasses import replace

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.cases.forms.fields import DayField, PaperNumberField, PastDateField
from icpcases.cases.models.documents import REGIONS
from icpcases.files.uploads import PaperField
from icpcases.lifecycle.steps import Step
from icpcases.rules.about_papers import DOCUMENT_CURRENT, DOCUMENT_MAINLAND
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import DocumentStatus, Paper
from icpcases.rules.facts import ServerRegion
from icpcases.workflow.dossier import CaseDossier

from .base import StepForm


class ApplicationForm(StepForm):
    """An application to an authority."""

    day_of = "applied_on"

    authority = forms.CharField(label=_("authority"), max_length=100)
    applied_on = PastDateField(label=_("applied on"), initial=timezone.localdate)
    application_number = PaperNumberField(label=_("application number"), max_length=60)

    def prepare(self) -> None:
        """Suggest the province's administration for a pre-approval."""
        province = self.case.province
        if self.step == Step.RECORD_PREAPPROVAL_APPLICATION and province:
            self.fields["authority"].initial = province.administration


class CertificateForm(StepForm):
    """The registration certificate."""

    kind = Kind.REGISTRATION_CERTIFICATE
    on_rules = {DOCUMENT_MAINLAND.code: "issued_in", DOCUMENT_CURRENT.code: "expires_on"}

    number = PaperNumberField(label=_("number"), max_length=60)
    issued_in = forms.ChoiceField(
        label=_("issued in"), choices=REGIONS, initial=ServerRegion.MAINLAND.value
    )
    issued_on = PastDateField(label=_("issued on"))
    expires_on = DayField(
        label=_("expires on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    file = PaperField(label=_("scan"))

    def entered_dossier(self) -> CaseDossier:
        """The dossier in which this certificate is the only paper."""
        data = self.cleaned_data
        region = ServerRegion(data["issued_in"])
        # Kept as accepted, and judged as what it will be.
        paper = Paper("", self.kind, DocumentStatus.ACCEPTED, region, data["expires_on"])
        facts = replace(self.case.facts, mainland_branch=False, registration_certificate=True)
        return super().entered_dossier().but(facts=facts, papers=(paper,))


class PreapprovalForm(StepForm):
    """The BBS pre-approval."""

    kind = Kind.BBS_PREAPPROVAL

    number = PaperNumberField(label=_("number"), max_length=60)
    issuer = forms.CharField(label=_("issuer"), max_length=100)
    issued_on = PastDateField(label=_("issued on"))
    file = PaperField(label=_("scan"))

    def prepare(self) -> None:
        """Suggest the province's administration."""
        if self.case.province:
            self.fields["issuer"].initial = self.case.province.administration
