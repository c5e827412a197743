"""The facts of a filing case, by the names every surface uses."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

from .text import LabelledEnum, _


class Choice(LabelledEnum):
    """A fact's value: stored and exchanged as its code, shown by its label."""


class FilingType(Choice):
    """What an errand is about: what it makes, changes or ends in the register."""

    FIRST = "first", _("First filing")
    ADD_SERVICE = "add_service", _("Further service")
    ADD_ACCESS = "add_access", _("Further access")
    CHANGE = "change", _("Change")
    CANCEL_SERVICE = "cancel_service", _("Cancel a service")
    CANCEL_SUBJECT = "cancel_subject", _("Cancel the subject")
    CANCEL_ACCESS = "cancel_access", _("End an access")
    INSPECTION = "inspection", _("Inspection")


class ServiceKind(Choice):
    """What is filed under a subject; its number's suffix says the same."""

    WEBSITE = "website", _("Website")
    APP = "app", _("App")
    MINI_PROGRAM = "mini_program", _("Mini-program")
    QUICK_APP = "quick_app", _("Quick app")


class ApplicantType(Choice):
    """Who files. Hong Kong, Macau and Taiwan count as outside the Mainland."""

    INDIVIDUAL = "individual", _("Individual")
    ENTERPRISE = "enterprise", _("Enterprise registered in the Mainland")
    ORGANISATION = "organisation", _("Other mainland organisation")
    FOREIGN_ENTERPRISE = "foreign_enterprise", _("Enterprise registered outside the Mainland")


class ServerRegion(Choice):
    """Where the server stands, and where a document was issued."""

    MAINLAND = "mainland", _("Mainland China")
    HONG_KONG = "hong_kong", _("Hong Kong")
    MACAU = "macau", _("Macau")
    TAIWAN = "taiwan", _("Taiwan")
    OVERSEAS = "overseas", _("Overseas")


class Access(Choice):
    """How visitors reach the site."""

    DOMAIN = "domain", _("By a domain name")
    IP_ADDRESS = "ip_address", _("By an IP address only")


class Protocol(Choice):
    """HTTP or HTTPS: changes nothing in the filing [FAQ HTTPS]."""

    HTTP = "http", _("HTTP")
    HTTPS = "https", _("HTTPS")


class ForumAnswer(Choice):
    """Whether a province's administration takes applications for forums."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case; None stands for a fact not given.

    Three facts are never missing: what is said nowhere is a first filing, of a website, without
    nodes in the Mainland.
    """

    filing_type: FilingType = FilingType.FIRST
    service_kind: ServiceKind = ServiceKind.WEBSITE
    applicant_type: ApplicantType | None = None
    mainland_branch: bool | None = None
    registration_certificate: bool | None = None
    server_region: ServerRegion | None = None
    mainland_cdn: bool = False
    access: Access | None = None
    protocol: Protocol | None = None
    forum: bool | None = None
    province: str | None = None
    province_accepts_forums: ForumAnswer | None = None
    preapproval: bool | None = None

    @property
    def foreign(self) -> bool | None:
        """Whether the applicant is registered outside the Mainland."""
        return is_(self.applicant_type, ApplicantType.FOREIGN_ENTERPRISE)

    @property
    def individual(self) -> bool | None:
        """Whether the applicant is a person."""
        return is_(self.applicant_type, ApplicantType.INDIVIDUAL)

    @property
    def website(self) -> bool:
        """Whether it is about a website, rather than an App or a program within one."""
        return self.service_kind == ServiceKind.WEBSITE


FACT_NAMES = tuple(field.name for field in fields(Facts))
# What holds where nothing is said.
FACT_DEFAULTS: dict[str, Any] = {
    "filing_type": FilingType.FIRST,
    "service_kind": ServiceKind.WEBSITE,
    "mainland_cdn": False,
}
# What a case keeps itself; the province's answer is looked up.
FACT_FIELDS = tuple(name for name in FACT_NAMES if name != "province_accepts_forums")

FACT_LABELS = {
    "filing_type": _("filing type"),
    "service_kind": _("service kind"),
    "applicant_type": _("applicant type"),
    "mainland_branch": _("branch in the Mainland"),
    "registration_certificate": _("registration certificate"),
    "server_region": _("server region"),
    "mainland_cdn": _("nodes in the Mainland"),
    "access": _("access"),
    "protocol": _("protocol"),
    "forum": _("forum"),
    "province": _("province"),
    "province_accepts_forums": _("province's answer on forums"),
    "preapproval": _("BBS pre-approval"),
}

CHOICES: dict[str, type[Choice]] = {
    "filing_type": FilingType,
    "service_kind": ServiceKind,
    "applicant_type": ApplicantType,
    "server_region": ServerRegion,
    "access": Access,
    "protocol": Protocol,
    "province_accepts_forums": ForumAnswer,
}

_PROVINCES = """
BJ TJ HE SX NM LN JL HL SH JS ZJ AH FJ JX SD HA
HB HN GD GX HI CQ SC GZ YN XZ SN GS QH NX XJ
"""
#: In the order in which Chinese readers expect them: from north to south, and then west.
PROVINCE_ORDER = tuple(f"CN-{code}" for code in _PROVINCES.split())
PROVINCE_CODES = frozenset(PROVINCE_ORDER)


class FactError(ValueError):
    """A fact that cannot be read: its name, and a sentence with `params`."""

    def __init__(self, name: str, sentence: str, **params: str) -> None:
        super().__init__(sentence % {"name": name, **params})
        self.name, self.sentence, self.params = name, sentence, {"name": name, **params}


def read_facts(entry: Mapping[str, object]) -> Facts:
    """Read facts from JSON values. Raises FactError for an unknown name or a wrong value."""
    for name in entry:
        if name not in FACT_NAMES:
            sentence = _("“%(name)s” is not a fact; the facts are: %(known)s.")
            raise FactError(str(name), sentence, known=", ".join(FACT_NAMES))
    return Facts(**{name: read_fact(name, value) for name, value in entry.items()})


def read_fact(name: str, value: object) -> Any:
    """Read one fact; null means not given. Raises FactError for a wrong value."""
    if value is None:
        return FACT_DEFAULTS.get(name)
    if name in CHOICES:
        return _read_choice(name, value)
    if name == "province":
        if isinstance(value, str) and value in PROVINCE_CODES:
            return value
        sentence = _("“%(name)s” must be a code such as CN-BJ, not %(value)s.")
        raise FactError(name, sentence, value=shown(value))
    if isinstance(value, bool):
        return value
    sentence = _("“%(name)s” must be true or false, not %(value)s.")
    raise FactError(name, sentence, value=shown(value))


def _read_choice(name: str, value: object) -> Choice:
    codes = CHOICES[name]
    if isinstance(value, str):
        with suppress(ValueError):
            return codes(value)
    sentence = _("“%(name)s” must be one of %(known)s, not %(value)s.")
    raise FactError(name, sentence, known=", ".join(codes), value=shown(value))


def shown(value: object) -> str:
    """A wrong value as JSON, so that a sentence may quote it: one line, 60 characters at most."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    line = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text[:61])
    return line if len(line) <= 60 else line[:57] + "…"


def is_(value: object | None, wanted: object) -> bool | None:
    """Whether a fact has this value; None while it is not given."""
    return None if value is None else value == wanted


def either(*values: bool | None) -> bool | None:
    """Three-valued or: true as soon as one is, undecided while one is not given."""
    if True in values:
        return True
    return None if None in values else False


def both(*values: bool | None) -> bool | None:
    """Three-valued and: false as soon as one is, undecided while one is not given."""
    if False in values:
        return False
    return None if None in values else True


def not_(value: bool | None) -> bool | None:
    """Three-valued not."""
    return None if value is None else not value
