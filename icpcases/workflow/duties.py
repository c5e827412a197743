"""The two duties after the filing: the number in the footer, and the public-security filing."""

import datetime as dt
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from icpcases.cases.models import FilingCase
from icpcases.deadlines.clocks import clock_in_words
from icpcases.lifecycle.states import WITH_NUMBER, State
from icpcases.lifecycle.steps import Step

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

    @property
    def key(self) -> str:
        """The name of its step."""
        return self.step.value


def duties_of(case: FilingCase) -> list[Duty]:
    """What a filing obliges to; none before there is a number, nor after it is cancelled."""
    return [_footer(case), _public_security(case)] if case.is_at in WITH_NUMBER else []


def footer_snippet(case: FilingCase) -> str:
    """HTML for the site's footer: the number, linked to the ministry's register.

    A text to copy: on a page it is escaped like any other.
    """
    return f'<a href="{REGISTER}" target="_blank" rel="noopener">{escape(case.icp_number)}</a>'


def _footer(case: FilingCase) -> Duty:
    says = _(
        "The ICP number stands at the foot of every page and leads to the ministry's register."
    )
    step = Step.RECORD_FOOTER
    return Duty(step, _("Number in the footer"), says, case.footer_on, **_openness(case, step))


def _public_security(case: FilingCase) -> Duty:
    step, waiting = Step.RECORD_PUBLIC_SECURITY, case.public_security_on is None
    running = waiting and case.is_at == State.OPEN
    span = clock_in_words(State.OPEN, case.province)
    says = _("The site is registered with public security after its opening.")
    if span:
        says = _("The site is registered with public security within %(span)s of its opening.")
    return Duty(
        step, _("Public-security filing"), says % {"span": span}, case.public_security_on,
        case.public_security_number, case.due_at if running else None,
        running and case.overdue, **_openness(case, step),
    )  # fmt: skip


def _openness(case: FilingCase, step: Step) -> dict[str, Any]:
    return {"recordable": case.is_at in step.about.sources}
