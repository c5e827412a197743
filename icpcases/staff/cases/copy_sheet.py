"""Everything a provider's form asks of a case, whole, in its order, to be copied value by value."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from icpcases.cases.lookups import subject_of
from icpcases.cases.models import AccessLogRow, FilingCase, Order, Provider, SubjectFiling
from icpcases.rules.apps import APP_FEATURES
from icpcases.staff.pages import for_working, get_case_for_user, page
from icpcases.types import Text
from icpcases.workflow.actions.checks import account_of
from icpcases.workflow.casefile import CaseFile


@dataclass(frozen=True)
class SheetSource:
    """What a sheet is filled from."""

    case: FilingCase
    subject: SubjectFiling | None
    order: Order | None


def _of_applicant(name: str) -> Callable[[SheetSource], object]:
    return lambda source: getattr(source.case.applicant, name)


def _of_case(name: str) -> Callable[[SheetSource], object]:
    return lambda source: getattr(source.case, name)


def _of_subject(name: str) -> Callable[[SheetSource], object]:
    """The errand's own value, else what the register holds of the subject."""
    return lambda source: getattr(source.case, name) or getattr(source.subject, name, "")


def _of_service(name: str) -> Callable[[SheetSource], object]:
    """The errand's own value, else what the register holds of the service."""
    return lambda source: getattr(source.case, name) or getattr(source.case.service, name, "")


#: Key, label and value, in the order most providers' forms ask: the subject, then the service.
_FIELDS: tuple[tuple[str, Text, Callable[[SheetSource], object]], ...] = (
    ("applicant_type", _("applicant type"), lambda s: s.case.get_applicant_type_display()),
    ("province", _("province"), _of_case("province")),
    ("applicant_name", _("name of the applicant"),
     lambda s: s.case.subject_name or s.case.applicant.name),
    ("certificate_type", _("certificate type"),
     lambda s: s.case.applicant.get_certificate_type_display()),
    ("certificate_number", _("certificate number"), _of_applicant("certificate_number")),
    ("subject_number", _("subject number"), lambda s: s.subject.number if s.subject else ""),
    ("subject_leader", _("subject leader"), _of_subject("subject_leader")),
    ("subject_leader_id", _("subject leader's ID number"), _of_subject("subject_leader_id")),
    ("subject_leader_phone", _("subject leader's phone"), _of_subject("subject_leader_phone")),
    ("applicant_phone", _("applicant's phone"), _of_applicant("phone")),
    ("applicant_email", _("applicant's e-mail"), _of_applicant("email")),
    ("service_kind", _("service kind"), lambda s: s.case.get_service_kind_display()),
    ("site_name", _("site name"),
     lambda s: s.case.site_name or getattr(s.case.service, "name", "")),
    ("domain", _("domain"), _of_case("domain_unicode")),
    ("ip_address", _("IP address"), _of_case("ip_address")),
    ("service_number", _("service number"), lambda s: getattr(s.case.service, "number", "")),
    ("service_leader", _("service leader"), _of_service("service_leader")),
    ("service_leader_id", _("service leader's ID number"), _of_service("service_leader_id")),
    ("service_leader_phone", _("service leader's phone"), _of_service("service_leader_phone")),
    ("app_features", _("App features"), _of_case("app_features")),
    ("protocol", _("protocol"), lambda s: s.case.get_protocol_display()),
    ("server_region", _("server region"), lambda s: s.case.get_server_region_display()),
    ("order_number", _("order number"), lambda s: s.order.number if s.order else ""),
    ("reference", _("reference"), _of_case("reference")),
)  # fmt: skip
SHEET_FIELDS = [(key, label) for key, label, _value in _FIELDS]
SHEET_LABELS = dict(SHEET_FIELDS)
_VALUES = {key: value for key, _label, value in _FIELDS}


class SheetForm(forms.Form):
    """For which provider's form."""

    provider = forms.ModelChoiceField(
        Provider.objects.filter(active=True),
        label=_("provider"),
        required=False,
        empty_label=_("the usual order"),
    )


@require_http_methods(["GET", "POST"])
@for_working
def copy_sheet_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet; that somebody looked at it is one row of the access log.

    A mere look at the address shows no number: the sheet opens by its button.
    """
    case = get_case_for_user(pk, request.user)
    order = CaseFile(case).live_order
    first = order.provider if order else None
    posted = request.method == "POST"
    data = request.POST if "provider" in request.POST else None
    form = SheetForm(data, initial={"provider": first})
    provider = first
    if form.is_bound:
        provider = form.cleaned_data["provider"] if form.is_valid() else None
    context: dict[str, object] = {
        "case": case, "title": _now("Copy sheet"), "form": form, "provider": provider,
        "shown": posted,
    }  # fmt: skip
    if posted:
        AccessLogRow.objects.create(
            what=AccessLogRow.What.SHEET, detail="", case=case, by=account_of(request.user)
        )
        source = SheetSource(case, subject_of(case.applicant_id), order)
        context["rows"] = list(sheet_rows(source, provider))
    return page(request, "staff/copy_sheet.html", context)


def sheet_rows(source: SheetSource, provider: Provider | None) -> Iterator[tuple[str, str]]:
    """Label and whole value, in the provider's order; what the case does not have is left out."""
    own = [key for key in provider.copy_order if key in _VALUES] if provider else []
    for key in own or _VALUES:
        value = _VALUES[key](source)
        if key == "app_features":
            yield from _features(value)
        elif value not in (None, ""):
            yield capfirst(str(SHEET_LABELS[key])), str(value)


def _features(features: object) -> Iterator[tuple[str, str]]:
    given = features if isinstance(features, dict) else {}
    for platform, labels in APP_FEATURES.items():
        for name, label in labels.items():
            if value := given.get(platform, {}).get(name):
                yield _now(label), str(value)
