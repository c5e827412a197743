"""The entries of the source FAQ as facts, what `assess` must answer, and how to ask it."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.domain import CONDITIONS, DOCUMENT_NAMES, kinds_for
from tests.domain import VALUES as FACTS

VALUES = FACTS | {"province": ("CN-BJ", "CN-XJ")}
EVERY = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]
SITE = {
    "applicant_type": "enterprise",
    "server_region": "mainland",
    "access": "domain",
    "protocol": "https",
    "forum": False,
}
FORUM = SITE | {"forum": True, "preapproval": False}
FOREIGN = SITE | {"applicant_type": "foreign_enterprise", "mainland_branch": False}

UNMET = {
    "ip": {
        "code": "site.domain",
        "sentence": "The site is reached by an IP address only; "
        "the provider's system cannot take it.",
        "remedy": "File in the system of the local communications administration, "
        "or give the site a domain name.",
        "who": "applicant",
        "source": "FAQ IP",
    },
    "region": {
        "code": "server.mainland",
        "sentence": "The server is not in Mainland China: no filing is required, nor possible.",
        "remedy": "Nothing to do, unless the site moves to a server in Mainland China, or nodes "
        "there are to serve its name too (CDN, web firewall, object storage).",
        "who": "applicant",
        "source": "FAQ Hong Kong",
    },
    "individual": {
        "code": "forum.not_individual",
        "sentence": "An individual is not permitted to operate a forum.",
        "remedy": "Let an enterprise apply, or leave the forum out.",
        "who": "applicant",
        "source": "FAQ forum",
    },
    "refuses": {
        "code": "forum.province",
        "sentence": "The administration of this province does not take applications for forums.",
        "remedy": "Leave the forum out, or file in a province that takes them.",
        "who": "applicant",
        "source": "FAQ forum",
    },
    "unasked": {
        "code": "forum.province",
        "sentence": "Nobody has yet asked the administration of this province "
        "whether it takes forums.",
        "remedy": "Ask the administration and record the answer in the province table.",
        "who": "officer",
        "source": "FAQ forum",
    },
    "preapproval": {
        "code": "forum.preapproval",
        "sentence": "A forum needs BBS pre-approval before it can be filed, "
        "and none has been granted.",
        "remedy": "Apply to the administration for BBS pre-approval first.",
        "who": "applicant",
        "source": "FAQ forum",
    },
    "papers": {
        "code": "foreign.papers",
        "sentence": "The applicant is registered outside the Mainland and has neither "
        "a mainland branch nor the registration certificate.",
        "remedy": "Obtain the registration certificate first; "
        "it then serves as the business licence.",
        "who": "applicant",
        "source": "FAQ foreign",
    },
}


def named(who: str) -> list[dict[str, str]]:
    """The documents somebody wants, as they are printed."""
    return [
        {"kind": kind, "name": DOCUMENT_NAMES[kind]}
        | ({"when": CONDITIONS[kind]} if kind in CONDITIONS else {})
        for kind in kinds_for(who)
    ]


ENTERPRISE, BOARD = named("enterprise"), named("forum")
CERTIFICATE, BRANCH = named("certificate"), named("branch")


def answer(verdict: str, *unmet: str) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "stages": [],
        "unmet": [UNMET[name] for name in unmet],
        "documents": [],
    }


def route(stages: str, *unmet: str, wanted: list[dict[str, str]]) -> dict[str, Any]:
    papers = {"stages": stages.split(), "documents": [*wanted, *named("website")]}
    return answer("file", *unmet) | papers


# The entries of the source FAQ, one after the other.
KINDS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    (SITE | {"access": "ip_address"}, answer("refer", "ip")),
    (SITE | {"server_region": "hong_kong"}, answer("not_required", "region")),
    (
        FORUM | {"server_region": "hong_kong", "applicant_type": "individual"},
        answer("not_required", "region", "individual", "preapproval"),
    ),
    (
        FORUM | {"applicant_type": "individual", "province_accepts_forums": "unknown"},
        answer("not_permitted", "individual", "unasked", "preapproval"),
    ),
    (
        FORUM | {"province_accepts_forums": "no"},
        answer("not_permitted", "refuses", "preapproval"),
    ),
    (
        FORUM | {"province_accepts_forums": "unknown"},
        route("preapproval filing", "unasked", "preapproval", wanted=ENTERPRISE + BOARD),
    ),
    (
        FORUM | {"province_accepts_forums": "yes"},
        route("preapproval filing", "preapproval", wanted=ENTERPRISE + BOARD),
    ),
    (FORUM | {"preapproval": True}, route("filing", wanted=ENTERPRISE + BOARD)),
    (SITE, route("filing", wanted=ENTERPRISE)),
    (SITE | {"protocol": "http"}, route("filing", wanted=ENTERPRISE)),
    (
        SITE | {"server_region": "hong_kong", "mainland_cdn": True},
        route("filing", wanted=ENTERPRISE),
    ),
    (SITE | {"filing_type": "add_access"}, route("filing", wanted=ENTERPRISE)),
    ({"filing_type": "cancel_service"}, answer("file") | {"stages": ["filing"]}),
    (FOREIGN | {"mainland_branch": True}, route("filing", wanted=BRANCH)),
    (FOREIGN | {"registration_certificate": True}, route("filing", wanted=CERTIFICATE)),
    (
        FOREIGN | {"registration_certificate": False},
        route("certificate filing", "papers", wanted=CERTIFICATE),
    ),
    (
        FOREIGN | FORUM | FOREIGN | {"registration_certificate": False, "forum": True}
        | {"province_accepts_forums": "yes"},
        route(
            "certificate preapproval filing",
            "preapproval",
            "papers",
            wanted=CERTIFICATE + BOARD,
        ),
    ),
)  # fmt: skip


@contextmanager
def typed(text: str | bytes) -> Iterator[None]:
    """Standard input holds this text for a while."""
    raw = text if isinstance(text, bytes) else text.encode()
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(raw))
    try:
        yield
    finally:
        sys.stdin = before


def assess(text: str | bytes, *options: str) -> str:
    """What the command prints for text typed at it."""
    out = io.StringIO()
    with typed(text):
        call_command("assess", *options, stdout=out)
    return out.getvalue()


def answers(given: Any) -> Any:
    """The same for facts, in an array of JSON values."""
    return json.loads(assess(json.dumps(given)))


def refusal(text: str | bytes, *options: str) -> str:
    """The sentence with which the command refuses bad input, having printed nothing."""
    out = io.StringIO()
    with typed(text), pytest.raises(CommandError) as caught:
        call_command("assess", *options, stdout=out)
    assert (out.getvalue(), caught.value.returncode) == ("", 2)
    return str(caught.value)


def as_lines(entries: Any) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
