"""To whom a mail goes is judged when it leaves: among those who may read the case then."""

from django.utils import timezone

from icpcases.cases.models import FilingCase, HistoryRow, Invitation, Notice
from icpcases.cases.outbox import (
    NEEDLESS,
    NO_READER,
    TAKEN_BACK,
    Audience,
    Recipient,
    audience,
    invitation_key,
)
from icpcases.workflow.actions.participants import invitation_mail

from .reminders import reminder_of


def withheld(notice: Notice) -> str:
    """Why a notice is not to leave, or nothing; its address is put right on the way.

    A sign-in code belongs to no case, and whoever asked for it is waiting.
    """
    if notice.case_id is None:
        return ""
    if notice.kind == Notice.Kind.LETTER:
        return _invites(notice)
    if notice.history_id and _taken_back(notice):
        return TAKEN_BACK
    readers = _readers(notice)
    if readers is None:
        return NEEDLESS
    recipient = _recipient(notice, readers)
    return NO_READER if recipient is None else _readdressed(notice, recipient)


def _invites(notice: Notice) -> str:
    """An invitation is written anew: in its reader's language of now, with a link of today."""
    waiting = Invitation.objects.waiting().filter(case=notice.case_id, email=notice.address)
    invitation = waiting.select_related("case__applicant", "invited_by").first()
    # A letter of an earlier release names no invitation.
    if invitation is None or notice.key not in ("", invitation_key(invitation.pk)):
        return NO_READER
    mail = invitation_mail(invitation)
    if mail is None:
        return NO_READER
    written = mail._asdict()
    vars(notice).update(written)
    Notice.objects.filter(pk=notice.pk, resent=notice.resent).update(**written)
    return ""


def _taken_back(notice: Notice) -> bool:
    row = notice.history
    assert row is not None
    return HistoryRow.objects.filter(case=row.case_id, undoes=row.sequence).exists()


def _readers(notice: Notice) -> Audience | None:
    """Who may be told now; None of a reminder that is true no more."""
    if notice.history_id:
        return audience(FilingCase.objects.select_related("applicant").get(notices=notice.pk))
    reminder = reminder_of(notice, timezone.now())
    return reminder.recipients() if reminder else None


def _recipient(notice: Notice, readers: Audience) -> Recipient | None:
    """Whom of the readers the notice is for: its person, at whatever address is theirs now.

    What was owed to the applicant's own address goes to the one it is now, or to whoever has
    come onto the case since.
    """
    if notice.person_id is not None:
        return next((reader for reader in readers if reader.person == notice.person_id), None)
    same = next((reader for reader in readers if reader.address == notice.address), None)
    return same or next(iter(readers), None)


def _readdressed(notice: Notice, recipient: Recipient) -> str:
    if (recipient.address, recipient.language) == (notice.address, notice.language):
        return ""
    same = Notice.objects.filter(history=notice.history_id, key=notice.key, case=notice.case_id)
    if same.filter(address=recipient.address).exclude(pk=notice.pk).exists():
        # Another mail says the same at that address.
        return NEEDLESS
    written = {"text": "", "html": "", "language": recipient.language}
    changed = {"address": recipient.address, "person_id": recipient.person, **written}
    vars(notice).update(changed)
    Notice.objects.filter(pk=notice.pk, resent=notice.resent).update(**changed)
    return ""
