"""What a page told of a case, remembered for as long as it is still true.

It is asked for inside the permission check, with the rows that the request has just read: what
hangs on them is compared, never trusted. docs/decisions/0010-remembered-pages.md says why each
thing a page is made of is either compared here or cannot change without the case's row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from django.core.cache import caches
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from icpcases.cases.models import FilingCase
from icpcases.rules.dossier import Dossier
from icpcases.workflow.dossier import parts_read
from icpcases.workflow.forecast import Basis

from .pages import own_page

# What changes with the case's version: its own rows, which change under its lock.
_WITH_THE_CASE = frozenset({"papers", "not_needed", "asks"})
# What the rules read beside them, and what is read again to compare.
_BESIDE = frozenset({"rivals", "running", "register", "order", "provider", "margin_days"})
_SECONDS = 600


@dataclass(frozen=True)
class Told:
    """The inner part of a page, whether the frame loads the script that copies, and whether
    the page may be remembered: not if it hangs on what is not compared.

    `asks` is where the fields in it that belong to the form `answers` are sent, if there are any:
    the frame holds that form, with the reader's own token.
    """

    content: SafeString
    duties: bool = False
    lasting: bool = True
    asks: str = ""


@dataclass(frozen=True)
class _Remembered:
    stamp: tuple[object, ...]
    beside: dict[str, object]
    told: Told


def told(
    name: str,
    case: FilingCase,
    make: Callable[[Basis], Told],
    around: tuple[object, ...] = (),
    dossier: Dossier | None = None,
) -> Told:
    """What a page tells of a case: remembered if all it was made of is the same, else made.

    `around` is what it is made of beside the case, its province and its service, the tables, and
    the day;
    `dossier` where rules are asked. The same rows go into the stamp and into the page.
    """
    basis, key = Basis.of(case), f"{name}-{case.pk}-{get_language()}"
    own = (*row(case), *row(case.province), *row(case.service))
    stamp = (timezone.localdate(), *own, basis.key, *around)
    known: _Remembered | None = caches["pages"].get(key)
    if known and known.stamp == stamp and _still(known.beside, dossier):
        return known.told
    made = make(basis)
    read = parts_read(dossier) if dossier else frozenset()
    if made.lasting and read <= _WITH_THE_CASE | _BESIDE:
        beside = {part: getattr(dossier, part) for part in read & _BESIDE}
        caches["pages"].set(key, _Remembered(stamp, beside, made), _SECONDS)
    return made


def _still(beside: dict[str, object], dossier: Dossier | None) -> bool:
    return all(getattr(dossier, part) == value for part, value in beside.items())


def row(of: Model | None) -> tuple[object, ...]:
    """All that stands in a row."""
    return _columns(type(of))(vars(of)) if of else ()


@cache
def _columns(model: type[Model]) -> "itemgetter[tuple[object, ...]]":
    return itemgetter(*(field.attname for field in model._meta.concrete_fields))


def told_page(request: HttpRequest, title: str, told: Told) -> HttpResponse:
    """What was told, in the frame of this request: its session, its messages, its tokens."""
    context = {"title": title, "content": told.content, "duties": told.duties}
    context["asks"] = told.asks
    return own_page(request, "applicants/base.html", context)


def written(template: str, context: dict[str, object]) -> SafeString:
    """The inner part of a page. It is told nothing of the request, and so of nobody's session."""
    return SafeString(render_to_string(template, {**context, "own_side": True}).strip())
