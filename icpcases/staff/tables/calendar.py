"""The calendar of working days: its days, its years, and the notice pasted into one box."""

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from icpcases.cases.forms.fields import CountField
from icpcases.cases.forms.tables import CalendarDayForm
from icpcases.cases.models import CalendarDay, CalendarYear
from icpcases.cases.models.deadlines import CALENDAR_YEARS
from icpcases.cases.permissions import is_supervisor
from icpcases.deadlines.calendar_files import (
    BadCalendar,
    Loaded,
    load_calendar,
    plan_calendar,
    read_calendar,
)
from icpcases.staff.pages import for_readers, page
from icpcases.workflow.actions.checks import account_of

from .kept import ExtraContext, RoleAdmin


class NoticeForm(forms.Form):
    """A notice, pasted."""

    text = forms.CharField(
        label=gettext_lazy("The notice, or lines of a CSV file"),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=50_000,
        help_text=gettext_lazy(
            "Such as: 一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。 "
            "A CSV file begins with the line day,kind,name,notice; kind is holiday or workday."
        ),
    )
    year = CountField(
        label=gettext_lazy("The year it is for"),
        required=False,
        min_value=CALENDAR_YEARS[0],
        max_value=CALENDAR_YEARS[-1],
        help_text=gettext_lazy("Leave this empty to use the year in the title of the notice."),
    )
    looked = forms.BooleanField(
        label=gettext_lazy("I have checked what was not read; save without it"), required=False
    )


@require_http_methods(["GET", "POST"])
@for_readers
def notice_page(request: HttpRequest) -> HttpResponse:
    """Paste a notice, look at what it says, and save it."""
    may, plan = is_supervisor(request.user), None
    unread, aside = list[str](), list[str]()
    data = request.POST if may and request.method == "POST" else None
    form = NoticeForm(data, label_suffix="")
    if form.is_valid():
        try:
            notice = read_calendar(form.cleaned_data["text"].encode(), form.cleaned_data["year"])
            plan = plan_calendar(notice.days, notice.year)
            unread, aside = notice.unread, notice.aside
        except BadCalendar as error:
            for sentence in error.sentences:
                form.add_error("text", sentence)
        else:
            if "save" in request.POST and unread and not form.cleaned_data["looked"]:
                form.add_error("looked", _("First check what was not read."))
            elif "save" in request.POST:
                seen = request.POST.get("plan") or "none"
                if done := load_calendar(notice.days, notice.year, account_of(request.user), seen):
                    return _saved(request, done)
                form.add_error(
                    None,
                    _("The calendar has changed since you looked. Check the differences again."),
                )
    context = {
        "title": _("Paste the State Council's notice"), "form": form, "may": may, "plan": plan,
        "unread": unread, "aside": aside, "lines": _lines(plan) if plan else [],
        "opts": CalendarDay._meta,
        "years": CalendarYear.objects.select_related("saved_by"),
    }  # fmt: skip
    refused = request.method == "POST" and bool(form.errors)
    status = 403 if request.method == "POST" and not may else 422 if refused else 200
    return page(request, "staff/calendar_notice.html", context, status)


def _saved(request: HttpRequest, done: Loaded) -> HttpResponse:
    numbers = {
        "year": done.year, "added": len(done.added), "changed": len(done.changed),
        "removed": len(done.removed),
    }  # fmt: skip
    said = _(
        "The calendar of %(year)s is saved. Days added: %(added)s, changed: %(changed)s, removed:"
        " %(removed)s. Due dates are calculated again."
    )
    if done.same:
        said = _("The calendar of %(year)s already says all of this.")
    messages.success(request, said % numbers)
    return HttpResponseRedirect(reverse("admin:cases_calendarday_changelist"))


def _lines(plan: Loaded) -> list[tuple[CalendarDay, str, CalendarDay | None]]:
    """The days that differ, each with what becomes of it and what stood there, in their order."""
    lines = [
        *((day, "added", None) for day in plan.added),
        *((day, "changed", plan.before[day.day]) for day in plan.changed),
        *((day, "removed", None) for day in plan.removed),
    ]
    return sorted(lines, key=lambda line: line[0].day)


class YearFilter(admin.SimpleListFilter):
    """The days of one year."""

    title = gettext_lazy("year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The years that have days, the newest first."""
        years = CalendarDay.objects.order_by("-day__year").values_list("day__year", flat=True)
        return [(str(year), str(year)) for year in years.distinct()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[CalendarDay]
    ) -> QuerySet[CalendarDay]:
        """The days of the chosen year."""
        year = self.value() or ""
        return queryset.filter(day__year=int(year)) if year.isdecimal() else queryset


@admin.register(CalendarDay)
class CalendarDayAdmin(RoleAdmin[CalendarDay]):
    """Public holidays and make-up working days."""

    form = CalendarDayForm
    kept_by_supervisors = True
    deletable = True
    list_display = ("day", "weekday", "kind", "name", "notice")
    list_filter = ("kind", YearFilter)
    change_list_template = "staff/calendar_list.html"
    moves_due_dates = ("day", "kind")
    purpose = gettext_lazy(
        "Working days are Monday to Friday, without public holidays, plus the make-up days. A "
        "change moves the due dates of cases in progress."
    )

    def get_urls(self) -> list[URLPattern]:
        """The page to paste a notice, before the stock ones."""
        view = self.admin_site.admin_view(notice_page)
        return [path("notice/", view, name="cases_calendar_notice"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: ExtraContext = None
    ) -> HttpResponse:
        """The list, and which years are known."""
        years = CalendarYear.objects.order_by("year").values_list("year", flat=True)
        known = {"years": list(years), "may": is_supervisor(request.user)}
        return super().changelist_view(request, {**known, **(extra_context or {})})

    def get_readonly_fields(
        self, request: HttpRequest, obj: CalendarDay | None = None
    ) -> tuple[str, ...]:
        """A day that is there stays that day: with another date it would be another row."""
        return ("day",) if obj else ()

    @admin.display(description=gettext_lazy("weekday"))
    def weekday(self, day: CalendarDay) -> str:
        """Which day of the week it is."""
        return date_format(day.day, "l")


@admin.register(CalendarYear)
class CalendarYearAdmin(RoleAdmin[CalendarYear]):
    """The years whose notice is in the calendar; taken out, dates in them are provisional."""

    kept_by_supervisors = True
    deletable = True
    list_display = ("year", "notice", "saved_at", "saved_by")
    list_select_related = ("saved_by",)
    fields = ("year", "notice")
    moves_due_dates = ("year",)
    purpose = gettext_lazy(
        "The years whose notice is in the calendar. In any other year, due dates are provisional."
        " When you paste a notice, its year is added here."
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: CalendarYear | None = None
    ) -> tuple[str, ...]:
        """A year that is there stays that year."""
        return ("year",) if obj else ()

    def save_model(
        self, request: HttpRequest, obj: CalendarYear, form: forms.ModelForm, change: bool
    ) -> None:
        """Saved, by whom and when."""
        obj.saved_at, obj.saved_by_id = timezone.now(), request.user.pk
        super().save_model(request, obj, form, change)
