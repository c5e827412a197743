"""The states of a case: everything about a state is asked of its member (domain.md, section 4)."""

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from icpcases.rules import about_case, about_facts
from icpcases.rules.rule import Guard, Party


class Phase(TextChoices):
    """The phases of a route, in the order a case may walk them."""

    INTAKE = "intake", _("Intake")
    CERTIFICATE = "certificate", _("Registration certificate")
    PREAPPROVAL = "preapproval", _("BBS pre-approval")
    FILING = "filing", _("Filing")
    DONE = "done", _("Done")
    CLOSED = "closed", _("Closed")


class Unit(TextChoices):
    """What a turn clock counts in."""

    WORKING_DAYS = "working_days", _("working days")
    DAYS = "days", _("calendar days")
    HOURS = "hours", _("hours")


FACTS_OF_A_FILING = (
    Guard(about_facts.SERVER_MAINLAND),
    Guard(about_facts.SITE_DOMAIN),
    Guard(about_facts.FORUM_NOT_INDIVIDUAL),
    Guard(about_facts.FORUM_PREAPPROVAL),
    Guard(about_facts.FOREIGN_PAPERS),
    Guard(about_facts.CLAIM_BACKED),
)
_MAY_APPLY = FACTS_OF_A_FILING[:3]
_DOMAIN_FREE = Guard(about_case.CASE_DOMAIN_FREE)
_TRIAGE = (Guard(about_case.FACTS_COMPLETE), _DOMAIN_FREE)
_CERTIFICATE_DUE = (
    *_MAY_APPLY,
    Guard(about_case.VERDICT_NOT_PERMITTED, wanted=False),
    Guard(about_facts.FOREIGN_PAPERS, wanted=False),
    _DOMAIN_FREE,
)
_CERTIFICATE_HELD = (*_MAY_APPLY, Guard(about_facts.FOREIGN_PAPERS), _DOMAIN_FREE)
_PREAPPROVAL_DUE = (
    *_MAY_APPLY,
    Guard(about_facts.SITE_FORUM),
    Guard(about_facts.FOREIGN_PAPERS),
    Guard(about_facts.CLAIM_BACKED),
    Guard(about_facts.FORUM_PREAPPROVAL, wanted=False),
    _DOMAIN_FREE,
)
_PREAPPROVAL_HELD = (*FACTS_OF_A_FILING, Guard(about_facts.SITE_FORUM), _DOMAIN_FREE)
_FILING = (*FACTS_OF_A_FILING, Guard(about_case.APPLICANT_IDENTIFIED), _DOMAIN_FREE)


class StateDefinition:
    """What a state says of itself. `invariants` are the rules its way in relied on."""

    def __init__(
        self,
        phase: Phase,
        turn: Party,
        applicant: object,
        ahead: object,
        meaning: object,
        invariants: tuple[Guard, ...] = (),
        locked: bool = False,
    ) -> None:
        self.phase, self.turn, self.locked = phase, turn, locked
        self.applicant, self.ahead, self.meaning = applicant, ahead, meaning
        self.invariants = invariants


class State(TextChoices):
    """A state, labelled with its name for staff."""

    DRAFT = "draft", _("Draft")
    TRIAGE = "triage", _("Triage")
    CERTIFICATE_NEEDED = "certificate_needed", _("Certificate needed")
    CERTIFICATE_APPLIED = "certificate_applied", _("Certificate applied for")
    CERTIFICATE_GRANTED = "certificate_granted", _("Certificate granted")
    PREAPPROVAL_NEEDED = "preapproval_needed", _("Pre-approval needed")
    PREAPPROVAL_APPLIED = "preapproval_applied", _("Pre-approval applied for")
    PREAPPROVAL_GRANTED = "preapproval_granted", _("Pre-approval granted")
    PREPARING = "preparing", _("Preparing the filing")
    PROVIDER_REVIEW = "provider_review", _("Provider's review")
    SMS_VERIFICATION = "sms_verification", _("SMS check")
    AUTHORITY_REVIEW = "authority_review", _("Administration's review")
    RETURNED = "returned", _("Returned for correction")
    FILED = "filed", _("Filed")
    OPEN = "open", _("Open")
    NOT_REQUIRED = "not_required", _("Not required")
    REFERRED = "referred", _("Referred")
    INELIGIBLE = "ineligible", _("Not permitted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CANCELLED = "cancelled", _("Cancelled")

    @property
    def about(self) -> StateDefinition:
        """All that is declared of this state."""
        return _STATES[self]

    @property
    def phase(self) -> Phase:
        """The phase the state belongs to."""
        return _STATES[self].phase

    @property
    def closed(self) -> bool:
        """Whether nothing further is due in this state."""
        return self.phase == Phase.CLOSED

    @property
    def locked(self) -> bool:
        """Whether the facts are locked: somebody outside is deciding on them, or has."""
        return _STATES[self].locked

    def turn(
        self, request_open: bool = False, duties_done: bool = False, answers_wait: bool = False
    ) -> Party:
        """Whose turn it is, given the requests and whether the last duties are recorded.

        What was sent back and is answered cannot be sent again before an officer has judged it.
        """
        if self == State.DRAFT and answers_wait and not request_open:
            return Party.OFFICER
        if self in (State.PREPARING, State.RETURNED) and request_open:
            return Party.APPLICANT
        if self == State.OPEN and duties_done:
            return Party.NOBODY
        return _STATES[self].turn

    def name_of(self, party: Party) -> str:
        """A party as readers know it while a case is in this state.

        The registration certificate is decided on by the market regulator, not by the
        communications administration.
        """
        if self == State.CERTIFICATE_APPLIED and party == Party.AUTHORITY:
            return gettext("the market regulator")
        return gettext(party.label)


_STATES = {
    State.DRAFT: StateDefinition(
        Phase.INTAKE, Party.APPLICANT, _("Not sent yet"), _("Fill in"),
        _("The application is being filled in and has not been sent."),
    ),
    State.TRIAGE: StateDefinition(
        Phase.INTAKE, Party.OFFICER, _("Being looked at"), _("First look by the office"),
        _("The office looks at the facts and decides which route the case takes."), _TRIAGE,
    ),
    State.CERTIFICATE_NEEDED: StateDefinition(
        Phase.CERTIFICATE, Party.APPLICANT, _("Apply for the registration certificate"),
        _("Apply for the registration certificate"),
        _("A foreign firm without a mainland branch must first obtain the registration "
          "certificate."), _CERTIFICATE_DUE,
    ),
    State.CERTIFICATE_APPLIED: StateDefinition(
        Phase.CERTIFICATE, Party.AUTHORITY, _("Certificate being decided on"),
        _("The authority decides on the certificate"),
        _("The registration certificate has been applied for."), _CERTIFICATE_DUE, True,
    ),
    State.CERTIFICATE_GRANTED: StateDefinition(
        Phase.CERTIFICATE, Party.OFFICER, _("Certificate granted"), _("Certificate granted"),
        _("The certificate is there; the office takes the case on."), _CERTIFICATE_HELD,
    ),
    State.PREAPPROVAL_NEEDED: StateDefinition(
        Phase.PREAPPROVAL, Party.APPLICANT, _("Apply for BBS pre-approval"),
        _("Apply for BBS pre-approval"),
        _("A forum needs BBS pre-approval before it can be filed."), _PREAPPROVAL_DUE,
    ),
    State.PREAPPROVAL_APPLIED: StateDefinition(
        Phase.PREAPPROVAL, Party.AUTHORITY, _("Pre-approval being decided on"),
        _("The administration decides on the pre-approval"),
        _("BBS pre-approval has been applied for."), _PREAPPROVAL_DUE, True,
    ),
    State.PREAPPROVAL_GRANTED: StateDefinition(
        Phase.PREAPPROVAL, Party.OFFICER, _("Pre-approval granted"), _("Pre-approval granted"),
        _("The pre-approval is there; the office prepares the filing."), _PREAPPROVAL_HELD,
    ),
    State.PREPARING: StateDefinition(
        Phase.FILING, Party.OFFICER,
        _("Papers being prepared"), _("The office prepares the papers"),
        _("The office gathers and checks everything the provider will ask for."), _FILING,
    ),
    State.PROVIDER_REVIEW: StateDefinition(
        Phase.FILING, Party.PROVIDER, _("With the provider"), _("The provider's first review"),
        _("The provider checks the filing before it goes to the administration."), _FILING, True,
    ),
    State.SMS_VERIFICATION: StateDefinition(
        Phase.FILING, Party.APPLICANT, _("Answer the SMS check"), _("SMS check within 24 hours"),
        _("The ministry has sent a code to the service leader's phone; it is valid for 24 hours."),
        _FILING, True,
    ),
    State.AUTHORITY_REVIEW: StateDefinition(
        Phase.FILING, Party.AUTHORITY, _("With the administration"),
        _("The administration's review"),
        _("The communications administration of the province decides."), _FILING, True,
    ),
    State.RETURNED: StateDefinition(
        Phase.FILING, Party.OFFICER, _("Returned for correction"), _("Returned for correction"),
        _("The filing came back with reasons; once they are put right it is submitted again."),
        _FILING,
    ),
    State.FILED: StateDefinition(
        Phase.DONE, Party.APPLICANT, _("Filed: the site may open"), _("ICP number granted"),
        _("The ICP number has been granted; the site may open and must show the number."),
        _FILING, True,
    ),
    State.OPEN: StateDefinition(
        Phase.DONE, Party.APPLICANT, _("Site open"), _("Site open"),
        _("The site is open; the footer and the public-security filing are the last duties."),
        _FILING, True,
    ),
    State.NOT_REQUIRED: StateDefinition(
        Phase.CLOSED, Party.NOBODY, _("No filing required"), _("No filing required"),
        _("The server is outside Mainland China, so no filing is required. "
          "This is about the filing only."),
    ),
    State.REFERRED: StateDefinition(
        Phase.CLOSED, Party.NOBODY, _("Referred to the local administration"),
        _("Referred to the local administration"),
        _("A site with only an IP address is filed in the local administration's own system."),
    ),
    State.INELIGIBLE: StateDefinition(
        Phase.CLOSED, Party.NOBODY, _("Not permitted"), _("Not permitted"),
        _("The rules do not permit this site to be filed."),
    ),
    State.REFUSED: StateDefinition(
        Phase.CLOSED, Party.NOBODY, _("Refused"), _("Refused"),
        _("The authority has refused the application."),
    ),
    State.WITHDRAWN: StateDefinition(
        Phase.CLOSED, Party.NOBODY, _("Withdrawn"), _("Withdrawn"),
        _("The case was withdrawn."),
    ),
    State.CANCELLED: StateDefinition(
        Phase.CLOSED, Party.NOBODY, _("Filing cancelled"), _("Filing cancelled"),
        _("The filing was cancelled after it had been granted."), FACTS_OF_A_FILING,
    ),
}  # fmt: skip

_IN_ORDER = tuple(State)
FROM_TRIAGE_TO_RETURNED = _IN_ORDER[
    _IN_ORDER.index(State.TRIAGE) : _IN_ORDER.index(State.RETURNED) + 1
]
IN_FILING = tuple(state for state in State if state.phase == Phase.FILING)
HOLDING_DOMAIN = (*FROM_TRIAGE_TO_RETURNED, State.FILED, State.OPEN)
UNDER_THE_FILING_RULES = (*IN_FILING, State.FILED, State.OPEN, State.CANCELLED)
WITH_NUMBER = (State.FILED, State.OPEN)
# Where how long a case has lain says something: not where it is over, or only duties remain.
AGEING = tuple(state for state in State if not state.closed and state != State.OPEN)

NEEDED = {
    State.DRAFT: _("Complete the application and send it."),
    State.CERTIFICATE_NEEDED: _(
        "Apply for the registration certificate, then record your application on the case's page."
    ),
    State.PREAPPROVAL_NEEDED: _(
        "Apply for BBS pre-approval at the communications administration, then record your "
        "application on the case's page."
    ),
    State.PREPARING: _("Answer each request on the case's page."),
    State.RETURNED: _("Answer each request on the case's page."),
    State.SMS_VERIFICATION: _(
        "The service leader enters the code from the ministry's SMS where the SMS says, then "
        "confirms it on the case's page."
    ),
    State.FILED: _("Open the site, and record the day on the case's page."),
}
