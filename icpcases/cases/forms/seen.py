"""Forms of rows that two people may change at once.

The page sends back, beside what was typed, what it showed. On saving this is compared with the
row as it stands, under its lock: whoever is later is told what has changed, and keeps his own.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypedDict, Unpack

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.forms.renderers import BaseRenderer
from django.forms.utils import ErrorList
from django.utils.crypto import salted_hmac
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

_SALT = "icpcases.seen"
#: A value as JSON holds it.
Plain: TypeAlias = "str | int | bool | list[Plain] | None"
#: What a page has sent: its values, and its files.
Data: TypeAlias = Mapping[str, object]
Files: TypeAlias = MultiValueDict[str, UploadedFile]


class FormOptions(TypedDict, total=False):
    """What a form of a row is made with, beside what was sent."""

    instance: Model | None
    initial: MutableMapping[str, object] | None
    prefix: str | None
    auto_id: bool | str
    error_class: type[ErrorList]
    label_suffix: str | None
    empty_permitted: bool
    use_required_attribute: bool | None
    renderer: BaseRenderer | None


class SeenField(forms.CharField):
    """What the page showed; never a change by itself."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def has_changed(self, initial: object, data: object) -> bool:
        return False


@dataclass(frozen=True)
class Meanwhile:
    """A field that somebody else has changed since the page was opened."""

    name: str
    label: str
    before: str
    now: str
    #: What was typed for it here; None where it was left as it was.
    typed: str | None


class SeenForm(forms.ModelForm):
    """A form that notices when its row is another than the page showed.

    On saving it must be asked in a transaction: the row is read anew under its lock. A request
    without `seen` comes from no page and has seen nothing.
    """

    seen = SeenField()

    def __init__(
        self, data: Data | None = None, files: Files | None = None, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, files, **options)
        self.meanwhile: list[Meanwhile] = []
        #: What the row held when it was read under its lock, by field, as its history tells it.
        self.stood: dict[str, Plain] = {}
        if not self.instance._state.adding and not self.is_bound:
            # Asked when the page is written: by then the form shows what it shows.
            self.initial["seen"] = lambda: signing.dumps(self._state(), salt=_SALT)

    def secret(self, name: str) -> object:
        """The whole value of a field that is shown masked; None for any other."""
        return None

    def clean(self) -> dict[str, object]:
        """Hold the row as it stands against what the page showed."""
        data = super().clean() or self.cleaned_data
        if self.instance._state.adding:
            return data
        kind = type(self.instance)
        # On SQLite the lock says nothing and the immediate transaction does.
        rows = kind._base_manager.select_for_update(of=("self",))
        try:
            self.instance.refresh_from_db(from_queryset=rows)
        except kind.DoesNotExist:
            raise ValidationError(
                _("Somebody has deleted this since you opened the page.")
            ) from None
        current = type(self)(instance=self.instance)
        self.stood = {name: current._told(name) for name in self._own_names()}
        if sent := self.data.get(self.add_prefix("seen")):
            self._compare(str(sent), current)
        return data

    def changes(self) -> dict[str, list[Plain]]:
        """By changed field, what the row held before and holds now."""
        found = {}
        for name in self._own_names():
            if name in self.cleaned_data:
                now = self.cleaned_data[name]
                rows = isinstance(self.fields[name], forms.ModelChoiceField)
                pair = [self.stood.get(name), _in_words(now) if rows else as_plain(now)]
                if pair[0] != pair[1]:
                    found[name] = pair
        return found

    def _told(self, name: str) -> Plain:
        """What the row holds, of an unbound form: whole, and another row by its name."""
        field, value = self.fields[name], self[name].initial
        if isinstance(field, forms.ModelChoiceField):
            keys = as_plain(value)
            keys = keys if isinstance(keys, list) else [keys]
            return _in_words(_rows_of(field, keys))
        return as_plain(self.secret(name) or value)

    def shown_values(self) -> dict[str, Plain]:
        """What an unbound form shows, by field."""
        return {name: as_plain(self[name].initial) for name in self._own_names()}

    def _own_names(self) -> list[str]:
        return [n for n, field in self.fields.items() if n != "seen" and not field.disabled]

    def _state(self) -> dict[str, list[Plain]]:
        """Of each field what is shown and a digest of the whole value."""
        return {
            name: [shown, _digest(name, self.secret(name) or shown)]
            for name, shown in self.shown_values().items()
        }

    def _compare(self, sent: str, current: "SeenForm") -> None:
        try:
            seen = signing.loads(sent, salt=_SALT)
        except signing.BadSignature:
            seen = {}
        state = current._state()
        for name, (now, digest) in state.items():
            before, was = seen.get(name, [None, ""])
            if digest != was:
                self._note(name, before, now, current.secret(name) is not None)
        if self.meanwhile:
            self._put("seen", signing.dumps(state, salt=_SALT))
            self.add_error(None, _("Somebody has changed this since you opened the page."))

    def _note(self, name: str, before: Plain, now: Plain, masked: bool) -> None:
        """Tell of a changed field, unless both say the same; what was not touched follows."""
        typed = self._typed(name)
        # Two numbers may look the same under the mask.
        if typed == now and not masked:
            return
        touched = typed != before
        if not touched:
            self._put(name, now)
        field = self.fields[name]
        self.meanwhile.append(
            Meanwhile(
                name,
                capfirst(str(field.label or name)),
                value_in_words(field, before),
                value_in_words(field, now),
                value_in_words(field, typed) if touched else None,
            )
        )

    def _typed(self, name: str) -> Plain:
        """What was typed, as the form shows such a value."""
        field = self.fields[name]
        typed = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        try:
            return as_plain(field.prepare_value(field.to_python(typed)))
        except ValidationError:
            return as_plain(typed)

    def _put(self, name: str, value: Plain) -> None:
        """Have the form show a value in place of what was sent."""
        sent: Any = self.data
        data, key = sent.copy(), self.add_prefix(name)
        put = getattr(self.fields[name].widget, "put", None)
        if put:
            put(data, key, value)
        elif isinstance(value, list):
            data.setlist(key, value)
        elif value in (None, False, ""):
            data.pop(key, None)
        else:
            data[key] = "on" if value is True else str(value)
        self.data = data


def as_plain(value: object) -> Plain:
    """A value as JSON holds it: a row by its key, a day as people write it, nothing as None."""
    if isinstance(value, Model):
        return as_plain(value.pk)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, bool | int):
        return value
    if value is None or value == "":
        return None
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | dict):
        return [as_plain(one) for one in value]
    return str(value)


def value_in_words(field: forms.Field, value: Plain) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(field, forms.ModelChoiceField):
        keys = value if isinstance(value, list) else [value]
        return ", ".join(map(str, _rows_of(field, keys))) or "—"
    offered: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    choices = dict(offered)
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(choices.get(one, one)) for one in values if one is not None) or "—"


def _rows_of(field: "forms.ModelChoiceField", keys: Iterable[Plain]) -> list[Model]:
    """The rows that are chosen."""
    if field.queryset is None:
        return []
    wanted = [key for key in keys if _is_key(field.queryset.model, key)]
    return list(field.queryset.filter(pk__in=wanted)) if wanted else []


def _is_key(model: type[Model], key: Plain) -> bool:
    """Whether what was sent can be the key of a row at all."""
    if key is None or "\x00" in str(key):
        return False
    try:
        model._meta.pk.to_python(key)
    except ValidationError:
        return False
    return True


def _in_words(rows: object) -> Plain:
    """Rows by their names."""
    if rows is None or isinstance(rows, Model):
        return None if rows is None else str(rows)
    return ", ".join(sorted(map(str, rows))) or None if isinstance(rows, Iterable) else None


def _digest(name: str, value: object) -> str:
    return salted_hmac(_SALT, f"{name}:{value}", algorithm="sha256").hexdigest()[:20]
