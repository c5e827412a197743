"""Cases that have their number, and those whose site is cancelled or never got one."""

from icpcases.rules.documents import Kind
from icpcases.rules.facts import FilingType

from .acts import (
    approves,
    backs,
    by_supervisor,
    notes,
    puts_footer,
    registers_with_police,
    with_reasons,
)
from .flows import SENT, certificate, ended, filed, opened, preapproval, with_authority
from .intake import FORUM, WITH_CERTIFICATE, WITHOUT_PAPERS
from .story import Story

FILED = (
    Story("soya", (*SENT, *filed()), 0.7),
    Story("bridge", (*SENT, *filed(1), puts_footer(1)), 2, officer="zhao"),
    Story("jade", (
        *SENT, *with_authority(2), approves(9),
        by_supervisor("step_back", 0.4, "号码抄错了一位,重新录入。"), approves(0.3),
    ), 3, officer="zhao"),
    Story("orchard", (*SENT, *certificate(6), *preapproval(10), *filed(0, 9)), 1,
          facts={**FORUM, **WITHOUT_PAPERS}),
    Story("porcelain-art", (*SENT, *filed(1)), 6, owner="mei"),
)  # fmt: skip

OPEN = (
    Story("yulan-books", (
        *SENT, *opened(), puts_footer(), registers_with_police(8),
    ), 30, owner="wei"),
    Story("yulan-gallery", (*SENT, *opened(1), puts_footer()), 9, owner="wei",
          of=FilingType.ADD_SERVICE),
    Story("qipao", (*SENT, *opened(2), puts_footer()), 4, officer="zhao"),
    Story("flowers", (
        *SENT, *opened(), notes(22, "Public-security filing not begun; sent the guide again."),
    ), 5),
    Story("yunjin", (*SENT, *opened(1), registers_with_police()), 25, officer="zhao"),
    Story("kite", (*SENT, *opened(2, 13), puts_footer(), registers_with_police()), 24),
    Story("amber", (
        *SENT, *backs(1, Kind.REGISTRATION_CERTIFICATE), *opened(1, 12), puts_footer(),
    ), 11, officer="zhao", facts=WITH_CERTIFICATE),
    Story("tennis", (*SENT, *preapproval(9), *opened(0, 12), puts_footer()), 3, facts=FORUM),
)  # fmt: skip

ENDED = (
    Story("snail", (
        *SENT, *with_authority(),
        with_reasons("record_refusal", 10, (
            ("", "网站内容与主体经营范围不符。"),
            (Kind.DOMAIN_CERTIFICATE.value, "The registrant is a person, not the applicant."),
        )),
    ), 30, officer="zhao"),
    Story("peanut", (*SENT, *opened(1), puts_footer()), 36),
    Story("peanut", (*SENT, *ended(1), notes(0.2, "油坊转让,网站永久关闭。")), 22,
          of=FilingType.CANCEL_SERVICE),
    Story("hotspring", (*SENT, *filed(2, 10)), 41, officer="zhao"),
    Story("hotspring", (
        *SENT, *ended(2), notes(0.2, "The domain was sold before the site ever opened."),
    ), 28, officer="zhao", of=FilingType.CANCEL_SERVICE),
)  # fmt: skip

STORIES = (*FILED, *OPEN, *ENDED)
