"""The forms of one document: handed in by somebody, judged by an officer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models.documents import KINDS, REGIONS
from icpcases.files.uploads import PaperField
from icpcases.rules.documents import Kind

from .fields import PastDateField


class DocumentForm(forms.Form):
    """A document that is handed in."""

    # A kind that nobody chose would be a wrong one.
    kind = forms.ChoiceField(label=_("kind"), choices=[("", _("choose the kind")), *KINDS])
    file = PaperField()
    number = forms.CharField(label=_("number"), max_length=60, required=False)
    issued_in = forms.ChoiceField(
        label=_("issued in"),
        choices=[("", _("not issued: self-made")), *REGIONS],
        required=False,
        initial="mainland",
    )
    issued_on = PastDateField(label=_("issued on"), required=False)
    expires_on = forms.DateField(
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


class JudgementForm(forms.Form):
    """What an officer decides of a document."""

    accept = forms.ChoiceField(
        label=_("decision"),
        choices=[("accepted", _("Accept")), ("refused", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    refusal = forms.CharField(
        label=_("reason of the refusal"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, object]:
        """A refusal gives its reason."""
        data = super().clean() or self.cleaned_data
        if data.get("accept") == "refused" and not data.get("refusal"):
            self.add_error("refusal", _("Say why the document is refused."))
        return data
