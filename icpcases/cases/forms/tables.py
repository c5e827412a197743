"""The forms of the tables that supervisors keep: each value in a field of its own kind."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Unpack

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import CalendarDay, Clock, Provider, Province, Setting
from icpcases.types import Text

from .fields import PaperNumberField
from .seen import Data, Files, FormOptions, SeenForm

_FIRST, _SECOND, _LAST = (
    f"document_{stage}_reminder_days" for stage in ("first", "second", "last")
)


class DayInput(forms.DateInput):
    """A day, in the one form that days have here."""

    input_type = "date"

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DaysField(forms.Field):
    """Numbers of days, typed one after the other: 30, 40."""

    widget = forms.TextInput

    def to_python(self, value: object) -> list[int]:
        """The numbers in ascending order, each once. Raises ValidationError."""
        if isinstance(value, list):
            return value
        words = re.split(r"[\s,、;]+", unicodedata.normalize("NFKC", str(value or "")))
        try:
            return sorted({int(word) for word in words if word})
        except ValueError:
            raise ValidationError(_now("Enter whole days, such as 30, 40.")) from None

    def prepare_value(self, value: object) -> object:
        """As they are typed."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def has_changed(self, initial: object, data: object) -> bool:
        """Whether other numbers are meant, however typed."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class PlacesInput(forms.Widget):
    """A place for each of some things: 1 comes first; without a place it is left out."""

    template_name = "widgets/places.html"
    things: Sequence[tuple[str, Text]] = ()

    def get_context(
        self, name: str, value: object, attrs: dict[str, object] | None
    ) -> dict[str, object]:
        """The things with a place first, in their order; then the others."""
        context = super().get_context(name, value, attrs)
        if isinstance(value, dict):
            typed = value
        else:
            kept = value if isinstance(value, list) else []
            typed = {key: str(n) for n, key in enumerate(kept, 1)}
        rows = [(key, label, typed.get(key, "")) for key, label in self.things]
        rows.sort(key=lambda row: int(row[2]) if row[2].isdecimal() else len(rows) * 10)
        context["widget"]["rows"] = rows
        return context

    def value_from_datadict(
        self, data: Mapping[str, object], files: object, name: str
    ) -> dict[str, str]:
        """What was typed for each thing."""
        found = {key: str(data.get(f"{name}-{key}", "")).strip() for key, _label in self.things}
        return {key: typed for key, typed in found.items() if typed}

    def id_for_label(self, id_: str) -> str:
        """None: each place has a label of its own."""
        return ""

    def put(self, data: dict[str, str], name: str, value: object) -> None:
        """Have a form show these things in this order."""
        places = {key: n for n, key in enumerate(value if isinstance(value, list) else [], 1)}
        for key, _label in self.things:
            data[f"{name}-{key}"] = str(places.get(key, ""))

    def value_omitted_from_data(self, data: object, files: object, name: str) -> bool:
        """Never: no places are no order of one's own."""
        return False


class PlacesField(forms.Field):
    """Some things put in order; its value is the list of their keys."""

    widget = PlacesInput

    def set_things(self, things: Sequence[tuple[str, Text]]) -> None:
        """What may be put in order."""
        self.things, self.widget.things = dict(things), things

    def to_python(self, value: object) -> list[str]:
        """The keys in their order. Raises ValidationError."""
        if isinstance(value, list):
            return [key for key in value if key in self.things]
        typed = value if isinstance(value, dict) else {}
        places = {k: unicodedata.normalize("NFKC", str(place)) for k, place in typed.items()}
        if not all(place.isdecimal() and len(place) < 4 for place in places.values()):
            raise ValidationError(_now("A place is a whole number: 1 comes first."))
        return sorted(places, key=lambda key: int(places[key]))

    def has_changed(self, initial: object, data: object) -> bool:
        """Whether another order is meant, whatever the numbers."""
        try:
            return self.to_python(initial or []) != self.to_python(data)
        except ValidationError:
            return True


_NUMBERS_OF_ORDERS = ("order_number_format", "order_number_example")


class ProviderForm(SeenForm):
    """A provider and how it works."""

    warn_days = DaysField(
        label=_("warn after days"),
        required=False,
        help_text=_(
            "Days of the order's life after which a reminder is sent, such as 30, 40. Takes "
            "effect with the next run of the reminders."
        ),
    )
    copy_order = PlacesField(
        label=_("order on the copy sheet"),
        required=False,
        help_text=_(
            "The order in which the provider's form asks: 1 comes first, and anything without a "
            "number is left out. If all are empty, the usual order applies."
        ),
    )

    class Meta:
        model = Provider
        exclude: tuple[str, ...] = ()
        field_classes = {"phone": PaperNumberField, "order_number_example": PaperNumberField}

    def clean_warn_days(self) -> list[int]:
        """An empty list, not nothing, where none is typed."""
        return self.cleaned_data["warn_days"] or []

    def clean_copy_order(self) -> list[str]:
        """An empty list, not nothing, where none is typed."""
        return self.cleaned_data["copy_order"] or []

    def clean(self) -> dict[str, object]:
        """Whoever types an order number wrong is to be shown how one looks."""
        data = super().clean()
        named = {name: str(data.get(name) or "") for name in _NUMBERS_OF_ORDERS}
        # That the format is none is said of it by itself.
        with suppress(re.error):
            if not Provider(**named).shows_its_format:
                sentence = _("Give an example that fits the format.")
                self.add_error("order_number_example", sentence)
        return data


class ClockForm(SeenForm):
    """A turn clock, and where it counts."""

    province = forms.ModelChoiceField(
        Province.objects.all(), label=_("province"), required=False,
        empty_label=_("every province"),
    )  # fmt: skip
    provider = forms.ModelChoiceField(
        Provider.objects.all(), label=_("provider"), required=False,
        empty_label=_("every provider"),
        help_text=_(
            "The most specific clock counts: first province and provider together, then provider, "
            "then province."
        ),
    )  # fmt: skip

    class Meta:
        model = Clock
        fields: tuple[str, ...] = ("state", "province", "provider", "amount", "unit")


class CalendarDayForm(SeenForm):
    """A day on which people work, or do not, unlike in an ordinary week."""

    class Meta:
        model = CalendarDay
        fields: tuple[str, ...] = ("day", "kind", "name", "notice")
        widgets = {"day": DayInput}


class SettingForm(SeenForm):
    """A number of the rule book, within what makes sense, and what it changes."""

    class Meta:
        model = Setting
        fields: tuple[str, ...] = ("value",)

    def __init__(
        self, data: Data | None = None, files: Files | None = None, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, files, **options)
        if "value" in self.fields:
            least, most = self.instance.limits
            field = self.fields["value"]
            field.widget.attrs.update(min=least, max=most)
            limits = _now("From %(least)s to %(most)s.") % {"least": least, "most": most}
            field.help_text = f"{limits} {self.instance.effect}"

    def clean_value(self) -> int:
        """Reminders of a document come one after the other. Raises ValidationError."""
        value = int(self.cleaned_data["value"])
        stages = (_FIRST, _SECOND, _LAST)
        if self.instance.key in stages:
            own = dict(Setting.objects.filter(pk__in=stages).values_list("key", "value"))
            days = {**Setting.DEFAULTS, **own, self.instance.key: value}
            if not days[_FIRST] > days[_SECOND] > days[_LAST]:
                raise ValidationError(
                    _now("The first reminder comes before the second, the second before the last.")
                )
        return value
