"""The history of a table's rows: written down on saving, and made ready for a page."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from icpcases.cases.forms.seen import Meanwhile, Plain, SeenForm
from icpcases.cases.models import TableChange
from icpcases.lifecycle.roles import Actor
from icpcases.workflow.actions.checks import account_of

Changes = Mapping[str, list[Plain]]


@dataclass(frozen=True)
class ChangeShown:
    """A change as a page shows it: who, when, and by field what stood and stands there."""

    at: dt.datetime
    by: User | None
    what: str
    lines: list[tuple[str, str, str]]


def record_change(row: Model, by: Actor, what: TableChange.What, changes: Changes) -> None:
    """Write down what became of a row; nothing, where it was saved as it stood."""
    if what == TableChange.What.CHANGED and not changes:
        return
    TableChange.objects.create(
        table=row._meta.label_lower, row=str(row.pk), shown=str(row)[:200], what=what,
        by=account_of(by), changes=changes,
    )  # fmt: skip


def masked(changes: Changes, masks: Mapping[str, Callable[[str], str]]) -> Changes:
    """The changes, with private numbers masked."""
    return {
        name: [masks[name](str(value)) if name in masks and value else value for value in pair]
        for name, pair in changes.items()
    }


def row_changes(row: Model) -> QuerySet[TableChange]:
    """What became of a row, the newest first."""
    kept = TableChange.objects.filter(table=row._meta.label_lower, row=str(row.pk))
    return kept.select_related("by").order_by("-pk")


def logged_before(row: Model, first: TableChange | None) -> QuerySet[LogEntry]:
    """What Django's own log says of the time before the program wrote changes down."""
    kind = ContentType.objects.get_for_model(row)
    earlier = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk))
    if first:
        earlier = earlier.filter(action_time__lt=first.at)
    return earlier.select_related("user")


def shown_change(change: TableChange, model: type[Model]) -> ChangeShown:
    """A change in the reader's language."""
    lines = [
        (_label(model, name), _value(model, name, before), _value(model, name, now))
        for name, (before, now) in change.changes.items()
    ]
    return ChangeShown(change.at, change.by, change.get_what_display(), lines)


def meanwhile_of(form: object) -> list[tuple[Meanwhile, TableChange | None]]:
    """What somebody else has changed since the page was opened, each with who and when."""
    if not (isinstance(form, SeenForm) and form.meanwhile):
        return []
    newest = list(row_changes(form.instance)[:20])
    return [
        (one, next((change for change in newest if one.name in change.changes), None))
        for one in form.meanwhile
    ]


def _label(model: type[Model], name: str) -> str:
    field = _field(model, name)
    return capfirst(str(field.verbose_name)) if field else capfirst(_(name))


def _value(model: type[Model], name: str, value: Plain) -> str:
    if value is None or value == []:
        return "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    field = _field(model, name)
    choices = dict(field.flatchoices) if field else {}
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(choices.get(one, one)) for one in values)


def _field(model: type[Model], name: str) -> "Field[object, object] | None":
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None
