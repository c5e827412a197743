"""The rules about facts: the six the FAQ states, and those that follow from them."""

from .documents import Kind
from .dossier import Dossier
from .facts import Access, ForumAnswer, ServerRegion, both, either, is_, not_
from .rule import Gap, Party, Place, PlaceKind, Rule, Source, Verdict3, Words
from .text import _


def _server_mainland(d: Dossier) -> Verdict3:
    return either(is_(d.facts.server_region, ServerRegion.MAINLAND), d.facts.mainland_cdn)


def _site_domain(d: Dossier) -> Verdict3:
    return either(is_(d.facts.access, Access.DOMAIN), not d.facts.website)


def _forum_not_individual(d: Dossier) -> Verdict3:
    return not_(both(d.facts.forum, d.facts.individual))


_PROVINCE_REFUSES = Words(
    _("The administration of this province does not take applications for forums."),
    _("Leave the forum out, or file in a province that takes them."),
    Party.APPLICANT,
)
_PROVINCE_UNASKED = Words(
    _("Nobody has yet asked the administration of this province whether it takes forums."),
    _("Ask the administration and record the answer in the province table."),
    Party.OFFICER,
)


def _forum_province(d: Dossier) -> Verdict3:
    answer = d.facts.province_accepts_forums
    held = either(not_(d.facts.forum), is_(answer, ForumAnswer.YES), d.facts.preapproval)
    if held is not False:
        return held
    words = _PROVINCE_REFUSES if answer == ForumAnswer.NO else _PROVINCE_UNASKED
    place = Place(PlaceKind.PROVINCE, d.facts.province or "", _("province's answer on forums"))
    return (Gap(words, (place,)),)


def _forum_preapproval(d: Dossier) -> Verdict3:
    return either(not_(d.facts.forum), d.facts.preapproval)


def _foreign_papers(d: Dossier) -> Verdict3:
    return either(not_(d.facts.foreign), d.facts.mainland_branch, d.facts.registration_certificate)


SERVER_MAINLAND = Rule(
    "server.mainland",
    Source.HONG_KONG,
    _server_mainland,
    Words(
        _("The server is not in Mainland China: no filing is required, nor possible."),
        _(
            "Nothing to do, unless the site moves to a server in Mainland China, or nodes there "
            "are to serve its name too (CDN, web firewall, object storage)."
        ),
        Party.APPLICANT,
    ),
    Words(
        _("A server or nodes in Mainland China serve the site, so a filing is required."),
        _("Go on with the filing, or correct the server region and the nodes in the Mainland."),
        Party.OFFICER,
    ),
    ("server_region", "mainland_cdn"),
)
SITE_DOMAIN = Rule(
    "site.domain",
    Source.IP,
    _site_domain,
    Words(
        _("The site is reached by an IP address only; the provider's system cannot take it."),
        _(
            "File in the system of the local communications administration, "
            "or give the site a domain name."
        ),
        Party.APPLICANT,
    ),
    Words(
        _("The site is reached by a domain name, so it is filed through the provider."),
        _("Go on with the filing, or correct the access."),
        Party.OFFICER,
    ),
    ("access", "service_kind"),
)
FORUM_NOT_INDIVIDUAL = Rule(
    "forum.not_individual",
    Source.FORUM,
    _forum_not_individual,
    Words(
        _("An individual is not permitted to operate a forum."),
        _("Let an enterprise apply, or leave the forum out."),
        Party.APPLICANT,
    ),
    Words(
        _("The site is not an individual's forum."),
        _("Correct the applicant type or the forum."),
        Party.OFFICER,
    ),
    ("forum", "applicant_type"),
)
FORUM_PROVINCE = Rule(
    "forum.province",
    Source.FORUM,
    _forum_province,
    _PROVINCE_UNASKED,
    Words(
        _("The province takes applications for forums, or none is needed."),
        _("Correct the province's answer."),
        Party.OFFICER,
    ),
    ("forum", "preapproval", "province_accepts_forums"),
)
FORUM_PREAPPROVAL = Rule(
    "forum.preapproval",
    Source.FORUM,
    _forum_preapproval,
    Words(
        _("A forum needs BBS pre-approval before it can be filed, and none has been granted."),
        _("Apply to the administration for BBS pre-approval first."),
        Party.APPLICANT,
    ),
    Words(
        _("BBS pre-approval is not needed, or has been granted already."),
        _("Prepare the filing."),
        Party.OFFICER,
    ),
    ("forum", "preapproval"),
)
FOREIGN_PAPERS = Rule(
    "foreign.papers",
    Source.FOREIGN,
    _foreign_papers,
    Words(
        _(
            "The applicant is registered outside the Mainland and has neither a mainland branch "
            "nor the registration certificate."
        ),
        _("Obtain the registration certificate first; it then serves as the business licence."),
        Party.APPLICANT,
    ),
    Words(
        _(
            "The applicant is registered in the Mainland, or has a branch or the certificate, "
            "so no registration certificate is due."
        ),
        _("Go on with the filing."),
        Party.OFFICER,
    ),
    ("applicant_type", "mainland_branch", "registration_certificate"),
)

FACT_RULES = (
    SERVER_MAINLAND,
    SITE_DOMAIN,
    FORUM_NOT_INDIVIDUAL,
    FORUM_PROVINCE,
    FORUM_PREAPPROVAL,
    FOREIGN_PAPERS,
)


def _site_forum(d: Dossier) -> Verdict3:
    return d.facts.forum


SITE_FORUM = Rule(
    "site.forum",
    Source.NONE,
    _site_forum,
    Words(
        _("The site is not a forum, so no BBS pre-approval is asked for."),
        _("Prepare the filing, or correct the forum."),
        Party.OFFICER,
    ),
    Words(_("The site is a forum."), _("Get BBS pre-approval."), Party.APPLICANT),
    ("forum",),
)

_CLAIMS = {
    "mainland_branch": Kind.BRANCH_LICENCE,
    "registration_certificate": Kind.REGISTRATION_CERTIFICATE,
    "preapproval": Kind.BBS_PREAPPROVAL,
}


def claims_relied_on(d: Dossier) -> dict[str, Kind]:
    """The claims the route relies on, each with the document that must back it."""
    facts, relied = d.facts, []
    if facts.foreign and facts.mainland_branch:
        relied.append("mainland_branch")
    elif facts.foreign and facts.registration_certificate:
        relied.append("registration_certificate")
    if facts.forum and facts.preapproval:
        relied.append("preapproval")
    return {claim: _CLAIMS[claim] for claim in relied}


def _claim_backed(d: Dossier) -> Verdict3:
    unbacked = [kind for kind in claims_relied_on(d).values() if not d.has_accepted(kind)]
    if not unbacked:
        return True
    foreign = [kind for kind in unbacked if kind != Kind.BBS_PREAPPROVAL]
    forum = [kind for kind in unbacked if kind == Kind.BBS_PREAPPROVAL]
    return tuple(
        Gap(CLAIM_BACKED.failing, Rule.document_places(kinds), source=source)
        for source, kinds in ((Source.FOREIGN, foreign), (Source.FORUM, forum))
        if kinds
    )


CLAIM_BACKED = Rule(
    "claim.backed",
    Source.FOREIGN,
    _claim_backed,
    Words(
        _("This still needs an accepted document as its proof: %(about)s."),
        _("Hand in the document; the office looks at it."),
        Party.APPLICANT,
    ),
    Words(_("Every claim stands on an accepted document."), _("Go on."), Party.NOBODY),
    law=True,
    touched_by=("applicant_type", "forum", *_CLAIMS),
)
