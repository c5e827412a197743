"""The rule book, rule by rule: each one failing and holding, on dossiers made by hand."""

import re
from dataclasses import replace
from datetime import date
from itertools import product
from types import SimpleNamespace
from typing import Any, cast

import pytest

from icpcases.rules.book import BOOK, RULES
from icpcases.rules.documents import Kind
from icpcases.rules.dossier import (
    Dossier,
    Filed,
    LiveOrder,
    Platform,
    Register,
    RequestStatus,
    Rival,
    RunningOrder,
)
from icpcases.rules.facts import (
    FACT_NAMES,
    Access,
    ApplicantType,
    Facts,
    ForumAnswer,
    ServerRegion,
    ServiceKind,
)
from icpcases.rules.rule import Finding, Guard, Party, Rule

from .dossiers import (
    ABROAD,
    ACCEPTED,
    FORUM,
    GOOD,
    HONG_KONG,
    LICENCE,
    PENDING,
    REFUSED,
    REST,
    TODAY,
    asked,
    case,
    facts,
    number,
    paper,
    with_facts,
    with_papers,
)

# The order of domain.md, section 3, with the FAQ entry each rule comes from.
CODES = (
    ("server.mainland", "FAQ Hong Kong"),
    ("site.domain", "FAQ IP"),
    ("forum.not_individual", "FAQ forum"),
    ("forum.province", "FAQ forum"),
    ("forum.preapproval", "FAQ forum"),
    ("foreign.papers", "FAQ foreign"),
    ("facts.complete", ""),
    ("claim.backed", "FAQ foreign"),
    ("applicant.identified", ""),
    ("site.forum", ""),
    ("verdict.not_permitted", ""),
    ("document.mainland", "FAQ foreign"),
    ("document.complete", ""),
    ("document.current", ""),
    ("request.settled", ""),
    ("service.free", ""),
    ("subject.known", ""),
    ("subject.idle", ""),
    ("order.alive", ""),
    ("app.complete", ""),
    ("order.expired", ""),
    ("number.valid", ""),
    ("open.after_filing", "FAQ HTTPS"),
    ("state.restorable", ""),
)
CERTIFIED = ABROAD | {"registration_certificate": True}
OVER = LiveOrder("cloud", "A1", date(2026, 4, 30), date(2026, 6, 14))
DAY_90, DAY_91 = date(2026, 9, 13), date(2026, 9, 14)
BUSY = {"running": (RunningOrder("cloud", "7", ("ICP-2026-000007", "ICP-2026-000009")),)}
JOINABLE = {"running": (RunningOrder("cloud", "7", ("ICP-2026-000007",), joinable=True),)}

NUMBER = "京ICP备12345678号"
SUBJECT: dict[str, Any] = {"subject_number": NUMBER, "subject_state": "live"}
SHELL: dict[str, Any] = {**SUBJECT, "subject_state": "shell"}
LIVE = Filed("7", f"{NUMBER}-1", "live", ("elsewhere",))
HOSTED, UNHOSTED, CANCELLED = (
    replace(LIVE, accesses=("elsewhere", "cloud")),
    replace(LIVE, state="no_access", accesses=()),
    replace(LIVE, state="cancelled", accesses=()),
)
NOT_DECLINED = (
    "officer fact:server_region fact:mainland_cdn fact:access fact:service_kind fact:forum"
    " fact:applicant_type fact:preapproval fact:province_accepts_forums"
)
# The types that none of the FAQ's rules is asked of.
UNJUDGED = ("cancel_service", "cancel_subject", "cancel_access", "inspection")
ANDROID = Platform("android", "玉兰", "cn.yulan.app", "30820122300d", "5F:2A:99")


def of_type(
    kind: str, rivals: tuple[Rival, ...] = (), provider: str = "cloud", **register: Any
) -> Dossier:
    """A case of a filing type, at the provider, with this in the register."""
    known = Register(**register)
    return case(facts=facts(filing_type=kind), register=known, rivals=rivals, provider=provider)


def changing(*names: str, **changed: Any) -> Dossier:
    """A change filing that changes these, with facts that may be others."""
    return case(facts=facts(filing_type="change", **changed), changed=frozenset(names))


def app(*platforms: Platform, **changed: Any) -> Dossier:
    """A case of an App called 玉兰."""
    return case(facts=facts(service_kind="app", **changed), platforms=platforms, site_name="玉兰")


# For each rule: dossiers, and who must do what about which places. No lines: the rule holds.
# fmt: off
CASES: tuple[tuple[str, Dossier, tuple[str, ...]], ...] = (
    ("server.mainland", GOOD, ()),
    ("server.mainland", with_facts(server_region="taiwan"),
     ("applicant fact:server_region fact:mainland_cdn",)),
    ("server.mainland", with_facts(server_region="taiwan", mainland_cdn=True), ()),
    ("server.mainland", with_facts(server_region=None, mainland_cdn=True), ()),
    ("server.mainland", with_facts(server_region="taiwan", filing_type="add_access"),
     ("applicant fact:server_region fact:mainland_cdn",)),
    ("server.mainland", changing("server_region", server_region="taiwan"),
     ("applicant fact:server_region fact:mainland_cdn",)),
    ("server.mainland", changing("mainland_cdn", server_region="taiwan"),
     ("applicant fact:server_region fact:mainland_cdn",)),
    ("server.mainland", changing("service_leader", server_region="taiwan"), ()),
    *(("server.mainland", with_facts(server_region="taiwan", filing_type=kind), ())
      for kind in UNJUDGED),
    ("site.domain", GOOD, ()),
    ("site.domain", with_facts(access="ip_address"),
     ("applicant fact:access fact:service_kind",)),
    *(("site.domain", with_facts(access=access, service_kind=kind), ())
      for kind in ("app", "mini_program", "quick_app") for access in ("ip_address", None)),
    *(("site.domain", with_facts(access="ip_address", filing_type=kind), ())
      for kind in UNJUDGED),
    ("forum.not_individual", with_facts(**FORUM), ()),
    ("forum.not_individual", with_facts(applicant_type="individual"), ()),
    ("forum.not_individual", with_facts(**FORUM, applicant_type="individual"),
     ("applicant fact:forum fact:applicant_type",)),
    ("forum.province", GOOD, ()),
    ("forum.province", with_facts(**FORUM, preapproval=False), ()),
    ("forum.province",
     with_facts(forum=True, preapproval=True, province_accepts_forums="no"), ()),
    ("forum.province",
     with_facts(forum=True, preapproval=False, province_accepts_forums="no"),
     ("applicant province:CN-BJ",)),
    ("forum.province",
     with_facts(forum=True, preapproval=False, province_accepts_forums="unknown"),
     ("officer province:CN-BJ",)),
    ("forum.preapproval", GOOD, ()),
    ("forum.preapproval", with_facts(**FORUM, preapproval=True), ()),
    ("forum.preapproval", with_facts(**FORUM, preapproval=False),
     ("applicant fact:forum fact:preapproval",)),
    ("foreign.papers", GOOD, ()),
    ("foreign.papers", with_facts(**CERTIFIED), ()),
    ("foreign.papers", with_facts(**ABROAD | {"mainland_branch": True}), ()),
    ("foreign.papers", with_facts(**ABROAD, registration_certificate=False),
     ("applicant fact:applicant_type fact:mainland_branch fact:registration_certificate",)),
    ("facts.complete", GOOD, ()),
    ("facts.complete", with_facts(forum=None, protocol=None), ("applicant fact:forum",)),
    ("facts.complete", with_facts(forum=True, preapproval=False, province=None),
     ("applicant fact:province",)),
    ("facts.complete", with_facts(forum=True, province=None),
     ("applicant fact:preapproval fact:province",)),
    ("facts.complete", with_facts(forum=True, preapproval=True, province=None), ()),
    ("facts.complete", with_facts(**FORUM, preapproval=False, province=None), ()),
    ("facts.complete", with_facts(forum=True, preapproval=False),
     ("applicant fact:province_accepts_forums",)),
    ("facts.complete", case(facts=Facts()),
     ("applicant fact:server_region fact:access fact:forum fact:applicant_type",)),
    ("claim.backed", GOOD, ()),
    ("claim.backed",
     with_facts(mainland_branch=True, registration_certificate=True, preapproval=True), ()),
    ("claim.backed", with_facts(**CERTIFIED), ("applicant document:registration_certificate",)),
    ("claim.backed",
     with_papers(paper(Kind.REGISTRATION_CERTIFICATE, PENDING), facts=facts(**CERTIFIED)),
     ("applicant document:registration_certificate",)),
    ("claim.backed",
     with_papers(paper(Kind.REGISTRATION_CERTIFICATE), facts=facts(**CERTIFIED)), ()),
    ("claim.backed", with_facts(**ABROAD | {"mainland_branch": True}, **FORUM, preapproval=True),
     ("applicant document:branch_licence", "applicant document:bbs_preapproval")),
    ("claim.backed", with_facts(**FORUM, preapproval=True),
     ("applicant document:bbs_preapproval",)),
    ("applicant.identified", GOOD, ()),
    ("applicant.identified", case(confirmed=False), ("officer applicant:",)),
    ("applicant.identified", case(service_leader_phone="", confirmed=False),
     ("officer applicant:", "applicant fact:service_leader_phone")),
    ("applicant.identified", with_facts(province=None), ("applicant fact:province",)),
    ("applicant.identified", case(service_leader="", domain=""),
     ("applicant fact:service_leader fact:domain",)),
    ("applicant.identified", case(domain="", facts=facts(service_kind="app")), ()),
    ("applicant.identified", case(service_leader="", domain="", facts=facts(filing_type="change")),
     ()),
    ("applicant.identified", case(confirmed=False, facts=facts(filing_type="change")),
     ("officer applicant:",)),
    *(("applicant.identified", case(confirmed=False, facts=facts(filing_type=kind)), ())
      for kind in UNJUDGED),
    ("site.forum", with_facts(**FORUM), ()),
    ("site.forum", GOOD, ("officer fact:forum",)),
    ("verdict.not_permitted", with_facts(**FORUM, applicant_type="individual"), ()),
    ("verdict.not_permitted", GOOD, (NOT_DECLINED,)),
    # A change is judged on what it changes: a phone is never forbidden, a private forum is.
    ("verdict.not_permitted", changing("subject_leader_phone"), (NOT_DECLINED,)),
    ("verdict.not_permitted", changing("subject_name", forum=None), (NOT_DECLINED,)),
    ("verdict.not_permitted", changing("forum", forum=True, applicant_type="individual"), ()),
    *(("verdict.not_permitted", of_type(kind), (NOT_DECLINED,)) for kind in UNJUDGED),
    ("document.mainland", GOOD, ()),
    ("document.mainland", with_papers(paper(Kind.OTHER, ACCEPTED, HONG_KONG)), ()),
    ("document.mainland", with_papers(paper(Kind.BUSINESS_LICENCE, REFUSED, HONG_KONG)), ()),
    ("document.mainland", with_papers(paper(Kind.BUSINESS_LICENCE, PENDING, HONG_KONG), *REST),
     ("applicant document:business_licence",)),
    ("document.complete", GOOD, ()),
    ("document.complete", with_papers(facts=facts(applicant_type=None)), ()),
    ("document.complete", with_papers(*REST), ("applicant document:business_licence",)),
    ("document.complete", with_papers(paper(Kind.BUSINESS_LICENCE, REFUSED), *REST),
     ("applicant document:business_licence",)),
    ("document.complete", with_papers(paper(Kind.BUSINESS_LICENCE, PENDING), *REST[1:]),
     ("applicant document:legal_representative_id", "officer document:business_licence")),
    ("document.complete", with_papers(LICENCE, *REST[:2], REST[3]),
     ("applicant document:authorisation_letter",)),
    ("document.complete", with_papers(LICENCE, *REST[:2], REST[3],
     not_needed=frozenset((Kind.AUTHORISATION_LETTER,))), ()),
    ("document.complete", with_papers(*REST, not_needed=frozenset((Kind.BUSINESS_LICENCE,))),
     ("applicant document:business_licence",)),
    ("document.current", with_papers(paper(Kind.BUSINESS_LICENCE, expires=DAY_91)), ()),
    ("document.current", with_papers(paper(Kind.BUSINESS_LICENCE, expires=DAY_90)),
     ("applicant document:business_licence",)),
    ("document.current",
     with_papers(paper(Kind.BUSINESS_LICENCE, expires=DAY_90), margin_days=89), ()),
    ("document.current",
     with_papers(paper(Kind.BUSINESS_LICENCE, expires=DAY_90),
                 paper(Kind.BUSINESS_LICENCE, expires=DAY_91)), ()),
    ("document.current",
     with_papers(paper(Kind.BUSINESS_LICENCE, PENDING, expires=DAY_91),
                 paper(Kind.BUSINESS_LICENCE, expires=TODAY)),
     ("applicant document:business_licence",)),
    # A newer one that nobody has judged is for the office to look at, whatever stands on it.
    *(("document.current",
       with_papers(paper(Kind.BUSINESS_LICENCE, expires=TODAY),
                   paper(Kind.BUSINESS_LICENCE, PENDING, expires=day)),
       ("officer document:business_licence",)) for day in (None, TODAY, DAY_91)),
    ("document.current", with_papers(paper(Kind.BUSINESS_LICENCE, PENDING, expires=TODAY)), ()),
    ("document.current",
     with_papers(paper(Kind.BUSINESS_LICENCE, expires=DAY_91),
                 paper(Kind.BUSINESS_LICENCE, expires=TODAY)),
     ("applicant document:business_licence",)),
    ("document.current",
     with_papers(paper(Kind.BUSINESS_LICENCE, expires=TODAY),
                 paper(Kind.BUSINESS_LICENCE, expires=DAY_90)),
     ("applicant document:business_licence",)),
    ("document.current",
     with_papers(paper(Kind.BUSINESS_LICENCE, REFUSED, expires=DAY_91),
                 paper(Kind.BUSINESS_LICENCE, expires=DAY_90)),
     ("applicant document:business_licence",)),
    ("document.current",
     with_papers(paper(Kind.BUSINESS_LICENCE, expires=DAY_90), paper(Kind.BUSINESS_LICENCE)), ()),
    ("document.current",
     with_papers(paper(Kind.BUSINESS_LICENCE), paper(Kind.BUSINESS_LICENCE, expires=DAY_90)),
     ("applicant document:business_licence",)),
    ("document.current",
     with_papers(paper(Kind.BUSINESS_LICENCE, expires=DAY_91),
                 paper(Kind.LEGAL_REPRESENTATIVE_ID, expires=DAY_90),
                 paper(Kind.SERVICE_LEADER_ID, expires=TODAY)),
     ("applicant document:legal_representative_id document:service_leader_id",)),
    ("document.current", with_papers(paper(Kind.IDENTITY, expires=TODAY)), ()),
    ("request.settled", GOOD, ()),
    ("request.settled", asked(("Photo", RequestStatus.OPEN)), ("applicant request:0",)),
    ("request.settled",
     asked(("Photo", RequestStatus.ANSWERED), ("Port", RequestStatus.OPEN),
           ("Name", RequestStatus.WAIVED), ("Phone", RequestStatus.OPEN)),
     ("applicant request:1 request:3", "officer request:0")),
    ("request.settled", asked(("Photo", RequestStatus.ANSWERED)).but(drafted=True), ()),
    ("request.settled",
     asked(("Photo", RequestStatus.ANSWERED), ("Port", RequestStatus.OPEN)).but(drafted=True),
     ("applicant request:1",)),
    ("service.free", GOOD, ()),
    ("service.free", case(rivals=(Rival("ICP-2026-000008"),)),
     ("officer case:ICP-2026-000008",)),
    ("service.free", of_type("cancel_service", rivals=(Rival("ICP-2026-000008"),)),
     ("officer case:ICP-2026-000008",)),
    ("service.free", of_type("inspection", rivals=(Rival("ICP-2026-000008"),)), ()),
    *(("service.free", of_type(kind, same_site=LIVE),
       ("officer service:7 filing_type:add_access filing_type:change",))
      for kind in ("first", "add_service")),
    *(("service.free", of_type(kind, same_site=LIVE, service=LIVE), ())
      for kind in ("add_access", "change", *UNJUDGED)),
    ("service.free", of_type("first", same_site=LIVE, rivals=(Rival("ICP-2026-000008"),)),
     ("officer case:ICP-2026-000008",
      "officer service:7 filing_type:add_access filing_type:change")),
    # What each filing type begins with, and which type is offered instead.
    ("subject.known", GOOD, ()),
    *(("subject.known", of_type("first", **subject), (f"officer subject:{NUMBER}"
       " filing_type:add_service",)) for subject in (SUBJECT, SHELL)),
    ("subject.known", of_type("add_service"), ("officer subject: filing_type:first",)),
    *(("subject.known", of_type("add_service", **subject), ()) for subject in (SUBJECT, SHELL)),
    *(("subject.known", of_type(kind, **SUBJECT), ("officer fact:service subject:",))
      for kind in ("add_access", "cancel_service", "cancel_access", "inspection")),
    *(("subject.known", of_type(kind, **SUBJECT, service=CANCELLED), ("officer service:7",))
      for kind in ("add_access", "change", "cancel_service", "cancel_access", "inspection")),
    ("subject.known", of_type("add_access", **SUBJECT, service=LIVE), ()),
    ("subject.known", of_type("add_access", **SHELL, service=UNHOSTED), ()),
    ("subject.known", of_type("add_access", **SUBJECT, service=HOSTED),
     ("officer service:7 filing_type:change",)),
    ("subject.known", of_type("add_access", **SUBJECT, service=HOSTED, provider="other"), ()),
    ("subject.known", of_type("change", **SUBJECT, service=HOSTED), ()),
    ("subject.known", of_type("change", **SHELL, service=UNHOSTED),
     ("officer service:7 filing_type:add_access",)),
    ("subject.known", of_type("change", **SUBJECT), ()),
    ("subject.known", of_type("change", **SHELL), ("officer subject:",)),
    ("subject.known", of_type("change"), ("officer subject:",)),
    ("subject.known", of_type("cancel_service", **SUBJECT, service=LIVE), ()),
    ("subject.known", of_type("cancel_service", **SHELL, service=UNHOSTED), ()),
    ("subject.known", of_type("cancel_subject", **SUBJECT), ()),
    ("subject.known", of_type("cancel_subject", **SHELL), ()),
    ("subject.known", of_type("cancel_subject"), ("officer subject:",)),
    ("subject.known", of_type("cancel_access", **SUBJECT, service=LIVE, hosted_there=True), ()),
    ("subject.known", of_type("cancel_access", **SUBJECT, service=LIVE), ("officer service:7",)),
    ("subject.known", of_type("inspection", **SUBJECT, service=LIVE), ()),
    ("subject.known", of_type("inspection", **SHELL, service=UNHOSTED),
     ("officer service:7 filing_type:add_access",)),
    ("subject.idle", GOOD, ()),
    ("subject.idle", case(**BUSY), ("provider case:ICP-2026-000007 case:ICP-2026-000009",)),
    ("subject.idle", case(**BUSY, order_number="7"), ()),
    ("subject.idle", case(**JOINABLE, order=None), ()),
    # An order of its own is alive: it joins no other.
    ("subject.idle", case(**JOINABLE), ("provider case:ICP-2026-000007",)),
    ("subject.idle", case(**JOINABLE, order_number="8"), ("provider case:ICP-2026-000007",)),
    ("subject.idle", case(**JOINABLE, provider="elsewhere", order_number="7"),
     ("provider case:ICP-2026-000007",)),
    ("subject.idle", case(**BUSY, facts=facts(filing_type="inspection")), ()),
    ("order.alive", GOOD, ()),
    ("order.alive", case(order=None), ()),
    ("order.alive", case(order=OVER), ("officer",)),
    ("app.complete", GOOD, ()),
    ("app.complete", with_facts(service_kind="mini_program"), ()),
    ("app.complete", app(), ("applicant fact:app_android_app_name",)),
    ("app.complete", app(ANDROID), ()),
    ("app.complete", app(ANDROID, replace(ANDROID, name="ios", app_name="")), ()),
    ("app.complete",
     app(replace(ANDROID, package=""), replace(ANDROID, name="ios", fingerprint="")),
     ("applicant fact:app_android_package fact:app_ios_fingerprint",)),
    ("app.complete", app(replace(ANDROID, app_name="玉兰阅读", public_key="")),
     ("applicant fact:app_android_public_key", "applicant fact:app_android_app_name")),
    ("app.complete", app(filing_type="add_access"), ("applicant fact:app_android_app_name",)),
    ("app.complete", replace(app(filing_type="change"), changed=frozenset({"app_features"})),
     ("applicant fact:app_android_app_name",)),
    ("app.complete", replace(app(filing_type="change"), changed=frozenset({"domain"})), ()),
    *(("app.complete", app(filing_type=kind), ()) for kind in UNJUDGED),
    ("order.expired", case(order=OVER), ()),
    ("order.expired", GOOD, ("nobody",)),
    ("order.expired", case(order=None), ("nobody",)),
    ("number.valid", GOOD, ()),
    ("number.valid", case(number=None), ("officer entry:icp_number",)),
    ("number.valid", number("京", "粤"), ("officer entry:icp_number",)),
    ("number.valid", number("京", "京", "ICP-2026-000004"), ("officer entry:icp_number",)),
    ("number.valid", number("京", "京", "", "京ICP备1号"), ("officer entry:icp_number",)),
    ("number.valid", number("京", "粤", "ICP-2026-000004", "京ICP备1号"),
     ("officer entry:icp_number",) * 3),
    ("number.valid", number("京", "京", "", "", (NUMBER,), NUMBER), ()),
    ("number.valid", number("京", "京", "", "", (NUMBER,), "京ICP备99999999号"),
     (f"officer subject:{NUMBER}",)),
    ("number.valid",
     number("粤", "", "", "", ("合字B2-20090059", NUMBER), "合字B2-20090059", True), ()),
    ("number.valid", number("京", "京", "", "", (), "京B2-20090059", True),
     ("officer entry:icp_number",)),
    *(("number.valid", case(number=None, facts=facts(filing_type=kind)), ())
      for kind in ("add_access", "change", "cancel_service", "cancel_subject", "cancel_access")),
    ("open.after_filing", GOOD, ()),
    ("open.after_filing", case(opening=None), ()),
    ("open.after_filing", case(opening=TODAY), ()),
    ("open.after_filing", case(filed=None), ("authority",)),
    ("open.after_filing", case(opening=date(2026, 5, 31)), ("applicant entry:opened_on",)),
    ("open.after_filing", case(opening=date(2026, 6, 16)), ("applicant entry:opened_on",)),
    ("state.restorable", GOOD, ()),
    ("state.restorable", case(earlier_state=""), ("nobody",)),
    ("state.restorable", case(earlier_unmet=("foreign.papers", "claim.backed")),
     ("officer rule:foreign.papers rule:claim.backed",)),
    ("state.restorable", case(used_by=("ICP-2026-000008", "2026-06-01")),
     ("supervisor case:ICP-2026-000008 case:2026-06-01",)),
    ("state.restorable", case(earlier_unmet=("service.free",), used_by=("ICP-2026-000008",)),
     ("officer rule:service.free", "supervisor case:ICP-2026-000008")),
)
# fmt: on


def line(finding: Finding) -> str:
    """A finding without its words: who, and the places it points at."""
    return " ".join((finding.who, *(f"{place.kind}:{place.key}" for place in finding.places)))


def test_the_book_holds_the_rules_of_the_domain_in_their_order_with_their_sources() -> None:
    assert tuple((rule.code, str(rule.source)) for rule in RULES) == CODES
    assert {rule.code: rule for rule in RULES} == BOOK


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_what_is_wrong_what_helps_and_who(rule: Rule) -> None:
    for words in (rule.failing, rule.holding):
        texts = (words.sentence, words.remedy)
        assert [bool(re.fullmatch(r"[A-Z“%].*\.", text)) for text in texts] == [True, True]
        assert isinstance(words.who, Party)


def test_every_rule_is_shown_failing_and_holding() -> None:
    codes = {code for code, _source in CODES}
    assert {code for code, _dossier, found in CASES if found} == codes
    assert {code for code, _dossier, found in CASES if not found} == codes


@pytest.mark.parametrize(("code", "dossier", "expected"), CASES)
def test_a_rule_finds_what_is_in_the_way(
    code: str, dossier: Dossier, expected: tuple[str, ...]
) -> None:
    rule, guard = BOOK[code], Guard(BOOK[code])
    found = guard.unmet(dossier)
    assert tuple(map(line, found)) == expected
    assert {f.code for f in found} == ({code} if expected else set())
    if code != "claim.backed":
        assert {f.source for f in found} <= {rule.source}
    assert (rule.holds(dossier), guard.met(dossier)) == (not expected, not expected)


@pytest.mark.parametrize(
    ("dossier", "expected"),
    [
        (with_facts(**CERTIFIED), ["FAQ foreign"]),
        (with_facts(**ABROAD | {"mainland_branch": True}), ["FAQ foreign"]),
        (with_facts(**FORUM, preapproval=True), ["FAQ forum"]),
        (with_facts(**CERTIFIED, **FORUM, preapproval=True), ["FAQ foreign", "FAQ forum"]),
    ],
)
def test_an_unbacked_claim_cites_the_entry_it_comes_from(
    dossier: Dossier, expected: list[str]
) -> None:
    found = Guard(BOOK["claim.backed"]).unmet(dossier)
    assert [str(finding.source) for finding in found] == expected


_VALUES: dict[str, tuple[Any, ...]] = {
    "applicant_type": (None, ApplicantType.INDIVIDUAL, ApplicantType.FOREIGN_ENTERPRISE),
    "server_region": (None, ServerRegion.MAINLAND, HONG_KONG),
    "access": (None, Access.DOMAIN, Access.IP_ADDRESS),
    "forum": (None, True, False),
    "preapproval": (None, True, False),
    "mainland_branch": (None, True, False),
    "registration_certificate": (None, True, False),
    "province_accepts_forums": (None, *ForumAnswer),
    "province": ("CN-BJ",),
    "mainland_cdn": (True, False),
    "service_kind": (ServiceKind.WEBSITE, ServiceKind.APP),
}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.of_facts], ids=lambda r: r.code)
def test_a_rule_of_the_facts_looks_at_no_more_than_the_facts_it_names(rule: Rule) -> None:
    """What it says is kept for the facts and what changes of them: nothing else may alter it."""
    names = [name for name in FACT_NAMES if name in (*rule.reads, "province")]
    for values in product(*(_VALUES[name] for name in names)):
        given = Facts(**dict(zip(names, values, strict=True)))
        only = cast(Dossier, SimpleNamespace(facts=given, changed=frozenset()))
        assert rule.gaps(only) == rule.gaps(GOOD.but(facts=given))
