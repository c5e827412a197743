"""Dossiers made by hand: a good case, and ways to change it."""

from dataclasses import replace
from datetime import date
from typing import Any

from icpcases.rules.documents import Kind
from icpcases.rules.dossier import (
    Ask,
    DocumentStatus,
    Dossier,
    LiveOrder,
    NumberCheck,
    Paper,
    RequestStatus,
)
from icpcases.rules.facts import Facts, ServerRegion, read_facts

TODAY = date(2026, 6, 15)
MAINLAND, HONG_KONG = ServerRegion.MAINLAND, ServerRegion.HONG_KONG
ACCEPTED, PENDING, REFUSED = (
    DocumentStatus.ACCEPTED,
    DocumentStatus.PENDING,
    DocumentStatus.REFUSED,
)


def facts(**changed: Any) -> Facts:
    """An enterprise's site in Beijing, on a mainland server, under a domain, no forum."""
    plain = {
        "applicant_type": "enterprise",
        "server_region": "mainland",
        "access": "domain",
        "protocol": "https",
        "forum": False,
        "province": "CN-BJ",
    }
    return read_facts(plain | changed)


def paper(
    kind: Kind,
    status: DocumentStatus = ACCEPTED,
    issued_in: ServerRegion | None = MAINLAND,
    expires: date | None = None,
) -> Paper:
    return Paper(f"{kind}-{status}", kind, status, None if kind.self_made else issued_in, expires)


LICENCE = paper(Kind.BUSINESS_LICENCE)
REST = (
    paper(Kind.LEGAL_REPRESENTATIVE_ID),
    paper(Kind.SERVICE_LEADER_ID),
    paper(Kind.AUTHORISATION_LETTER),
    paper(Kind.DOMAIN_CERTIFICATE),
)
GOOD = Dossier(
    facts=facts(),
    today=TODAY,
    confirmed=True,
    service_leader="王芳",
    service_leader_phone="13800138000",
    domain="example.cn",
    papers=(LICENCE, *REST),
    margin_days=90,
    asks=(
        Ask("1", "Which port?", RequestStatus.ACCEPTED),
        Ask("2", "Photo", RequestStatus.WAIVED),
    ),
    provider="cloud",
    order=LiveOrder("cloud", "A1", date(2026, 5, 2), TODAY),
    number=NumberCheck("京", "京"),
    filed=date(2026, 6, 1),
    opening=date(2026, 6, 1),
    earlier_state="triage",
)


def case(**changed: Any) -> Dossier:
    return replace(GOOD, **changed)


def with_facts(**changed: Any) -> Dossier:
    return case(facts=facts(**changed))


def with_papers(*papers: Paper, **changed: Any) -> Dossier:
    return case(papers=papers, **changed)


def number(*known: Any) -> Dossier:
    return case(number=NumberCheck(*known))


def asked(*asks: tuple[str, RequestStatus]) -> Dossier:
    return case(asks=tuple(Ask(str(at), text, status) for at, (text, status) in enumerate(asks)))


FORUM = {"forum": True, "province_accepts_forums": "yes"}
ABROAD = {"applicant_type": "foreign_enterprise", "mainland_branch": False}
