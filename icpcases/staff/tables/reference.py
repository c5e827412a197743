"""The tables staff keep: officers read them, supervisors keep them, nobody deletes history."""

from contextlib import suppress
from typing import Unpack

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icpcases.cases.forms.provinces import ProvinceAnswerForm
from icpcases.cases.forms.seen import Data, Files, FormOptions
from icpcases.cases.forms.tables import ClockForm, PlacesField, ProviderForm, SettingForm
from icpcases.cases.models import Clock, Provider, Province, ProvinceAnswer, Setting
from icpcases.cases.permissions import is_working, shown_name
from icpcases.staff.cases.copy_sheet import SHEET_FIELDS, SHEET_LABELS
from icpcases.staff.pages import page
from icpcases.web.back import safe_back
from icpcases.web.changes import sending_of
from icpcases.workflow.actions.provinces import answer_of_province
from icpcases.workflow.sendings import MadeAlready, Sent

from .kept import ExtraContext, RoleAdmin


@admin.register(Province)
class ProvinceAdmin(RoleAdmin[Province]):
    """Provinces; the forum answer has a page of its own, where it is recorded who asked."""

    kept_by_supervisors = True
    list_display = (
        "code", "name_zh", "name_en", "icp_character", "administration", "phone", "answer",
        "checked_on", "review_days",
    )  # fmt: skip
    fields = (
        "code", "name_zh", "name_en", "icp_character", "administration", "phone", "website",
        "review_days", "notes", "accepts_forums", "checked_on", "asker", "source",
    )  # fmt: skip
    purpose = gettext_lazy(
        "The communications administrations that decide on filings. Their answer about forums is "
        "recorded on a page of its own."
    )
    list_display_links = ("code", "name_zh")
    list_filter = ("accepts_forums",)
    search_fields = ("code", "name_en", "name_zh", "icp_character")
    readonly_fields = (
        "code",
        "icp_character",
        "accepts_forums",
        "checked_on",
        "asker",
        "source",
    )
    change_form_template = "staff/province_change.html"
    moves_due_dates = ("review_days",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There are 31."""
        return False

    @admin.display(description=gettext_lazy("asked by"))
    def asker(self, province: Province) -> str:
        """The colleague's name."""
        return shown_name(province.checked_by) if province.checked_by else ""

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
        with suppress(MadeAlready):
            sent = Sent(sending_of(request), back)
            answer_of_province(province, request.user, form.cleaned_data, sent)
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


class ProviderTableForm(ProviderForm):
    """A provider, with what a copy sheet can show."""

    def __init__(
        self, data: Data | None = None, files: Files | None = None, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, files, **options)
        places = self.fields["copy_order"]
        assert isinstance(places, PlacesField)
        places.set_things(SHEET_FIELDS)


@admin.register(Provider)
class ProviderAdmin(RoleAdmin[Provider]):
    """Providers and how each works."""

    form = ProviderTableForm
    kept_by_supervisors = True
    list_display = ("name", "phone", "order_life_days", "warnings", "review_days", "active")
    moves_due_dates = ("review_days",)
    purpose = gettext_lazy(
        "The cloud providers that file for our applicants. A change takes effect at once, also "
        "for cases in progress."
    )
    _about = (
        "name", "phone", "website", "order_life_days", "order_life_from", "order_life_while",
    )  # fmt: skip
    _more = (
        "review_days", "services_per_order", "order_number_format", "order_number_example",
        "active",
    )  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Provider | None = None) -> tuple[str, ...]:
        """What is typed as fields of its own kind is read as words."""
        if self.has_change_permission(request, obj):
            return (*self._about, "warn_days", *self._more, "copy_order")
        return (*self._about, "warnings", *self._more, "sheet")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Provider | None = None
    ) -> tuple[str, ...]:
        """The same two, for whoever reads only."""
        return () if self.has_change_permission(request, obj) else ("warnings", "sheet")

    @admin.display(description=gettext_lazy("warn after days"))
    def warnings(self, provider: Provider) -> str:
        """As people write numbers."""
        days = provider.warn_days
        return ", ".join(map(str, days)) if isinstance(days, list) else str(days)

    @admin.display(description=gettext_lazy("order on the copy sheet"))
    def sheet(self, provider: Provider) -> str:
        """What the sheet shows, by its names."""
        return ", ".join(str(SHEET_LABELS[k]) for k in provider.copy_order if k in SHEET_LABELS)


@admin.register(Clock)
class ClockAdmin(RoleAdmin[Clock]):
    """Turn clocks per state, and per province and provider where they differ there."""

    form = ClockForm
    kept_by_supervisors = True
    deletable = True
    list_display = ("state", "province", "provider", "amount", "unit")
    list_select_related = ("province", "provider")
    empty_value_display = gettext_lazy("all")
    fields = ("state", "province", "provider", "amount", "unit")
    moves_due_dates = ("state", "province", "provider", "amount", "unit")
    purpose = gettext_lazy(
        "How long a case may stay in a state before it is overdue. The clock stops while it is "
        "somebody else's turn."
    )


@admin.register(Setting)
class SettingAdmin(RoleAdmin[Setting]):
    """Numbers of the rule book that an office may set."""

    form = SettingForm
    kept_by_supervisors = True
    list_display = ("label", "value")
    fields = ("label", "value")
    readonly_fields = ("label",)
    purpose = gettext_lazy("Numbers that the office sets for itself.")

    @admin.display(description=gettext_lazy("setting"), ordering="key")
    def label(self, setting: Setting) -> str:
        """What the number is about."""
        return setting.label

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The program knows which there are."""
        return False
