"""The facts of a case as they once were, read back from its history, two versions side by side."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from icpcases.cases.models import FilingCase, HistoryRow, Province
from icpcases.rules.facts import FACT_FIELDS
from icpcases.staff.pages import get_case_for_user, page
from icpcases.web.errand_panel import changes_shown, shown_value

from .history import model_field

VERSIONED = (
    *("province_id" if name == "province" else name for name in FACT_FIELDS),
    "site_name", "domain_unicode", "ip_address", "subject_name", "subject_leader",
    "subject_leader_phone", "subject_leader_id", "service_leader", "service_leader_phone",
    "service_leader_id", "app_features",
)  # fmt: skip


@dataclass(frozen=True)
class Version:
    """The facts as they were from one history row until the next that changed them."""

    row: HistoryRow
    values: dict[str, object]

    @property
    def number(self) -> int:
        """The number of its history row in the case."""
        return self.row.sequence


def versions_of(case: FilingCase) -> list[Version]:
    """Every version of the facts, the present one first, in one query."""
    rows = case.history.filter(Q(sequence=1) | Q(changes__has_key="fields")).order_by("-sequence")
    values = {name: getattr(case, name) for name in VERSIONED}
    found = []
    for row in rows.select_related("by").defer("findings", "reasons"):
        changed = row.changes.get("fields", {})
        before = {name: changed[name][0] for name in VERSIONED if name in changed}
        if before or row.sequence == 1:
            found.append(Version(row, values))
            values = {**values, **before}
    return found


@dataclass(frozen=True)
class Compared:
    """A fact in both versions; the whole values decide whether it changed, not the masked ones."""

    label: str
    old: str
    new: str
    changed: bool


@require_safe
def versions_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose two versions and see what differs: at first the newest and the one before."""
    case = get_case_for_user(pk, request.user)
    versions = versions_of(case)
    by_number = {str(version.number): version for version in versions}
    new = by_number.get(request.GET.get("new", ""), versions[0])
    old = by_number.get(request.GET.get("old", ""), versions[min(1, len(versions) - 1)])
    lines = compared(case, old, new)
    context = {
        "case": case,
        "title": _("Versions of the facts"),
        "versions": versions,
        "old": old,
        "new": new,
        "lines": lines,
        "changed": sum(line.changed for line in lines),
    }
    return page(request, "staff/versions.html", context)


def compared(case: FilingCase, old: Version, new: Version) -> list[Compared]:
    """Every fact in both versions, personal numbers masked."""
    codes = {version.values["province_id"] for version in (old, new)} - {None}
    provinces = {p.code: str(p) for p in Province.objects.filter(code__in=codes)}
    found = []
    for name in VERSIONED:
        label = str(model_field(case, name).verbose_name)
        before, after = old.values[name], new.values[name]
        old_shown, new_shown = (
            provinces.get(str(value)) or shown_value(case, name, value) for value in (before, after)
        )
        changed = _known(before) != _known(after)
        if changed and name == "app_features":
            shown = changes_shown(case, name, before, after)
            found += [Compared(change.label, change.old, change.new, True) for change in shown]
            continue
        found.append(Compared(label, old_shown, new_shown, changed))
    return found


def _known(value: object) -> object:
    """Not given is the same, however a field keeps it."""
    return None if value == "" else value
