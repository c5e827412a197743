"""The form of a follow-up: when to ask again, what then, and what was said last."""

import datetime as dt
from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import FilingCase
from icpcases.cases.models.follow_up import CONTACTS

from .fields import DayField

FIELDS = ("follow_up_on", "follow_up", "contacted_on", "contacted", "contact")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FollowUpForm(forms.Form):
    """When to ask again and what then; on which day somebody was spoken to, who, and what about."""

    follow_up_on = DayField(label=_("next follow-up"), required=False, widget=_day())
    follow_up = forms.CharField(
        label=_("what to do then"), required=False, max_length=200, empty_value=None
    )
    contacted = forms.ChoiceField(label=_("last contact with"), required=False)
    contacted_on = DayField(
        label=_("last contact on"),
        required=False,
        widget=_day(),
        help_text=_("Leave this empty for today."),
    )
    contact = forms.CharField(
        label=_("what was said"), required=False, max_length=200, empty_value=None
    )

    def __init__(
        self, data: Mapping[str, object] | None = None, case: FilingCase | None = None
    ) -> None:
        super().__init__(data, initial={n: getattr(case, n) for n in FIELDS} if case else {})
        field = self.fields["contacted"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("nobody")), *((p.value, _(p.label)) for p in CONTACTS)]

    def clean_follow_up_on(self) -> dt.date | None:
        """Today or a day to come, unless it stands there already."""
        day: dt.date | None = self.cleaned_data["follow_up_on"]
        if day and day < timezone.localdate() and day != self.initial.get("follow_up_on"):
            raise ValidationError(_("This date lies in the past."))
        return day

    def clean_contacted_on(self) -> dt.date | None:
        """A day that has come."""
        day: dt.date | None = self.cleaned_data["contacted_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("This date lies in the future."))
        return day

    def clean_contacted(self) -> str | None:
        """Nobody is kept as nothing."""
        return self.cleaned_data["contacted"] or None

    def clean(self) -> dict[str, object]:
        """A contact was with somebody, on a day; a thing to do is for a day."""
        data = super().clean() or self.cleaned_data
        said = data.get("contact") or data.get("contacted_on")
        if said and not data.get("contacted") and "contacted" not in self.errors:
            self.add_error("contacted", _("Say who it was with."))
        if data.get("contacted") and data.get("contacted_on", self) is None:
            data["contacted_on"] = timezone.localdate()
        if data.get("follow_up") and data.get("follow_up_on", self) is None:
            self.add_error("follow_up_on", _("Say on which day."))
        return data
