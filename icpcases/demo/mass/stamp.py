"""Cases after the pattern of a template: its rows with a new party's own values in the slots."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import User
from django.db.models import Model
from django.utils import timezone

from icpcases.cases.models import (
    Applicant,
    Document,
    FilingCase,
    HistoryRow,
    Order,
    Provider,
    ProviderAccess,
    Province,
    Service,
    SubjectFiling,
)
from icpcases.cases.permissions import shown_name
from icpcases.db.bulk import form
from icpcases.demo.office import ORDER_NUMBERS
from icpcases.rules.documents import Kind
from icpcases.rules.facts import FilingType, ServiceKind
from icpcases.types import SqlValue
from icpcases.workflow.actions.open_case import FOLLOW_ALPHABET

from .dated import Dated, Json, Key, Row, Slot, slot_of_key
from .identities import FiledSite, Identities, InventedApplicant
from .records import TABLES
from .templates import Template
from .write import Rows, Update

_BETWEEN_NOTES = dt.timedelta(hours=2)
_LEADERS = (Kind.SERVICE_LEADER_ID, Kind.IDENTITY)
_OWN_PAPERS = (Kind.BUSINESS_LICENCE, Kind.LEGAL_PERSON_CERTIFICATE)


@dataclass(frozen=True)
class Staff:
    """Who works a case: the accounts that stand for the officer, the other one, the supervisor."""

    li: User
    zhao: User
    chen: User


@dataclass(frozen=True)
class Stamped:
    """The rows of one case, what it changes in others, and when what its history tells happened;
    `found_at` is when records were found, and `slots` is what was filled in."""

    rows: Rows
    updates: list[Update]
    moments: list[dt.datetime]
    found_at: dt.datetime | None
    slots: dict[str, SqlValue]


class Stamp:
    """Makes the rows of one case after another; keys count on from what is there."""

    def __init__(self, identities: Identities, provinces: dict[str, Province]) -> None:
        self.identities, self.provinces = identities, provinces
        self.next = {model: _last_key(model) + 1 for model in TABLES}
        self.years: dict[int, int] = {}
        self.form = form()
        keys = Provider.objects.order_by("pk").values_list("pk", flat=True)
        self.places = {key: place for place, key in enumerate(keys)}

    def rows(
        self,
        template: Template,
        weeks: int,
        party: InventedApplicant,
        staff: Staff,
        site: FiledSite | None = None,
    ) -> Stamped:
        """The rows of a case of this party, so many weeks before the template's, each value in the
        form of the database. An errand is about this site; without one, about a site that was
        found with a newcomer."""
        dated: Dated = template.dated(weeks)
        earlier = dt.timedelta(seconds=int(self.identities.rng.random() * template.slack))
        slots = self._slots(template, dated, weeks, party, staff, earlier, site)
        filled = self._filled(dated, slots, earlier)
        rows = {model: [_row(row, filled) for row in found] for model, found in dated.rows.items()}
        updates: list[Update] = [
            (model, cast(int, slots[key]), {
                name: slots[value.name] if isinstance(value, Slot) else cast(SqlValue, value)
                for name, value in fields.items()
            })
            for model, key, fields in dated.updates
        ]  # fmt: skip
        found_at = dated.found_at and dated.found_at - earlier
        moments = [moment - earlier for moment in dated.happened]
        return Stamped(rows, updates, moments, found_at, slots)

    def _filled(
        self, dated: Dated, slots: dict[str, SqlValue], earlier: dt.timedelta
    ) -> dict[Key, SqlValue]:
        """What stands in each open place, in the form of the database."""
        form = self.form
        filled: dict[Key, SqlValue] = {name: form(value) for name, value in slots.items()}
        for moment in dated.moments:
            filled[moment] = form(moment - earlier)
        inside = _InJson(slots, form)
        for text in dated.texts:
            filled[text] = inside.put(text)
        return filled

    def _slots(
        self,
        template: Template,
        dated: Dated,
        weeks: int,
        party: InventedApplicant,
        staff: Staff,
        earlier: dt.timedelta,
        site: FiledSite | None,
    ) -> dict[str, SqlValue]:
        first = template.first_day - dt.timedelta(weeks=weeks)
        slots: dict[str, SqlValue] = {
            **self._keys(dated),
            **_people(party, staff),
            "reference": self._reference(first.year),
            "follow_code": self.identities.letters(FOLLOW_ALPHABET, 10),
            "applicant": party.pk,
            "province_id": party.province,
            "name": party.name,
            "address": party.own_email if template.owned else party.email,
            "language": party.language,
            "site_name": _site_name(party),
            "service_leader": party.leader,
            "service_leader_phone": party.leader_phone,
            "service_leader_id": party.leader_id,
            "subject_leader": party.leader,
            "subject_leader_phone": party.head_phone or party.leader_phone,
            "subject_leader_id": party.leader_id,
        }
        slots |= self._site(template)
        if site:
            slots |= _of_site(template, party, site)
        slots |= self._numbers(template, dated, party)
        due, provisional = dated.due(self.provinces[party.province])
        # What ends with a day ends then; what runs for hours runs from the minute.
        if due and timezone.localtime(due).time() != dt.time(23, 59, 59):
            due -= earlier
        slots |= {"due_at": due, "due_provisional": provisional}
        return slots

    def _keys(self, dated: Dated) -> dict[str, int]:
        keys: dict[str, int] = {}
        for model, names in dated.keys.items():
            first = self.next[model]
            self.next[model] = after = first + len(names)
            keys.update(zip(names, range(first, after), strict=True))
        return keys

    def _reference(self, year: int) -> str:
        self.years[year] = self.years.get(year, 0) + 1
        return f"ICP-{year}-{self.years[year]:06d}"

    def _site(self, template: Template) -> dict[str, SqlValue]:
        key, shown = self.identities.domain()
        rng = self.identities.rng
        site: dict[str, SqlValue] = {
            "registrable_domain": key,
            "domain": key,
            "domain_unicode": shown,
            "ip_address": f"198.{rng.randint(18, 19)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
        }
        life = template.life
        if life.service_kind == "app":
            site["package"] = ".".join(reversed(key.split("."))) + ".app"
        if life.of == FilingType.CHANGE:
            site |= {"new_phone": self.identities.mobile(), "new_name": f"{shown.split('.')[0]}网"}
        if template.found_at and template.case.about.makes:
            key, shown = self.identities.domain()
            site |= {
                "base_site_name": shown.split(".")[0],
                "base_registrable_domain": key,
                "base_domain": key,
                "base_domain_unicode": shown,
            }
        return site

    def _numbers(
        self, template: Template, dated: Dated, party: InventedApplicant
    ) -> dict[str, SqlValue]:
        found: dict[str, SqlValue] = {}
        identities = self.identities
        if dated.found_at:
            before = "base_icp_number" if template.case.about.makes else "icp_number"
            found[before] = identities.icp_number(party, dated.found_at.year)
        if template.filed:
            kind = ServiceKind(template.life.service_kind)
            number = identities.icp_number(party, template.filed.filed_on.year, kind)
            found |= {"icp_number": number}
            if template.filed.public_security_number:
                found["public_security_number"] = identities.public_security(party.province)
        if party.subject:
            found["subject_number"] = party.subject
        for place, order in enumerate(template.rows_of(Order)):
            found[f"order:{place}"] = self._order_number(order, dated.days[f"order:{place}"])
        for place, paper in enumerate(template.rows_of(Document)):
            found[f"paper:{place}"] = self._paper_number(paper, party)
        return found

    def _order_number(self, order: Order, day: dt.date) -> str:
        place = self.places[order.provider_id]
        return self.identities.order_number(place, day, ORDER_NUMBERS[place])

    def _paper_number(self, paper: Document, party: InventedApplicant) -> str:
        kind = Kind(paper.kind)
        if kind in _LEADERS:
            return party.leader_id
        if kind in _OWN_PAPERS:
            return party.certificate[1]
        if kind.value.endswith("_id"):
            return self.identities.resident_id(party.province)
        if kind == Kind.BRANCH_LICENCE:
            return self.identities.credit_code("91", party.province)
        initials = "".join(word[0] for word in kind.value.split("_")).upper()
        return f"{initials}{self.identities.letters('0123456789', 10)}"

    def note_rows(self, rows: Rows, newest: dt.datetime, count: int, texts: list[str]) -> None:
        """Let so many internal notes follow the newest row of a case, two hours apart."""
        (case,), history = rows[FilingCase], rows[HistoryRow]
        names = [f.attname for f in FilingCase._meta.concrete_fields]
        at = {f.attname: place for place, f in enumerate(HistoryRow._meta.concrete_fields)}
        last = history[-1]
        sequence, version = int(str(last[at["sequence"]])), names.index("version")
        for n in range(1, count + 1):
            note = list(last)
            moment = newest + n * _BETWEEN_NOTES
            changed = {
                "id": self.next[HistoryRow], "sequence": sequence + n, "kind": "note",
                "step": "", "from_state": "", "on_behalf_of": "", "undoes": None, "told": False,
                "happened_at": moment, "recorded_at": moment, "note_public": "",
                "note_internal": texts[n % len(texts)], "reasons": "[]", "entered": "{}",
                "changes": "{}", "findings": "[]",
            }  # fmt: skip
            for name, value in changed.items():
                note[at[name]] = self.form(value)
            note[at["by_id"]] = case[names.index("officer_id")]
            history.append(note)
            self.next[HistoryRow] += 1
        case[version] = self.form(int(str(case[version])) + count)


class _InJson:
    """The values of one case as they stand in JSON."""

    def __init__(self, slots: dict[str, SqlValue], form: Callable[[str], str]) -> None:
        self.slots, self.form = slots, form
        self.texts: dict[str, str] = {}

    def put(self, text: Json) -> str:
        """The text with its slots filled."""
        pieces = list(text.pieces)
        pieces[1::2] = [self.texts.get(name) or self._text(name) for name in pieces[1::2]]
        return "".join(pieces)

    def _text(self, name: str) -> str:
        value = self.slots[name]
        text = json.dumps(value)[1:-1] if isinstance(value, str) else str(value)
        self.texts[name] = text = self.form(text)
        return text


def _row(row: Row, filled: dict[Key, SqlValue]) -> list[SqlValue]:
    values, places = row
    line = values.copy()
    for column, key in places:
        line[column] = filled[key]
    return line


def _people(party: InventedApplicant, staff: Staff) -> dict[str, SqlValue]:
    # Whoever owns a case of the templates stands for the party's own account.
    return {
        "user:wei": party.user,
        "user:li": staff.li.pk, "shown:li": shown_name(staff.li),
        "user:zhao": staff.zhao.pk, "shown:zhao": shown_name(staff.zhao),
        "user:chen": staff.chen.pk, "shown:chen": shown_name(staff.chen),
    }  # fmt: skip


def _site_name(party: InventedApplicant) -> str:
    return party.name.removesuffix("有限公司")[:100]


def _of_site(template: Template, party: InventedApplicant, site: FiledSite) -> dict[str, SqlValue]:
    """What is known of a site that was filed before, and of the records it hangs on."""
    keys: dict[str, SqlValue] = {
        slot_of_key(SubjectFiling, 0): party.subject_pk,
        slot_of_key(Service, 0): site.pk,
        slot_of_key(ProviderAccess, 0): site.access,
    }
    if template.case.about.makes:
        return keys
    domain, shown = site.domain
    return {
        **keys,
        "site_name": site.name,
        "registrable_domain": domain,
        "domain": domain,
        "domain_unicode": shown,
        "service_leader_phone": site.phone,
    }


def _last_key(model: type[Model]) -> int:
    last: int | None = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def applicant_row(
    party: InventedApplicant, confirmed: dt.datetime | None, by: int, created: dt.datetime
) -> list[SqlValue]:
    """The columns of a party's own row, in the order of its table."""
    own: dict[str, SqlValue] = {
        "id": party.pk, "name": party.name, "certificate_type": party.certificate[0],
        "certificate_number": party.certificate[1], "phone": party.phone, "email": party.email,
        "language": party.language,
        "confirmed_at": confirmed, "confirmed_by_id": by if confirmed else None,
        "created_at": created, "licence_number": "", "licence_issued_on": None,
        "licence_expires_on": None, "joined_to_id": None,
    }  # fmt: skip
    return [own[field.attname] for field in Applicant._meta.concrete_fields]
