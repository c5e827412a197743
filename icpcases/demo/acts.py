"""The acts that stories are made of: each a step or an edit, so many working days on."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

from icpcases.cases.models import Order
from icpcases.rules.documents import Kind
from icpcases.rules.rule import Party

from .entries import lose_access, lose_service
from .scans import scan_of
from .story import Act
from .walk import Walk

Reasons = tuple[tuple[str, str], ...]
_APART = dt.timedelta(minutes=2)  # between the papers of one pile


def step(name: str, after: float, **data: object) -> Act:
    """A step of the officer that enters nothing, or what is given."""
    return Act(after, lambda walk: walk.step(name, **data), name)


def sends(after: float = 0.2) -> Act:
    """The application goes to the office."""
    return Act(after, lambda walk: walk.step("submit_request", walk.filer))


def notes(after: float, text: str) -> Act:
    """An internal note."""
    return Act(after, lambda walk: walk.note(text))


def writes(after: float, text: str) -> Act:
    """The applicant, who has an account, writes to the office."""
    return Act(after, lambda walk: walk.write(text))


def replies(after: float, text: str = "") -> Act:
    """The officer writes to the applicant; without words, marks what came as read."""
    return Act(after, lambda walk: walk.reply(text))


def follows_up(after: float, contact: str, text: str, in_days: int) -> Act:
    """Whoever's turn it is was asked; they are asked again so many days from today."""
    return Act(after, lambda walk: walk.follow_up(text, contact, in_days))


def corrects(after: float, reason: str, **facts: str) -> Act:
    """The supervisor puts right what was typed wrong of locked facts."""
    return Act(after, lambda walk: walk.correct(reason, **facts))


def assigns(after: float, to: str, by: str = "chen") -> Act:
    """Somebody gives the case to an officer, or to nobody."""
    return Act(after, lambda walk: walk.assign(by, to))


def edits_facts(after: float, **facts: str) -> Act:
    """The officer corrects facts."""
    return Act(after, lambda walk: walk.edit(**facts))


def with_reasons(name: str, after: float, reasons: Reasons, **data: object) -> Act:
    """A step that gives reasons."""
    listed = [{"about": about, "text": text} for about, text in reasons]
    return step(name, after, reasons=listed, **data)


def returns(after: float, reasons: Reasons, by: Party = Party.PROVIDER, **data: object) -> Act:
    """The provider or the administration gives the filing back."""
    return with_reasons("return_for_correction", after, reasons, returned_by=by.value, **data)


def by_supervisor(name: str, after: float, reason: str, **data: object) -> Act:
    """A step only a supervisor takes."""

    return Act(
        after,
        lambda walk: walk.step(name, walk.office.users["chen"], reason=reason, **data),
        name,
    )


def withdraws(after: float, reason: str) -> Act:
    """The applicant gives up."""
    return Act(after, lambda walk: walk.step("withdraw", walk.filer, reason=reason))


def asks(after: float, about: str, text: str, due_in: int | None = None) -> Act:
    """The officer asks the applicant for something."""
    return Act(after, lambda walk: walk.ask(about, text, due_in))


def answers(after: float, which: int, text: str, value: str | None = None) -> Act:
    """The applicant answers a request, counted from 0; asked for a fact, with its value."""
    return Act(after, lambda walk: walk.answer(which, text, value))


def accepts(after: float, which: int) -> Act:
    """The officer accepts an answer."""
    return Act(after, lambda walk: walk.settle(which, "accepted"))


def waives(after: float, which: int, reason: str) -> Act:
    """The officer waives a request."""
    return Act(after, lambda walk: walk.settle(which, "waived", reason))


def asks_again(after: float, which: int, reason: str) -> Act:
    """The officer is not content with an answer."""
    return Act(after, lambda walk: walk.settle(which, "open", reason))


def hands_in(after: float, kind: Kind, expires_in: int | None = None, **more: object) -> Act:
    """The applicant hands in one document, which expires so many days from today."""

    def do(walk: Walk) -> None:
        ends = {"expires_on": walk.office.day_ahead(expires_in)} if expires_in else {}
        walk.hand_in(kind, **ends, **more)

    return Act(after, do)


def judges(after: float, refusal: str = "", but: tuple[Kind, ...] = ()) -> Act:
    """The officer accepts every document that waits, or refuses it, but for some kinds."""

    def do(walk: Walk) -> None:
        pile = [paper for paper in walk.waiting_papers() if paper.kind not in but]
        _one_by_one(walk, [partial(walk.judge, paper, refusal) for paper in pile])

    return Act(after, do)


def supplies(after: float = 0.9, but: tuple[Kind, ...] = ()) -> Act:
    """The applicant hands in what is wanting; conditional papers by chance, else not needed."""

    def do(walk: Walk) -> None:
        conditional = {w.kind for w in walk.wanted() if w.when}
        skipped = {kind for kind in conditional if walk.rng.random() < 0.6}
        wanting = [kind for kind in walk.wanting() if kind not in but]
        tasks = [
            partial(walk.not_needed if kind in skipped else walk.hand_in, kind) for kind in wanting
        ]
        _one_by_one(walk, tasks)

    return Act(after, do)


def _one_by_one(walk: Walk, tasks: Sequence[Callable[[], object]]) -> None:
    """Do the tasks minutes apart, so that the last falls on the moment of the act."""
    end = walk.at
    for left, task in zip(reversed(range(len(tasks))), tasks, strict=True):
        walk.at = end - _APART * left
        task()


def backs(after: float, kind: Kind) -> tuple[Act, ...]:
    """A document that stands behind a claim, handed in and accepted."""
    return hands_in(after, kind), judges(0.2)


def prepares(after: float = 0.7) -> Act:
    """The officer confirms the applicant and begins to prepare the filing."""

    def do(walk: Walk) -> None:
        _one_by_one(walk, [walk.confirm, partial(walk.step, "prepare_filing")])

    return Act(after, do, "prepare_filing")


def submits(after: float = 0.5, provider: int = 0) -> Act:
    """The filing goes to a provider, on a new order unless one is alive."""

    def do(walk: Walk) -> None:
        walk.step("submit_to_provider", **walk.office.order(provider, walk.day))

    return Act(after, do, "submit_to_provider")


def joins(after: float = 0.5) -> Act:
    """The filing goes to the provider on the order that another case of the subject goes by."""

    def do(walk: Walk) -> None:
        order = Order.objects.get(applicant=walk.case.applicant_id, running=True)
        walk.step("submit_to_provider", provider=order.provider_id, order_number=order.number)

    return Act(after, do, "joins")


def confirms_sms(after: float = 0.3, person: str = "") -> Act:
    """Whom the ministry's SMS asks answers it; of two, the one who is named."""
    named = {"person": person} if person else {}
    return Act(after, lambda walk: walk.step("confirm_sms", walk.filer, **named), "confirm_sms")


def approves(after: float = 11) -> Act:
    """The administration grants the number."""

    def do(walk: Walk) -> None:
        walk.step("approve", icp_number=walk.next_number(), filed_on=walk.day)

    return Act(after, do, "approve")


def completes(after: float = 7) -> Act:
    """The administration has approved an errand that makes nothing new."""
    return Act(after, lambda walk: walk.step("complete", completed_on=walk.day), "complete")


def loses_access(after: float, provider: int, reason: str) -> Act:
    """The supervisor records that a provider took its access to the site away."""

    def do(walk: Walk) -> None:
        lose_access(walk.hosted_at(provider), walk.office.users["chen"], walk.day, reason)

    return Act(after, do, "loses_access")


def loses_filing(after: float, reason: str) -> Act:
    """The supervisor records that the administration took the filing away."""

    def do(walk: Walk) -> None:
        lose_service(walk.service, walk.office.users["chen"], walk.day, reason)

    return Act(after, do, "loses_filing")


def opens(after: float = 1.2) -> Act:
    """The site opens."""
    return Act(after, lambda w: w.step("record_opening", w.filer, opened_on=w.day), "opens")


def puts_footer(after: float = 0.5) -> Act:
    """The number stands in the footer."""
    return Act(after, lambda walk: walk.step("record_footer", walk.filer, footer_on=walk.day))


def registers_with_police(after: float = 5) -> Act:
    """The public-security filing is done."""

    def do(walk: Walk) -> None:
        number = walk.numbers.public_security(walk.firm.province)
        entered = {"public_security_number": number, "public_security_on": walk.day}
        walk.step("record_public_security", walk.filer, **entered)

    return Act(after, do)


def applies_for_certificate(after: float = 4) -> Act:
    """The foreign firm has applied for the registration certificate."""

    def do(walk: Walk) -> None:
        walk.step(
            "record_certificate_application",
            walk.filer,
            authority="市场监督管理局外资登记处",
            applied_on=walk.day,
            application_number=f"WZ{walk.day:%Y%m}{walk.numbers.digits(5)}",
        )

    return Act(after, do)


def gets_certificate(after: float = 9) -> Act:
    """The registration certificate is granted."""

    def do(walk: Walk) -> None:
        number = walk.numbers.credit_code("enterprise", walk.firm.province)
        walk.step(
            "record_certificate",
            number=number,
            issued_in="mainland",
            issued_on=walk.day,
            expires_on=walk.office.day_ahead(1000),
            file=scan_of(Kind.REGISTRATION_CERTIFICATE, walk.firm.name, number),
        )

    return Act(after, do)


def applies_for_preapproval(after: float = 3) -> Act:
    """The forum has applied for BBS pre-approval."""

    def do(walk: Walk) -> None:
        walk.step(
            "record_preapproval_application",
            walk.filer,
            authority=walk.administration,
            applied_on=walk.day,
            application_number=f"BBS-SQ-{walk.numbers.digits(6)}",
        )

    return Act(after, do)


def gets_preapproval(after: float = 14) -> Act:
    """BBS pre-approval is granted."""

    def do(walk: Walk) -> None:
        number = f"BBS{walk.day:%Y}{walk.numbers.digits(6)}"
        walk.step(
            "record_preapproval",
            number=number,
            issuer=walk.administration,
            issued_on=walk.day,
            file=scan_of(Kind.BBS_PREAPPROVAL, walk.firm.name, number),
        )

    return Act(after, do)
