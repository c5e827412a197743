"""What comes of it if the applicant does not act in time, what then, and where a closed case leads
next: the sentences that page, list, tracking and mail share (domain.md, section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from icpcases.types import Text

from .states import State


@dataclass(frozen=True)
class Consequence:
    """What a state says beside what is needed now.

    `otherwise` is what happens if it is not done, `late` what to do once its time is over, and
    `next` the way on from a case that is closed.
    """

    otherwise: Text = ""
    late: Text = ""
    next: Text = ""


_STANDS_STILL = _("Until you answer, the filing stands still.")
_ANSWER_NOW = _("The day has passed. Answer now: the filing stands still until you do.")

CONSEQUENCES: Mapping[State, Consequence] = {
    State.DRAFT: Consequence(
        _("The office begins once you have sent it."),
        _ANSWER_NOW,
    ),
    State.CERTIFICATE_NEEDED: Consequence(_("The filing can begin once you have it.")),
    State.PREAPPROVAL_NEEDED: Consequence(_("The filing can begin once it is granted.")),
    State.PREPARING: Consequence(_STANDS_STILL, _ANSWER_NOW),
    State.RETURNED: Consequence(_STANDS_STILL, _ANSWER_NOW),
    State.SMS_VERIFICATION: Consequence(
        _(
            "If a code is missing when the time is over, the filing goes back and the SMS is sent "
            "again."
        ),
        _(
            "The time is over. If every code was entered in time, confirm it now. If not, tell the "
            "office: the SMS is then sent again."
        ),
    ),
    State.FILED: Consequence(_("The number stays yours meanwhile.")),
    # Ministry of Public Security, order 33 (1997, amended 2011), articles 12 and 23.
    State.OPEN: Consequence(
        _(
            "If it is left undone, the police may warn you or have it taken offline for up to six "
            "months (order 33 of the Ministry of Public Security, article 23)."
        ),
        _("The day has passed. Do it now: it is still accepted."),
    ),
    State.COMPLETED: Consequence("", _("The day has passed. Answer now.")),
    State.NOT_REQUIRED: Consequence(
        next=_(
            "If the server moves to Mainland China, or nodes there are to serve the name, apply "
            "again."
        )
    ),
    State.REFERRED: Consequence(
        next=_(
            "Apply in the filing system of your province's communications administration. If the "
            "site gets a domain name, apply again here."
        )
    ),
    State.INELIGIBLE: Consequence(
        next=_("If what stands in the way changes, apply again with what is different.")
    ),
    State.REFUSED: Consequence(
        next=_("Once the reasons are put right, apply again: what you filled in is kept.")
    ),
    State.WITHDRAWN: Consequence(
        next=_("You may apply again at any time: what you filled in is kept.")
    ),
}


def consequence_of(state: State) -> Consequence:
    """What a state says of not acting; nothing where it is never the applicant's turn."""
    return CONSEQUENCES.get(state, Consequence())
