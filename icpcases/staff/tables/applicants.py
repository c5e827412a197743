"""Applicants in the admin, each with their cases at a glance."""

from typing import TYPE_CHECKING, Any, TypedDict

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from icpcases.cases.forms.applicants import ApplicantForm, LicenceFields
from icpcases.cases.forms.seen import SeenForm
from icpcases.cases.models import Applicant, FilingCase
from icpcases.cases.permissions import is_working, shown_name
from icpcases.db.pagination import CappedPaginator
from icpcases.rules.numbers import mask, mask_phone
from icpcases.search import index
from icpcases.search.applicants import find_applicants
from icpcases.staff.cases.page import masked_certificate
from icpcases.staff.links import case_url
from icpcases.web.back import safe_back
from icpcases.workflow.route import bars_of

from .access_log import reads_the_log
from .kept import ExtraContext, RoleAdmin

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

SHOWN_CASES, CASES = 5, 50
#: So many of those that fit are listed.
FOUND = 500


class OfEach(TypedDict):
    """What is counted of each applicant on a page."""

    case_count: int


class ApplicantAdminForm(LicenceFields, SeenForm, ApplicantForm):
    """An applicant as the admin edits it: private numbers are shown masked.

    Sent back untouched, a masked number stays as it was.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # As the admin writes the label of a field that it makes itself.
            field.label = capfirst(field.label)
        self.kept: dict[str, str] = {}
        applicant = self.instance
        if applicant.pk and applicant.phone:
            self.keep("phone", applicant.phone)
        if applicant.pk and applicant.number_is_private:
            self.keep("certificate_number", applicant.certificate_number)

    def keep(self, name: str, number: str) -> None:
        """Show a number masked, where it is a field at all: read-only ones are none."""
        if name in self.fields:
            self.initial[name] = mask(number)
            self.kept[mask(number)] = number

    def secret(self, name: str) -> object:
        """The whole number of one that is shown masked."""
        return getattr(self.instance, name) if self.initial.get(name) in self.kept else None

    def clean_phone(self) -> str:
        """The phone as it was, or a new one."""
        typed = str(self.cleaned_data["phone"])
        return self.kept.get(typed) or super().clean_phone()

    def clean_certificate_number(self) -> str:
        """The number as it was, or a new one."""
        typed = str(self.cleaned_data["certificate_number"])
        return self.kept.get(typed, typed)


@admin.register(Applicant)
class ApplicantAdmin(RoleAdmin[Applicant]):
    """Who applies; confirming is done from a case, with the papers at hand."""

    form = ApplicantAdminForm
    list_display = ("name", "certificate", "confirmed_mark", "number_of_cases", "progress")
    search_fields = ("name", "certificate_number", "email")
    list_filter = ("certificate_type",)
    readonly_fields = ("confirmed_at", "confirmer")
    change_form_template = "staff/applicant_change.html"
    masked = {"phone": mask_phone, "certificate_number": mask}
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Applicant]:
        """With each applicant's newest cases, in two queries."""
        cases = FilingCase.objects.order_by("-pk").only("pk", "reference", "state", "applicant")
        of_each = FilingCase.objects.filter(applicant=OuterRef("pk")).order_by()
        number = of_each.values("applicant").annotate(number=Count("pk")).values("number")
        # Counted for the page's rows only, not for all to be joined and grouped.
        counted = super().get_queryset(request).annotate(case_count=Coalesce(Subquery(number), 0))
        return counted.prefetch_related(Prefetch("cases", cases))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Applicant], search_term: str
    ) -> tuple[QuerySet[Applicant], bool]:
        """Found as everywhere: by name, number, telephone, mail, or one of their cases."""
        if not search_term:
            return queryset.filter(joined_to__isnull=True), False
        return queryset.filter(pk__in=find_applicants(search_term, FOUND)), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The list, and that it has an end which is not that of the table, where that is so."""
        response = super().changelist_view(request, extra_context)
        table = (getattr(response, "context_data", None) or {}).get("cl")
        if table and table.paginator.counted.more:
            said = _("Only the first %(n)s can be paged through: search for the others.")
            messages.warning(request, said % {"n": f"{table.paginator.count:,}"})
        return response

    def response_change(self, request: HttpRequest, obj: Applicant) -> HttpResponse:
        """Back to the case or page from which the applicant was corrected."""
        back = safe_back(request, "")
        if not back:
            return super().response_change(request, obj)
        messages.success(request, _("The applicant is corrected: %(name)s.") % {"name": obj.name})
        return HttpResponseRedirect(back)

    def save_model(
        self, request: HttpRequest, obj: Applicant, form: forms.ModelForm, change: bool
    ) -> None:
        """Saved, and found by what it is called now."""
        super().save_model(request, obj, form, change)
        index.keep_applicant(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Officers add applicants."""
        return is_working(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Applicant | None = None) -> bool:
        """Officers correct an applicant; once confirmed the certificate is read-only, and a
        record that was joined to another stays as it was."""
        return is_working(request.user) and not (obj and obj.joined_to_id)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Applicant | None = None
    ) -> tuple[str, ...]:
        """A confirmed certificate stays as it was confirmed."""
        if obj and obj.confirmed:
            return (*self.readonly_fields, "certificate_type", "certificate")
        return self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Applicant | None = None) -> tuple[str, ...]:
        """The number stands masked where it may not be edited."""
        reads = not self.has_change_permission(request, obj)
        number = "certificate" if reads or (obj and obj.confirmed) else "certificate_number"
        contact = ("masked_phone",) if reads else ("phone",)
        return ("name", "certificate_type", number, *contact, "email", "language",
                "licence_number", "licence_issued_on", "licence_expires_on",
                "confirmed_at", "confirmer")  # fmt: skip

    @admin.display(description=_("certificate number"))
    def certificate(self, applicant: Applicant) -> str:
        """The number, masked where it is a person's."""
        return masked_certificate(applicant)

    @admin.display(description=_("phone"))
    def masked_phone(self, applicant: Applicant) -> str:
        """The phone, masked."""
        return mask_phone(applicant.phone) if applicant.phone else ""

    @admin.display(description=_("confirmed"), boolean=True, ordering="confirmed_at")
    def confirmed_mark(self, applicant: Applicant) -> bool:
        """Whether an officer has confirmed who it is."""
        return applicant.confirmed

    @admin.display(description=_("confirmed by"))
    def confirmer(self, applicant: Applicant) -> str:
        """The colleague's name."""
        return shown_name(applicant.confirmed_by) if applicant.confirmed_by else ""

    @admin.display(description=_("cases"))
    def number_of_cases(self, applicant: "WithAnnotations[Applicant, OfEach]") -> int:
        """How many cases there are."""
        return applicant.case_count

    @admin.display(description=_("progress"))
    def progress(self, applicant: Applicant) -> str:
        """The newest cases, each with its state."""
        cases = list(applicant.cases.all())[:SHOWN_CASES]
        shown = {"cases": [(case, case_url(case)) for case in cases]}
        return render_to_string("staff/_progress.html", shown)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: ExtraContext = None,
    ) -> HttpResponse:
        """The stock page with the applicant's cases and the bar of each."""
        digits = object_id.isascii() and object_id.isdigit() and len(object_id) < 19
        theirs = FilingCase.objects.with_names().order_by("-pk")
        theirs = theirs.filter(applicant=int(object_id)) if digits else theirs.none()
        pages = Paginator(theirs, CASES).get_page(request.GET.get("cases"))
        cases = list(pages.object_list)
        shown = {
            "cases": list(zip(cases, bars_of(cases), strict=True)),
            "pages": pages,
            "reads_log": reads_the_log(request.user),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})
