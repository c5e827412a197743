"""Facts that are locked, as they should have been recorded."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import Applicant, FilingCase

from .facts import FactsForm
from .fields import TickField

#: What errand it is, and about what: nothing of it is a slip of our record.
OF_THE_ERRAND = ("filing_type", "service_kind", "service", "provider_access")
_BESIDE = ("reason", "note_public", "tell")


class FactsCorrectionForm(FactsForm):
    """The facts as the form of a draft has them, why they were wrong, and whether that is told."""

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        initial: Mapping[str, object] | None = None,
        applicant: Applicant | None = None,
    ) -> None:
        super().__init__(data, initial, applicant)
        for name in OF_THE_ERRAND:
            if name in self.fields:
                self.fields[name].widget = self.fields[name].hidden_widget()
        self.fields["reason"] = forms.CharField(
            label=_("reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("Only where our record was wrong. The applicant never sees this."),
        )  # fmt: skip
        self.fields["note_public"] = forms.CharField(
            label=_("note for the applicant"), required=False, max_length=4000,
            widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip
        self.fields["tell"] = TickField(label=_("tell the applicant"), initial=True)

    def write_to(self, case: FilingCase) -> None:
        """Put the facts on the case, unsaved; the errand stays what it is."""
        whole = self.cleaned_data
        self.cleaned_data = {
            name: value
            for name, value in whole.items()
            if name not in (*OF_THE_ERRAND[2:], *_BESIDE)
        } | {name: getattr(case, name) for name in OF_THE_ERRAND[:2]}
        super().write_to(case)
        self.cleaned_data = whole
