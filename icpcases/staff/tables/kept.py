"""Tables in the program's own frame: who may keep them, what a change moves, and its history."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminIntegerFieldWidget
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from icpcases.cases.forms.fields import CountField, DayField, PaperNumberField
from icpcases.cases.forms.seen import SeenForm
from icpcases.cases.forms.tables import DayInput
from icpcases.cases.models import TableChange
from icpcases.cases.permissions import is_staff_role, is_supervisor
from icpcases.deadlines import recalculation
from icpcases.staff.pages import page
from icpcases.types import Text
from icpcases.web.sendings import MakesOnce

from .changes import (
    logged_before,
    masked,
    meanwhile_of,
    record_change,
    row_changes,
    shown_change,
)

if TYPE_CHECKING:
    from django_stubs_ext import FieldOpts, FieldsetSpec

#: The name of a field, or of several that stand beside each other.
FieldGroup: TypeAlias = str | list[str] | tuple[str, ...]
#: What it does, its name, and what people read.
TableAction: TypeAlias = tuple[Callable[..., str], str, str]
ExtraContext: TypeAlias = dict[str, object] | None
_Row = TypeVar("_Row", bound=models.Model)
HISTORY_SHOWN = 50


class KeptTable(MakesOnce, admin.ModelAdmin, Generic[_Row]):
    """A table in our frame, whose rows remember who changed them; no older page overwrites one."""

    form: type[forms.ModelForm] = SeenForm
    empty_value_display: Text = "—"
    change_list_template = "staff/table_list.html"
    add_form_template = "staff/table_form.html"
    change_form_template = "staff/table_form.html"
    delete_confirmation_template = "staff/table_delete.html"
    formfield_overrides = {
        models.DateField: {"form_class": DayField, "widget": DayInput},
        models.PositiveSmallIntegerField: {
            "form_class": CountField,
            "widget": AdminIntegerFieldWidget,
        },
        models.PositiveIntegerField: {"form_class": CountField, "widget": AdminIntegerFieldWidget},
    }
    #: Fields whose values stand masked in the history.
    masked: dict[str, Callable[[str], str]] = {}
    #: What the table is for, and what a change of it changes.
    purpose: Text = ""

    def changelist_view(
        self, request: HttpRequest, extra_context: ExtraContext = None
    ) -> HttpResponse:
        """The list, named as what it is."""
        title = capfirst(str(self.opts.verbose_name_plural))
        shown = {"title": title, "purpose": self.purpose, **(extra_context or {})}
        return super().changelist_view(request, shown)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: ExtraContext = None,
    ) -> HttpResponse:
        """A row, named as what it is."""
        names = {"name": str(self.opts.verbose_name)}
        title = capfirst(names["name"]) if object_id else _("New: %(name)s") % names
        shown = {"title": title, "purpose": self.purpose, **(extra_context or {})}
        response = super().changeform_view(request, object_id, form_url, shown)
        told = getattr(response, "context_data", None)
        if told and told["errors"]:
            told["meanwhile"] = meanwhile_of(told["adminform"].form)
            response.status_code = 422
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: ExtraContext = None
    ) -> HttpResponse:
        """Who changed the row, when, and what stood there before."""
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        changes = row_changes(row)
        pages = Paginator(changes, HISTORY_SHOWN).get_page(request.GET.get("changes"))
        context = {
            "title": row,
            "row": row,
            "opts": self.opts,
            "pages": pages,
            "changes": [shown_change(change, self.model) for change in pages.object_list],
            "earlier": logged_before(row, changes.last())[:HISTORY_SHOWN],
        }
        return page(request, "staff/table_history.html", context)

    def formfield_for_dbfield(
        self, db_field: "models.Field[object, object]", request: HttpRequest, **options: object
    ) -> forms.Field | None:
        """A telephone is typed in any width."""
        if db_field.name == "phone":
            options["form_class"] = PaperNumberField
        return super().formfield_for_dbfield(db_field, request, **options)

    def save_model(
        self, request: HttpRequest, obj: _Row, form: forms.ModelForm, change: bool
    ) -> None:
        """Save, and write down what stood there before."""
        super().save_model(request, obj, form, change)
        if isinstance(form, SeenForm):
            what = TableChange.What.CHANGED if change else TableChange.What.ADDED
            record_change(obj, request.user, what, masked(form.changes(), self.masked))

    def delete_model(self, request: HttpRequest, obj: _Row) -> None:
        """Delete, and write down that it was there."""
        record_change(obj, request.user, TableChange.What.DELETED, {})
        super().delete_model(request, obj)

    def response_add(
        self, request: HttpRequest, obj: _Row, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Back to the list, which keeps its filter."""
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: _Row) -> HttpResponse:
        """Back to the list, which keeps its filter."""
        return self._saved(request, obj)

    def _saved(self, request: HttpRequest, obj: _Row) -> HttpResponse:
        self.message_user(request, _("Saved: %(row)s") % {"row": obj}, messages.SUCCESS)
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        kept = request.GET.get("_changelist_filters", "")
        return HttpResponseRedirect(f"{address}?{kept}" if kept else address)


class RoleAdmin(KeptTable[_Row]):
    """Readable for every staff role; kept by supervisors; not a matter of model permissions."""

    kept_by_supervisors = False
    deletable = False
    # The fields on which due dates hang.
    moves_due_dates: tuple[str, ...] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Every staff role sees it on the front page."""
        return is_staff_role(request.user)

    def has_view_permission(self, request: HttpRequest, obj: _Row | None = None) -> bool:
        """Every staff role reads it."""
        return is_staff_role(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Supervisors add where the table is theirs to keep."""
        return self.kept_by_supervisors and is_supervisor(request.user)

    def has_change_permission(self, request: HttpRequest, obj: _Row | None = None) -> bool:
        """Supervisors change where the table is theirs to keep."""
        return self.kept_by_supervisors and is_supervisor(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: _Row | None = None) -> bool:
        """Supervisors delete only where nothing stands on the row."""
        return self.deletable and is_supervisor(request.user)

    def get_fields(self, request: HttpRequest, obj: _Row | None = None) -> tuple[FieldGroup, ...]:
        """What the form holds, but what it keeps for itself."""
        return tuple(name for name in super().get_fields(request, obj) if name != "seen")

    def get_actions(self, request: HttpRequest) -> dict[str, TableAction | None]:
        """A row is deleted on its own page, where it is said what that changes."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_fieldsets(self, request: HttpRequest, obj: _Row | None = None) -> "FieldsetSpec":
        """The fields; above them what saving will do, where it does more than save."""
        hint = _(
            "When you save, the due dates that depend on this are calculated again: at once for "
            "up to %(n)s cases, by the daily job for more."
        )
        fields: FieldOpts = {"fields": self.get_fields(request, obj)}
        if self.moves_due_dates and self.has_change_permission(request):
            fields["description"] = hint % {"n": recalculation.AT_ONCE}
        return [(None, fields)]

    def save_model(
        self, request: HttpRequest, obj: _Row, form: forms.ModelForm, change: bool
    ) -> None:
        """Save, and have the tables read anew."""
        super().save_model(request, obj, form, change)
        self.changed(request, set(form.changed_data))

    def delete_model(self, request: HttpRequest, obj: _Row) -> None:
        """Delete, and have the tables read anew."""
        super().delete_model(request, obj)
        self.changed(request, set(self.moves_due_dates))

    def changed(self, request: HttpRequest, fields: set[str]) -> None:
        """Have the tables read anew and, where due dates hang on them, those reckoned anew."""
        if not fields & set(self.moves_due_dates):
            recalculation.forget_tables()
        elif recalculation.ask_for_recalculation():
            self.message_user(request, _("The due dates are calculated again."))
        else:
            sentence = _("Many due dates depend on this: the daily job calculates them again.")
            self.message_user(request, sentence)
