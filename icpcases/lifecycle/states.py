"""The states of a case: everything about a state is asked of its member (domain.md, section 4)."""

from dataclasses import dataclass
from itertools import product

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from icpcases.rules import about_case, about_facts, about_register
from icpcases.rules.rule import Guard, Party
from icpcases.types import Text


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
_SERVICE_FREE = Guard(about_register.SERVICE_FREE)
_TRIAGE = (Guard(about_case.FACTS_COMPLETE), _SERVICE_FREE)
_CERTIFICATE_DUE = (
    *_MAY_APPLY,
    Guard(about_case.VERDICT_NOT_PERMITTED, wanted=False),
    Guard(about_facts.FOREIGN_PAPERS, wanted=False),
    _SERVICE_FREE,
)
_CERTIFICATE_HELD = (*_MAY_APPLY, Guard(about_facts.FOREIGN_PAPERS), _SERVICE_FREE)
_PREAPPROVAL_DUE = (
    *_MAY_APPLY,
    Guard(about_facts.SITE_FORUM),
    Guard(about_facts.FOREIGN_PAPERS),
    Guard(about_facts.CLAIM_BACKED),
    Guard(about_facts.FORUM_PREAPPROVAL, wanted=False),
    _SERVICE_FREE,
)
_PREAPPROVAL_HELD = (*FACTS_OF_A_FILING, Guard(about_facts.SITE_FORUM), _SERVICE_FREE)
_FILED = (*FACTS_OF_A_FILING, Guard(about_case.APPLICANT_IDENTIFIED))
_FILING = (*_FILED, _SERVICE_FREE)


#: A turn clock: so many of a unit.
Length = tuple[int, Unit]
#: What a state that says nothing of its clock has; `manage.py check` names it.
UNDECLARED: Length = (0, Unit.HOURS)


@dataclass(frozen=True, kw_only=True, eq=False)
class StateDefinition:
    """What a state says of itself.

    Its names for the applicant: now, and while it lies `ahead`. `invariants` are the rules its
    way in relied on. `clock` is how long a turn may last when the program is new, None where
    none runs. `needed` is what the applicant does now, where it can be the applicant's turn.
    """

    phase: Phase
    turn: Party
    applicant: Text
    ahead: Text
    meaning: Text
    clock: Length | None = UNDECLARED
    needed: Text = ""
    invariants: tuple[Guard, ...] = ()
    #: The facts are locked: somebody outside is deciding on them, or has.
    locked: bool = False
    #: The turn goes to the applicant while a request is open, and the clock stands still.
    pauses: bool = False
    #: A case in it keeps its service and its domain from every other errand.
    service_free: bool = False
    #: The database holds a case in it to the rules of a filing.
    filing_rules: bool = False
    #: A case in it has made a service, which has a number that no other has.
    numbered: bool = False
    #: How long a case has lain here says something: not where only duties remain.
    ages: bool = True


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
    PROVIDER_PASSED = "provider_passed", _("Passed by the provider")
    SMS_VERIFICATION = "sms_verification", _("SMS check")
    AUTHORITY_REVIEW = "authority_review", _("Administration's review")
    RETURNED = "returned", _("Returned for correction")
    FILED = "filed", _("Filed")
    OPEN = "open", _("Open")
    COMPLETED = "completed", _("Completed")
    NOT_REQUIRED = "not_required", _("Not required")
    REFERRED = "referred", _("Referred")
    INELIGIBLE = "ineligible", _("Not permitted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    @property
    def about(self) -> StateDefinition:
        """All that is declared of this state."""
        return STATES[self]

    @property
    def phase(self) -> Phase:
        """The phase the state belongs to."""
        return STATES[self].phase

    @property
    def closed(self) -> bool:
        """Whether nothing further is due in this state."""
        return self.phase == Phase.CLOSED

    @property
    def locked(self) -> bool:
        """Whether the facts are locked: somebody outside is deciding on them, or has."""
        return STATES[self].locked

    def turn(
        self,
        request_open: bool = False,
        duties_done: bool = False,
        answers_wait: bool = False,
        message_waits: bool = False,
    ) -> Party:
        """Whose turn it is, given requests, messages and whether the last duties are recorded.

        A message takes the turn from nobody; but where it would be nobody's, an officer reads it.
        """
        asked = self._turn(request_open, duties_done, answers_wait)
        return Party.OFFICER if asked == Party.NOBODY and message_waits else asked

    def _turn(self, request_open: bool, duties_done: bool, answers_wait: bool) -> Party:
        """The same without messages.

        A draft is the applicant's to send, also where it was sent back and all is answered.
        """
        if STATES[self].pauses and request_open:
            return Party.APPLICANT
        usual = Party.NOBODY if self == State.OPEN and duties_done else STATES[self].turn
        if usual == Party.NOBODY and not self.closed:
            # What is asked or answered on a case that is done lies in a queue all the same.
            return _of_requests(request_open, answers_wait)
        return usual

    @property
    def turns(self) -> tuple[Party, ...]:
        """Everybody whose turn it can be, the usual party first; messages left out."""
        every = (self.turn(*given) for given in product((False, True), repeat=3))
        return tuple(dict.fromkeys(every))

    def name_of(self, party: Party) -> str:
        """A party as readers know it while a case is in this state.

        The registration certificate is decided on by the market regulator, not by the
        communications administration.
        """
        if self == State.CERTIFICATE_APPLIED and party == Party.AUTHORITY:
            return gettext("the market regulator")
        return gettext(party.label)


def _of_requests(request_open: bool, answers_wait: bool) -> Party:
    if request_open:
        return Party.APPLICANT
    return Party.OFFICER if answers_wait else Party.NOBODY


STATES = {
    State.DRAFT: StateDefinition(
        phase=Phase.INTAKE,
        turn=Party.APPLICANT,
        clock=None,
        applicant=_("Not sent yet"),
        ahead=_("Fill in"),
        meaning=_("The application is being filled in and has not been sent."),
        needed=_("Complete the application and send it."),
    ),
    State.TRIAGE: StateDefinition(
        phase=Phase.INTAKE,
        turn=Party.OFFICER,
        clock=(1, Unit.WORKING_DAYS),
        applicant=_("Being looked at"),
        ahead=_("First look by the office"),
        meaning=_("The office looks at the facts and decides which route the case takes."),
        invariants=_TRIAGE,
        service_free=True,
    ),
    State.CERTIFICATE_NEEDED: StateDefinition(
        phase=Phase.CERTIFICATE,
        turn=Party.APPLICANT,
        clock=None,
        applicant=_("Apply for the registration certificate"),
        ahead=_("Apply for the registration certificate"),
        meaning=_(
            "A foreign firm without a mainland branch must first obtain the registration "
            "certificate."
        ),
        needed=_(
            "Apply for the registration certificate, then record your application on the case's "
            "page."
        ),
        invariants=_CERTIFICATE_DUE,
        service_free=True,
    ),
    State.CERTIFICATE_APPLIED: StateDefinition(
        phase=Phase.CERTIFICATE,
        turn=Party.AUTHORITY,
        clock=None,
        applicant=_("Certificate being decided on"),
        ahead=_("The authority decides on the certificate"),
        meaning=_("The registration certificate has been applied for."),
        invariants=_CERTIFICATE_DUE,
        locked=True,
        service_free=True,
    ),
    State.CERTIFICATE_GRANTED: StateDefinition(
        phase=Phase.CERTIFICATE,
        turn=Party.OFFICER,
        clock=(1, Unit.WORKING_DAYS),
        applicant=_("Certificate granted"),
        ahead=_("Certificate granted"),
        meaning=_("The certificate has been granted; the office continues with the case."),
        invariants=_CERTIFICATE_HELD,
        service_free=True,
    ),
    State.PREAPPROVAL_NEEDED: StateDefinition(
        phase=Phase.PREAPPROVAL,
        turn=Party.APPLICANT,
        clock=None,
        applicant=_("Apply for BBS pre-approval"),
        ahead=_("Apply for BBS pre-approval"),
        meaning=_("A forum needs BBS pre-approval before it can be filed."),
        needed=_(
            "Apply for BBS pre-approval at the communications administration, then record your "
            "application on the case's page."
        ),
        invariants=_PREAPPROVAL_DUE,
        service_free=True,
    ),
    State.PREAPPROVAL_APPLIED: StateDefinition(
        phase=Phase.PREAPPROVAL,
        turn=Party.AUTHORITY,
        clock=(60, Unit.DAYS),
        applicant=_("Pre-approval being decided on"),
        ahead=_("The administration decides on the pre-approval"),
        meaning=_("BBS pre-approval has been applied for."),
        invariants=_PREAPPROVAL_DUE,
        locked=True,
        service_free=True,
    ),
    State.PREAPPROVAL_GRANTED: StateDefinition(
        phase=Phase.PREAPPROVAL,
        turn=Party.OFFICER,
        clock=(1, Unit.WORKING_DAYS),
        applicant=_("Pre-approval granted"),
        ahead=_("Pre-approval granted"),
        meaning=_("The pre-approval has been granted; the office prepares the filing."),
        invariants=_PREAPPROVAL_HELD,
        service_free=True,
    ),
    State.PREPARING: StateDefinition(
        phase=Phase.FILING,
        turn=Party.OFFICER,
        clock=(2, Unit.WORKING_DAYS),
        applicant=_("Papers being prepared"),
        ahead=_("The office prepares the papers"),
        meaning=_("The office gathers and checks everything the provider will ask for."),
        needed=_("Answer each request on the case's page."),
        invariants=_FILING,
        pauses=True,
        service_free=True,
        filing_rules=True,
    ),
    State.PROVIDER_REVIEW: StateDefinition(
        phase=Phase.FILING,
        turn=Party.PROVIDER,
        clock=(2, Unit.WORKING_DAYS),
        applicant=_("With the provider"),
        ahead=_("The provider's first review"),
        meaning=_("The provider checks the filing before it goes to the administration."),
        invariants=_FILING,
        locked=True,
        service_free=True,
        filing_rules=True,
    ),
    State.PROVIDER_PASSED: StateDefinition(
        phase=Phase.FILING,
        turn=Party.PROVIDER,
        clock=(3, Unit.WORKING_DAYS),
        applicant=_("Passed by the provider"),
        ahead=_("The provider sends it to the administration"),
        meaning=_(
            "The provider has passed the filing and has yet to send it to the administration."
        ),
        invariants=_FILING,
        locked=True,
        service_free=True,
        filing_rules=True,
    ),
    State.SMS_VERIFICATION: StateDefinition(
        phase=Phase.FILING,
        turn=Party.APPLICANT,
        clock=(24, Unit.HOURS),
        applicant=_("Answer the SMS check"),
        ahead=_("SMS check by the leaders"),
        meaning=_(
            "The ministry has sent a code to the phone of each leader it asks; a code is valid for "
            "a short time only."
        ),
        needed=_(
            "The ministry (MIIT) sends each person asked an SMS with a six-digit code. Enter it at "
            "https://beian.miit.gov.cn, under the SMS check, with the phone number and the last "
            "six characters of the ID; there are five tries. Then confirm it on the case's page."
        ),
        invariants=_FILING,
        locked=True,
        service_free=True,
        filing_rules=True,
    ),
    State.AUTHORITY_REVIEW: StateDefinition(
        phase=Phase.FILING,
        turn=Party.AUTHORITY,
        clock=(20, Unit.WORKING_DAYS),
        applicant=_("With the administration"),
        ahead=_("The administration's review"),
        meaning=_("The communications administration of the province decides."),
        invariants=_FILING,
        locked=True,
        service_free=True,
        filing_rules=True,
    ),
    State.RETURNED: StateDefinition(
        phase=Phase.FILING,
        turn=Party.OFFICER,
        clock=(2, Unit.WORKING_DAYS),
        applicant=_("Returned for correction"),
        ahead=_("Returned for correction"),
        meaning=_(
            "The filing came back with reasons; once they are put right it is submitted again."
        ),
        needed=_("Answer each request on the case's page."),
        invariants=_FILING,
        pauses=True,
        service_free=True,
        filing_rules=True,
    ),
    State.FILED: StateDefinition(
        phase=Phase.DONE,
        turn=Party.APPLICANT,
        clock=None,
        applicant=_("Filed: the site may open"),
        ahead=_("ICP number granted"),
        meaning=_("The ICP number has been granted; the site may open and must show the number."),
        needed=_("Open the site, and record the day on the case's page."),
        invariants=_FILED,
        locked=True,
        filing_rules=True,
        numbered=True,
    ),
    State.OPEN: StateDefinition(
        phase=Phase.DONE,
        turn=Party.APPLICANT,
        clock=(30, Unit.DAYS),
        applicant=_("Site open"),
        ahead=_("Site open"),
        meaning=_(
            "The site is open. Two duties come with it: the footer and the public-security filing."
        ),
        invariants=_FILED,
        locked=True,
        filing_rules=True,
        numbered=True,
        ages=False,
    ),
    State.COMPLETED: StateDefinition(
        phase=Phase.DONE,
        turn=Party.NOBODY,
        clock=None,
        applicant=_("Completed"),
        ahead=_("Completed"),
        meaning=_("The errand is done, and the register is up to date."),
        needed=_("Answer each request on the case's page."),
        invariants=_FILED,
        locked=True,
        filing_rules=True,
        ages=False,
    ),
    State.NOT_REQUIRED: StateDefinition(
        phase=Phase.CLOSED,
        turn=Party.NOBODY,
        clock=None,
        applicant=_("No filing required"),
        ahead=_("No filing required"),
        meaning=_(
            "The server is outside Mainland China, so no filing is required. "
            "This is about the filing only."
        ),
    ),
    State.REFERRED: StateDefinition(
        phase=Phase.CLOSED,
        turn=Party.NOBODY,
        clock=None,
        applicant=_("Referred to the local administration"),
        ahead=_("Referred to the local administration"),
        meaning=_(
            "A site with only an IP address is filed in the local administration's own system."
        ),
    ),
    State.INELIGIBLE: StateDefinition(
        phase=Phase.CLOSED,
        turn=Party.NOBODY,
        clock=None,
        applicant=_("Not permitted"),
        ahead=_("Not permitted"),
        meaning=_("The rules do not permit this site to be filed."),
    ),
    State.REFUSED: StateDefinition(
        phase=Phase.CLOSED,
        turn=Party.NOBODY,
        clock=None,
        applicant=_("Refused"),
        ahead=_("Refused"),
        meaning=_("The authority has refused the application."),
    ),
    State.WITHDRAWN: StateDefinition(
        phase=Phase.CLOSED,
        turn=Party.NOBODY,
        clock=None,
        applicant=_("Withdrawn"),
        ahead=_("Withdrawn"),
        meaning=_("The case was withdrawn."),
    ),
}

# Of what is declared: a member without a definition is named by `manage.py check`.
IN_FILING = tuple(state for state, about in STATES.items() if about.phase == Phase.FILING)
#: Where an errand is before the provider or the administrations: from its submission to its end.
BEFORE_THEM = tuple(state for state in IN_FILING if state != State.PREPARING)
HOLDING_SERVICE = tuple(state for state, about in STATES.items() if about.service_free)
UNDER_THE_FILING_RULES = tuple(state for state, about in STATES.items() if about.filing_rules)
WITH_NUMBER = tuple(state for state, about in STATES.items() if about.numbered)
PAUSING = tuple(state for state, about in STATES.items() if about.pauses)
AGEING = tuple(state for state, about in STATES.items() if not state.closed and about.ages)
