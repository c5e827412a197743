"""Fetching, once, everything the rules read of a case."""

import datetime as dt

from django.utils import timezone
from django.utils.functional import cached_property

from icpcases.cases.models import FilingCase
from icpcases.lifecycle.states import State
from icpcases.lifecycle.steps import Step
from icpcases.rules import dossier as d
from icpcases.rules.documents import Kind, Wanted

from .casefile import CaseFile, order_of, running_order
from .undo import unmet_before, used_since


class CaseDossier(d.Dossier):
    """The dossier of a case: what takes a query is fetched when a rule first reads it.

    What stands in the case's own row is read at once, because a step changes it later on.
    """

    _rows: CaseFile
    met_for: Step | None

    def __init__(self, case: FilingCase, rows: CaseFile, now: dt.datetime) -> None:
        # What is still to be fetched must not look as if it were there.
        vars(self).update(
            facts=case.facts,
            today=timezone.localdate(now),
            now=now,
            drafted=case.is_at == State.DRAFT,
            confirmed=case.applicant.confirmed,
            service_leader=case.service_leader,
            service_leader_phone=case.service_leader_phone,
            domain=case.domain,
            changed=case.changed,
            site_name=case.site_name,
            platforms=platforms_of(case.app_features),
            filed=case.service.filed_on if case.service else None,
            _rows=rows,
            met_for=None,
        )

    @property
    def rows(self) -> CaseFile:
        """The rows around the case."""
        return self._rows

    def but(self, **changes: object) -> "CaseDossier":
        """This dossier with other values in some fields; the rest is fetched when it is read."""
        other = object.__new__(CaseDossier)
        own = vars(other)
        own.update(vars(self), **changes, met_for=None)
        for name in _FOLLOWING:
            own.pop(name, None)
        return other

    def met_by(self, step: Step) -> None:
        """Remember that every guard of a step was judged of this dossier and is met."""
        vars(self)["met_for"] = step

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        return super().wanted

    @cached_property
    def relied_on(self) -> tuple[d.Paper, ...]:
        return super().relied_on

    @cached_property
    def papers(self) -> tuple[d.Paper, ...]:
        return self._rows.papers

    @cached_property
    def not_needed(self) -> frozenset[Kind]:
        return self._rows.not_needed

    @cached_property
    def margin_days(self) -> int:
        return self._rows.margin_days

    @cached_property
    def asks(self) -> tuple[d.Ask, ...]:
        requests = self._rows.requests
        return tuple(d.Ask(str(r.pk), r.text, d.RequestStatus(r.status)) for r in requests)

    @cached_property
    def rivals(self) -> tuple[d.Rival, ...]:
        people = self._rows.case.people_pks if self._rows.rivals else frozenset()
        return tuple(
            # Named to the applicant only where nobody on this case learns of another's.
            d.Rival(case.reference, shared=bool(people) and people <= case.people_pks)
            for case in self._rows.rivals
        )

    @cached_property
    def register(self) -> d.Register:
        return self._rows.register

    @cached_property
    def running(self) -> tuple[d.RunningOrder, ...]:
        return tuple(running_order(order) for order in self._rows.running)

    @cached_property
    def order(self) -> d.LiveOrder | None:
        order = self._rows.usable_order
        return order_of(order, self._rows.case) if order else None

    @cached_property
    def provider(self) -> str:
        return self.order.provider if self.order else ""

    @cached_property
    def earlier_state(self) -> str:
        row = self._rows.step_to_undo
        return State(row.from_state).value if row else ""

    @cached_property
    def earlier_unmet(self) -> tuple[str, ...]:
        row = self._rows.step_to_undo
        return unmet_before(self, row, self._rows) if row else ()

    @cached_property
    def used_by(self) -> tuple[str, ...]:
        row = self._rows.step_to_undo
        return used_since(row) if row else ()


def rows_for(case: FilingCase) -> CaseFile:
    """The rows that the attached dossier has fetched or will fetch, else those around the case."""
    dossier = dossier_for(case)
    return dossier.rows if isinstance(dossier, CaseDossier) else CaseFile(case)


def platforms_of(features: dict[str, dict[str, str]]) -> tuple[d.Platform, ...]:
    """The platforms of an App, as the rules read them."""
    return tuple(
        d.Platform(name, *(given.get(key, "") for key in APP_KEYS))
        for name, given in sorted(features.items())
    )


APP_KEYS = ("app_name", "package", "public_key", "fingerprint")
# Worked out of the others: anew where one of them is replaced.
_FOLLOWING = ("wanted", "relied_on")
_KEPT = [name for name, part in vars(CaseDossier).items() if isinstance(part, cached_property)]
_FETCHED = [name for name in _KEPT if name not in _FOLLOWING]


def parts_read(dossier: d.Dossier) -> frozenset[str]:
    """What of a case's dossier has been fetched so far."""
    return frozenset(vars(dossier)) & frozenset(_FETCHED)


def dossier_of(
    case: FilingCase, rows: CaseFile | None = None, now: dt.datetime | None = None
) -> d.Dossier:
    """The dossier of a case as its rows stand, judged at `now`."""
    return CaseDossier(case, rows or CaseFile(case), now or timezone.now())


def dossier_for(case: FilingCase) -> d.Dossier:
    """The dossier that is attached to the case, else one as its rows stand, attached now."""
    if case.dossier is None:
        case.dossier = dossier_of(case)
    return case.dossier
