"""The machine: each step as a django-fsm transition, declared from the table in steps.py.

The methods only write what the step enters; `door.perform` is what calls them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django_fsm import RETURN_VALUE, transition

from icpcases.rules.rule import Guard

from ..states import State
from ..steps import BACK, Step

if TYPE_CHECKING:
    from icpcases.rules.dossier import Dossier

    from ..effects import Work
    from .case import FilingCase


def _met(step: Step, guard: Guard) -> Callable[[Any], bool]:
    def condition(case: Any) -> bool:
        dossier = case.dossier
        return dossier.met_for is step or guard.met(dossier)

    return condition


def _may(step: Step) -> Callable[[Any, Any], bool]:
    def permission(case: Any, user: Any) -> bool:
        from ..explain import may_take

        return may_take(case, step, user)

    return permission


def moves(step: Step) -> Callable[[Any], Any]:
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


class Moves:
    """The transitions of a case. `work` does what reaches beyond the case's own row."""

    registration_certificate: bool | None
    preapproval: bool | None
    _dossier: "Dossier | None" = None

    @property
    def dossier(self) -> "Dossier":
        """What the rules read of this case, fetched once per instance."""
        if self._dossier is None:
            from ..dossiers import dossier_of

            self._dossier = dossier_of(cast("FilingCase", self))
        return self._dossier

    @dossier.setter
    def dossier(self, dossier: "Dossier") -> None:
        self._dossier = dossier

    def forget_dossier(self) -> None:
        """Have the dossier fetched anew when it is next read."""
        self._dossier = None

    @moves(Step.SUBMIT_REQUEST)
    def submit_request(self, work: "Work") -> None:
        """The application goes to the office."""

    @moves(Step.SEND_BACK)
    def send_back(self, work: "Work") -> None:
        """Back to the applicant, each reason a request."""
        work.ask_for_reasons()

    @moves(Step.CLOSE_NOT_REQUIRED)
    def close_not_required(self, work: "Work") -> None:
        """No filing is required."""

    @moves(Step.REFER)
    def refer(self, work: "Work") -> None:
        """To the local administration's own system."""

    @moves(Step.DECLINE)
    def decline(self, work: "Work") -> None:
        """The rules do not permit it."""

    @moves(Step.BEGIN_CERTIFICATE)
    def begin_certificate(self, work: "Work") -> None:
        """The certificate stage begins."""

    @moves(Step.RECORD_CERTIFICATE_APPLICATION)
    def record_certificate_application(self, work: "Work") -> None:
        """The certificate has been applied for."""

    @moves(Step.RECORD_CERTIFICATE)
    def record_certificate(self, work: "Work") -> None:
        """The certificate is there: an accepted document, and the fact."""
        work.keep_paper()
        self.registration_certificate = True

    @moves(Step.BEGIN_PREAPPROVAL)
    def begin_preapproval(self, work: "Work") -> None:
        """The pre-approval stage begins."""

    @moves(Step.RECORD_PREAPPROVAL_APPLICATION)
    def record_preapproval_application(self, work: "Work") -> None:
        """Pre-approval has been applied for."""

    @moves(Step.RECORD_PREAPPROVAL)
    def record_preapproval(self, work: "Work") -> None:
        """The pre-approval is there: an accepted document, and the fact."""
        work.keep_paper()
        self.preapproval = True

    @moves(Step.RECORD_REFUSAL)
    def record_refusal(self, work: "Work") -> None:
        """The authority refused; an order, if there is one, ends."""
        work.end_order()

    @moves(Step.PREPARE_FILING)
    def prepare_filing(self, work: "Work") -> None:
        """The office prepares the filing."""

    @moves(Step.SUBMIT_TO_PROVIDER)
    def submit_to_provider(self, work: "Work") -> None:
        """To the provider, on a new order unless one is alive."""
        work.start_order()

    @moves(Step.PROVIDER_PASSES)
    def provider_passes(self, work: "Work") -> None:
        """The provider passed it; the SMS goes out."""

    @moves(Step.RETURN_FOR_CORRECTION)
    def return_for_correction(self, work: "Work") -> None:
        """Back with reasons, each a request."""
        work.ask_for_reasons()

    @moves(Step.CONFIRM_SMS)
    def confirm_sms(self, work: "Work") -> None:
        """The SMS check is answered; late if the window was over."""
        work.mark_late()

    @moves(Step.APPROVE)
    def approve(self, work: "Work") -> None:
        """The number is granted; the order has done its work."""
        number = work.entered["icp_number"]
        self.icp_number, self.icp_subject = str(number), number.subject
        self.filed_on = work.entered["filed_on"]
        work.end_order()

    @moves(Step.RECORD_OPENING)
    def record_opening(self, work: "Work") -> None:
        """The site has opened."""
        self.opened_on = work.entered["opened_on"]

    @moves(Step.RECORD_FOOTER)
    def record_footer(self, work: "Work") -> None:
        """The number stands in the footer."""
        self.footer_on = work.entered["footer_on"]

    @moves(Step.RECORD_PUBLIC_SECURITY)
    def record_public_security(self, work: "Work") -> None:
        """The public-security filing is done."""
        self.public_security_number = work.entered["public_security_number"]
        self.public_security_on = work.entered["public_security_on"]

    @moves(Step.EXPIRE_ORDER)
    def expire_order(self, work: "Work") -> None:
        """The order's life is over."""
        work.end_order()

    @moves(Step.WITHDRAW)
    def withdraw(self, work: "Work") -> None:
        """Closed at the applicant's wish."""
        work.end_order()

    @moves(Step.CANCEL_FILING)
    def cancel_filing(self, work: "Work") -> None:
        """The filing is cancelled."""
        self.cancelled_on = work.entered["cancelled_on"]

    @moves(Step.REOPEN)
    def reopen(self, work: "Work") -> None:
        """A draft again; granted papers stay, to be confirmed anew."""
        work.end_order()
        work.doubt_papers()

    @moves(Step.STEP_BACK)
    def step_back(self, work: "Work") -> State:
        """The newest step not yet taken back is undone."""
        return work.undo()
