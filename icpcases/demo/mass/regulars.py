"""Applicants with many cases: those that have a site in the register and came back."""

import random

from icpcases.cases.models import ProviderAccess, Service, SubjectFiling
from icpcases.rules.facts import FilingType
from icpcases.rules.filing_types import TYPES

from .dated import slot_of_key
from .identities import FiledSite, InventedApplicant
from .stamp import Stamped
from .stories import NEW_NAME, NEW_PHONE
from .templates import Template

_TRIES = 4
#: How many stay of those whose first case is a filing, and of those who had filed before.
_STAY, _STAY_FOUND = 0.12, 0.4

Known = tuple[InventedApplicant, FiledSite]


class Regulars:
    """Who may have another errand, and with which site."""

    def __init__(self, providers: list[int]) -> None:
        self.providers = providers
        self.parties: list[InventedApplicant] = []

    def drawn(self, template: Template, weeks: int, rng: random.Random) -> Known | None:
        """An applicant with a site for such an errand, and nothing under way at that time."""
        parties = self.parties
        for _try in range(_TRIES if parties else 0):
            # The earliest have come most often.
            party = parties[int(len(parties) * rng.random() ** 2)]
            if weeks + template.weeks > party.busy_since:
                continue
            site = self._site_for(template, party)
            if site:
                return party, site
        return None

    def _site_for(self, template: Template, party: InventedApplicant) -> FiledSite | None:
        life = template.life
        if life.of == FilingType.ADD_SERVICE:
            return party.filed[0] if party.filed else None
        if TYPES[life.of].ends and len(party.filed) + party.others != 1:
            # The lived case ended all that its subject had.
            return None
        at = self.providers[life.base]
        return next((site for site in party.filed if site.provider == at), None)

    def note(
        self,
        template: Template,
        weeks: int,
        party: InventedApplicant,
        site: FiledSite | None,
        made: Stamped,
        rng: random.Random,
    ) -> None:
        """Remember what a case has left of its applicant."""
        life = template.life
        party.busy_since = -1 if life.going_on else weeks
        if life.kind != "enterprise" or life.going_on or life.fixed:
            return
        new = site is None
        if new and not self._stays(template, rng):
            return
        if new and life.based:
            site = _site_of(template, made, party, base=True)
            party.filed.append(site)
        if template.filed and life.service_kind == "website":
            party.filed.append(_site_of(template, made, party, base=False))
        elif template.filed:
            party.others += 1
        if new:
            party.subject_pk = int(str(made.slots[slot_of_key(SubjectFiling, 0)]))
            party.head_phone = party.leader_phone
        if template.case.state == "completed" and site:
            _completed(life.of, life.facts, party, site, made)
        if new and party.filed:
            self.parties.append(party)

    def _stays(self, template: Template, rng: random.Random) -> bool:
        share = _STAY_FOUND if template.life.based else _STAY if template.filed else 0
        return rng.random() < share


def _completed(
    of: FilingType,
    facts: dict[str, str],
    party: InventedApplicant,
    site: FiledSite,
    made: Stamped,
) -> None:
    """What an errand has made of the site that it was about."""
    if TYPES[of].ends:
        party.filed.clear()
    elif of == FilingType.ADD_ACCESS:
        # Hosted twice: the errands that were lived are about sites with one access.
        site.provider = 0
    elif of == FilingType.CHANGE:
        if NEW_PHONE in facts.values():
            site.phone = party.leader_phone = str(made.slots["new_phone"])
        if NEW_NAME in facts.values():
            site.name = str(made.slots["new_name"])


def _site_of(template: Template, made: Stamped, party: InventedApplicant, base: bool) -> FiledSite:
    """The site that was filed before the case, or by it."""
    services = template.rows_of(Service) if base else [template.filed]
    service = services[0]
    assert service is not None
    accesses = template.rows_of(ProviderAccess)
    access = next(a for a in accesses if a.service_id == service.pk)
    side = "base_" if base and template.case.about.makes else ""
    slots = made.slots
    return FiledSite(
        int(str(slots[slot_of_key(Service, template.places[Service][service.pk])])),
        int(str(slots[slot_of_key(ProviderAccess, template.places[ProviderAccess][access.pk])])),
        access.provider_id,
        str(slots[f"{side}site_name"]),
        (str(slots[f"{side}domain"]), str(slots[f"{side}domain_unicode"])),
        party.leader_phone,
    )
