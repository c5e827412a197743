"""Pages on which a case is changed, alike for staff and applicants: a form, documents, a step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from icpcases.cases.forms.document_formset import PaperRows
from icpcases.cases.models import FilingCase
from icpcases.lifecycle.roles import Actor
from icpcases.lifecycle.steps import Step
from icpcases.workflow.actions.documents import add_documents, paper_rows_of, repeated
from icpcases.workflow.changes import done_already
from icpcases.workflow.engine import perform
from icpcases.workflow.exceptions import BadEntry, DoneAlready, NotAllowed, Refused
from icpcases.workflow.step_forms import StepForm

from .changes import attempt, seen_version, typed, went
from .findings import Link, Refusal, refusal_of, status_of

Change = Callable[[int], object]


def kept_of(form: forms.BaseForm | PaperRows) -> list[tuple[str, str]]:
    """The words somebody typed, by their labels: shown where the form itself is shown no more."""
    if not isinstance(form, forms.BaseForm):
        return []
    fields = [field for field in form if isinstance(field.field, forms.CharField)]
    typed_values = ((str(field.label), str(field.value() or "")) for field in fields)
    return [(label, text) for label, text in typed_values if text.strip()]


@dataclass(frozen=True)
class Tried:
    """A step as somebody tried it: what was typed and why it was not taken; at first nothing."""

    data: Mapping[str, object] | None = None
    form: StepForm | None = None
    error: Refused | None = None
    status: int = 200


NOT_TRIED = Tried()


class ShowStep(Protocol):
    """A surface's own page of a step."""

    def __call__(
        self, request: HttpRequest, case: FilingCase, step: Step, tried: Tried = ...
    ) -> HttpResponse:
        """The page, as the case is now."""


class Frame(Protocol):
    """A page around a template's content."""

    def __call__(
        self, request: HttpRequest, template: str, context: Mapping[str, object], status: int = ...
    ) -> HttpResponse:
        """The page."""


@dataclass(frozen=True)
class Surface:
    """What a surface has of its own.

    `folder` holds its templates; `read` fetches a case anew, where the user may still see it.
    """

    folder: str
    frame: Frame
    link: Link
    case_url: Callable[[FilingCase], str]
    read: Callable[[FilingCase, Actor], FilingCase]

    def form_page(
        self,
        request: HttpRequest,
        case: FilingCase,
        form: forms.BaseForm | PaperRows,
        change: Change,
        template: str = "form.html",
        **context: Any,
    ) -> HttpResponse:
        """A page with one form on a case: shown, judged, and tried through the door.

        Of the context, `done` is said when it is done, and `back` is where that leads.
        """
        refusal, status = None, 200
        if request.method == "POST":
            if done_already(case, request.user, seen_version(request)):
                # Before it is judged: what it asked for is no longer there to be asked for.
                return self.done(request, case, context["done"], context.get("back"))
            if form.is_valid():
                tried = attempt(request, case, change, self.link)
                if tried.done:
                    return self.done(request, case, context["done"], context.get("back"))
                refusal, status = tried.refusal, tried.status
            else:
                status = 422
        values: dict[str, object] = {
            "case": case, "form": form, "refusal": refusal, "version": case.version,
        }  # fmt: skip
        if refusal is not None:
            values["kept"] = kept_of(form)
        return self.frame(request, f"{self.folder}/{template}", {**values, **context}, status)

    def hand_in(self, request: HttpRequest, case: FilingCase, **context: Any) -> HttpResponse:
        """A page on which documents are handed in, several at once."""
        papers = paper_rows_of(request, case)

        def change(version: int) -> None:
            made = add_documents(case, request.user, papers.cleaned_data, version)
            for sentence in repeated(made):
                messages.warning(request, sentence)

        return self.form_page(request, case, papers, change, papers=papers, **context)

    def take(
        self,
        request: HttpRequest,
        case: FilingCase,
        step: Step,
        show: ShowStep,
        said: Callable[[FilingCase, Step], str],
        back: Callable[[], str] | None = None,
    ) -> HttpResponse:
        """Take the step, or show its page again with what was typed and why it was not taken."""
        data = typed(request)
        try:
            after = perform(case, step, request.user, data, seen_version(request))
        except DoneAlready:
            after = self.read(case, request.user)
        except NotAllowed as error:
            return self.refused(request, case, error)
        except BadEntry as error:
            return show(request, case, step, Tried(form=error.form, status=422))
        except Refused as error:
            again = self.read(case, request.user)
            return show(request, again, step, Tried(data, error=error, status=status_of(error)))
        return self.done(request, case, said(after, step), back)

    def done(
        self,
        request: HttpRequest,
        case: FilingCase,
        sentence: str,
        back: str | Callable[[], str] | None = None,
    ) -> HttpResponse:
        """On to the case's page or another, with what has happened; the page itself may say it.

        Where that depends on what has changed, `back` says it when it is asked.
        """
        if sentence:
            messages.success(request, sentence)
        return went(request, (back() if callable(back) else back) or self.case_url(case))

    def refused(self, request: HttpRequest, case: FilingCase, error: Refused) -> HttpResponse:
        """A readable page for a change that did not happen."""
        refusal = refusal_of(case, error, self.link)
        return self.refusal_page(request, case, refusal, refusal.status)

    def refusal_page(
        self, request: HttpRequest, case: FilingCase, refusal: Refusal | None, status: int
    ) -> HttpResponse:
        """The same for a refusal that is made ready to be shown already."""
        context = {"case": case, "title": case.reference, "refusal": refusal}
        return self.frame(request, f"{self.folder}/refused.html", context, status)
