"""The transitions: everything about a step is asked of its member (domain.md, section 5)."""

from functools import cache

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from icpcases.rules import about_case as case
from icpcases.rules import about_facts as facts
from icpcases.rules import about_papers as papers
from icpcases.rules import about_register as register
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import INSPECTIONS, JUDGED, MAKING, REVIEWED
from icpcases.rules.rule import Guard, Party

from .definition import BACK, STAYS, Effect, StepDefinition
from .roles import Role
from .states import STATES, Phase, State

SUPERVISORS = frozenset({Role.SUPERVISOR})
OFFICE = frozenset({Role.OFFICER, Role.SUPERVISOR})
BOTH_SIDES = OFFICE | {Role.APPLICANT}

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
    Guard(register.SUBJECT_KNOWN),
    Guard(register.APP_COMPLETE),
)
_SUBMIT = (
    *_PREPARE,
    Guard(papers.DOCUMENT_MAINLAND),
    Guard(papers.DOCUMENT_COMPLETE),
    Guard(papers.DOCUMENT_CURRENT),
    Guard(papers.REQUEST_SETTLED),
    Guard(register.SERVICE_FREE),
    Guard(register.SUBJECT_KNOWN, on_entry=True),
    Guard(case.SUBJECT_IDLE),
    Guard(case.SUBJECT_IDLE, on_entry=True),
    Guard(case.ORDER_ALIVE),
)
_CERTIFICATE = tuple(state for state in STATES if state.phase == Phase.CERTIFICATE)
_PREAPPROVAL = tuple(state for state in STATES if state.phase == Phase.PREAPPROVAL)


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
    SENT_TO_ADMINISTRATION = "sent_to_administration", _("Record that it was sent on")
    PULL_BACK = "pull_back", _("Pull back from the provider")
    SMS_EXPIRED = "sms_expired", _("Record that the SMS check ran out")
    RETURN_FOR_CORRECTION = "return_for_correction", _("Record a return for correction")
    CONFIRM_SMS = "confirm_sms", _("Confirm the SMS check")
    APPROVE = "approve", _("Record the ICP number")
    COMPLETE = "complete", _("Record that it is done")
    RECORD_OPENING = "record_opening", _("Record the opening of the site")
    RECORD_FOOTER = "record_footer", _("Record the number in the footer")
    RECORD_PUBLIC_SECURITY = "record_public_security", _("Record the public-security filing")
    EXPIRE_ORDER = "expire_order", _("Let the order expire")
    WITHDRAW = "withdraw", _("Withdraw the case")
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
    def leading_out_of(
        cls, state: State, filing_type: FilingType = FilingType.FIRST
    ) -> "tuple[Step, ...]":
        """Every step that leads out of a state for a filing type, the recommended first."""
        steps = [step for step, about in STEPS.items() if about.leads_out_of(state, filing_type)]
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
            Guard(register.SUBJECT_KNOWN),
            Guard(register.SERVICE_FREE),
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
        types=JUDGED,
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
        types=JUDGED,
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
        types=JUDGED,
        who=OFFICE,
        does=_("The case is closed because the rules do not permit it."),
        happened=_("The office has closed the case: the rules do not permit this filing."),
        guards=(Guard(case.VERDICT_NOT_PERMITTED),),
        rank=4,
    ),
    Step.BEGIN_CERTIFICATE: StepDefinition(
        sources=(State.TRIAGE,),
        target=State.CERTIFICATE_NEEDED,
        types=JUDGED,
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
        types=JUDGED,
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
        sources=(
            State.CERTIFICATE_APPLIED,
            State.PREAPPROVAL_APPLIED,
            State.PREPARING,
            State.PROVIDER_REVIEW,
            State.AUTHORITY_REVIEW,
        ),
        only=((State.PREPARING, INSPECTIONS), (State.PROVIDER_REVIEW, INSPECTIONS)),
        target=State.REFUSED,
        who=OFFICE,
        does=_("The case is closed with the reasons of whoever decided."),
        happened=_("The application has been refused."),
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
        target=(State.PROVIDER_PASSED, State.COMPLETED),
        who=OFFICE,
        does=_("The provider's review is over."),
        happened=_("The provider has looked at it and passed it."),
        acts_for=Party.PROVIDER,
        forward=True,
    ),
    Step.SENT_TO_ADMINISTRATION: StepDefinition(
        sources=(State.PROVIDER_PASSED,),
        target=(State.SMS_VERIFICATION, State.AUTHORITY_REVIEW),
        who=OFFICE,
        types=REVIEWED,
        does=_(
            "The ministry's SMS goes to each person it asks, and their time to answer runs from "
            "this moment; where it asks nobody, the administration has the filing at once."
        ),
        happened=_("The provider has sent the filing to the administration."),
        acts_for=Party.PROVIDER,
        effects=(Effect.ASK_BY_SMS,),
        forward=True,
    ),
    Step.PULL_BACK: StepDefinition(
        sources=(State.PROVIDER_REVIEW, State.PROVIDER_PASSED),
        target=State.PREPARING,
        who=OFFICE,
        does=_("The filing comes back from the provider to be prepared again; nobody is told."),
        happened=_("The office has taken the filing back from the provider to correct it."),
        tells=False,
        rank=6,
        effects=(Effect.PAUSE_ORDER,),
    ),
    Step.SMS_EXPIRED: StepDefinition(
        sources=(State.SMS_VERIFICATION,),
        target=State.PROVIDER_PASSED,
        who=OFFICE,
        does=_(
            "The ministry has sent it back because not everybody answered; once it is sent on "
            "again, the next round begins."
        ),
        happened=_("The SMS check ran out, and the ministry has sent the filing back."),
        acts_for=Party.MINISTRY,
        rank=4,
        effects=(Effect.CLOSE_ROUND,),
    ),
    Step.RETURN_FOR_CORRECTION: StepDefinition(
        sources=(
            State.PROVIDER_REVIEW,
            State.PROVIDER_PASSED,
            State.SMS_VERIFICATION,
            State.AUTHORITY_REVIEW,
        ),
        target=State.RETURNED,
        who=OFFICE,
        does=_("The filing comes back; each reason for the applicant becomes a request."),
        happened=_("The filing has been returned for correction."),
        rank=5,
        effects=(Effect.CLOSE_ROUND, Effect.RETURN_ORDER, Effect.ASK_FOR_REASONS),
    ),
    Step.CONFIRM_SMS: StepDefinition(
        sources=(State.SMS_VERIFICATION,),
        target=(State.SMS_VERIFICATION, State.AUTHORITY_REVIEW),
        who=BOTH_SIDES,
        does=_(
            "One person's answer is recorded; once everybody asked has answered, the filing is "
            "with the communications administration."
        ),
        happened=_("An answer to the SMS check has been recorded."),
        acts_for=Party.APPLICANT,
        effects=(Effect.MARK_LATE, Effect.NOTE_CONFIRMATION),
        forward=True,
    ),
    Step.APPROVE: StepDefinition(
        sources=(State.AUTHORITY_REVIEW,),
        target=State.FILED,
        who=OFFICE,
        types=MAKING,
        does=_("The site is filed under this number, and may open."),
        happened=_("The filing is complete: the ICP number has been granted."),
        guards=(Guard(case.NUMBER_VALID, on_entry=True),),
        acts_for=Party.AUTHORITY,
        effects=(Effect.KEEP_IN_REGISTER, Effect.END_ORDER),
        forward=True,
    ),
    Step.COMPLETE: StepDefinition(
        sources=(State.AUTHORITY_REVIEW,),
        target=State.COMPLETED,
        who=OFFICE,
        types=REVIEWED - MAKING,
        does=_("From the day entered on, the register says what was applied for."),
        happened=_("The administration has approved it, and the errand is done."),
        guards=(Guard(case.NUMBER_VALID),),
        acts_for=Party.AUTHORITY,
        effects=(Effect.KEEP_IN_REGISTER, Effect.END_ORDER),
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
        effects=(Effect.DATE_SERVICE,),
        forward=True,
    ),
    Step.RECORD_FOOTER: StepDefinition(
        sources=(State.FILED, State.OPEN),
        target=STAYS,
        who=BOTH_SIDES,
        does=_("Records that the footer shows the number, linked to the ministry's register."),
        happened=_("It has been recorded that the site's footer shows the ICP number."),
        acts_for=Party.APPLICANT,
        rank=2,
        effects=(Effect.DATE_SERVICE,),
        needed=_("Put the ICP number in the site's footer, linked to the ministry's register."),
    ),
    Step.RECORD_PUBLIC_SECURITY: StepDefinition(
        sources=(State.OPEN,),
        target=STAYS,
        who=BOTH_SIDES,
        does=_("Records that the public-security filing is done."),
        happened=_("The public-security filing has been recorded."),
        acts_for=Party.APPLICANT,
        effects=(Effect.DATE_SERVICE,),
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
            State.PROVIDER_PASSED,
            State.RETURNED,
        ),
        target=State.WITHDRAWN,
        who=BOTH_SIDES,
        does=_("The case is closed at the applicant's request."),
        happened=_("The case has been withdrawn."),
        acts_for=Party.APPLICANT,
        rank=8,
        effects=(Effect.END_ORDER,),
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
        effects=(Effect.END_ORDER, Effect.DOUBT_PAPERS, Effect.RENEW_REQUESTS),
        tells_reasons=True,
    ),
    Step.STEP_BACK: StepDefinition(
        sources=tuple(STATES),
        target=BACK,
        who=SUPERVISORS,
        own=OFFICE,
        does=_("The newest step is undone, what it entered cleared. Unsent mail is held back."),
        happened=_("The last step has been taken back."),
        guards=(Guard(case.STATE_RESTORABLE),),
        tells=False,
        rank=9,
        effects=(Effect.UNDO,),
    ),
}
