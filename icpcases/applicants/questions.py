"""The plain questions of the check."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from icpcases.types import Text


@dataclass(frozen=True)
class Question:
    """A question as a layman understands it, with a word of help."""

    asks: Text
    help: Text = ""


QUESTIONS: dict[str, Question] = {
    "service_kind": Question(
        _("What do you want to file?"),
        _("A mini-program or quick app runs within another App, such as WeChat."),
    ),
    "server_region": Question(
        _("Where is the server?"),
        _("Your cloud provider's console names the region, such as Beijing or Hong Kong."),
    ),
    "mainland_cdn": Question(
        _("Does anything in Mainland China serve the name as well?"),
        _("A content delivery network (CDN), a web firewall, or storage with nodes there."),
    ),
    "access": Question(
        _("How do visitors reach the website?"),
        _("By a name such as example.cn, or only by numbers such as 203.0.113.7?"),
    ),
    "forum": Question(
        _("Can visitors post there?"),
        _("A forum, a BBS, a board where anybody can write."),
    ),
    "applicant_type": Question(
        _("Who will file?"),
        _("Hong Kong, Macau and Taiwan count as outside the Mainland."),
    ),
    "mainland_branch": Question(
        _("Does the firm have a branch company registered in the Mainland?"),
    ),
    "registration_certificate": Question(
        _("Does the firm hold the registration certificate?"),
        _("The Registration Certificate of Foreign Enterprises Permanent Office in China."),
    ),
    "preapproval": Question(
        _("Has BBS pre-approval been granted already?"),
        _("The permission of the communications administration that a forum needs."),
    ),
    "province": Question(
        _("Which province will you file in?"),
        _("Where the applicant is registered or lives."),
    ),
}
