"""Figures counted from the cases, kept for a while: a cache in the database, and no record."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _


class Summary(models.Model):
    """One set of figures, true as of `made_at`: how the cases stand, or what happened in a week.

    The key is `now`, or the Monday of the week. The row `now` also says up to which history row
    weeks have been looked at, and who is counting.
    """

    NOW = "now"

    key = models.CharField(max_length=10, primary_key=True)
    made_at = models.DateTimeField(_("as of"), null=True)
    stale = models.BooleanField(default=True)
    seen = models.BigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")
        default_permissions = ()

    def __str__(self) -> str:
        return self.key

    @property
    def monday(self) -> dt.date:
        """The first day of the week a row is about. Raises ValueError for `now`."""
        return dt.date.fromisoformat(self.key)
