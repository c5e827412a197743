"""The filters beside the list of cases."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import Province
from icpcases.cases.roles import shown_name
from icpcases.cases.states import Phase, State
from icpcases.rules.rule import Party

from .edit_views import working_users


class Filter(SimpleListFilter):
    """A filter that stands folded while it is not in use, unless it is short."""

    template = "staff/filter.html"
    short = True

    @property
    def opened(self) -> bool:
        """Whether its choices are in sight."""
        return self.short or self.value() is not None


class PhaseFilter(Filter):
    """By phase: all the states of it."""

    title = _("phase")
    parameter_name = "phase"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return Phase.choices

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() not in Phase.values:
            return queryset
        return queryset.filter(state__in=[s for s in State if s.phase == self.value()])


class StateFilter(Filter):
    """By state."""

    short = False
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return State.choices

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


class TurnFilter(Filter):
    """By whose turn it is."""

    title = _("turn")
    parameter_name = "turn"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [(p.value, _(p.label)) for p in Party if p != Party.SUPERVISOR]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(turn=self.value()) if self.value() else queryset


class OfficerFilter(Filter):
    """By officer: mine, nobody's, or another's."""

    title = _("officer")
    parameter_name = "officer"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        others = [
            (str(user.pk), shown_name(user)) for user in working_users() if user != request.user
        ]
        return [("mine", _("mine")), ("nobody", _("nobody")), *others]

    def queryset(self, request: Any, queryset: Any) -> Any:
        value = self.value()
        if value == "mine":
            return queryset.filter(officer=request.user)
        if value == "nobody":
            return queryset.filter(officer__isnull=True)
        if value and value.isascii() and value.isdigit() and len(value) < 10:
            return queryset.filter(officer=int(value))
        return queryset


class ProvinceFilter(Filter):
    """By province."""

    short = False
    title = _("province")
    parameter_name = "province"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [(province.pk, str(province)) for province in Province.objects.all()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        value = self.value()
        return queryset.filter(province=value) if value and "\0" not in value else queryset


class OverdueFilter(Filter):
    """Only those whose turn has lasted too long, or will end today."""

    title = _("due")
    parameter_name = "due"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [("over", _("overdue")), ("today", _("due today"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        now = timezone.now()
        if self.value() == "over":
            return queryset.filter(due_at__lt=now)
        if self.value() == "today":
            end = timezone.localtime(now).replace(hour=23, minute=59, second=59)
            return queryset.filter(due_at__gte=now, due_at__lte=end)
        return queryset
