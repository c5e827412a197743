"""“Do I need a filing?”: a few questions a page, the answers in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from icpcases.cases.models import Province, as_readers_look
from icpcases.rules.facts import (
    CHOICES,
    FactError,
    Facts,
    ForumAnswer,
    ServerRegion,
    read_fact,
)
from icpcases.rules.verdict import Verdict, assess, missing_facts
from icpcases.types import Text

from .pages import own_page
from .questions import QUESTIONS, TOGETHER, Question
from .verdicts import verdict_context

ASKED = tuple(QUESTIONS)
YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class Option:
    """An answer a question takes, in words, with examples where they help to choose."""

    value: str
    label: str
    hint: Text = ""


@dataclass(frozen=True)
class AskedQuestion:
    """A question on the page: what may be answered, and what was."""

    name: str
    question: Question
    options: list[Option]
    chosen: str


@dataclass(frozen=True)
class Answer:
    """A question that has been answered, the answer in words, and where to change it."""

    question: Question
    shown: str
    change: str


@require_safe
def check_page(request: HttpRequest) -> HttpResponse:
    """The next questions that still matter, or the verdict."""
    given = answers_of(request.GET)
    facts = facts_of(given)
    wanted = request.GET.get("ask", "")
    names = [wanted] if wanted in ASKED else next_questions(facts, given)
    context: dict[str, object] = {
        "answers": [answer_of(n, given) for n in ASKED if n in given and matters(n, given)],
        "given": given,
        "query": urlencode(given),
    }
    if names:
        context.update(
            asked=[AskedQuestion(n, QUESTIONS[n], options_of(n), given.get(n, "")) for n in names],
            hidden=[(n, v) for n, v in given.items() if n not in names],
        )
        return own_page(request, "applicants/check.html", context)
    context.update(verdict_context(assess(facts), facts))
    return own_page(request, "applicants/verdict.html", context)


def answers_of(query: Mapping[str, str]) -> dict[str, str]:
    """The answers in the address; what is no answer to a question is passed over."""
    found = {}
    for name in ASKED:
        value = query.get(name, "")
        if value in {option.value for option in options_of(name)}:
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


def next_questions(facts: Facts, given: Mapping[str, str]) -> list[str]:
    """The first question whose answer still matters, with those that stand on one page with it;
    none when the verdict is certain."""
    missing = open_questions(facts) - given.keys()
    first = next((name for name in ASKED if name in missing), None)
    page = next((names for names in TOGETHER if first in names), (first,))
    return [name for name in page if name in missing]


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
    if facts.province is None and (missing or assess(facts).verdict == Verdict.FILE):
        # Whoever files is told how long his province takes.
        found.add("province")
    return {*found, "service_kind"}


def options_of(name: str) -> list[Option]:
    """The answers a question takes, each with its words."""
    if name == "province":
        return [Option(p.pk, str(p)) for p in as_readers_look(Province.objects.all())]
    hints = QUESTIONS[name].hints
    if name in CHOICES:
        return [Option(c.value, _(c.label), hints.get(c.value, "")) for c in CHOICES[name]]
    words = (("yes", _("Yes")), ("no", _("No")))
    return [Option(value, label, hints.get(value, "")) for value, label in words]


def answer_of(name: str, given: Mapping[str, str]) -> Answer:
    """An answered question, with the address that asks it again and loses nothing."""
    shown = next(option.label for option in options_of(name) if option.value == given[name])
    address = reverse("applicants:check")
    return Answer(QUESTIONS[name], shown, f"{address}?{urlencode({**given, 'ask': name})}")
