"""The forms of one document: handed in by somebody, read and judged by an officer."""

from collections.abc import Collection, Mapping, Sequence

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import Document, FilingCase
from icpcases.cases.models.documents import KINDS, REGIONS
from icpcases.files.uploads import PaperField
from icpcases.rules.documents import Kind, wanted_documents
from icpcases.types import Text

from .fields import DayField, PaperNumberField, PastDateField
from .reasons import CannedOffer, Subject, offer_reasons, reason_text

READ_OFF = ("kind", "number", "issued_in", "issued_on", "expires_on")


# A kind that nobody chose would be a wrong one.
_NONE_CHOSEN = ("", _("choose the kind"))


def own_kinds(case: FilingCase) -> list[str]:
    """The kinds of document that this case wants, there already or not."""
    return [wanted.kind.value for wanted in wanted_documents(case.facts, case.changed)]


_Choice = tuple[str | Text, Text | list[tuple[str, Text]]]


def kinds_offered(own: Collection[str]) -> list[_Choice]:
    """The kinds to choose from: those of the case first, and then the others."""
    if not own:
        return [_NONE_CHOSEN, *KINDS]
    names: dict[str, Text] = dict(KINDS)
    first = [(kind, names[kind]) for kind in own]
    others = [(kind, name) for kind, name in names.items() if kind not in own]
    return [_NONE_CHOSEN, (_("Wanted for this case"), first), (_("Other kinds"), others)]


class ReadForm(forms.Form):
    """What stands on a document."""

    kind = forms.ChoiceField(label=_("kind"), choices=kinds_offered([]))
    number = PaperNumberField(label=_("number"), max_length=60, required=False)
    issued_in = forms.ChoiceField(
        label=_("issued in"),
        choices=[("", _("not issued: self-made")), *REGIONS],
        required=False,
        initial="mainland",
    )
    issued_on = PastDateField(label=_("issued on"), required=False)
    expires_on = DayField(
        label=_("expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, object]:
        """A self-made paper has no issuer, every other one has."""
        data = super().clean() or self.cleaned_data
        kind, issued_in = data.get("kind"), data.get("issued_in")
        if kind:
            if Kind(kind).self_made:
                data["issued_in"] = None
            elif not issued_in:
                self.add_error("issued_in", _("Say where the document was issued."))
        issued, expires = data.get("issued_on"), data.get("expires_on")
        if issued and expires and expires <= issued:
            self.add_error("expires_on", _("It cannot expire before it was issued."))
        return data


class DocumentForm(ReadForm):
    """A document that is handed in; the kinds in `own` are offered first."""

    file = PaperField()
    field_order = ("kind", "file")

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        prefix: str | None = None,
        initial: Mapping[str, object] | None = None,
        own: Sequence[str] = (),
    ) -> None:
        super().__init__(data, files, prefix=prefix, initial=dict(initial or {}))
        self.fields["kind"] = forms.ChoiceField(label=_("kind"), choices=kinds_offered(own))


class JudgementForm(ReadForm):
    """What an officer reads off a document, and decides of it.

    Sent without what stands on the document, nothing of that is changed.
    """

    accept = forms.ChoiceField(
        label=_("decision"),
        choices=[
            ("accepted", _("Accept")),
            ("refused", _("Refuse")),
            ("corrected", _("Save these details")),
            ("removed", _("Remove")),
        ],
    )
    refusal = reason_text(_("reason"), max_length=500, required=False)
    quiet = forms.BooleanField(label=_("do not ask for another one"), required=False)

    def __init__(
        self, document: Document, data: Mapping[str, str] | None = None, quiet: bool = False
    ) -> None:
        shown = {name: getattr(document, name) or "" for name in READ_OFF}
        super().__init__(data, initial={**shown, "quiet": quiet})
        if data is not None and "kind" not in data:
            for name in READ_OFF:
                del self.fields[name]
        if document.case_id:
            reasons = (Subject.DOCUMENT,)
            offer = CannedOffer.for_case(document.case, *reasons, about=document.kind)
            offer_reasons(self, "refusal", offer)

    def clean(self) -> dict[str, object]:
        """A refusal gives its reason, as does taking out."""
        data = super().clean() or self.cleaned_data
        if data.get("accept") in ("refused", "removed") and not data.get("refusal"):
            sentence = _("Say why the document is refused.")
            if data["accept"] == "removed":
                sentence = _("Say why you are removing the document.")
            self.add_error("refusal", sentence)
        return data

    @property
    def read_off(self) -> dict[str, object] | None:
        """What stands on the document; None where that was not sent."""
        if "kind" not in self.fields:
            return None
        return {name: self.cleaned_data[name] for name in READ_OFF}
