"""Form fields for the domain's own values; each error is the rule's own sentence."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, TypedDict, TypeGuard, Unpack

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from icpcases.rules import domains, numbers
from icpcases.rules.addresses import plain_address
from icpcases.rules.folding import half_width, typed_code, typed_day, typed_ip
from icpcases.rules.numbers import NumberError
from icpcases.types import Text

from .reasons import CannedOffer


class FieldOptions(TypedDict, total=False):
    """What Django's fields are told of themselves, whatever they hold."""

    label: Text
    help_text: Text
    required: bool
    initial: object
    widget: forms.Widget | type[forms.Widget]


class TickField(forms.BooleanField):
    """A box that may be ticked; what stands behind it ends without a colon."""

    def __init__(self, **options: Unpack[FieldOptions]) -> None:
        options.setdefault("required", False)
        super().__init__(**options)
        self.label_suffix = ""


class NumberField(forms.CharField):
    """A number that a function of `rules.numbers` reads.

    `kept` maps a masked number, as a form shows it, to the whole one it stands for: sent back
    untouched, the number stays as it was.
    """

    def __init__(self, read: Callable[[str], object], **options: Unpack[FieldOptions]) -> None:
        self.read = read
        self.kept: dict[str, str] = {}
        super().__init__(max_length=400, **options)

    def clean(self, value: object) -> object:
        """The value the function gives. Raises ValidationError with its sentence."""
        text = super().clean(value)
        if not text or text in self.kept:
            return self.kept.get(text, text)
        try:
            return self.read(text)
        except NumberError as error:
            raise ValidationError(sentence_of_error(error)) from error


def sentence_of_error(error: NumberError) -> str:
    """A number's error in the reader's language, with the number that was probably meant."""
    sentence = _now(error.sentence) % error.params
    if error.suggestion is None:
        return sentence
    meant = _("Is %(number)s meant?") % {"number": error.suggestion}
    return f"{sentence} {meant}"


class MailField(forms.EmailField):
    """An e-mail address, kept in the one spelling that is compared."""

    def clean(self, value: object) -> str:
        """The plain address, or nothing. Raises ValidationError."""
        text = str(self.to_python(value))
        try:
            plain = plain_address(text) if text else ""
        except ValueError:
            plain = ""
        if text and not plain:
            raise ValidationError(_("Enter a valid email address."))
        return str(super().clean(plain))


class CodeField(forms.CharField):
    """A code or reference from a mail or a paper, as any keyboard types it and any page copies it.

    It is kept in capitals and half width, without blanks.
    """

    def __init__(self, **options: Unpack[FieldOptions]) -> None:
        # With what people copy around it: of what is longer nothing could be a code.
        super().__init__(max_length=100, **options)

    def clean(self, value: object) -> str:
        """The code. Raises ValidationError."""
        return typed_code(str(super().clean(value)))


class PaperNumberField(forms.CharField):
    """A number as it stands on a paper, in half width: nobody says what it consists of."""

    def to_python(self, value: object) -> str:
        """The number, or nothing."""
        return half_width(str(super().to_python(value)))


class IpAddressField(forms.GenericIPAddressField):
    """An IP address, typed in any width."""

    def to_python(self, value: object) -> str:
        """The address, or nothing. Raises ValidationError."""
        return str(super().to_python(typed_ip(value) if _is_text(value) else value))


class CountField(forms.IntegerField):
    """A whole number, typed in any width."""

    def to_python(self, value: object) -> int | None:
        """The number. Raises ValidationError."""
        found: int | None = super().to_python(typed_code(value) if _is_text(value) else value)
        return found


# What Django takes for a day: what was typed, or one already.
_Day: TypeAlias = str | dt.datetime | dt.date | None


class DayField(forms.DateField):
    """A day, typed in any width and with the marks that days are written with in Chinese."""

    def __init__(self, **options: Unpack[FieldOptions]) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)

    def to_python(self, value: _Day) -> dt.date | None:
        """The day. Raises ValidationError."""
        found: dt.date | None = super().to_python(typed_day(value) if _is_text(value) else value)
        return found


class MomentField(forms.DateTimeField):
    """A day and a time, typed in any width."""

    def to_python(self, value: _Day) -> dt.datetime | None:
        """The moment. Raises ValidationError."""
        text = typed_day(value) if _is_text(value) else value
        found: dt.datetime | None = super().to_python(text)
        return found


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def domain_field(**options: Unpack[FieldOptions]) -> NumberField:
    """A field for a domain name; its value is a `Domain`."""
    options.setdefault("label", _("domain"))
    return NumberField(domains.parse_domain, **options)


def phone_field(**options: Unpack[FieldOptions]) -> NumberField:
    """A field for a mobile number of the Mainland."""
    return NumberField(numbers.mobile, **options)


def resident_id_today(text: str) -> str:
    """A resident ID, judged today. Raises NumberError."""
    return numbers.resident_id(text, timezone.localdate())


class PastDateField(DayField):
    """A date that does not lie in the future, in Shanghai."""

    def validate(self, value: dt.date | None) -> None:
        """Refuse a date in the future. Raises ValidationError."""
        super().validate(value)
        if value and value > timezone.localdate():
            raise ValidationError(_("This date lies in the future."))


class ReasonsInput(forms.Widget):
    """Rows of a place and a text."""

    template_name = "widgets/reasons.html"
    rows = 5
    #: Whether a reason may be the office's own affair, of which the applicant is not asked.
    office = False
    canned: CannedOffer | None = None

    def __init__(self, places: Iterable[tuple[str, Text]] = ()) -> None:
        super().__init__()
        self.places = list(places)

    def get_context(
        self, name: str, value: Iterable[object] | None, attrs: dict[str, object] | None
    ) -> dict[str, object]:
        """The rows with what was typed, and empty ones behind them."""
        context = super().get_context(name, value, attrs)
        typed = list(value or [])
        empty = [{"about": "", "text": ""}] * max(1, self.rows - len(typed))
        canned = self.canned.choices if self.canned else []
        context["widget"].update(
            rows=typed + empty, places=self.places, office=self.office, canned=canned
        )
        return context

    def value_from_datadict(self, data: Mapping[str, object], files: object, name: str) -> object:
        """The reasons, from a form's rows or from a list under the field's own name."""
        if isinstance(data.get(name), list):
            return data[name]
        found = []
        for i in range(200):
            if f"{name}-{i}-text" not in data:
                break
            row = {
                "about": str(data.get(f"{name}-{i}-about", "")),
                "text": str(data[f"{name}-{i}-text"]).strip(),
            }
            chosen = data.get(f"{name}-{i}-canned")
            if chosen and self.canned:
                row["text"] = self.canned.joined(chosen, row["text"])
            if self.office and data.get(f"{name}-{i}-whose") == "office":
                row["office"] = "1"
            if row["text"] or row["about"]:
                found.append(row)
        return found

    def value_omitted_from_data(self, data: object, files: object, name: str) -> bool:
        """Never: no rows are no reasons."""
        return False


class ReasonsField(forms.Field):
    """Reasons, each with the fact or document it is about."""

    widget = ReasonsInput

    def set_places(self, places: Iterable[tuple[str, Text]]) -> None:
        """The facts and documents a reason may be about."""
        offered = list(places)
        self.places, self.widget.places = dict(offered), offered

    def offer(self, canned: CannedOffer) -> None:
        """Offer usual reasons at every row."""
        self.widget.canned = canned

    def let_office_keep(self) -> None:
        """Offer that a reason is for the office alone."""
        self.widget.office = True

    def clean(self, value: Iterable[object] | None) -> list[dict[str, str]]:
        """A list of `{"about", "text"}`. Raises ValidationError for an empty or foreign one."""
        reasons = value or []
        if not reasons and self.required:
            raise ValidationError(_("Give at least one reason."))
        kept: list[dict[str, str]] = []
        for reason in reasons:
            if not isinstance(reason, dict) or not str(reason.get("text", "")).strip():
                raise ValidationError(_("Every reason needs a text."))
            if len(reason["text"]) > 2000:
                raise ValidationError(_("A reason may be 2,000 characters long at most."))
            if reason.get("about", "") not in self.places:
                raise ValidationError(_("A reason is about a fact or document of this case."))
            for_office = {"office": "1"} if self.widget.office and reason.get("office") else {}
            about, text = reason.get("about", ""), reason["text"].strip()
            kept.append({"about": about, "text": text, **for_office})
        return kept


def keep_masked(form: forms.BaseForm, name: str, number: str) -> None:
    """Show a private number masked in a form, and keep it if it comes back so."""
    if number:
        masked, field = numbers.mask(number), form.fields[name]
        assert isinstance(field, NumberField)
        form.initial[name] = masked
        field.kept = {masked: number}
