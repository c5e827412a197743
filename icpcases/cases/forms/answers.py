"""The form on which everything that the office asks is given at once: a control for each thing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import FilingCase, Request
from icpcases.types import Cleaned, Text

from .document_formset import FILL_IN, TYPED, FileLimits
from .documents import DocumentForm
from .facts import FactsForm, plain_fact

_Sent = Mapping[str, str] | None
_Files = MultiValueDict[str, UploadedFile] | None


class WordsForm(forms.Form):
    """What is said to a request in words."""

    answer = forms.CharField(
        max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: _Sent, prefix: str, label: Text, initial: str) -> None:
        super().__init__(data, prefix=prefix, initial={"answer": initial})
        self.fields["answer"].label = label


@dataclass
class Asked:
    """One thing the office asks, with its control; several requests may ask for the same."""

    case: FilingCase
    requests: list[Request]
    sent: _Sent
    fact: FactsForm | None
    paper: DocumentForm | None
    words: WordsForm

    @classmethod
    def of(cls, case: FilingCase, requests: list[Request], sent: _Sent, files: _Files) -> "Asked":
        """The thing these requests ask for."""
        first, prefix = requests[0], f"r{requests[0].pk}"
        fact = FactsForm.only(case, first.about, sent) if first.for_fact else None
        paper = None
        if first.for_paper:
            initial = {"kind": first.about}
            paper = DocumentForm(sent, files, prefix=prefix, initial=initial)
            # The office has said which: it is not asked again, whatever is sent.
            paper.fields["kind"].disabled = True
        label = _("remark") if fact or paper else _("answer")
        return cls(case, requests, sent, fact, paper, WordsForm(sent, prefix, label, first.answer))

    def belong_to(self, form: str) -> None:
        """Have every control be sent with a form element that stands elsewhere on the page."""
        for part in (self.fact, self.paper, self.words):
            for field in part.fields.values() if part is not None else ():
                field.widget.attrs["form"] = form

    @property
    def first(self) -> Request:
        """The request that stands for all of them."""
        return self.requests[0]

    @property
    def text(self) -> str:
        """What was typed."""
        return str(self.words.data.get(self.words.add_prefix("answer"), "")).strip()

    @property
    def handed_in(self) -> bool:
        """Whether something stands in the row of its document."""
        if self.paper is None:
            return False
        names = [self.paper.add_prefix(name) for name in TYPED]
        return any(self.paper.data.get(n) or self.paper.files.get(n) for n in names)

    @property
    def changed(self) -> bool:
        """Whether its fact is to be another one."""
        if self.fact is None or self.first.about not in (self.sent or {}):
            return False
        if not self.fact.is_valid():
            return self.fact.has_changed()
        return self.fact.only_value != plain_fact(self.case, self.first.about)

    @cached_property
    def filled(self) -> bool:
        """Whether it is given, or something is said to it."""
        said = bool(self.text) and self.text != self.first.answer.strip()
        return said or self.handed_in or self.changed

    @property
    def folded(self) -> bool:
        """Whether its words lie folded: it has a control of its own."""
        return bool(self.fact or self.paper) and not (self.text or self.words.errors)

    def is_valid(self) -> bool:
        """Whether what is given can be taken; what is left empty stays open, and is no fault."""
        if not self.filled:
            return True
        valid = self.words.is_valid()
        if self.paper is not None and self.handed_in:
            valid = self.paper.is_valid() and valid
        if self.fact is not None and self.changed:
            valid = self.fact.is_valid() and valid
            if valid and self.fact.only_value is None and not self.text:
                self.fact.add_error(self.first.about, FILL_IN)
                return False
        return valid

    @property
    def papers(self) -> list[Cleaned]:
        """The document that is handed in, if one is."""
        return [self.paper.cleaned_data] if self.paper is not None and self.handed_in else []

    @property
    def value(self) -> object:
        """What its fact is to be; None where none is given."""
        return self.fact.only_value if self.fact is not None and self.changed else None


class AnswersForm(FileLimits, forms.Form):
    """All that is asked: whatever is filled in is saved, the rest stays open.

    `belongs_to` is the id of the form element the controls belong to where they stand outside it.
    """

    def __init__(
        self,
        case: FilingCase,
        requests: Iterable[Request],
        data: _Sent = None,
        files: _Files = None,
        belongs_to: str = "",
    ) -> None:
        super().__init__(data)
        self.asked = [Asked.of(case, same, data, files) for same in _together(requests)]
        for one in self.asked if belongs_to else ():
            one.belong_to(belongs_to)

    def is_valid(self) -> bool:
        """Every thing that is filled in, all looked at, never only the first."""
        valid = all([super().is_valid(), *(one.is_valid() for one in self.asked)])
        if valid and not self.filled:
            self.add_error(None, _("Nothing is filled in yet."))
        return valid and bool(self.filled)

    @property
    def filled(self) -> list[Asked]:
        """The things that are given."""
        return [one for one in self.asked if one.filled]

    @property
    def wants_files(self) -> bool:
        """Whether a document is among what is asked."""
        return any(one.paper is not None for one in self.asked)

    @property
    def bad(self) -> bool:
        """Whether something has to be corrected."""
        return self.is_bound and not self.is_valid()


def _together(requests: Iterable[Request]) -> Iterator[list[Request]]:
    """The requests, those for the same fact or document together; a question stands alone."""
    same: dict[tuple[str, str], list[Request]] = {}
    for request in requests:
        kind = "fact" if request.for_fact else "paper" if request.for_paper else "question"
        about = str(request.pk) if kind == "question" else request.about
        same.setdefault((kind, about), []).append(request)
    yield from same.values()
