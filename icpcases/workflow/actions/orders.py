"""One step for several cases of a subject at once, each through the door and told by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from icpcases.cases.models import FilingCase, Order
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import DoneAlready, Refused

#: What is alike for all cases of an order: what the provider then does to it.
SHARED = (
    Step.PROVIDER_PASSES,
    Step.SENT_TO_ADMINISTRATION,
    Step.RETURN_FOR_CORRECTION,
    Step.PULL_BACK,
    Step.SMS_EXPIRED,
    Step.EXPIRE_ORDER,
)
READY = (State.PREPARING, State.RETURNED)


@dataclass(frozen=True)
class Taken:
    """A case, and what has become of the step on it: taken, or refused with its reason."""

    case: FilingCase
    error: Refused | None = None


def take_for_all(
    cases: Iterable[tuple[FilingCase, int]], step: Step, by: Actor, data: Mapping[str, object]
) -> list[Taken]:
    """Take the step on each case whose version was seen; one that refuses stops no other."""
    found = []
    for case, seen_version in cases:
        try:
            after = perform(case, step, by, data, seen_version)
        except DoneAlready:
            found.append(Taken(FilingCase.objects.with_names().get(pk=case.pk)))
        except Refused as error:
            found.append(Taken(case, error))
        else:
            found.append(Taken(after))
    return found


def cases_of(order: Order) -> list[FilingCase]:
    """The cases that go by the order today, oldest first."""
    live = FilingCase.objects.filter(memberships__order=order, memberships__left_on__isnull=True)
    return list(live.with_names().order_by("pk"))


def ready_cases(applicant: int) -> list[FilingCase]:
    """The cases of an applicant that may be submitted together, oldest first."""
    ready = FilingCase.objects.filter(applicant=applicant, state__in=READY)
    return list(ready.with_names().order_by("pk"))
