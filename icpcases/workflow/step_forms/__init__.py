"""What is entered with each step: one form per step, whatever surface it comes through."""

from collections.abc import Mapping
from functools import cache

from django.core.files.base import File

from icpcases.cases.models import FilingCase
from icpcases.files.uploads import PaperField
from icpcases.lifecycle.steps import Step
from icpcases.workflow.casefile import CaseFile

from .base import ReasonForm, ReasonsForm, StepBackForm, StepForm, reason_places, reasons_in
from .filing import (
    ApprovalForm,
    CompleteForm,
    ConfirmForm,
    FooterForm,
    OpeningForm,
    PublicSecurityForm,
    ReturnForm,
    SentForm,
    SubmissionForm,
    person_label,
)
from .stages import ApplicationForm, CertificateForm, PreapprovalForm

__all__ = [
    "STEP_FORMS", "StepBackForm", "StepForm", "SubmissionForm", "person_label", "reason_places",
    "reasons_in", "step_form",
]  # fmt: skip

#: The form of each step.
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
    Step.SENT_TO_ADMINISTRATION: SentForm,
    Step.PULL_BACK: ReasonForm,
    Step.SMS_EXPIRED: StepForm,
    Step.RETURN_FOR_CORRECTION: ReturnForm,
    Step.CONFIRM_SMS: ConfirmForm,
    Step.APPROVE: ApprovalForm,
    Step.COMPLETE: CompleteForm,
    Step.RECORD_OPENING: OpeningForm,
    Step.RECORD_FOOTER: FooterForm,
    Step.RECORD_PUBLIC_SECURITY: PublicSecurityForm,
    Step.EXPIRE_ORDER: StepForm,
    Step.WITHDRAW: ReasonForm,
    Step.REOPEN: ReasonForm,
    Step.STEP_BACK: StepBackForm,
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
