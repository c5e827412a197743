"""The access log: who looked at which private thing of whom, when."""

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icpcases.cases.forms.fields import DayField
from icpcases.cases.forms.tables import DayInput
from icpcases.cases.models import AccessLogRow, Applicant, FilingCase
from icpcases.cases.models.documents import KINDS
from icpcases.cases.permissions import shown_name, staff_roles
from icpcases.lifecycle.roles import Actor, Role
from icpcases.rules.folding import certificate_key, one_width, typed_code
from icpcases.staff.pages import page

from .kept import ExtraContext, RoleAdmin

_KIND_LABELS = dict(KINDS)
_FIELD_LABELS = {
    f.name: f.verbose_name for f in (*FilingCase._meta.fields, *Applicant._meta.fields)
}
PAGE = 50


class PersonField(forms.ModelChoiceField):
    """A colleague or an applicant's person, by name."""

    def label_from_instance(self, obj: User) -> str:
        """As colleagues read the name."""
        return shown_name(obj)


class LookedForm(forms.Form):
    """What of the log is shown."""

    by = PersonField(
        User.objects.filter(is_staff=True).order_by("username"),
        label=gettext_lazy("Who looked"), required=False, empty_label=gettext_lazy("anybody"),
    )  # fmt: skip
    what = forms.ChoiceField(
        label=gettext_lazy("At what"), required=False,
        choices=[("", gettext_lazy("anything")), *AccessLogRow.What.choices],
    )  # fmt: skip
    since = DayField(label=gettext_lazy("From"), required=False, widget=DayInput)
    until = DayField(label=gettext_lazy("Until"), required=False, widget=DayInput)
    whose = forms.CharField(
        label=gettext_lazy("Whose data"), required=False, max_length=200,
        help_text=gettext_lazy("Certificate number, name of the applicant, or case."),
    )  # fmt: skip

    def rows(self) -> QuerySet[AccessLogRow]:
        """The rows that are asked for, the newest first."""
        rows = AccessLogRow.objects.order_by("-pk")
        if not self.is_valid():
            return rows
        asked = self.cleaned_data
        if asked["by"]:
            rows = rows.filter(by=asked["by"])
        if asked["what"]:
            rows = rows.filter(what=asked["what"])
        if asked["since"]:
            rows = rows.filter(at__gte=_midnight(asked["since"]))
        if asked["until"]:
            rows = rows.filter(at__lt=_midnight(asked["until"] + dt.timedelta(days=1)))
        if asked["whose"]:
            rows = rows.filter(case__in=_cases_of(asked["whose"]))
        return rows

    def clean_until(self) -> dt.date | None:
        """A day after which there is another. Raises ValidationError."""
        until: dt.date | None = self.cleaned_data["until"]
        if until and until >= dt.date(9999, 12, 31):
            raise forms.ValidationError(_("%s lies too far away.") % until)
        return until


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _cases_of(words: str) -> QuerySet[FilingCase]:
    """The cases of a certificate number, an applicant's name or a reference."""
    name = one_width(words).strip()
    theirs = Applicant.objects.filter(
        Q(certificate_number__iexact=certificate_key(words))
        | Q(name__icontains=name)
        | Q(name__icontains=words)
    )
    return FilingCase.objects.filter(
        Q(reference__iexact=typed_code(words)) | Q(applicant__in=theirs)
    ).order_by()


@dataclass(frozen=True)
class Looked:
    """A row of the log, in the reader's words."""

    row: AccessLogRow
    what: str


def looked_in_words(row: AccessLogRow) -> str:
    """What was looked at."""
    first, _blank, rest = row.detail.partition(" ")
    if row.what == AccessLogRow.What.SHEET:
        return _("Copy sheet, all values in full")
    if row.what == AccessLogRow.What.NUMBER:
        if first == "document":
            return _("Full number on document %(pk)s") % {"pk": rest}
        if first == "judging":
            of_what, _blank, pk = rest.partition(" ")
            sentence = _("All numbers in full, while judging document %(pk)s")
            if of_what == "request":
                sentence = _("All numbers in full, while judging request %(pk)s")
            return sentence % {"pk": pk}
        label = _FIELD_LABELS.get(row.detail, row.detail)
        return _("%(number)s in full") % {"number": label}
    kind, _blank, paged = rest.partition(" page ")
    if kind.endswith(" small"):
        names = {"document": _KIND_LABELS.get(kind[: -len(" small")], kind), "pk": first}
        return _("%(document)s (document %(pk)s), a small picture") % names
    names = {"document": _KIND_LABELS.get(kind, kind), "page": paged, "pk": first}
    if paged:
        return _("%(document)s (document %(pk)s), page %(page)s") % names
    return _("%(document)s (document %(pk)s)") % names


def reads_the_log(user: Actor) -> bool:
    """Supervisors and auditors ask who looked at what."""
    return bool(staff_roles(user) & {Role.SUPERVISOR, Role.AUDITOR})


@admin.register(AccessLogRow)
class AccessLogAdmin(RoleAdmin[AccessLogRow]):
    """A page of its own; nobody changes it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever reads it sees it on the front page."""
        return reads_the_log(request.user)

    def has_view_permission(self, request: HttpRequest, obj: AccessLogRow | None = None) -> bool:
        """Supervisors and auditors."""
        return reads_the_log(request.user)

    def changelist_view(
        self, request: HttpRequest, extra_context: ExtraContext = None
    ) -> HttpResponse:
        """The log, filtered by person, day, thing, and whose data it was; turned by key."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = LookedForm(request.GET or None, label_suffix="")
        rows = form.rows() if form.is_bound else AccessLogRow.objects.order_by("-pk")
        before = request.GET.get("before", "")
        if before.isascii() and before.isdigit() and len(before) < 19:
            rows = rows.filter(pk__lt=int(before))
        found = list(rows.select_related("by", "case__applicant")[: PAGE + 1])
        query = request.GET.copy()
        query.pop("before", None)
        first = query.urlencode()
        if len(found) > PAGE:
            query["before"] = str(found[PAGE - 1].pk)
        context = {
            "title": _("Who looked at what"),
            "opts": self.opts,
            "form": form,
            "looked": [Looked(row, looked_in_words(row)) for row in found[:PAGE]],
            "older": query.urlencode() if len(found) > PAGE else "",
            "newest": first if before else None,
        }
        return page(request, "staff/access_log.html", context)
