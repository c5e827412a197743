"""Staff see every notice, its latest error, and may have it sent again."""

import datetime as dt

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from icpcases.cases.models import Notice
from icpcases.cases.outbox import send_again, undelivered
from icpcases.cases.permissions import is_working
from icpcases.db.pagination import collected
from icpcases.rules.folding import normal
from icpcases.search.listing import CaseFilter, Listing, Ordering
from icpcases.search.query import query_of

from .kept import RoleAdmin


class UndeliveredFilter(admin.SimpleListFilter):
    """The mails that did not arrive lately: what Today counts."""

    title = gettext_lazy("recent delivery")
    parameter_name = "undelivered"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Did not arrive, or any."""
        return [("1", gettext("did not arrive"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notice]) -> QuerySet[Notice]:
        """Those alone, where it is asked for."""
        if self.value() != "1":
            return queryset
        return queryset.filter(pk__in=undelivered(timezone.now()).values("pk"))


@admin.register(Notice)
class NoticeAdmin(RoleAdmin):
    """Read by every staff role, changed by nobody; officers and supervisors send again."""

    list_display = (
        "created_at", "kind", "case", "address", "about", "state", "attempts", "next_try",
        "error",
    )  # fmt: skip
    list_filter = (UndeliveredFilter, "state", "kind", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("case", "history")
    search_fields = ("address",)
    search_help_text = gettext_lazy("Address, or what finds the case: reference, name, domain")
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50
    actions = ("send_again",)
    fields = (
        "kind", "case", "about", "address", "language", "line", "created_at", "state", "attempts",
        "next_try_at", "deadline", "error", "sent_at", "resent", "being_sent", "message_id",
        "subject", "shown_text",
    )  # fmt: skip
    readonly_fields = fields
    purpose = gettext_lazy("Mail that this program has sent, has still to send, or could not send.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Notice], search_term: str
    ) -> tuple[QuerySet[Notice], bool]:
        """Found by the address, by what it reminds of, or through the case."""
        if not search_term:
            return queryset, False
        listing = Listing(CaseFilter(query=query_of(search_term)), Ordering())
        cases = listing.found
        if listing.total.more:
            said = gettext("Very many cases have this: only notices of the newest are looked for.")
            self.message_user(request, said, messages.WARNING)
        address = normal(search_term)
        ways = (
            Q(address__icontains=address),
            ~Q(key="") & Q(key__icontains=search_term),
            Q(case_id__in=cases),
        )
        return collected(queryset, *ways), False

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Officers and supervisors have a notice sent again."""
        return is_working(request.user)

    @admin.action(description=gettext_lazy("Send again"), permissions=["work"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        """Send the chosen notices once more."""
        done = [notice for notice in queryset if send_again(notice)]
        for notice in done:
            self.log_change(request, notice, gettext("Sent again"))
        self.message_user(
            request,
            ngettext("%(n)d notice will be sent.", "%(n)d notices will be sent.", len(done))
            % {"n": len(done)},
            messages.SUCCESS if done else messages.WARNING,
        )
        if left := queryset.count() - len(done):
            said = ngettext(
                "%(n)d notice is never sent twice, or is just being sent.",
                "%(n)d notices are never sent twice, or are just being sent.",
                left,
            )
            self.message_user(request, said % {"n": left}, messages.WARNING)

    @admin.display(description=gettext_lazy("about"))
    def about(self, notice: Notice) -> str:
        """The step it tells of, or what it reminds of."""
        if notice.history:
            return str(notice.history.get_step_display() or notice.history.get_kind_display())
        return notice.subject or notice.key

    @admin.display(description=gettext_lazy("next try"), ordering="next_try_at")
    def next_try(self, notice: Notice) -> dt.datetime | str:
        """When it is tried again; empty once it is settled."""
        return notice.next_try_at if notice.state == Notice.State.WAITING else ""

    @admin.display(description=gettext_lazy("being sent until"))
    def being_sent(self, notice: Notice) -> dt.datetime | str:
        """Until when a worker has it in hand; empty where none has."""
        return notice.leased_until or ""

    @admin.display(description=gettext_lazy("latest error"))
    def error(self, notice: Notice) -> str:
        """The mail server's words, or our own."""
        return gettext(notice.latest_error) if notice.latest_error else ""

    @admin.display(description=gettext_lazy("text"))
    def shown_text(self, notice: Notice) -> str:
        """What was sent; a sign-in code or an invitation is for its reader's eyes only."""
        return "" if notice.kind == Notice.Kind.LETTER else notice.text
