"""What is kept of a case that lies with others: when to ask again, and what was said last."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from icpcases.rules.rule import Party

#: Whom the office asks how a case stands.
CONTACTS = (Party.PROVIDER, Party.AUTHORITY, Party.APPLICANT)


class FollowedUp(models.Model):
    """The fields of a case beside its errand; each may be missing, and moves nothing."""

    follow_up_on = models.DateField(_("follow-up day"), null=True, blank=True)
    follow_up = models.CharField(_("what to do then"), max_length=200, null=True, blank=True)
    contacted_on = models.DateField(_("last contact on"), null=True, blank=True)
    contacted = models.CharField(
        _("last contact with"),
        max_length=12,
        null=True,
        blank=True,
        choices=[(party.value, _(party.label)) for party in CONTACTS],
    )
    contact = models.CharField(_("what was said"), max_length=200, null=True, blank=True)

    class Meta:
        abstract = True
