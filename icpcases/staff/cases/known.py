"""What a case says of its people and its domain, whole, for whoever holds papers against it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from icpcases.cases.models import AccessLogRow, FilingCase
from icpcases.rules.paper_check import KnownNumber
from icpcases.workflow.actions.checks import account_of

from .history import model_field


@dataclass(frozen=True)
class KnownRow:
    """Something the case says, whole; whether this paper is compared with it, and differs."""

    label: str
    value: str
    compared: bool = False
    differs: bool = False


_KNOWN = (
    "subject_leader", "subject_leader_id", "subject_leader_phone",
    "service_leader", "service_leader_id", "service_leader_phone", "domain_unicode", "province",
)  # fmt: skip


def known_rows(
    case: FilingCase, compared: KnownNumber | None = None, differs: bool = False
) -> list[KnownRow]:
    """What the case says of its people and its domain, private numbers whole."""
    applicant = case.applicant
    certificate = applicant.get_certificate_type_display() or _("certificate number")
    rows: list[tuple[str, str, str | None]] = [
        (_("applicant"), applicant.name, None),
        (certificate, applicant.certificate_number, KnownNumber.CERTIFICATE),
    ]
    for name in _KNOWN:
        label = str(model_field(case, name.replace("_unicode", "")).verbose_name)
        value = str(getattr(case, name) or "")
        rows.append((label, value, name.removesuffix("_unicode")))
    held = [(label, value, compared and place == compared) for label, value, place in rows]
    return [
        KnownRow(label, value or "—", bool(meant), bool(meant) and differs)
        for label, value, meant in held
        if value or meant
    ]


def show_whole_numbers(
    request: HttpRequest, case: FilingCase, detail: str, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """A page on which the numbers of a case stand whole, written down in the access log.

    What was sent and leads on shows nothing.
    """
    by, number = account_of(request.user), AccessLogRow.What.NUMBER
    log = AccessLogRow(what=number, detail=detail, case=case, by=by)
    if request.method != "POST":
        log.save()
    response = answer()
    if request.method == "POST" and response.status_code >= 400:
        log.save()
    return response
