"""What the rules say of a site, in an applicant's words: alike in the check and on a draft."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icpcases.cases.models import Province
from icpcases.deadlines.clocks import clock_in_words
from icpcases.lifecycle.states import State
from icpcases.rules.about_facts import FOREIGN_PAPERS, FORUM_PREAPPROVAL, FORUM_PROVINCE
from icpcases.rules.documents import Kind, Wanted
from icpcases.rules.facts import Facts
from icpcases.rules.rule import Finding, Party
from icpcases.rules.verdict import Assessment, Stage, Verdict, decisive
from icpcases.types import Text
from icpcases.workflow.messages import remedy_of, sentence_of

_IN_STAGES: dict[tuple[Stage, ...], Text] = {
    (Stage.CERTIFICATE, Stage.FILING): gettext_lazy(
        "Yes, in two stages: first the registration certificate, then the filing."
    ),
    (Stage.PREAPPROVAL, Stage.FILING): gettext_lazy(
        "Yes, in two stages: first BBS pre-approval, then the filing."
    ),
    (Stage.CERTIFICATE, Stage.PREAPPROVAL, Stage.FILING): gettext_lazy(
        "Yes, in three stages: first the registration certificate, then BBS pre-approval, then "
        "the filing."
    ),
}
_WHY = {Stage.CERTIFICATE: FOREIGN_PAPERS.code, Stage.PREAPPROVAL: FORUM_PREAPPROVAL.code}


def verdict_context(found: Assessment, facts: Facts) -> dict[str, object]:
    """The verdict in one sentence, why, the stages with their durations, the documents.

    What keeps a filing from being made at once is its first stages, and is told there: `unmet`
    is what decides against it.
    """
    findings = decisive(found, facts)
    against = () if found.verdict == Verdict.FILE else findings
    province = Province.objects.filter(pk=facts.province).first()
    return {
        "verdict": found.verdict,
        "sentence": str(_IN_STAGES.get(found.stages) or _(found.verdict.sentence)),
        "unmet": [_shown_finding(finding) for finding in against],
        "stages": [_shown_stage(stage, findings, province) for stage in found.stages],
        "general": bool(found.stages) and province is None,
        "documents": [shown_document(wanted) for wanted in found.documents],
        "forum": bool(facts.forum),
    }


def _shown_finding(finding: Finding) -> dict[str, str]:
    return {
        "sentence": sentence_of(finding),
        # What the office does is put in the office's words, and told to nobody else.
        "remedy": remedy_of(finding) if finding.who == Party.APPLICANT else "",
        "question": _(finding.source.question) if finding.source.question else "",
    }


def _shown_stage(
    stage: Stage, findings: tuple[Finding, ...], province: Province | None
) -> dict[str, object]:
    """A stage of the way: how long it takes, and for one before the filing, what it is for."""
    why = [_shown_finding(f) for f in findings if f.code == _WHY.get(stage)]
    unasked = any(f.code == FORUM_PROVINCE.code for f in findings)
    ask = stage == Stage.PREAPPROVAL and unasked and province is not None
    return {
        "label": _(stage.label),
        "lasts": duration_of(stage, province),
        "why": why,
        "we_ask": _we_ask(province) if ask and province else "",
    }


def _we_ask(province: Province) -> str:
    sentence = _(
        "Not every province takes forums. We ask the administration of %(province)s for you, and "
        "tell you what it says."
    )
    return sentence % {"province": province}


def shown_document(wanted: Wanted) -> tuple[str, str, bool]:
    """A document's name, its condition, and whether the applicant makes it."""
    return _(Kind(wanted.kind).label), _(wanted.when) if wanted.when else "", wanted.kind.self_made


def duration_of(stage: Stage, province: Province | None) -> str:
    """How long a stage usually lasts, as published."""
    if stage == Stage.PREAPPROVAL:
        span = clock_in_words(State.PREAPPROVAL_APPLIED, province)
        return _("up to %(span)s") % {"span": span} if span else _("no published duration")
    if stage == Stage.CERTIFICATE:
        return _("no published duration")
    provider = clock_in_words(State.PROVIDER_REVIEW, province)
    review = clock_in_words(State.AUTHORITY_REVIEW, province)
    if provider and review:
        sentence = _("provider about %(first)s, administration up to %(second)s")
    elif provider:
        sentence = _("provider about %(first)s")
    else:
        sentence = _("administration up to %(second)s") if review else _("no published duration")
    return sentence % {"first": provider, "second": review}
