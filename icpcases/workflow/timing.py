"""When a change may have happened: one rule, whatever the change."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .casefile import CaseFile

TOLERANCE = dt.timedelta(minutes=1)


def checked_moment(rows: CaseFile, entered: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """When a change of a case happened, given what was entered; nothing means now.

    Raises ValidationError for the future, and for what lies before the step before or before
    the case was opened (domain.md, section 4). Within a minute it is moved to where it may
    stand: the field takes minutes, the step before may have been recorded to the second.
    """
    happened, earliest = entered or now, rows.not_before
    if happened > now + TOLERANCE:
        raise ValidationError(_("This lies in the future."), code="future")
    if happened + TOLERANCE <= earliest:
        sentence = _("The step before it happened on %(when)s; this cannot lie earlier.")
        if rows.newest_step_at is None:
            sentence = _("The case was opened on %(when)s; this cannot lie earlier.")
        when = timezone.localtime(earliest).strftime("%Y-%m-%d %H:%M")
        raise ValidationError(sentence, code="too_early", params={"when": when})
    return max(happened, earliest)
