"""The transitions: everything about a step is asked of its member (domain.md, section 5)."""

from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from icpcases.rules import about_case as case
from icpcases.rules import about_facts as facts
from icpcases.rules import about_papers as papers
from icpcases.rules.rule import Guard, Party

from .roles import Role
from .states import Phase, State

A, O, S = Role.APPLICANT, Role.OFFICER, Role.SUPERVISOR  # noqa: E741 - the letters of the table of transitions
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
_CERTIFICATE = tuple(state for state in State if state.phase == Phase.CERTIFICATE)
_PREAPPROVAL = tuple(state for state in State if state.phase == Phase.PREAPPROVAL)


class StepDefinition:
    """What a step says of itself. `rank` orders the steps of a state, the recommended first;
    `acts_for` is the party whose act an officer records. `before` are the guards that can be
    judged before something is entered, `later` those that wait for it."""

    def __init__(
        self,
        sources: tuple[State, ...],
        target: State | str | None,
        who: tuple[Role, ...],
        does: object,
        guards: tuple[Guard, ...] = (),
        acts_for: Party | None = None,
        tells: bool = True,
        rank: int = 1,
    ) -> None:
        self.sources, self.target, self.who = sources, target, frozenset(who)
        self.does, self.guards, self.acts_for = does, guards, acts_for
        self.tells, self.rank = tells, rank
        self.before = tuple(guard for guard in guards if not guard.on_entry)
        self.later = tuple(guard for guard in guards if guard.on_entry)


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
        return _STEPS[self]

    @property
    def guards(self) -> tuple[Guard, ...]:
        """The rules this step asks for."""
        return _STEPS[self].guards

    @property
    def who(self) -> frozenset[Role]:
        """The roles that may take it."""
        return _STEPS[self].who

    @classmethod
    @cache
    def leading_out_of(cls, state: State) -> "tuple[Step, ...]":
        """Every step that leads out of a state, the recommended first."""
        steps = [step for step in cls if state in _STEPS[step].sources]
        return tuple(sorted(steps, key=lambda step: _STEPS[step].rank))


def _also_supervisor(who: tuple[Role, ...]) -> tuple[Role, ...]:
    return (*who, S) if O in who else who


def _step(
    sources: State | tuple[State, ...],
    target: State | str | None,
    who: tuple[Role, ...],
    does: object,
    *guards: Guard,
    **more: Any,
) -> StepDefinition:
    sources = sources if isinstance(sources, tuple) else (sources,)
    return StepDefinition(sources, target, _also_supervisor(who), does, guards, **more)


_STEPS = {
    Step.SUBMIT_REQUEST: _step(
        State.DRAFT, State.TRIAGE, (A, O),
        _("The application goes to the office, which looks at the facts."),
        Guard(case.FACTS_COMPLETE), Guard(papers.REQUEST_SETTLED), Guard(case.CASE_DOMAIN_FREE),
        acts_for=Party.APPLICANT,
    ),
    Step.SEND_BACK: _step(
        State.TRIAGE, State.DRAFT, (O,),
        _("The applicant can edit the facts again; each reason becomes a request."), rank=6,
    ),
    Step.CLOSE_NOT_REQUIRED: _step(
        State.TRIAGE, State.NOT_REQUIRED, (O,),
        _("The case is closed: a server outside the Mainland needs no filing."),
        Guard(facts.SERVER_MAINLAND, wanted=False), rank=3,
    ),
    Step.REFER: _step(
        State.TRIAGE, State.REFERRED, (O,),
        _("The case is closed here and goes to the local administration's own system."),
        _SERVER, Guard(facts.SITE_DOMAIN, wanted=False), rank=3,
    ),
    Step.DECLINE: _step(
        (State.TRIAGE, *_CERTIFICATE, *_PREAPPROVAL), State.INELIGIBLE, (O,),
        _("The case is closed because the rules do not permit it."),
        Guard(case.VERDICT_NOT_PERMITTED), rank=4,
    ),
    Step.BEGIN_CERTIFICATE: _step(
        State.TRIAGE, State.CERTIFICATE_NEEDED, (O,),
        _("The applicant is asked to obtain the registration certificate."),
        _SERVER, _DOMAIN, _NOT_INDIVIDUAL, Guard(case.VERDICT_NOT_PERMITTED, wanted=False),
        Guard(facts.FOREIGN_PAPERS, wanted=False), rank=2,
    ),
    Step.RECORD_CERTIFICATE_APPLICATION: _step(
        State.CERTIFICATE_NEEDED, State.CERTIFICATE_APPLIED, (A, O),
        _("The case waits for the authority's decision on the certificate."),
        acts_for=Party.APPLICANT,
    ),
    Step.RECORD_CERTIFICATE: _step(
        State.CERTIFICATE_APPLIED, State.CERTIFICATE_GRANTED, (O,),
        _("The certificate is kept as an accepted document and serves as the business licence."),
        Guard(papers.DOCUMENT_MAINLAND, on_entry=True),
        Guard(papers.DOCUMENT_CURRENT, on_entry=True), acts_for=Party.AUTHORITY,
    ),
    Step.BEGIN_PREAPPROVAL: _step(
        (State.TRIAGE, State.CERTIFICATE_GRANTED), State.PREAPPROVAL_NEEDED, (O,),
        _("The applicant is asked to apply for BBS pre-approval."),
        _SERVER, _DOMAIN, Guard(facts.SITE_FORUM), _NOT_INDIVIDUAL, _PROVINCE, _PAPERS, _CLAIM,
        Guard(facts.FORUM_PREAPPROVAL, wanted=False), rank=2,
    ),
    Step.RECORD_PREAPPROVAL_APPLICATION: _step(
        State.PREAPPROVAL_NEEDED, State.PREAPPROVAL_APPLIED, (A, O),
        _("The case waits for the administration's decision on the pre-approval."),
        acts_for=Party.APPLICANT,
    ),
    Step.RECORD_PREAPPROVAL: _step(
        State.PREAPPROVAL_APPLIED, State.PREAPPROVAL_GRANTED, (O,),
        _("The pre-approval is kept as an accepted document; the filing can be prepared."),
        acts_for=Party.AUTHORITY,
    ),
    Step.RECORD_REFUSAL: _step(
        (State.CERTIFICATE_APPLIED, State.PREAPPROVAL_APPLIED, State.AUTHORITY_REVIEW),
        State.REFUSED, (O,), _("The case is closed with the authority's reasons."),
        acts_for=Party.AUTHORITY, rank=7,
    ),
    Step.PREPARE_FILING: _step(
        (State.TRIAGE, State.CERTIFICATE_GRANTED, State.PREAPPROVAL_GRANTED), State.PREPARING,
        (O,), _("The office gathers the papers for the provider."), *_PREPARE,
    ),
    Step.SUBMIT_TO_PROVIDER: _step(
        (State.PREPARING, State.RETURNED), State.PROVIDER_REVIEW, (O,),
        _("The filing goes to the provider; the facts are locked while others decide."), *_SUBMIT,
    ),
    Step.PROVIDER_PASSES: _step(
        State.PROVIDER_REVIEW, State.SMS_VERIFICATION, (O,),
        _("The ministry's SMS goes out; the service leader has 24 hours."),
        acts_for=Party.PROVIDER,
    ),
    Step.RETURN_FOR_CORRECTION: _step(
        (State.PROVIDER_REVIEW, State.SMS_VERIFICATION, State.AUTHORITY_REVIEW), State.RETURNED,
        (O,), _("The filing comes back; each reason becomes a request to the applicant."), rank=5,
    ),
    Step.CONFIRM_SMS: _step(
        State.SMS_VERIFICATION, State.AUTHORITY_REVIEW, (A, O),
        _("The filing goes to the communications administration."), acts_for=Party.APPLICANT,
    ),
    Step.APPROVE: _step(
        State.AUTHORITY_REVIEW, State.FILED, (O,),
        _("The case is filed under this number; the site may open."),
        Guard(case.NUMBER_VALID, on_entry=True), acts_for=Party.AUTHORITY,
    ),
    Step.RECORD_OPENING: _step(
        State.FILED, State.OPEN, (A, O),
        _("The site is open; the public-security filing is due within 30 days."),
        Guard(case.OPEN_AFTER_FILING), Guard(case.OPEN_AFTER_FILING, on_entry=True),
        acts_for=Party.APPLICANT,
    ),
    Step.RECORD_FOOTER: _step(
        (State.FILED, State.OPEN), STAYS, (A, O),
        _("The number stands in the site's footer, linked to the ministry's register."),
        acts_for=Party.APPLICANT, rank=2,
    ),
    Step.RECORD_PUBLIC_SECURITY: _step(
        State.OPEN, STAYS, (A, O), _("The second registration is done."),
        acts_for=Party.APPLICANT,
    ),
    Step.EXPIRE_ORDER: _step(
        State.RETURNED, State.PREPARING, (O,),
        _("The order ends; the filing is prepared again for a new one."),
        Guard(case.ORDER_EXPIRED), rank=3,
    ),
    Step.WITHDRAW: _step(
        (State.DRAFT, State.TRIAGE, *_CERTIFICATE, *_PREAPPROVAL, State.PREPARING,
         State.PROVIDER_REVIEW, State.RETURNED), State.WITHDRAWN, (A, O),
        _("The case is closed at the applicant's wish."), acts_for=Party.APPLICANT, rank=8,
    ),
    Step.CANCEL_FILING: _step(
        (State.FILED, State.OPEN), State.CANCELLED, (S,),
        _("The filing is cancelled; the site may no longer be served."), rank=8,
    ),
    Step.REOPEN: _step(
        (State.NOT_REQUIRED, State.REFERRED, State.INELIGIBLE, State.REFUSED, State.WITHDRAWN),
        State.DRAFT, (S,),
        _("The case starts again as a draft; its order ends; an officer confirms its papers anew."),
    ),
    Step.STEP_BACK: _step(
        tuple(State), BACK, (S,),
        _("The newest step is undone and what it entered is cleared; nobody is told."),
        Guard(case.STATE_RESTORABLE), tells=False, rank=9,
    ),
}  # fmt: skip

HAPPENED = {
    Step.SUBMIT_REQUEST: _("The application has been sent to the office."),
    Step.SEND_BACK: _("The office has sent the application back to you for correction."),
    Step.CLOSE_NOT_REQUIRED: _(
        "The office has closed the case: a server outside Mainland China needs no filing."
    ),
    Step.REFER: _(
        "The office has closed the case: a site with only an IP address is filed in the local "
        "administration's own system."
    ),
    Step.DECLINE: _("The office has closed the case: the rules do not permit this filing."),
    Step.BEGIN_CERTIFICATE: _(
        "The office has looked at the facts: the registration certificate comes first."
    ),
    Step.RECORD_CERTIFICATE_APPLICATION: _(
        "The application for the registration certificate has been recorded."
    ),
    Step.RECORD_CERTIFICATE: _("The registration certificate has been granted and recorded."),
    Step.BEGIN_PREAPPROVAL: _(
        "The office has looked at the facts: the forum needs BBS pre-approval first."
    ),
    Step.RECORD_PREAPPROVAL_APPLICATION: _(
        "The application for BBS pre-approval has been recorded."
    ),
    Step.RECORD_PREAPPROVAL: _("BBS pre-approval has been granted and recorded."),
    Step.RECORD_REFUSAL: _("The authority has refused the application."),
    Step.PREPARE_FILING: _("The office has begun to prepare the papers of the filing."),
    Step.SUBMIT_TO_PROVIDER: _("The office has submitted the filing to the provider."),
    Step.PROVIDER_PASSES: _(
        "The provider has passed the filing, and the ministry sends an SMS to the service leader."
    ),
    Step.RETURN_FOR_CORRECTION: _("The filing has been returned for correction."),
    Step.CONFIRM_SMS: _(
        "The SMS check is answered, and the filing is with the communications administration."
    ),
    Step.APPROVE: _("The filing is complete: the ICP number has been granted."),
    Step.RECORD_OPENING: _("The opening of the site has been recorded."),
    Step.RECORD_FOOTER: _("It has been recorded that the ICP number stands in the site's footer."),
    Step.RECORD_PUBLIC_SECURITY: _("The public-security filing has been recorded."),
    Step.EXPIRE_ORDER: _(
        "The provider's order has come to the end of its life; the filing is prepared for a new "
        "one."
    ),
    Step.WITHDRAW: _("The case has been withdrawn."),
    Step.CANCEL_FILING: _("The filing has been cancelled; the site may no longer be served."),
    Step.REOPEN: _("The office has opened the case again."),
    Step.STEP_BACK: _("The last step has been taken back."),
}
