"""How a guard asks a rule: wanted or not, undecided, and in whose words."""

from collections.abc import Mapping
from typing import Any

import pytest

from icpcases.rules.about_facts import SERVER_MAINLAND
from icpcases.rules.book import BOOK, RULES
from icpcases.rules.dossier import Dossier, Rival
from icpcases.rules.rule import Finding, Guard, Rule

from .dossiers import ABROAD, FORUM, GOOD, case, number, with_facts

UNDECIDED = (
    ("server.mainland", {"server_region": None}, "fact:server_region"),
    ("site.domain", {"access": None}, "fact:access"),
    ("forum.not_individual", {"forum": None, "applicant_type": None}, "fact:forum"),
    ("forum.province", {"forum": True}, "fact:preapproval fact:province_accepts_forums"),
    ("forum.preapproval", FORUM, "fact:preapproval"),
    ("foreign.papers", ABROAD, "fact:registration_certificate"),
    ("site.forum", {"forum": None}, "fact:forum"),
    ("verdict.not_permitted", {"server_region": None}, "fact:server_region"),
)
# Who is told, where a step would need the rule to fail; nobody if none asks that.
HOLDING = {
    "server.mainland": "officer",
    "site.domain": "officer",
    "forum.not_individual": "officer",
    "forum.province": "officer",
    "forum.preapproval": "officer",
    "foreign.papers": "officer",
    "site.forum": "applicant",
    "verdict.not_permitted": "officer",
}
# A rule, a dossier, and whether the rule holds there.
BOTH_WAYS = (
    ("server.mainland", GOOD, True),
    ("server.mainland", with_facts(server_region="overseas"), False),
    ("site.domain", GOOD, True),
    ("site.domain", with_facts(access="ip_address"), False),
    ("forum.preapproval", GOOD, True),
    ("forum.preapproval", with_facts(**FORUM, preapproval=False), False),
    ("foreign.papers", GOOD, True),
    ("foreign.papers", with_facts(**ABROAD, registration_certificate=False), False),
)


def places(finding: Finding) -> str:
    return " ".join(f"{place.kind}:{place.key}" for place in finding.places)


@pytest.mark.parametrize(("code", "changed", "expected"), UNDECIDED)
def test_an_undecided_rule_keeps_a_guard_shut_both_ways_and_names_the_facts(
    code: str, changed: Mapping[str, Any], expected: str
) -> None:
    dossier = with_facts(**changed)
    assert BOOK[code].holds(dossier) is None
    for guard in (Guard(BOOK[code]), Guard(BOOK[code], wanted=False)):
        found = guard.unmet(dossier)
        assert [(f.code, f.who, f.sentence, places(f)) for f in found] == [
            (
                code,
                "applicant",
                "This cannot be judged while these facts are missing: %(about)s.",
                expected,
            )
        ]
        assert guard.met(dossier) is False


@pytest.mark.parametrize(("code", "dossier", "holds"), BOTH_WAYS)
def test_a_guard_that_wants_a_rule_to_fail_is_met_where_it_fails(
    code: str, dossier: Dossier, holds: bool
) -> None:
    rule = BOOK[code]
    guard = Guard(rule, wanted=False)
    found = [(f.sentence, f.remedy, f.who) for f in guard.unmet(dossier)]
    told = (rule.holding.sentence, rule.holding.remedy, rule.holding.who)
    assert found == ([told] if holds else [])
    assert guard.met(dossier) is not holds


def test_whoever_can_change_a_rule_that_should_fail_is_named() -> None:
    told = {rule.code: str(rule.holding.who) for rule in RULES}
    assert told == dict.fromkeys(told, "nobody") | HOLDING


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
@pytest.mark.parametrize("wanted", [True, False])
def test_a_guard_is_met_exactly_where_nothing_is_unmet(rule: Rule, wanted: bool) -> None:
    guard = Guard(rule, wanted)
    for dossier in (GOOD, Dossier(GOOD.facts), with_facts(forum=None, server_region=None)):
        assert guard.met(dossier) == (not guard.unmet(dossier))


def test_the_applicant_never_reads_which_other_case_is_about_the_domain() -> None:
    guard = Guard(BOOK["service.free"])
    dossier = case(rivals=(Rival("ICP-2026-000008"), Rival("ICP-2026-000009")))
    (staff,), (applicant,) = guard.unmet(dossier), guard.unmet(dossier, for_applicant=True)
    assert (staff.sentence, places(staff)) == (
        "Another errand is about the same service or domain: %(about)s.",
        "case:ICP-2026-000008 case:ICP-2026-000009",
    )
    assert (applicant.sentence, applicant.places) == (
        "The office must look into this domain before the case can go on.",
        (),
    )


def test_a_number_is_told_each_thing_that_is_wrong_with_it() -> None:
    found = Guard(BOOK["number.valid"]).unmet(number("京", "粤", "ICP-2026-000004", "京ICP备1号"))
    assert [finding.sentence for finding in found] == [
        "The number's character is not the one of the case's province.",
        "Another service has this number: %(about)s.",
        "This subject number belongs to another applicant: %(about)s.",
    ]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("no", "The administration of this province does not take applications for forums."),
        (
            "unknown",
            "Nobody has yet asked the administration of this province whether it takes forums.",
        ),
    ],
)
def test_a_province_that_refuses_is_told_apart_from_one_not_asked(
    answer: str, sentence: str
) -> None:
    dossier = with_facts(forum=True, preapproval=False, province_accepts_forums=answer)
    found = Guard(BOOK["forum.province"]).unmet(dossier)
    assert [finding.sentence for finding in found] == [sentence]


def test_whoever_is_told_of_the_server_is_told_of_the_nodes_too():
    """Either brings a filing (domain.md, section 3: `server.mainland`)."""
    remedies = (SERVER_MAINLAND.failing.remedy, SERVER_MAINLAND.holding.remedy)
    assert remedies == (
        "Nothing to do, unless the site moves to a server in Mainland China, or nodes there are to"
        " serve its name too (CDN, web firewall, object storage).",
        "Go on with the filing, or correct the server region and the nodes in the Mainland.",
    )
