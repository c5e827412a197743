"""What every step takes, and the forms that several steps share."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from icpcases.cases.forms.fields import MomentField, ReasonsField, TickField
from icpcases.cases.forms.reasons import CannedOffer, Subject, offer_reasons, reason_text
from icpcases.cases.models import FilingCase
from icpcases.cases.outbox import Audience, told_of
from icpcases.lifecycle.steps import Step
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.rules.facts import FACT_LABELS, FACT_NAMES
from icpcases.types import Cleaned, Text
from icpcases.workflow.casefile import CaseFile
from icpcases.workflow.dossier import CaseDossier, dossier_for
from icpcases.workflow.messages import sentence_of
from icpcases.workflow.timing import checked_moment


def long_text(label: Text, **kwargs: Any) -> forms.CharField:
    kwargs.setdefault("required", False)
    kwargs.setdefault("max_length", 4000)
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


class StepForm(forms.Form):
    """What every step takes: when it happened, two notes, and whether the applicant is told."""

    on_rules: dict[str, str] = {}
    kind: Kind  # of the paper that comes with the step, if one does
    #: The day entered that is the day on which the step happened, where a form has one.
    day_of: str = ""

    happened = MomentField(
        label=_("when it happened"),
        required=False,
        help_text=_("Beijing time. Leave this empty to use the current time."),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M"
        ),
    )
    note_public = long_text(_("note for the applicant"))
    note_internal = long_text(_("internal note"), help_text=_("The applicant never sees this."))
    tell = TickField(label=_("tell the applicant"), initial=True)

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
        self.for_applicant = for_applicant
        if for_applicant:
            del self.fields["note_internal"]
            if not self.late_for_applicant():
                # They tell it as they do it; a day that matters has a field of its own.
                self.fields["happened"].widget = forms.HiddenInput()
        if for_applicant or not step.about.tells:
            del self.fields["tell"]
            del self.fields["note_public"]
        self.order_fields([name for name in self.fields if name not in _COMMON] + _COMMON)
        if self.day_of:
            self.fields["happened"].help_text = _(
                "Beijing time. If this is empty, the day you enter counts."
            )
        self.prepare()

    def prepare(self) -> None:
        """Adapt the fields to the case; for steps that need it."""

    def late_for_applicant(self) -> bool:
        """Whether an applicant may have done this in time and tells it late."""
        return False

    def clean_happened(self) -> dt.datetime:
        """When it happened, as far as that can be; else the day entered says it, else it is now."""
        entered = self.cleaned_data["happened"] or self.moment_of_day()
        return checked_moment(self.rows, entered, timezone.now())

    def moment_of_day(self) -> dt.datetime | None:
        """A moment on the day entered that can be: noon, or that of the step before."""
        day = self.cleaned_data.get(self.day_of)
        if day is None or day >= timezone.localdate():
            return None
        noon = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
        return max(noon, self.rows.not_before)

    def clean(self) -> dict[str, object]:
        """Judge what was entered by the rules that waited for it."""
        data = super().clean() or self.cleaned_data
        if self["happened"].is_hidden and (wrong := self.errors.pop("happened", None)):
            # Told at the field that says it, or above all of them.
            self.add_error(self.day_of if self.day_of in self.fields else None, wrong.as_data())
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

    def not_before_submission(self, day: dt.date) -> dt.date:
        """A day on which it can have been decided. Raises ValidationError for an earlier one."""
        order = self.rows.live_order
        if order and day < order.submitted_on:
            raise ValidationError(_("This lies before the filing was submitted."))
        return day

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
    # A fact that is called as a document is proved by it: the document is asked for.
    facts = [n for n in FACT_NAMES if n != "province_accepts_forums" and n not in set(Kind)]
    own = [
        ("subject_leader", _("subject leader")),
        ("subject_leader_phone", _("subject leader's phone")),
        ("service_leader", _("service leader")),
        ("service_leader_phone", _("service leader's phone")),
        ("domain", _("domain")),
        ("ip_address", _("IP address")),
        ("site_name", _("site name")),
    ]
    kinds = dict.fromkeys(wanted.kind for wanted in wanted_documents(case.facts, case.changed))
    return [
        ("", _("in general")),
        *((name, _(FACT_LABELS[name])) for name in facts),
        *own,
        *((kind.value, _(kind.label)) for kind in kinds),
    ]


class ReasonsForm(StepForm):
    """Steps that give reasons, each with the fact or document it is about."""

    reasons = ReasonsField(label=_("reasons"))

    def prepare(self) -> None:
        """Offer the facts and documents of this case."""
        field = self.fields["reasons"]
        assert isinstance(field, ReasonsField)
        field.set_places(reason_places(self.case))
        subject = Subject.REFUSAL if self.step in _REFUSING else Subject.RETURN
        field.offer(CannedOffer.for_case(self.case, subject, Subject.FACT, about=None))


_REFUSING = (Step.RECORD_REFUSAL,)


class ReasonForm(StepForm):
    """Steps that want one reason."""

    reason = reason_text(_("reason"))

    def prepare(self) -> None:
        """Offer the usual reasons."""
        given_up = self.step == Step.WITHDRAW
        subject = Subject.WITHDRAWAL if given_up else Subject.CORRECTION
        offer_reasons(self, "reason", CannedOffer.for_case(self.case, subject))


class StepBackForm(ReasonForm):
    """Why the newest step is taken back; and where its mail has left, whether that is told."""

    def prepare(self) -> None:
        """Ask whether to tell where somebody knows of the step already."""
        super().prepare()
        if not self.already_told:
            return
        # That the page had the box: mail may leave between the page and the click.
        self.fields["asked"] = forms.BooleanField(
            required=False, widget=forms.HiddenInput, initial=True
        )
        told = ", ".join(recipient.address for recipient in self.already_told)
        help_text = gettext(
            "The mail for this step has already been sent. If this box is ticked, these people are "
            "told: %(told)s."
        ) % {"told": told}
        self.fields["tell"] = TickField(
            label=_("tell them that the step was taken back"), initial=True, help_text=help_text
        )
        self.fields["note_public"] = long_text(_("note for the applicant"))
        self.order_fields([name for name in self.fields if name not in _COMMON] + _COMMON)

    @cached_property
    def already_told(self) -> Audience:
        """Whom the mail of the step has reached, and who may read the case."""
        row = self.rows.step_to_undo
        return told_of(self.case, row) if row else []

    def clean(self) -> dict[str, object]:
        """Have it said what becomes of those who were told."""
        data = super().clean()
        if "asked" in self.fields and not (data.get("asked") or "tell" in self.data):
            self.add_error(
                "tell",
                _(
                    "The mail for this step has just been sent: say whether to tell the people "
                    "who got it."
                ),
            )
        return data

    @property
    def entered(self) -> dict[str, object]:
        """Nothing of its own."""
        return {name: value for name, value in super().entered.items() if name != "asked"}
