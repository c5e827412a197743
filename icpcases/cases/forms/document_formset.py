"""The form that takes several documents at once, and the answer they may come with."""

from collections.abc import Mapping, Sequence

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from icpcases.files.uploads import ACCEPT, ENDINGS, TOO_LARGE, TOO_LARGE_PDF, WRONG_ENDING

from .documents import DocumentForm
from .facts import FactsForm

MAX_AT_ONCE = 10
# What a page without script offers at once.
_ROWS = 3
#: What shows that somebody has filled in a row.
TYPED = ("file", "number", "issued_on", "expires_on")


class FileLimits:
    """What files a page takes, and what it says of others before they are sent."""

    @property
    def largest(self) -> int:
        """The megabytes one may have; a picture is made to fit."""
        return int(settings.DOCUMENT_MAX_MB)

    @property
    def largest_sent(self) -> int:
        """The megabytes a picture may have when it is sent."""
        return int(settings.DOCUMENT_UPLOAD_MAX_MB)

    @property
    def endings(self) -> dict[str, str]:
        """The endings a file's name may have, of pictures and of other papers."""
        pictures = [one for one, kind in ENDINGS.items() if kind.startswith("image/")]
        return {"picture": " ".join(pictures), "pdf": " ".join(ENDINGS.keys() - set(pictures))}

    @property
    def accept(self) -> str:
        """What a file field lets people choose from."""
        return ACCEPT

    @property
    def faults(self) -> dict[str, str]:
        """What is said of a file before it is sent; the same as after."""
        return {
            "ending": str(WRONG_ENDING),
            "pdf": TOO_LARGE_PDF % {"limit": self.largest},
            "picture": TOO_LARGE % {"limit": self.largest_sent},
        }


class PaperRows(FileLimits):
    """One DocumentForm for each document; those left empty are passed over.

    `kinds` are offered, the first with the page and the others as files are chosen; `own` are the
    kinds that the case wants; `required` is whether one document must be there.
    """

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        kinds: Sequence[str] = (),
        required: bool = True,
        own: Sequence[str] = (),
    ) -> None:
        self.data, self.files, self.kinds, self.own = data, files, kinds, own
        count = _count(data.get("rows", "")) if data is not None else max(len(kinds[:_ROWS]), 1)
        filled = {n for n in range(count) if self._touched(n)}
        # A row nobody touched is no fault, unless there must be one.
        filled = filled or ({0} if required else set())
        self.forms = [self._form(n, filled=n in filled) for n in range(count)]

    def _form(self, n: int, filled: bool) -> DocumentForm:
        kind = self.kinds[n] if n < len(self.kinds) else ""
        if self.data is None or filled:
            data, files = self.data, self.files
        else:
            data, files, kind = None, None, self.data.get(_name(n, "kind"), kind)
        return DocumentForm(data, files, prefix=_prefix(n), initial={"kind": kind}, own=self.own)

    @property
    def blank(self) -> DocumentForm:
        """The row that a script copies for one more file."""
        return DocumentForm(prefix="paperN", own=self.own)

    @property
    def filled(self) -> list[DocumentForm]:
        """The rows in which there is something; the first where one must be."""
        return [form for form in self.forms if form.is_bound]

    def _touched(self, n: int) -> bool:
        typed: Mapping[str, str] = self.data or {}
        sent: Mapping[str, UploadedFile] = self.files or {}
        names = [_name(n, field) for field in TYPED]
        return any(typed.get(name) or sent.get(name) for name in names)

    def is_valid(self) -> bool:
        """Whether every row that is filled is right; all are looked at, never only the first."""
        valid = [form.is_valid() for form in self.filled]
        return self.data is not None and all(valid)

    @property
    def cleaned_data(self) -> list[dict[str, object]]:
        """What each filled row holds."""
        return [form.cleaned_data for form in self.filled]

    @property
    def errors(self) -> bool:
        """Whether something has to be corrected."""
        return self.data is not None and not self.is_valid()

    @property
    def most(self) -> int:
        """How many documents can come at once."""
        return MAX_AT_ONCE


def _prefix(n: int) -> str | None:
    # The first row's names have no number: links and simple clients know them so.
    return f"paper{n}" if n else None


def _name(n: int, field: str) -> str:
    return f"paper{n}-{field}" if n else field


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(number, 1), MAX_AT_ONCE)


FILL_IN = _("Fill it in, or say in a few words why you cannot.")
UNCHANGED = _("This is what it says already: correct it, or say in a few words why it is right.")


class AnswerForm(forms.Form):
    """The answer to a request: the fact it asks for, which `present` says, documents, words."""

    answer = forms.CharField(
        label=_("answer"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        initial: dict[str, object] | None = None,
        papers: PaperRows | None = None,
        fact: FactsForm | None = None,
        present: object = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.papers, self.fact, self.present = papers, fact, present
        if fact is not None:
            self.fields["answer"].label = _("remark")

    def is_valid(self) -> bool:
        """Words, documents and the fact, all looked at."""
        parts = [part for part in (self.papers, self.fact) if part is not None]
        return all([super().is_valid(), *(part.is_valid() for part in parts)])

    @property
    def value(self) -> object:
        """What the fact is to be, as JSON keeps it; None where none is asked for or given."""
        return self.fact.only_value if self.fact is not None else None

    def clean_answer(self) -> str:
        """Something must be said, unless the fact or a document says it."""
        answer: str = self.cleaned_data["answer"]
        if self.fact is not None:
            came = answer or (self.papers and self.papers.filled)
            if not came and self.fact.is_valid():
                self._need_change(self.fact)
        elif not answer and not (self.papers and self.papers.filled):
            raise forms.ValidationError(_("Answer in a few words, or add a document."))
        return answer

    def _need_change(self, fact: FactsForm) -> None:
        """A fact that is as it was answers nothing. Raises ValidationError."""
        if fact.only_value is None:
            raise forms.ValidationError(FILL_IN)
        if fact.only_value == self.present:
            raise forms.ValidationError(UNCHANGED)
