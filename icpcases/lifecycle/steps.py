"""The transitions: everything about a step is asked of its member (domain.md, section 5)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from icpcases.rules import about_case as case
from icpcases.rules import about_facts as facts
from icpcases.rules import about_papers as papers
from icpcases.rules.rule import Guard, Party
from icpcases.types import Text

from .roles import Role
from .states import STATES, Phase, State

SUPERVISORS = frozenset({Role.SUPERVISOR})
OFFICE = frozenset({Role.OFFICER, Role.SUPERVISOR})
BOTH_SIDES = OFFICE | {Role.APPLICANT}
STAYS = None
BACK = "back"

_SERVER = Guard(facts.SERVER_MAINLAND)
_DOMAIN = Guard(facts.SITE_DOMAIN)
_NOT_INDIVIDUAL = Guard(facts.FORUM_NOT_INDIVIDUAL)
_PROVINCE = Guard(facts.FORUM_PROVINCE)
_PAPERS = Guard(facts.FOREIGN_PAPERS)
_CLAIM = Guard(facts.CLAIM_BACKED)
_PREPARE = (
    _SERVER,
    _DOMAIN,
    _NOT_INDIVIDUAL,
    _PROVINCE,
    Guard(facts.FORUM_PREAPPROVAL),
    _PAPERS,
    _CLAIM,
    Guard(case.APPLICANT_IDENTIFIED),
)
_SUBMIT = (
    *_PREPARE,
    Guard(papers.DOCUMENT_MAINLAND),
    Guard(papers.DOCUMENT_COMPLETE),
    Guard(papers.DOCUMENT_CURRENT),
    Guard(papers.REQUEST_SETTLED),
    Guard(case.CASE_DOMAIN_FREE),
    Guard(case.CASE_APPLICANT_FREE),
    Guard(case.CASE_APPLICANT_FREE, on_entry=True),
    Guard(case.ORDER_ALIVE),
)
_CERTIFICATE = tuple(state for state in STATES if state.phase == Phase.CERTIFICATE)
_PREAPPROVAL = tuple(state for state in STATES if state.phase == Phase.PREAPPROVAL)


class Effect(StrEnum):
    """What a step does beyond its own fields: a method of this name in workflow/effects.py."""

    ASK_FOR_REASONS = "ask_for_reasons"
    KEEP_PAPER = "keep_paper"
    START_ORDER = "start_order"
    END_ORDER = "end_order"
    MARK_LATE = "mark_late"
    GRANT_NUMBER = "grant_number"
    DOUBT_PAPERS = "doubt_papers"
    UNDO = "undo"


@dataclass(frozen=True, kw_only=True, eq=False)
class StepDefinition:
    """All that a step is, but for its form (workflow/step_forms.py) and its picture.

    `does` says before the click what it will do, `happened` tells the applicant by mail that it
    was done. `needed` is what the applicant does for it where it is a duty.
    """

    sources: tuple[State, ...]
    #: None where the case stays, `BACK` where it goes back by one step.
    target: State | str | None
    who: frozenset[Role]
    does: Text
    happened: Text = ""
    needed: Text = ""
    guards: tuple[Guard, ...] = ()
    #: The party whose act an officer records.
    acts_for: Party | None = None
    #: The case's own fields that are entered with it.
    sets: tuple[str, ...] = ()
    #: The fact that it makes true.
    claims: str = ""
    effects: tuple[Effect, ...] = ()
    #: The way of a case out of its state, whatever its facts.
    forward: bool = False
    tells: bool = True
    #: Its reasons are told to the applicant.
    tells_reasons: bool = False
    #: The steps of a state stand in this order.
    rank: int = 1

    @cached_property
    def before(self) -> tuple[Guard, ...]:
        """The guards that can be judged before something is entered."""
        return tuple(guard for guard in self.guards if not guard.on_entry)

    @cached_property
    def later(self) -> tuple[Guard, ...]:
        """The guards that wait for what is entered."""
        return tuple(guard for guard in self.guards if guard.on_entry)


class Step(TextChoices):
    """A transition, labelled as its button reads."""

    SUBMIT_REQUEST = "submit_request", _("Send the application")
    SEND_BACK = "send_back", _("Send back to the applicant")
    CLOSE_NOT_REQUIRED = "close_not_required", _("Close: no filing required")
    REFER = "refer", _("Refer to the local administration")
    DECLINE = "decline", _("Decline: not permitted")
    BEGIN_CERTIFICATE = "begin_certificate", _("Begin the certificate stage")
    RECORD_CERTIFICATE_APPLICATION = (
        "record_certificate_application",
        _("Record the application for the certificate"),
    )
    RECORD_CERTIFICATE = "record_certificate", _("Record the certificate")
    BEGIN_PREAPPROVAL = "begin_preapproval", _("Begin the pre-approval stage")
    RECORD_PREAPPROVAL_APPLICATION = (
        "record_preapproval_application",
        _("Record the application for pre-approval"),
    )
    RECORD_PREAPPROVAL = "record_preapproval", _("Record the pre-approval")
    RECORD_REFUSAL = "record_refusal", _("Record a refusal")
    PREPARE_FILING = "prepare_filing", _("Prepare the filing")
    SUBMIT_TO_PROVIDER = "submit_to_provider", _("Submit to the provider")
    PROVIDER_PASSES = "provider_passes", _("Record that the provider passed it")
    RETURN_FOR_CORRECTION = "return_for_correction", _("Record a return for correction")
    CONFIRM_SMS = "confirm_sms", _("Confirm the SMS check")
    APPROVE = "approve", _("Record the ICP number")
    RECORD_OPENING = "record_opening", _("Record the opening of the site")
    RECORD_FOOTER = "record_footer", _("Record the number in the footer")
    RECORD_PUBLIC_SECURITY = "record_public_security", _("Record the public-security filing")
    EXPIRE_ORDER = "expire_order", _("Let the order expire")
    WITHDRAW = "withdraw", _("Withdraw the case")
    CANCEL_FILING = "cancel_filing", _("Cancel the filing")
    REOPEN = "reopen", _("Reopen the case")
    STEP_BACK = "step_back", _("Take the last step back")

    @property
    def about(self) -> StepDefinition:
        """All that is declared of this step."""
        return STEPS[self]

    @property
    def guards(self) -> tuple[Guard, ...]:
        """The rules this step asks for."""
        return STEPS[self].guards

    @property
    def who(self) -> frozenset[Role]:
        """The roles that may take it."""
        return STEPS[self].who

    @classmethod
    @cache
    def leading_out_of(cls, state: State) -> "tuple[Step, ...]":
        """Every step that leads out of a state, the recommended first."""
        steps = [step for step, about in STEPS.items() if state in about.sources]
        return tuple(sorted(steps, key=lambda step: STEPS[step].rank))


STEPS = {
    Step.SUBMIT_REQUEST: StepDefinition(
        sources=(State.DRAFT,),
        target=State.TRIAGE,
        who=BOTH_SIDES,
        does=_("The application goes to the office, which looks at the facts."),
        happened=_("The application has been sent to the office."),
        guards=(
            Guard(case.FACTS_COMPLETE),
            Guard(papers.REQUEST_SETTLED),
            Guard(case.CASE_DOMAIN_FREE),
        ),
        acts_for=Party.APPLICANT,
        forward=True,
    ),
    Step.SEND_BACK: StepDefinition(
        sources=(State.TRIAGE,),
        target=State.DRAFT,
        who=OFFICE,
        does=_("The applicant can edit the facts again; each reason becomes a request."),
        happened=_("The office has sent the application back to you for correction."),
        rank=6,
        effects=(Effect.ASK_FOR_REASONS,),
    ),
    Step.CLOSE_NOT_REQUIRED: StepDefinition(
        sources=(State.TRIAGE,),
        target=State.NOT_REQUIRED,
        who=OFFICE,
        does=_("The case is closed: a server outside the Mainland needs no filing."),
        happened=_(
            "The office has closed the case: a server outside Mainland China needs no filing."
        ),
        guards=(Guard(facts.SERVER_MAINLAND, wanted=False),),
        rank=3,
    ),
    Step.REFER: StepDefinition(
        sources=(State.TRIAGE,),
        target=State.REFERRED,
        who=OFFICE,
        does=_("The case is closed here and goes to the local administration's own system."),
        happened=_(
            "The office has closed the case: a site with only an IP address is filed in the local "
            "administration's own system."
        ),
        guards=(
            _SERVER,
            Guard(facts.SITE_DOMAIN, wanted=False),
        ),
        rank=3,
    ),
    Step.DECLINE: StepDefinition(
        sources=(State.TRIAGE, *_CERTIFICATE, *_PREAPPROVAL),
        target=State.INELIGIBLE,
        who=OFFICE,
        does=_("The case is closed because the rules do not permit it."),
        happened=_("The office has closed the case: the rules do not permit this filing."),
        guards=(Guard(case.VERDICT_NOT_PERMITTED),),
        rank=4,
    ),
    Step.BEGIN_CERTIFICATE: StepDefinition(
        sources=(State.TRIAGE,),
        target=State.CERTIFICATE_NEEDED,
        who=OFFICE,
        does=_("The applicant is asked to obtain the registration certificate."),
        happened=_("The office has looked at the facts: the registration certificate comes first."),
        guards=(
            _SERVER,
            _DOMAIN,
            _NOT_INDIVIDUAL,
            Guard(case.VERDICT_NOT_PERMITTED, wanted=False),
            Guard(facts.FOREIGN_PAPERS, wanted=False),
        ),
        rank=2,
    ),
    Step.RECORD_CERTIFICATE_APPLICATION: StepDefinition(
        sources=(State.CERTIFICATE_NEEDED,),
        target=State.CERTIFICATE_APPLIED,
        who=BOTH_SIDES,
        does=_("The case waits for the authority's decision on the certificate."),
        happened=_("The application for the registration certificate has been recorded."),
        acts_for=Party.APPLICANT,
        forward=True,
    ),
    Step.RECORD_CERTIFICATE: StepDefinition(
        sources=(State.CERTIFICATE_APPLIED,),
        target=State.CERTIFICATE_GRANTED,
        who=OFFICE,
        does=_(
            "The certificate is kept as an accepted document and serves as the business licence."
        ),
        happened=_("The registration certificate has been granted and recorded."),
        guards=(
            Guard(papers.DOCUMENT_MAINLAND, on_entry=True),
            Guard(papers.DOCUMENT_CURRENT, on_entry=True),
        ),
        acts_for=Party.AUTHORITY,
        claims="registration_certificate",
        effects=(Effect.KEEP_PAPER,),
        forward=True,
    ),
    Step.BEGIN_PREAPPROVAL: StepDefinition(
        sources=(State.TRIAGE, State.CERTIFICATE_GRANTED),
        target=State.PREAPPROVAL_NEEDED,
        who=OFFICE,
        does=_("The applicant is asked to apply for BBS pre-approval."),
        happened=_("The office has looked at the facts: the forum needs BBS pre-approval first."),
        guards=(
            _SERVER,
            _DOMAIN,
            Guard(facts.SITE_FORUM),
            _NOT_INDIVIDUAL,
            _PROVINCE,
            _PAPERS,
            _CLAIM,
            Guard(facts.FORUM_PREAPPROVAL, wanted=False),
        ),
        rank=2,
    ),
    Step.RECORD_PREAPPROVAL_APPLICATION: StepDefinition(
        sources=(State.PREAPPROVAL_NEEDED,),
        target=State.PREAPPROVAL_APPLIED,
        who=BOTH_SIDES,
        does=_("The case waits for the administration's decision on the pre-approval."),
        happened=_("The application for BBS pre-approval has been recorded."),
        acts_for=Party.APPLICANT,
        forward=True,
    ),
    Step.RECORD_PREAPPROVAL: StepDefinition(
        sources=(State.PREAPPROVAL_APPLIED,),
        target=State.PREAPPROVAL_GRANTED,
        who=OFFICE,
        does=_("The pre-approval is kept as an accepted document; the filing can be prepared."),
        happened=_("BBS pre-approval has been granted and recorded."),
        acts_for=Party.AUTHORITY,
        claims="preapproval",
        effects=(Effect.KEEP_PAPER,),
        forward=True,
    ),
    Step.RECORD_REFUSAL: StepDefinition(
        sources=(State.CERTIFICATE_APPLIED, State.PREAPPROVAL_APPLIED, State.AUTHORITY_REVIEW),
        target=State.REFUSED,
        who=OFFICE,
        does=_("The case is closed with the authority's reasons."),
        happened=_("The authority has refused the application."),
        acts_for=Party.AUTHORITY,
        rank=7,
        effects=(Effect.END_ORDER,),
        tells_reasons=True,
    ),
    Step.PREPARE_FILING: StepDefinition(
        sources=(State.TRIAGE, State.CERTIFICATE_GRANTED, State.PREAPPROVAL_GRANTED),
        target=State.PREPARING,
        who=OFFICE,
        does=_("The office gathers the papers for the provider."),
        happened=_("The office has begun to prepare the papers of the filing."),
        guards=_PREPARE,
    ),
    Step.SUBMIT_TO_PROVIDER: StepDefinition(
        sources=(State.PREPARING, State.RETURNED),
        target=State.PROVIDER_REVIEW,
        who=OFFICE,
        does=_("The filing goes to the provider; the facts are locked while others decide."),
        happened=_("The office has submitted the filing to the provider."),
        guards=_SUBMIT,
        effects=(Effect.START_ORDER,),
        forward=True,
    ),
    Step.PROVIDER_PASSES: StepDefinition(
        sources=(State.PROVIDER_REVIEW,),
        target=State.SMS_VERIFICATION,
        who=OFFICE,
        does=_(
            "The ministry's SMS goes out; from now on the service leader's time to answer it runs."
        ),
        happened=_(
            "The provider has passed the filing, and the ministry sends an SMS to the service "
            "leader."
        ),
        acts_for=Party.PROVIDER,
        forward=True,
    ),
    Step.RETURN_FOR_CORRECTION: StepDefinition(
        sources=(State.PROVIDER_REVIEW, State.SMS_VERIFICATION, State.AUTHORITY_REVIEW),
        target=State.RETURNED,
        who=OFFICE,
        does=_("The filing comes back; each reason becomes a request to the applicant."),
        happened=_("The filing has been returned for correction."),
        rank=5,
        effects=(Effect.ASK_FOR_REASONS,),
    ),
    Step.CONFIRM_SMS: StepDefinition(
        sources=(State.SMS_VERIFICATION,),
        target=State.AUTHORITY_REVIEW,
        who=BOTH_SIDES,
        does=_("The filing goes to the communications administration."),
        happened=_(
            "The SMS check is answered, and the filing is with the communications administration."
        ),
        acts_for=Party.APPLICANT,
        effects=(Effect.MARK_LATE,),
        forward=True,
    ),
    Step.APPROVE: StepDefinition(
        sources=(State.AUTHORITY_REVIEW,),
        target=State.FILED,
        who=OFFICE,
        does=_("The case is filed under this number; the site may open."),
        happened=_("The filing is complete: the ICP number has been granted."),
        guards=(Guard(case.NUMBER_VALID, on_entry=True),),
        acts_for=Party.AUTHORITY,
        sets=("filed_on",),
        effects=(Effect.GRANT_NUMBER, Effect.END_ORDER),
        forward=True,
    ),
    Step.RECORD_OPENING: StepDefinition(
        sources=(State.FILED,),
        target=State.OPEN,
        who=BOTH_SIDES,
        does=_(
            "Records that the site is open; from that day the time for the public-security filing "
            "runs."
        ),
        happened=_("The opening of the site has been recorded."),
        guards=(
            Guard(case.OPEN_AFTER_FILING),
            Guard(case.OPEN_AFTER_FILING, on_entry=True),
        ),
        acts_for=Party.APPLICANT,
        sets=("opened_on",),
        forward=True,
    ),
    Step.RECORD_FOOTER: StepDefinition(
        sources=(State.FILED, State.OPEN),
        target=STAYS,
        who=BOTH_SIDES,
        does=_("The number stands in the site's footer, linked to the ministry's register."),
        happened=_("It has been recorded that the ICP number stands in the site's footer."),
        acts_for=Party.APPLICANT,
        rank=2,
        sets=("footer_on",),
        needed=_("Put the ICP number in the site's footer, linked to the ministry's register."),
    ),
    Step.RECORD_PUBLIC_SECURITY: StepDefinition(
        sources=(State.OPEN,),
        target=STAYS,
        who=BOTH_SIDES,
        does=_("The second registration is done."),
        happened=_("The public-security filing has been recorded."),
        acts_for=Party.APPLICANT,
        sets=("public_security_number", "public_security_on"),
        needed=_("Make the public-security filing, and record its number."),
    ),
    Step.EXPIRE_ORDER: StepDefinition(
        sources=(State.RETURNED,),
        target=State.PREPARING,
        who=OFFICE,
        does=_("The order ends; the filing is prepared again for a new one."),
        happened=_(
            "The provider's order has come to the end of its life; the filing is prepared for a "
            "new one."
        ),
        guards=(Guard(case.ORDER_EXPIRED),),
        rank=3,
        effects=(Effect.END_ORDER,),
    ),
    Step.WITHDRAW: StepDefinition(
        sources=(
            State.DRAFT,
            State.TRIAGE,
            *_CERTIFICATE,
            *_PREAPPROVAL,
            State.PREPARING,
            State.PROVIDER_REVIEW,
            State.RETURNED,
        ),
        target=State.WITHDRAWN,
        who=BOTH_SIDES,
        does=_("The case is closed at the applicant's wish."),
        happened=_("The case has been withdrawn."),
        acts_for=Party.APPLICANT,
        rank=8,
        effects=(Effect.END_ORDER,),
        tells_reasons=True,
    ),
    Step.CANCEL_FILING: StepDefinition(
        sources=(State.FILED, State.OPEN),
        target=State.CANCELLED,
        who=SUPERVISORS,
        does=_("The filing is cancelled; the site may no longer be served."),
        happened=_("The filing has been cancelled; the site may no longer be served."),
        rank=8,
        sets=("cancelled_on",),
        tells_reasons=True,
    ),
    Step.REOPEN: StepDefinition(
        sources=(
            State.NOT_REQUIRED,
            State.REFERRED,
            State.INELIGIBLE,
            State.REFUSED,
            State.WITHDRAWN,
        ),
        target=State.DRAFT,
        who=SUPERVISORS,
        does=_(
            "The case starts again as a draft; its order ends; an officer confirms its papers anew."
        ),
        happened=_("The office has opened the case again."),
        effects=(Effect.END_ORDER, Effect.DOUBT_PAPERS),
        tells_reasons=True,
    ),
    Step.STEP_BACK: StepDefinition(
        sources=tuple(STATES),
        target=BACK,
        who=SUPERVISORS,
        does=_("The newest step is undone and what it entered is cleared; nobody is told."),
        happened=_("The last step has been taken back."),
        guards=(Guard(case.STATE_RESTORABLE),),
        tells=False,
        rank=9,
        effects=(Effect.UNDO,),
    ),
}
