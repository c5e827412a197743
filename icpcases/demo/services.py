"""Services of every kind, first ones and further ones, and how the SMS check went."""

from icpcases.rules.facts import FilingType

from .acts import (
    approves,
    asks,
    confirms_sms,
    notes,
    opens,
    prepares,
    puts_footer,
    registers_with_police,
    step,
    supplies,
    writes,
)
from .flows import (
    SENT,
    at_sms,
    filed,
    opened,
    papers,
    provider_passes,
    sent_on,
    submitted,
    with_authority,
)
from .story import Act, Story

FURTHER = FilingType.ADD_SERVICE
FRIDAY, TUESDAY = 4, 1


def over_the_weekend() -> tuple[Act, ...]:
    """The provider passes it on a Friday, and sends it on only on the Tuesday."""
    return (
        Act(1.3, lambda walk: walk.step("provider_passes"), "provider_passes", FRIDAY),
        Act(1.2, lambda walk: walk.step("sent_to_administration"), "sent_on", TUESDAY),
    )


def sent_again(after: float = 1.4) -> tuple[Act, ...]:
    """Nobody answers, the ministry sends it back, and the provider sends it on once more."""
    return step("sms_expired", after), sent_on(0.5)


FIRST = (
    Story("archive", (*SENT, *opened(0), puts_footer(), registers_with_police()), 16,
          officer="zhao"),
    Story("parks", (*SENT, *with_authority(1)), 6),
    Story("dimsum", (
        *SENT, notes(0.3, "服务器在香港,域名同时指向内地CDN节点:需要备案。"),
        *opened(0, 12), puts_footer(),
    ), 7, facts={"server_region": "hong_kong", "mainland_cdn": "true"}),
    Story("courtyard", (*SENT, prepares(), *papers()), 0.9, officer="zhao",
          facts={"access": ""}),
    Story("weiqi", (*SENT, *opened(2), registers_with_police()), 17, facts={"access": ""}),
    Story("fan", (*SENT, *filed(0)), 3),
    Story("fan-again", (
        *SENT, notes(0.6, "同一张营业执照,已有一条确认过的主体:他申请了两次。"),
        asks(0.2, "", "您在我处已有备案主体,这一网站是否应新增到该主体下?", 8),
    ), 0.6),
    Story("loom", (*SENT, *submitted(1), provider_passes()), 0.3, officer="zhao"),
    Story("saltworks", (*SENT, *submitted(0), provider_passes()), 5),
)  # fmt: skip

SMS = (
    Story("arches", (*SENT, *at_sms(1), confirms_sms(0.2, "service_leader")), hours=4),
    Story("weaver", (
        *SENT, *at_sms(0), *sent_again(), notes(0.1, "这次先打电话提醒,短信会从12381发来。"),
        confirms_sms(0.2),
    ), 5, officer="zhao"),
    Story("drum", (*SENT, *at_sms(2), *sent_again()), hours=6),
    Story("bamboo", (*SENT, *submitted(1), *over_the_weekend(), confirms_sms(0.3)), 4),
)  # fmt: skip

FURTHER_ONES = (
    Story("yulan-app", (
        *SENT, *with_authority(0),
        writes(3.6, "管局大概什么时候能批？我们想在元旦前上线。"),
    ), 0.4, owner="wei", of=FURTHER),
    Story("whale-forecast", (
        *SENT, *filed(1, 10), opens(), puts_footer(), registers_with_police(4),
    ), 24, officer="zhao", of=FURTHER),
    Story("whale-app", (*SENT, *filed(1, 9)), 3, officer="zhao", of=FURTHER,
          facts={"access": ""}),
    Story("baozi-order", (*SENT, *opened(1, 9)), 12, of=FURTHER, facts={"access": ""}),
    Story("baozi-quick", (*SENT, *submitted(1), provider_passes()), 0.6, of=FURTHER,
          facts={"access": ""}),
    Story("metro-quick", (*SENT, *filed(2, 8)), 4, officer="zhao", of=FURTHER,
          facts={"access": ""}),
    Story("mixian-menu", (
        *SENT, *at_sms(0), confirms_sms(0.2), approves(12), opens(), puts_footer(),
    ), 20, of=FURTHER),
    Story("peanut-press", (*SENT, prepares(), supplies()), 1, of=FURTHER),
    Story("umbrella-app", (*SENT, notes(0.5, "等客户发来签名证书。")), 0.4, of=FURTHER,
          facts={"access": "", "app_android_app_name": "油纸伞定制",
                 "app_android_package": "example.luzhou.umbrella"}),
    # Sent as a first filing by who has a subject filing: one button makes it a further service.
    Story("kite-second", (notes(0.3, "Has a subject filing: not a first one."),), 0.3,
          officer="zhao"),
    Story("kiln-museum", (
        *SENT, *submitted(0),
        step("pull_back", 0.8, reason="网站名称写错,自己撤回修改。"),
        notes(0.2, "改名后明天再交。"),
    ), 0.5, officer="zhao", of=FURTHER),
)  # fmt: skip

STORIES = (*FIRST, *SMS, *FURTHER_ONES)
