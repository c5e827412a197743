"""What an errand is about, as its page tells: what changes, what ends, whom the SMS asks."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from django.db.models import Field, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase, SmsCheck
from icpcases.lifecycle.states import Phase, State
from icpcases.lifecycle.steps import Step
from icpcases.register.portfolio import consequences
from icpcases.rules.apps import APP_FEATURES
from icpcases.rules.facts import FilingType
from icpcases.rules.numbers import mask, mask_phone, mask_resident_id
from icpcases.types import Text
from icpcases.workflow.casefile import CaseFile

#: By platform, then by feature.
Features: TypeAlias = Mapping[str, Mapping[str, str]]

PRIVATE = {
    "subject_leader_phone": mask_phone,
    "subject_leader_id": mask_resident_id,
    "service_leader_phone": mask_phone,
    "service_leader_id": mask_resident_id,
}


@dataclass(frozen=True)
class Changed:
    """A field of a change filing: what stands in the register, and what is to stand there."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ErrandPanel:
    """What the page of an errand says above everything else about what is filed."""

    changes: list[Changed]
    #: Whether the administration has approved what changes.
    in_force: bool
    ends: list[str]
    #: The last round of the SMS check, and the number of rounds.
    asked: list[SmsCheck]
    round: int
    #: What those who are still asked do, and how often they may try.
    how: Text
    #: On a filed or open case: that its service is cancelled or hosted nowhere any more.
    gone: str
    #: What an inspection wants, and until when.
    findings: str
    term: dt.date | None


def errand_panel(case: FilingCase, rows: CaseFile) -> ErrandPanel:
    """What this errand is about; empty where the facts say all of it."""
    checks = rows.sms_checks if _has_been_asked(case) else []
    last = max((check.number for check in checks), default=0)
    return ErrandPanel(
        changes=changes_of(case),
        in_force=case.is_at == State.COMPLETED,
        ends=consequences(case) if case.about.ends and case.is_at.phase != Phase.DONE else [],
        asked=[check for check in checks if check.number == last],
        round=last,
        how=how_to_answer(case),
        gone=gone_of(case),
        findings=case.findings if case.about.inspection else "",
        term=case.term if case.about.inspection else None,
    )


def late_since(case: FilingCase, step: Step) -> dt.datetime | None:
    """When the SMS window ended, where its check is to be confirmed after that."""
    if step != Step.CONFIRM_SMS or case.is_at != State.SMS_VERIFICATION or case.due_at is None:
        return None
    return case.due_at if case.due_at < timezone.now() else None


def said_of_lateness(case: FilingCase, step: Step) -> str:
    """That the confirmation just recorded is marked as late; empty where it is not."""
    if step != Step.CONFIRM_SMS:
        return ""
    row = case.history.filter(step=step).order_by("-sequence").first()
    late = row is not None and row.entered.get("late")
    return _("It is marked as late: the SMS window was over.") if late else ""


def how_to_answer(case: FilingCase) -> Text:
    """What is told of the SMS check while it runs: the same that the mail says is needed."""
    return case.words.needed if case.is_at == State.SMS_VERIFICATION else ""


def changes_of(case: FilingCase) -> list[Changed]:
    """What a change filing changes, old and new side by side, private numbers masked."""
    if case.is_of != FilingType.CHANGE:
        return []
    return [
        change
        for name, old in case.changing.items()
        for change in changes_shown(case, name, old, getattr(case, name))
    ]


def changes_shown(record: Model, name: str, old: object, new: object) -> Iterator[Changed]:
    """A change of a field, of a case or in the register, as a reader sees it; of an App each
    feature that changes."""
    if name == "app_features":
        before, after = ({} if not value else cast(Features, value) for value in (old, new))
        for platform, labels in APP_FEATURES.items():
            for feature, label in labels.items():
                pair = [side.get(platform, {}).get(feature, "") for side in (before, after)]
                if pair[0] != pair[1]:
                    yield Changed(str(_(label)), *(value or "—" for value in pair))
        return
    field = record._meta.get_field(name)
    assert isinstance(field, Field)
    values = (shown_value(record, name, value) for value in (old, new))
    yield Changed(str(field.verbose_name), *values)


def shown_value(record: Model, name: str, value: object) -> str:
    """A field's value as a reader sees it, in words and masked where it is private."""
    if value in (None, "", {}):
        return "—"
    if name in PRIVATE:
        return PRIVATE[name](str(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        return ", ".join(value)
    if name == "domain" and isinstance(record, FilingCase) and value == record.domain:
        return record.domain_unicode
    field = record._meta.get_field(name)
    assert isinstance(field, Field)
    return str(dict(field.choices or ()).get(value, value))


def masked_phone(check: SmsCheck) -> str:
    """The phone that was asked, masked."""
    return mask(check.phone) if check.phone else ""


def _has_been_asked(case: FilingCase) -> bool:
    passed = (State.PROVIDER_PASSED, State.SMS_VERIFICATION, State.AUTHORITY_REVIEW)
    return case.is_at in passed


def gone_of(case: FilingCase) -> str:
    """What has become of the service a case filed, where that is the end of it."""
    service = case.service
    if service is None or case.is_at.phase != Phase.DONE or not case.about.makes:
        return ""
    if service.state == "cancelled":
        return _("The service this case filed is cancelled.")
    if service.state == "no_access":
        return _("No provider hosts the service this case filed any more.")
    return ""
