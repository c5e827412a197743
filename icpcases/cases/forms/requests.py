"""The forms of a request to the applicant, and of a note."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import FilingCase
from icpcases.types import Text

from .fields import DayField
from .reasons import CannedOffer, Subject, offer_reasons, reason_text

#: So many characters a message has at most.
MESSAGE_LENGTH = 2000


def need_day_to_come(day: dt.date | None) -> dt.date | None:
    """The day, if it is not over. Raises ValidationError."""
    if day and day < timezone.localdate():
        raise ValidationError(_("This date lies in the past."))
    return day


def due_field() -> DayField:
    """The day until which an answer is wanted."""
    return DayField(
        label=_("due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class AskForm(forms.Form):
    """A request to the applicant."""

    about = forms.ChoiceField(label=_("about"), required=False)
    text = reason_text(_("what is asked"))
    due_on = due_field()

    def __init__(
        self,
        places: Iterable[tuple[str, Text]],
        data: Mapping[str, object] | None = None,
        initial: dict[str, object] | None = None,
        case: FilingCase | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        if case is not None:
            asking = (Subject.REQUEST, Subject.FACT, Subject.DOCUMENT)
            about = str((initial or {}).get("about", "")) or None
            offer_reasons(self, "text", CannedOffer.for_case(case, *asking, about=about))
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(places)

    def clean_due_on(self) -> dt.date | None:
        """A day to come."""
        return need_day_to_come(self.cleaned_data["due_on"])


class AskAllForm(forms.Form):
    """What is asked for at once: boxes to leave some out, one day, one line for the applicant."""

    wanted = forms.MultipleChoiceField(
        label=_("what is asked for"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Leave at least one of them ticked.")},
    )
    due_on = due_field()
    text = reason_text(_("a line for the applicant"), required=False)

    def __init__(
        self,
        case: FilingCase,
        offered: Iterable[tuple[str, Text]],
        ticked: Iterable[str],
        due_on: dt.date,
        data: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial={"wanted": list(ticked), "due_on": due_on})
        field = self.fields["wanted"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(offered)
        offer_reasons(self, "text", CannedOffer.for_case(case, Subject.REQUEST))

    def clean_due_on(self) -> dt.date | None:
        """A day to come."""
        return need_day_to_come(self.cleaned_data["due_on"])


class SettlementForm(forms.Form):
    """What an officer makes of a request: accept the answer, ask again, or waive it."""

    decision = forms.ChoiceField(
        label=_("decision"),
        widget=forms.RadioSelect,
        choices=[
            ("accepted", _("Accept the answer")),
            ("open", _("Ask again")),
            ("waived", _("Waive the request")),
        ],
    )
    reason = reason_text(
        _("what is still asked, or why it is waived"), required=False, max_length=500
    )
    due_on = DayField(
        label=_("due"),
        help_text=_("Only when you ask again."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        initial: dict[str, object] | None = None,
        case: FilingCase | None = None,
        about: str = "",
    ) -> None:
        super().__init__(data, initial=initial)
        if case is not None:
            asking = (Subject.REQUEST, Subject.FACT, Subject.WAIVER)
            offer_reasons(self, "reason", CannedOffer.for_case(case, *asking, about=about))

    def clean(self) -> dict[str, object]:
        """Asking again and waiving give a reason."""
        data = super().clean() or self.cleaned_data
        if data.get("decision") in ("open", "waived") and not data.get("reason"):
            self.add_error("reason", _("Give the reason."))
        return data

    def clean_due_on(self) -> dt.date | None:
        """A day to come."""
        return need_day_to_come(self.cleaned_data["due_on"])


class MessageField(forms.CharField):
    """Words for the other side; a line break counts as one character, as browsers count it."""

    def to_python(self, value: object) -> str:
        """The text with plain line breaks."""
        return super().to_python(str(value or "").replace("\r\n", "\n")) or ""


class MessageForm(forms.Form):
    """A message between the applicant and the office."""

    text = MessageField(
        label=_("your message"), max_length=MESSAGE_LENGTH, widget=forms.Textarea(attrs={"rows": 5})
    )


class NoteForm(forms.Form):
    """An internal note."""

    text = forms.CharField(
        label=_("internal note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
