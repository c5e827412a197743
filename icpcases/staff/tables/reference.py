"""The tables staff keep: officers read them, supervisors keep them, nobody deletes history."""

from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icpcases.cases.forms.provinces import ProvinceAnswerForm
from icpcases.cases.models import (
    AccessLogRow,
    Applicant,
    CalendarDay,
    Clock,
    FilingCase,
    Provider,
    Province,
    ProvinceAnswer,
    Setting,
)
from icpcases.cases.models.documents import KINDS
from icpcases.cases.permissions import is_staff_role, is_supervisor, is_working
from icpcases.deadlines import recalculation
from icpcases.staff.pages import page
from icpcases.web.back import safe_back
from icpcases.workflow.actions.provinces import answer_of_province

if TYPE_CHECKING:
    from django_stubs_ext import FieldOpts, FieldsetSpec

ExtraContext: TypeAlias = dict[str, object] | None
_Row = TypeVar("_Row", bound=Model)
KIND_LABELS = dict(KINDS)


class RoleAdmin(admin.ModelAdmin, Generic[_Row]):
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

    def get_fieldsets(self, request: HttpRequest, obj: _Row | None = None) -> "FieldsetSpec":
        """The fields; above them what saving will do, where it does more than save."""
        hint = _(
            "Saving reckons the due dates anew that hang on this: of up to %(n)s cases at once, "
            "of more by the daily job."
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

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[_Row]) -> None:
        """Delete several, and have the tables read anew."""
        super().delete_queryset(request, queryset)
        self.changed(request, set(self.moves_due_dates))

    def changed(self, request: HttpRequest, fields: set[str]) -> None:
        """Have the tables read anew and, where due dates hang on them, those reckoned anew."""
        if not fields & set(self.moves_due_dates):
            recalculation.forget_tables()
        elif recalculation.ask_for_recalculation():
            self.message_user(request, _("Due dates are reckoned anew."))
        else:
            sentence = _("Many due dates hang on this: the daily job reckons them anew.")
            self.message_user(request, sentence)


@admin.register(Province)
class ProvinceAdmin(RoleAdmin[Province]):
    """Provinces; the forum answer has a page of its own, where it is recorded who asked."""

    kept_by_supervisors = True
    list_display = (
        "code", "name_zh", "name_en", "icp_character", "administration", "answer", "checked_on",
        "checked_by", "source", "review_days",
    )  # fmt: skip
    list_display_links = ("code", "name_zh")
    list_filter = ("accepts_forums",)
    list_select_related = ("checked_by",)
    search_fields = ("code", "name_en", "name_zh", "icp_character")
    readonly_fields = (
        "code",
        "icp_character",
        "accepts_forums",
        "checked_on",
        "checked_by",
        "source",
    )
    change_form_template = "staff/province_change.html"
    moves_due_dates = ("review_days",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There are 31."""
        return False

    @admin.display(description=gettext_lazy("accepts forums"), ordering="accepts_forums")
    def answer(self, province: Province) -> str:
        """The answer, linked to where it is recorded."""
        return render_to_string("staff/_province_link.html", {"province": province})

    def get_urls(self) -> list[URLPattern]:
        """The page of the answer, before the stock ones."""
        view = self.admin_site.admin_view(province_answer)
        return [
            path("<str:code>/answer/", view, name="cases_province_answer"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: ExtraContext = None,
    ) -> HttpResponse:
        """The stock page with the answers recorded so far."""
        answers = ProvinceAnswer.objects.filter(province=object_id.upper()).select_related(
            "asked_by"
        )
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "answers": answers}
        )


def province_answer(request: HttpRequest, code: str) -> HttpResponse:
    """Record what an administration answered about forums: who asked, when, and the source."""
    province = get_object_or_404(Province, pk=code)
    posted = request.method == "POST"
    back = safe_back(request, reverse("admin:cases_province_changelist"))
    initial = {"accepts_forums": province.accepts_forums}
    form = ProvinceAnswerForm(request.POST if posted else None, initial=initial)
    status = 422 if posted else 200
    if not is_working(request.user):
        status = 403
    elif posted and form.is_valid():
        answer_of_province(province, request.user, form.cleaned_data)
        answered = Province.objects.get(pk=code).get_accepts_forums_display()
        said = _("The answer is recorded. %(province)s, forums: %(answer)s.")
        messages.success(request, said % {"province": province, "answer": answered})
        return HttpResponseRedirect(back)
    context = {
        "title": _("Forums in %(province)s") % {"province": province},
        "province": province,
        "form": form,
        "may": is_working(request.user),
        "answers": province.answers.select_related("asked_by"),
        "waiting": province.cases.filter(state__in=("preapproval_needed", "preapproval_applied")),
        "opts": Province._meta,
        "back": back,
    }
    return page(request, "staff/province_answer.html", context, status)


@admin.register(Provider)
class ProviderAdmin(RoleAdmin[Provider]):
    """Providers and their settings."""

    kept_by_supervisors = True
    list_display = (
        "name", "order_life_days", "order_life_from", "order_life_while", "warn_days",
        "review_days", "active",
    )  # fmt: skip
    search_fields = ("name",)
    moves_due_dates = ("review_days",)


@admin.register(Clock)
class ClockAdmin(RoleAdmin[Clock]):
    """Turn clocks per state, and per province and provider where they differ there."""

    kept_by_supervisors = True
    deletable = True
    list_display = ("state", "province", "provider", "amount", "unit")
    list_select_related = ("province", "provider")
    empty_value_display = gettext_lazy("all")
    moves_due_dates = ("state", "province", "provider", "amount", "unit")


@admin.register(CalendarDay)
class CalendarDayAdmin(RoleAdmin[CalendarDay]):
    """Public holidays and make-up working days."""

    kept_by_supervisors = True
    deletable = True
    list_display = ("day", "kind", "name", "notice")
    list_filter = ("kind", ("day", admin.DateFieldListFilter))
    moves_due_dates = ("day", "kind")

    def get_readonly_fields(
        self, request: HttpRequest, obj: CalendarDay | None = None
    ) -> tuple[str, ...]:
        """A day that is there stays that day: with another date it would be another row."""
        return ("day",) if obj else ()


@admin.register(Setting)
class SettingAdmin(RoleAdmin[Setting]):
    """Numbers of the rule book that an office may set."""

    kept_by_supervisors = True
    list_display = ("label", "value")
    fields = ("label", "value")
    readonly_fields = ("label",)

    @admin.display(description=gettext_lazy("setting"), ordering="key")
    def label(self, setting: Setting) -> str:
        """What the number is about."""
        return setting.label

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The program knows which there are."""
        return False


@admin.register(AccessLogRow)
class AccessLogAdmin(RoleAdmin[AccessLogRow]):
    """Who looked at which private thing, when."""

    list_display = ("at", "by", "what", "thing", "case")
    list_filter = ("what",)
    list_select_related = ("by", "case")
    search_fields = ("case__reference", "by__username")

    @admin.display(description=gettext_lazy("detail"))
    def thing(self, row: AccessLogRow) -> str:
        """Which document or number it was, in the reader's language."""
        first, _space, second = row.detail.partition(" ")
        if first == "document":
            return _("Number of document %(pk)s") % {"pk": second}
        if row.what == AccessLogRow.What.DOCUMENT and second in KIND_LABELS:
            return f"{KIND_LABELS[second]} ({first})"
        fields = (*FilingCase._meta.fields, *Applicant._meta.fields)
        return next((str(f.verbose_name) for f in fields if f.name == row.detail), row.detail)
