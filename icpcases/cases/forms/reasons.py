"""Fields in which a reason is typed, with the usual ones offered beside own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.datastructures import MultiValueDict

from icpcases.cases.models import CannedReason, FilingCase
from icpcases.types import Text

Subject = CannedReason.Subject


@dataclass
class CannedOffer:
    """The usual reasons of some subjects, in the language of whoever is told; read when needed.

    `about` names the document or fact they are about; with None those of every one are offered.
    """

    subjects: tuple[Subject, ...]
    language: str
    about: str | None = ""

    @classmethod
    def for_case(
        cls, case: FilingCase, *subjects: Subject, about: str | None = ""
    ) -> "CannedOffer":
        """The reasons as the applicant of a case reads them."""
        return cls(subjects, case.applicant.language, about)

    @cached_property
    def rows(self) -> list[CannedReason]:
        """The reasons, those about this very thing first."""
        rows = CannedReason.objects.filter(active=True, subject__in=self.subjects)
        if self.about is not None:
            rows = rows.filter(Q(about="") | Q(about=self.about))
        return sorted(rows, key=lambda row: (row.about == "", row.position, row.pk))

    @property
    def choices(self) -> list[tuple[int, str, str]]:
        """Key, words for the officer, and words for the applicant of each."""
        return [(row.pk, str(row), row.text(self.language)) for row in self.rows]

    def text_of(self, key: object) -> str:
        """What a chosen reason says to the applicant; nothing for a key that is none."""
        found = (row for row in self.rows if str(row.pk) == str(key))
        return next((row.text(self.language) for row in found), "")

    def joined(self, key: object, typed: str) -> str:
        """The chosen reason and the own words behind it."""
        chosen = self.text_of(key) if key else ""
        # A script has put it among the own words already.
        return typed if chosen in typed else "\n".join(filter(None, (chosen, typed)))


class ReasonInput(forms.Textarea):
    """A text with the usual reasons to choose from."""

    template_name = "widgets/reason.html"

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__({"rows": 3, **(attrs or {})})
        self.canned: CannedOffer | None = None

    def get_context(
        self, name: str, value: object, attrs: dict[str, object] | None
    ) -> dict[str, object]:
        """The text, and what is offered beside it."""
        context = super().get_context(name, value, attrs)
        context["widget"]["canned"] = self.canned.choices if self.canned else []
        return context

    def value_from_datadict(
        self, data: Mapping[str, object], files: MultiValueDict[str, UploadedFile], name: str
    ) -> object:
        """The own words, behind the reason that was chosen."""
        typed, chosen = super().value_from_datadict(data, files, name), data.get(f"{name}-canned")
        if not chosen or self.canned is None:
            return typed
        return self.canned.joined(chosen, str(typed or "").strip())

    def value_omitted_from_data(self, data: Mapping[str, object], files: object, name: str) -> bool:
        """Only where neither is there."""
        return name not in data and f"{name}-canned" not in data


class ReasonField(forms.CharField):
    """A reason: own words, a usual one, or both."""

    widget = ReasonInput

    def offer(self, canned: CannedOffer) -> None:
        """Offer usual reasons."""
        self.widget.canned = canned


def reason_text(label: Text, *, required: bool = True, max_length: int = 2000) -> ReasonField:
    """A reason's field, 2,000 characters long at most."""
    return ReasonField(label=label, required=required, max_length=max_length)


def offer_reasons(form: forms.BaseForm, name: str, canned: CannedOffer) -> None:
    """Offer usual reasons at a field of a form."""
    field = form.fields[name]
    assert isinstance(field, ReasonField)
    field.offer(canned)
