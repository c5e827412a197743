"""The plain questions of the check."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from icpcases.types import Text


@dataclass(frozen=True)
class Question:
    """A question as a layman understands it, with a word of help; of answers that need one, too.

    `short` is what stands beside the answer where facts are listed.
    """

    asks: Text
    short: Text
    help: Text = ""
    hints: Mapping[str, Text] = field(default_factory=dict)


QUESTIONS: dict[str, Question] = {
    "service_kind": Question(
        _("What do you want to file?"),
        _("Kind of service"),
        _("A mini-program or quick app runs within another App, such as WeChat."),
    ),
    "server_region": Question(
        _("Where is the server?"),
        _("Server"),
        _("Your cloud provider's console names the region, such as Beijing or Hong Kong."),
    ),
    "mainland_cdn": Question(
        _("Does anything in Mainland China serve the name as well?"),
        _("Served from Mainland China as well"),
        _("A content delivery network (CDN), a web firewall, or storage with nodes there."),
    ),
    "access": Question(
        _("How do visitors reach the website?"),
        _("How visitors reach it"),
        _(
            "By a name such as example.cn, or only by numbers such as 203.0.113.7? HTTP or HTTPS "
            "changes nothing."
        ),
    ),
    "forum": Question(
        _("Can visitors post there?"),
        _("Visitors can post"),
        _(
            "Only comments under your own articles, or reviews of what you sell? Ask us whether "
            "your province counts them as a forum."
        ),
        {
            "yes": _("Such as a forum (BBS), a message board, a board for questions and answers."),
            "no": _("Such as a contact form, ordering or booking, signing up for a newsletter."),
        },
    ),
    "applicant_type": Question(
        _("Who will file?"),
        _("Who files"),
        _("Hong Kong, Macau and Taiwan count as outside the Mainland."),
        {
            "individual": _("A person, without a business licence."),
            "enterprise": _("A company, or a sole trader (个体工商户) with a business licence."),
            "organisation": _("An authority, a public institution, a social organisation."),
        },
    ),
    "mainland_branch": Question(
        _("Does the firm have a branch company registered in the Mainland?"),
        _("Branch company in the Mainland"),
    ),
    "registration_certificate": Question(
        _("Does the firm hold the registration certificate?"),
        _("Registration certificate"),
        _("The Registration Certificate of Foreign Enterprises Permanent Office in China."),
    ),
    "preapproval": Question(
        _("Has BBS pre-approval been granted already?"),
        _("BBS pre-approval"),
        _("The permission of the communications administration that a forum needs."),
    ),
    "province": Question(
        _("Which province will you file in?"),
        _("Province"),
        _("Where the applicant is registered or lives. How long it takes depends on it."),
    ),
}

#: Questions that stand on one page, where nothing that is answered on it decides on the other.
TOGETHER = (
    ("service_kind", "server_region"),
    ("access", "forum"),
    ("applicant_type", "province"),
)
