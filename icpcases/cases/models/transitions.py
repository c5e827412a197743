"""The machine: each step as a django-fsm transition, declared from the table in lifecycle/steps.py.

The methods only write what the step enters; `door.perform` is what calls them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django_fsm import RETURN_VALUE, transition

from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import BACK, Step
from icpcases.rules.rule import Guard

if TYPE_CHECKING:
    from icpcases.rules.dossier import Dossier
    from icpcases.workflow.effects import Effects

    from .case import FilingCase


def _met(step: Step, guard: Guard) -> Callable[[Any], bool]:
    def condition(case: Any) -> bool:
        dossier = case.dossier
        return dossier.met_for is step or guard.met(dossier)

    return condition


def _may(step: Step) -> Callable[[Any, Any], bool]:
    def permission(case: Any, user: Any) -> bool:
        from icpcases.cases.permissions import may_take

        return may_take(case, step, user)

    return permission


def transition_of(step: Step) -> Callable[[Any], Any]:
    """Declare a method as the transition of a step: sources, target, guards, permission."""
    about = step.about
    return transition(
        field="state",
        source=list(about.sources),
        target=RETURN_VALUE() if about.target == BACK else about.target,
        conditions=[_met(step, guard) for guard in about.guards],
        permission=_may(step),
        custom={"step": step},
    )


class Transitions:
    """The transitions of a case. `work` does what reaches beyond the case's own row."""

    registration_certificate: bool | None
    preapproval: bool | None
    _dossier: "Dossier | None" = None

    @property
    def dossier(self) -> "Dossier":
        """What the rules read of this case, fetched once per instance."""
        if self._dossier is None:
            from icpcases.workflow.dossier import dossier_of

            self._dossier = dossier_of(cast("FilingCase", self))
        return self._dossier

    @dossier.setter
    def dossier(self, dossier: "Dossier") -> None:
        self._dossier = dossier

    def forget_dossier(self) -> None:
        """Have the dossier fetched anew when it is next read."""
        self._dossier = None

    @transition_of(Step.SUBMIT_REQUEST)
    def submit_request(self, work: "Effects") -> None:
        """The application goes to the office."""

    @transition_of(Step.SEND_BACK)
    def send_back(self, work: "Effects") -> None:
        """Back to the applicant, each reason a request."""
        work.ask_for_reasons()

    @transition_of(Step.CLOSE_NOT_REQUIRED)
    def close_not_required(self, work: "Effects") -> None:
        """No filing is required."""

    @transition_of(Step.REFER)
    def refer(self, work: "Effects") -> None:
        """To the local administration's own system."""

    @transition_of(Step.DECLINE)
    def decline(self, work: "Effects") -> None:
        """The rules do not permit it."""

    @transition_of(Step.BEGIN_CERTIFICATE)
    def begin_certificate(self, work: "Effects") -> None:
        """The certificate stage begins."""

    @transition_of(Step.RECORD_CERTIFICATE_APPLICATION)
    def record_certificate_application(self, work: "Effects") -> None:
        """The certificate has been applied for."""

    @transition_of(Step.RECORD_CERTIFICATE)
    def record_certificate(self, work: "Effects") -> None:
        """The certificate is there: an accepted document, and the fact."""
        work.keep_paper()
        self.registration_certificate = True

    @transition_of(Step.BEGIN_PREAPPROVAL)
    def begin_preapproval(self, work: "Effects") -> None:
        """The pre-approval stage begins."""

    @transition_of(Step.RECORD_PREAPPROVAL_APPLICATION)
    def record_preapproval_application(self, work: "Effects") -> None:
        """Pre-approval has been applied for."""

    @transition_of(Step.RECORD_PREAPPROVAL)
    def record_preapproval(self, work: "Effects") -> None:
        """The pre-approval is there: an accepted document, and the fact."""
        work.keep_paper()
        self.preapproval = True

    @transition_of(Step.RECORD_REFUSAL)
    def record_refusal(self, work: "Effects") -> None:
        """The authority refused; an order, if there is one, ends."""
        work.end_order()

    @transition_of(Step.PREPARE_FILING)
    def prepare_filing(self, work: "Effects") -> None:
        """The office prepares the filing."""

    @transition_of(Step.SUBMIT_TO_PROVIDER)
    def submit_to_provider(self, work: "Effects") -> None:
        """To the provider, on a new order unless one is alive."""
        work.start_order()

    @transition_of(Step.PROVIDER_PASSES)
    def provider_passes(self, work: "Effects") -> None:
        """The provider passed it; the SMS goes out."""

    @transition_of(Step.RETURN_FOR_CORRECTION)
    def return_for_correction(self, work: "Effects") -> None:
        """Back with reasons, each a request."""
        work.ask_for_reasons()

    @transition_of(Step.CONFIRM_SMS)
    def confirm_sms(self, work: "Effects") -> None:
        """The SMS check is answered; late if the window was over."""
        work.mark_late()

    @transition_of(Step.APPROVE)
    def approve(self, work: "Effects") -> None:
        """The number is granted; the order has done its work."""
        number = work.entered["icp_number"]
        self.icp_number, self.icp_subject = str(number), number.subject
        self.filed_on = work.entered["filed_on"]
        work.end_order()

    @transition_of(Step.RECORD_OPENING)
    def record_opening(self, work: "Effects") -> None:
        """The site has opened."""
        self.opened_on = work.entered["opened_on"]

    @transition_of(Step.RECORD_FOOTER)
    def record_footer(self, work: "Effects") -> None:
        """The number stands in the footer."""
        self.footer_on = work.entered["footer_on"]

    @transition_of(Step.RECORD_PUBLIC_SECURITY)
    def record_public_security(self, work: "Effects") -> None:
        """The public-security filing is done."""
        self.public_security_number = work.entered["public_security_number"]
        self.public_security_on = work.entered["public_security_on"]

    @transition_of(Step.EXPIRE_ORDER)
    def expire_order(self, work: "Effects") -> None:
        """The order's life is over."""
        work.end_order()

    @transition_of(Step.WITHDRAW)
    def withdraw(self, work: "Effects") -> None:
        """Closed at the applicant's wish."""
        work.end_order()

    @transition_of(Step.CANCEL_FILING)
    def cancel_filing(self, work: "Effects") -> None:
        """The filing is cancelled."""
        self.cancelled_on = work.entered["cancelled_on"]

    @transition_of(Step.REOPEN)
    def reopen(self, work: "Effects") -> None:
        """A draft again; granted papers stay, to be confirmed anew."""
        work.end_order()
        work.doubt_papers()

    @transition_of(Step.STEP_BACK)
    def step_back(self, work: "Effects") -> State:
        """The newest step not yet taken back is undone."""
        return work.undo()
