"""What the reminders say. `%(when)s` is a day or a time, `%(about)s` what it is about."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from icpcases.lifecycle.consequences import consequence_of
from icpcases.lifecycle.states import STATES, State
from icpcases.lifecycle.steps import STEPS, Step
from icpcases.types import Text

DOCUMENT_STAGES = ("first", "second", "last")


@dataclass(frozen=True)
class ReminderText:
    """The subject, what is the matter, and what is needed."""

    subject: Text
    sentence: Text
    needed: Text
    translate_about: bool = False


DRAFT = ReminderText(
    _("Your application has not been sent"),
    _("Your application has been lying as a draft since %(when)s."),
    _("Complete it and send it, or withdraw it."),
)
REQUEST_SOON = ReminderText(
    _("An answer is due soon"),
    _("The office waits for your answer until %(when)s: %(about)s"),
    _("Answer the request on the case's page."),
)
REQUEST_OVERDUE = ReminderText(
    _("An answer is overdue"),
    _("The office has waited for your answer since %(when)s: %(about)s"),
    _("Answer the request on the case's page; until then the case stands still."),
)
SMS_SOON = ReminderText(
    _("The SMS check ends soon"),
    _("The time to answer the SMS check ends at %(when)s."),
    STATES[State.SMS_VERIFICATION].needed,
)
SMS_OVER = ReminderText(
    _("The time for the SMS check is over"),
    _("The time to answer the SMS check ended at %(when)s."),
    consequence_of(State.SMS_VERIFICATION).late,
)
INSPECTION_OF_APPLICANT = ReminderText(
    _("The inspection must be answered soon"),
    _(
        "The provider wants the answer to its inspection by %(when)s; afterwards the filing is "
        "lost."
    ),
    _("Answer each request on the case's page before."),
)
INSPECTION_OF_OFFICER = ReminderText(
    _("The inspection must be answered soon"),
    _("The provider wants the answer to its inspection by %(when)s."),
    _("Submit the answer to the provider before; otherwise the filing is lost."),
)
ORDER_OF_APPLICANT = ReminderText(
    _("The provider's order ends soon"),
    _("The provider's order %(about)s ends on %(when)s."),
    _("Answer each request on the case's page before; otherwise the filing starts anew."),
)
ORDER_OF_OFFICER = ReminderText(
    _("The provider's order ends soon"),
    _("The provider's order %(about)s ends on %(when)s."),
    _("Submit the returned filing again before; otherwise it needs a new order."),
)
DOCUMENT_EXPIRES = ReminderText(
    _("A document expires soon"),
    _("A document of the case expires on %(when)s: %(about)s."),
    _("Renew it, and hand in the new one on the case's page."),
    translate_about=True,
)
DOCUMENT_EXPIRED = ReminderText(
    _("A document has expired"),
    _("A document of the case expired on %(when)s: %(about)s."),
    _("Renew it, and hand in the new one on the case's page."),
    translate_about=True,
)
PUBLIC_SECURITY_SOON = ReminderText(
    _("The public-security filing is due"),
    _("The public-security filing is due by %(when)s."),
    STEPS[Step.RECORD_PUBLIC_SECURITY].needed,
)
PUBLIC_SECURITY_OVERDUE = ReminderText(
    _("The public-security filing is overdue"),
    _("The public-security filing was due by %(when)s and is not recorded."),
    STEPS[Step.RECORD_PUBLIC_SECURITY].needed,
)
