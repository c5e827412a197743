"""The table of canned reasons, kept by supervisors."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from icpcases.cases.models import CannedReason

from .reference import RoleAdmin


@admin.register(CannedReason)
class CannedReasonAdmin(RoleAdmin[CannedReason]):
    """The usual reasons in both languages; one that is no longer offered stays in the histories."""

    kept_by_supervisors = True
    deletable = True
    list_display = ("words", "text_zh", "subject", "about", "position", "active")
    list_filter = ("subject", "active")
    search_fields = ("text_en", "text_zh")

    @admin.display(description=_("text in English"), ordering="text_en")
    def words(self, reason: CannedReason) -> str:
        """The sentence in English."""
        return reason.text_en
