"""The board: where the work piles up, since when and why, every number a link to its cases."""

import datetime as dt

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from icpcases.cases.forms.fields import DayField
from icpcases.cases.models import Province
from icpcases.reports import cache, drilldown
from icpcases.reports.scope import Scope
from icpcases.rules.facts import Choice, FilingType, ServiceKind
from icpcases.staff.cases.filters import month_name
from icpcases.staff.pages import for_readers, page
from icpcases.types import Cleaned, Text
from icpcases.web.back import remember_list

from . import tables as tables
from .cells import Period
from .panels import panels_of

WEEKS_SHOWN, MOST_WEEKS = 13, 106
PAGE, MONTHS = 100, 24
EARLIEST, LATEST = dt.date(2000, 1, 3), dt.date(2999, 12, 31)


class PeriodForm(forms.Form):
    """Which month, or which whole weeks, Monday to Sunday; and which cases."""

    month = forms.ChoiceField(label=gettext_lazy("month"), required=False)
    since = DayField(
        label=pgettext_lazy("period", "from"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    until = DayField(
        label=pgettext_lazy("period", "to"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    province = forms.ChoiceField(label=gettext_lazy("province"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("filing type"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("service kind"), required=False)

    def __init__(
        self,
        provinces: dict[str, Province],
        data: QueryDict | None = None,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        months = [(month, month_name(month)) for month in _months()]
        self._offer("month", months, gettext_lazy("weeks"))
        self._offer("province", [(code, str(province)) for code, province in provinces.items()])
        self._offer("type", _labelled(FilingType))
        self._offer("kind", _labelled(ServiceKind))

    def _offer(self, name: str, choices: list[tuple[str, str]], none: Text = "") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", none or _("all")), *choices]

    def clean(self) -> dict[str, object]:
        """Both ends of the period, in their order and not too far apart. ValidationError."""
        data = super().clean() or {}
        if data.get("month"):
            # The days in the other two fields are those of what was shown before.
            return data
        until = min(data.get("until") or timezone.localdate(), timezone.localdate())
        if min(until, data.get("since") or until) < EARLIEST:
            raise forms.ValidationError(_("There is nothing before the year 2000."))
        since = data.get("since") or until - dt.timedelta(weeks=WEEKS_SHOWN - 1)
        if since > until:
            raise forms.ValidationError(_("The period ends before it begins."))
        if until - since > dt.timedelta(weeks=MOST_WEEKS - 1):
            raise forms.ValidationError(_("A period may be two years long at most."))
        return {**data, "since": since, "until": until}


def _months() -> list[str]:
    """The months of two years, the newest first, such as 2026-11."""
    today = timezone.localdate()
    newest = today.year * 12 + today.month - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(newest, newest - MONTHS, -1)]


def _labelled(codes: type[Choice]) -> list[tuple[str, str]]:
    return [(code.value, _(code.label)) for code in codes]


def _names(scope: Scope, provinces: dict[str, Province]) -> list[str]:
    """What the cases are narrowed to, in words, for the heading; nothing of what nobody knows."""
    offered = [
        {code: str(province) for code, province in provinces.items()},
        dict(_labelled(FilingType)),
        dict(_labelled(ServiceKind)),
    ]
    asked = (scope.province, scope.type, scope.kind)
    return [names[value] for value, names in zip(asked, offered, strict=True) if value in names]


def chosen(request: HttpRequest, provinces: dict[str, Province]) -> tuple[PeriodForm, Period]:
    """The form, and the period it asks for; the newest weeks where it asks for none."""
    today = timezone.localdate()
    form = PeriodForm(provinces, request.GET or None)
    right = form.is_valid()
    if right and form.cleaned_data.get("month"):
        period = _of_month(form.cleaned_data, today)
        return PeriodForm(provinces, initial=_shown(period)), period
    usual = {"since": today - dt.timedelta(weeks=WEEKS_SHOWN - 1), "until": today}
    data = getattr(form, "cleaned_data", {}) | ({} if right else usual)
    weeks = cache.weeks_between(data["since"], data["until"])
    last = min(weeks[-1] + dt.timedelta(days=6), today)
    period = Period(weeks[0], last, _scope(data))
    if right or not form.is_bound:
        form = PeriodForm(provinces, initial=_shown(period))
    return form, period


def _of_month(data: Cleaned, today: dt.date) -> Period:
    """A calendar month, of which what is still to come is left out."""
    first = dt.date.fromisoformat(f"{data['month']}-01")
    after = (first + dt.timedelta(days=32)).replace(day=1)
    last = min(after - dt.timedelta(days=1), today)
    return Period(first, last, _scope(data), data["month"])


def _scope(data: Cleaned) -> Scope:
    return Scope(*(data.get(name, "") for name in ("province", "type", "kind")))


def _shown(period: Period) -> dict[str, object]:
    return {
        "month": period.month, "since": period.first, "until": period.last, **period.scope.asked,
    }  # fmt: skip


def _beside(period: Period) -> list[tuple[str, str, str]]:
    """The months before and after the one that is shown, else the newest two: place, name, URL."""
    months = _months()[::-1]
    at = months.index(period.month) if period.month else len(months)
    found = [("prev", n) for n in (at - 1,) if n >= 0] + [("next", n) for n in (at + 1,)]
    if not period.month:
        found = [("", at - 2), ("", at - 1)]
    return [
        (place, month_name(months[n]), f"?{urlencode({'month': months[n], **period.scope.asked})}")
        for place, n in found
        if n < len(months)
    ]


@require_safe
@for_readers
def board_page(request: HttpRequest) -> HttpResponse:
    """The figures, at most a minute old."""
    provinces = {province.code: province for province in Province.objects.all()}
    form, period = chosen(request, provinces)
    found = panels_of(period, provinces)
    context = {
        "title": _("Board"),
        "form": form,
        "period": period,
        "months": _beside(period),
        "month_name": month_name(period.month) if period.month else "",
        "narrowed": _names(period.scope, provinces),
        "as_of": found.as_of,
        "waiting": cache.too_old(found.as_of),
        "panels": found.html,
        **found.tables,
    }
    return page(request, "staff/board.html", context)


@require_safe
@for_readers
def behind_page(request: HttpRequest) -> HttpResponse:
    """The cases behind a figure of the board, newest first."""
    figure, detail = request.GET.get("figure", ""), request.GET.get("detail", "")
    days = [_day(request.GET.get(name, "")) for name in ("since", "until")]
    scope = Scope(*(request.GET.get(name, "") for name in ("province", "type", "kind")))
    typed = "".join(scope.asked.values()) + detail
    if figure not in drilldown.FIGURES or not all(days) or "\0" in typed:
        raise Http404
    since, until = (day for day in days if day)
    rows = drilldown.rows_behind(figure, since, until, scope, detail)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = drilldown.after_row(rows, int(after))
    found = drilldown.first_rows(rows, PAGE + 1)
    provinces = Province.objects.in_bulk([scope.province] if scope.province else [])
    context = {
        "title": tables.name_of_figure(figure, detail),
        "since": since,
        "until": until,
        "narrowed": _names(scope, provinces),
        "rows": [tables.line_behind(row) for row in found[:PAGE]],
        "reasons": figure == "about",
        "after": found[PAGE - 1].pk if len(found) > PAGE else None,
        "query": tables.query_without(request.GET, "after"),
    }
    return remember_list(request, page(request, "staff/board_cases.html", context))


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
