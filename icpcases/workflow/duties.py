"""The two duties after the filing: the number in the footer, and the public-security filing."""

import datetime as dt
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase, Service
from icpcases.deadlines.clocks import clock_in_words
from icpcases.lifecycle.states import WITH_NUMBER, State
from icpcases.lifecycle.steps import Step
from icpcases.rules.facts import ServiceKind
from icpcases.types import Text

#: The ministry's public register, to which the number in the footer must lead.
REGISTER = "https://beian.miit.gov.cn/"


@dataclass(frozen=True)
class Duty:
    """A duty of the applicant: done on a day, or still to do until one; which step closes it."""

    step: Step
    name: str
    says: str
    done_on: dt.date | None
    number: str = ""
    due: dt.datetime | None = None
    overdue: bool = False
    recordable: bool = False
    #: What its step is called.
    label: Text = ""

    @property
    def key(self) -> str:
        """The name of its step."""
        return self.step.value


def duties_of(case: FilingCase) -> list[Duty]:
    """What a filing obliges to; none before there is a number, nor after it is cancelled."""
    service = case.service
    if service is None or case.is_at not in WITH_NUMBER or service.state == "cancelled":
        return []
    return [_footer(case, service), _public_security(case, service)]


def footer_snippet(case: FilingCase) -> str:
    """HTML for the site's footer: the number, linked to the ministry's register; for an App the
    number and the address that it leads to.

    A text to copy: on a page it is escaped like any other.
    """
    number = escape(case.service.number) if case.service else ""
    if case.kind != ServiceKind.WEBSITE:
        return f"{number} {REGISTER}"
    return f'<a href="{REGISTER}" target="_blank" rel="noopener">{number}</a>'


def _footer(case: FilingCase, service: Service) -> Duty:
    name, says = (
        _("Number in the footer"),
        _("The footer of every page shows the ICP number, linked to the ministry's register."),
    )
    if case.kind != ServiceKind.WEBSITE:
        name, says = (
            _("Number in the settings"),
            _("The settings show the ICP number, linked to the ministry's register."),
        )
    step = Step.RECORD_FOOTER
    return Duty(step, name, says, service.footer_on, **_openness(case, step))


def _public_security(case: FilingCase, service: Service) -> Duty:
    step, waiting = Step.RECORD_PUBLIC_SECURITY, service.public_security_on is None
    running = waiting and case.is_at == State.OPEN
    span = clock_in_words(State.OPEN, case.province)
    if case.kind == ServiceKind.WEBSITE:
        says = _("The site is registered with public security after its opening.")
        within = _("The site is registered with public security within %(span)s of its opening.")
    else:
        says = _("It is registered with public security after it is listed.")
        within = _("It is registered with public security within %(span)s of being listed.")
    if span:
        says = within % {"span": span}
    return Duty(
        step, _("Public-security filing"), says, service.public_security_on,
        service.public_security_number, case.due_at if running else None,
        running and case.overdue, **_openness(case, step),
    )  # fmt: skip


def _openness(case: FilingCase, step: Step) -> dict[str, Any]:
    label = case.step_words(step).label
    return {"recordable": case.is_at in step.about.sources, "label": label}
