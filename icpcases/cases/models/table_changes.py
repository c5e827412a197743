"""Who changed which row of a table that staff keep, and what stood there before."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TableChange(models.Model):
    """One saving of a row: what each field held before and after, private numbers masked."""

    class What(models.TextChoices):
        """What became of the row."""

        ADDED = "added", _("Added")
        CHANGED = "changed", _("Changed")
        DELETED = "deleted", _("Deleted")

    table = models.CharField(_("table"), max_length=60)
    row = models.CharField(_("row"), max_length=60)
    shown = models.CharField(_("name"), max_length=200)
    what = models.CharField(_("what"), max_length=10, choices=What.choices)
    #: By field, what was shown before and after.
    changes = models.JSONField(_("changes"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("change to a table")
        verbose_name_plural = _("changes to tables")
        ordering = ("-pk",)
        indexes = [models.Index(fields=["table", "row", "-id"], name="table_change_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.what}"
