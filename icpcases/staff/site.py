"""The admin site of the office."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from icpcases.cases.permissions import is_staff_role
from icpcases.staff.applicants.views import apart_page, compare_page, twins_page, unconfirm_page
from icpcases.staff.board.views import behind_page, board_page
from icpcases.staff.cases.judging import judge_queue_page
from icpcases.staff.colleagues.views import (
    add_colleague_page,
    colleague_page,
    colleagues_page,
)
from icpcases.staff.home.views import home_context, next_page
from icpcases.staff.palette import palette
from icpcases.staff.register.entries import (
    access_page,
    correction_page,
    loss_page,
    service_entry_page,
    subject_page,
)
from icpcases.staff.register.orders import order_page, order_step_page, submit_page
from icpcases.staff.register.portfolio import portfolio_page, service_page
from icpcases.staff.register.services import services_page
from icpcases.web.addresses import page_of
from icpcases.web.back import remember_list

_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


class StaffSite(AdminSite):
    """Django's admin for officers, supervisors and auditors, and for whoever keeps accounts."""

    site_header = _("ICP filing cases")
    site_title = _("ICP filing cases")
    index_title = _("Office")
    site_url = None
    # The list and the case page need the width; the menu stands in the header.
    enable_nav_sidebar = False
    index_template = "staff/home.html"

    def index(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> TemplateResponse:
        """The day: what to take next, what nobody has, and the tables."""
        context = {**home_context(request), "title": _("Today"), **(extra_context or {})}
        return remember_list(request, super().index(request, context))

    def admin_view(self, view: _View, cacheable: bool = False) -> _View:
        """The stock guard; after a click whose session was over, back to where the button stood.

        Who only looks at the address that signs out is led to the start.
        """
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            posted, signing_out = request.method == "POST", request.path == reverse("admin:logout")
            if signing_out and not posted:
                return HttpResponseRedirect(reverse("admin:index"))
            if posted and not signing_out and not self.has_permission(request):
                return redirect_to_login(page_of(request), reverse("account_login"))
            return guarded(request, *args, **kwargs)

        return cast("_View", inner)

    def each_context(self, request: HttpRequest) -> dict[str, object]:
        """What every page's frame shows; the list of all tables stands on the start page only."""
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": self.site_url,
            "has_permission": self.has_permission(request),
            "is_popup": False,
            "is_nav_sidebar_enabled": self.enable_nav_sidebar,
            "log_entries": self.get_log_entries(request),
        }

    def has_permission(self, request: HttpRequest) -> bool:
        """A staff role opens the admin; a superuser without one keeps accounts only."""
        user = request.user
        return bool(user.is_active and user.is_staff and (user.is_superuser or is_staff_role(user)))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The way to the next case and the board, before the stock pages."""
        pages = (
            ("next/", next_page, "next"),
            ("find/", palette, "cases_find"),
            ("judge/", judge_queue_page, "judge"),
            ("board/", board_page, "cases_board"),
            ("board/cases/", behind_page, "cases_board_cases"),
            ("staff/", colleagues_page, "cases_colleagues"),
            ("staff/add/", add_colleague_page, "cases_add_colleague"),
            ("staff/<int:pk>/", colleague_page, "cases_colleague"),
            ("portfolio/<int:pk>/", portfolio_page, "cases_portfolio"),
            ("portfolio/<int:pk>/subject/", subject_page, "cases_found_subject"),
            ("portfolio/<int:pk>/service/", service_entry_page, "cases_found_service"),
            ("portfolio/<int:pk>/submit/", submit_page, "cases_submit_together"),
            ("orders/<int:pk>/", order_page, "cases_order"),
            ("orders/<int:pk>/step/<str:step>/", order_step_page, "cases_order_step"),
            ("applicants/<int:pk>/", twins_page, "cases_applicant_twins"),
            ("applicants/<int:pk>/with/<int:other>/", compare_page, "cases_applicant_compare"),
            ("applicants/<int:pk>/unconfirm/", unconfirm_page, "cases_applicant_unconfirm"),
            ("applicants/joins/<int:pk>/", apart_page, "cases_applicant_apart"),
            ("services/", services_page, "cases_services"),
            ("service/<int:pk>/", service_page, "cases_service"),
            ("service/<int:pk>/access/", access_page, "cases_found_access"),
            ("service/<int:pk>/correct/", correction_page, "cases_correct_service"),
            ("service/<int:pk>/loss/", loss_page, "cases_lost_service"),
            ("service/<int:pk>/access/<int:access>/loss/", loss_page, "cases_lost_access"),
        )
        return [
            *(path(route, self.admin_view(view), name=name) for route, view, name in pages),
            *super().get_urls(),
        ]
