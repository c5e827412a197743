"""“Do I need a filing?”: one question after the other, the answers in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from icpcases.cases.models import Province
from icpcases.deadlines.clocks import clock_in_words
from icpcases.lifecycle.states import State
from icpcases.rules.documents import Kind, Wanted
from icpcases.rules.facts import (
    CHOICES,
    FactError,
    Facts,
    ForumAnswer,
    ServerRegion,
    read_fact,
)
from icpcases.rules.rule import Party
from icpcases.rules.verdict import Assessment, Stage, assess, missing_facts
from icpcases.workflow.messages import remedy_of, sentence_of

from .pages import own_page
from .questions import QUESTIONS, Question

ASKED = tuple(QUESTIONS)
YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class Answer:
    """A question that has been answered, the answer in words, and where to change it."""

    question: Question
    shown: str
    change: str


@require_safe
def check_page(request: HttpRequest) -> HttpResponse:
    """The next question that still matters, or the verdict."""
    given = answers_of(request.GET)
    facts = facts_of(given)
    wanted = request.GET.get("ask", "")
    name = wanted if wanted in ASKED else next_question(facts, given)
    context: dict[str, object] = {
        "answers": [answer_of(n, given) for n in ASKED if n in given and matters(n, given)],
        "given": given,
        "query": urlencode(given),
    }
    if name:
        context.update(
            question=QUESTIONS[name],
            name=name,
            options=options_of(name),
            chosen=given.get(name, ""),
            hidden=[(n, v) for n, v in given.items() if n != name],
        )
        return own_page(request, "applicants/check.html", context)
    context.update(verdict_context(assess(facts), facts))
    return own_page(request, "applicants/verdict.html", context)


def answers_of(query: Mapping[str, str]) -> dict[str, str]:
    """The answers in the address; what is no answer to a question is passed over."""
    found = {}
    for name in ASKED:
        value = query.get(name, "")
        if value in dict(options_of(name)):
            found[name] = value
    return found


def facts_of(given: Mapping[str, str]) -> Facts:
    """The answers as facts, with the province's answer looked up."""
    facts = Facts()
    for name, value in given.items():
        try:
            facts = replace(facts, **{name: read_fact(name, YES_NO.get(value, value))})
        except FactError:
            continue
    if facts.province:
        answers = Province.objects.values_list("accepts_forums", flat=True)
        answer = ForumAnswer(answers.get(pk=facts.province))
        facts = replace(facts, province_accepts_forums=answer)
    return facts


def next_question(facts: Facts, given: Mapping[str, str]) -> str:
    """The first question whose answer still matters; empty when the verdict is certain."""
    missing = open_questions(facts) - given.keys()
    return next((name for name in ASKED if name in missing), "")


def matters(name: str, given: Mapping[str, str]) -> bool:
    """Whether an answer still matters, given those to the questions before it."""
    before = {n: given[n] for n in ASKED[: ASKED.index(name)] if n in given}
    return name in open_questions(facts_of(before))


def open_questions(facts: Facts) -> set[str]:
    """The questions whose answers could still matter."""
    missing = missing_facts(facts)
    found = {"province" if name == "province_accepts_forums" else name for name in missing}
    if facts.server_region not in (None, ServerRegion.MAINLAND):
        # What is said nowhere counts as no; a server abroad is the one that it matters for.
        found.add("mainland_cdn")
    return {*found, "service_kind"}


def options_of(name: str) -> list[tuple[str, str]]:
    """The answers a question takes, each with its words."""
    if name == "province":
        return [(p.pk, str(p)) for p in Province.objects.all()]
    if name in CHOICES:
        return [(choice.value, _(choice.label)) for choice in CHOICES[name]]
    return [("yes", _("Yes")), ("no", _("No"))]


def answer_of(name: str, given: Mapping[str, str]) -> Answer:
    """An answered question, with the address that asks it again and loses nothing."""
    shown = dict(options_of(name))[given[name]]
    address = reverse("applicants:check")
    return Answer(QUESTIONS[name], shown, f"{address}?{urlencode({**given, 'ask': name})}")


def verdict_context(found: Assessment, facts: Facts) -> dict[str, object]:
    """The verdict in one sentence, why, the stages with their durations, the documents."""
    return {
        "verdict": found.verdict,
        "sentence": _(found.verdict.sentence),
        "unmet": [
            {
                "sentence": sentence_of(finding),
                # What the office does is put in the office's words: only who does it is told.
                "remedy": remedy_of(finding) if finding.who == Party.APPLICANT else "",
                "who": _(finding.who.label),
                "question": _(finding.source.question) if finding.source.question else "",
            }
            for finding in found.unmet
        ],
        "stages": [
            {"label": _(stage.label), "lasts": duration_of(stage, facts)} for stage in found.stages
        ],
        "documents": [shown_document(wanted) for wanted in found.documents],
        "forum": bool(facts.forum),
    }


def shown_document(wanted: Wanted) -> tuple[str, str, bool]:
    """A document's name, its condition, and whether the applicant makes it."""
    return _(Kind(wanted.kind).label), _(wanted.when) if wanted.when else "", wanted.kind.self_made


def duration_of(stage: Stage, facts: Facts) -> str:
    """How long a stage usually lasts, as published."""
    province = Province.objects.filter(pk=facts.province).first()
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
