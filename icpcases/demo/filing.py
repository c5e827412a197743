"""Cases in the filing: being prepared, under review, at the SMS check, returned."""

from icpcases.rules.documents import Kind
from icpcases.rules.facts import FilingType
from icpcases.rules.rule import Party

from .acts import (
    accepts,
    answers,
    asks,
    asks_again,
    backs,
    by_supervisor,
    confirms_sms,
    corrects,
    hands_in,
    joins,
    judges,
    notes,
    prepares,
    replies,
    returns,
    step,
    submits,
    supplies,
    waives,
    withdraws,
    writes,
)
from .flows import (
    SENT,
    at_sms,
    certificate,
    papers,
    preapproval,
    provider_passes,
    sent_on,
    submitted,
    with_authority,
)
from .intake import FORUM, WITH_BRANCH, WITHOUT_PAPERS
from .story import Story

DOMAIN_BLURRED = (Kind.DOMAIN_CERTIFICATE.value, "域名证书模糊,持有者姓名无法辨认。")
SITE_REACHABLE = ("domain", "The site can be reached before the filing; switch it off.")
PHONE_DEAD = ("service_leader_phone", "网站负责人电话无法接通。")
NAME_UNFIT = ("site_name", "The site name does not fit the business of the applicant.")

PREPARING = (
    Story("haihe", (*SENT, prepares(), *papers()), 0.3),
    Story("zhaozhou", (*SENT, prepares(), supplies()), 0.5, officer="zhao"),
    Story("kowloon", (
        *SENT, *backs(1, Kind.BRANCH_LICENCE), prepares(),
        supplies(0.9, but=(Kind.SERVICE_LEADER_ID,)), judges(0.3),
        hands_in(0.4, Kind.SERVICE_LEADER_ID, issued_in="hong_kong", number="Z683365(5)"),
    ), 0.6, facts=WITH_BRANCH),
    Story("grassland", (
        *SENT, prepares(), supplies(0.9, but=(Kind.DOMAIN_CERTIFICATE,)),
        hands_in(0.2, Kind.DOMAIN_CERTIFICATE, expires_in=48), judges(0.4),
        notes(0.2, "Domain runs out in weeks: the provider will send it back, renew first."),
    ), 0.9, officer="zhao"),
    Story("ginseng", (
        *SENT, prepares(), supplies(0.8, but=(Kind.BUSINESS_LICENCE,)), judges(0.3),
        asks(0.2, Kind.BUSINESS_LICENCE.value, "请提供2025年换发后的营业执照副本。", 18),
        writes(2, "换发的执照下周二才能拿到，可以晚几天交吗？"),
        replies(0.3, "可以。拿到后直接在本页上传即可。"), writes(0.1, "好的，谢谢！"), replies(0.1),
    ), 3, owner="mei"),
    Story("qinghai", (
        *SENT, prepares(), *papers(),
        asks(0.4, "service_leader_phone", "The phone belongs to somebody else. Whose is it?", 5),
        notes(8, "Reminded twice by phone, no answer."),
    ), 1, officer="zhao"),
    Story("lanzhou", (*SENT, prepares(), *papers(), notes(0.3, "等供应商活动结束再提交。")), 4.5,
          officer="zhao"),
    Story("luoyang", (
        *SENT, prepares(), *papers(),
        asks(0.2, "site_name", "研究所网站名称是否需要加单位简称?", 20),
        asks(0.2, Kind.LEADER_ID.value, "The back of the ID card is missing.", 20),
        asks(0.2, "", "Is the site meant to sell seedlings?", 20),
        answers(1.2, 0, "不需要,沿用“洛阳牡丹”。"), answers(0.2, 2, "No, it only informs."),
        accepts(0.4, 2), waives(0.2, 1, "Both sides are on the second page of the scan."),
    ), 0.4),
    Story("anhui-ink", (
        *SENT, *submitted(1), returns(2, (DOMAIN_BLURRED, PHONE_DEAD)),
        notes(9, "No answer for two weeks."), step("expire_order", 30),
    ), 1),
)  # fmt: skip

UNDER_REVIEW = (
    Story("coffee", (*SENT, *submitted(2)), 0.7, officer="zhao"),
    Story("raisin", (*SENT, *submitted()), 4),
    Story("papercut", (
        *SENT, *submitted(1), returns(1.5, (NAME_UNFIT, DOMAIN_BLURRED)),
        answers(1, 0, "改为“延安剪纸”,与营业执照一致。", "延安剪纸"),
        answers(0.2, 1, "已重新扫描。"), accepts(0.4, 0),
        asks_again(0.2, 1, "The scan still cuts off the right edge."),
        hands_in(1.1, Kind.DOMAIN_CERTIFICATE), judges(0.2), submits(0.4),
    ), 0.8, officer="zhao"),
    Story("porcelain", (*SENT, *at_sms()), hours=3, owner="mei", of=FilingType.ADD_SERVICE),
    Story("hotpot", (*SENT, *at_sms(1)), hours=21, officer="zhao"),
    Story("horse", (*SENT, *at_sms(), notes(1.2, "No signal on the pasture; he calls back.")), 1),
    # Two sites in one order.
    Story("apple-shop", (*SENT, *with_authority(0)), 7.6, facts={"protocol": "http"}),
    Story("apple-farm", (
        *SENT, prepares(), *papers(), joins(), provider_passes(), sent_on(), confirms_sms(),
    ), 7, facts={"protocol": "https"}),
    Story("longjing", (*SENT, *preapproval(13), *with_authority(2)), 9, facts=FORUM,
          officer="zhao"),
    Story("yiwu", (
        *SENT, *with_authority(),
        corrects(20, "录入有误：身份证上为“娄”，不是“楼”。", service_leader="娄建平"),
    ), 6, officer="zhao"),
    Story("jingxi", (*SENT, *with_authority(2)), 23),
    Story("pepper", (*SENT, *at_sms(), confirms_sms(2.4)), 3, officer="zhao"),
    Story("kowloon-art", (*SENT, *backs(0.8, Kind.BRANCH_LICENCE), *with_authority(1)), 12,
          facts=WITH_BRANCH),
    Story("harbour", (
        *SENT, *backs(1, Kind.BRANCH_LICENCE), *submitted(), step("provider_passes", 0.3),
        by_supervisor("step_back", 0.2, "Clicked on the wrong case; the provider still reads it."),
        provider_passes(1.1), sent_on(), confirms_sms(),
    ), 5, facts=WITH_BRANCH),
)  # fmt: skip

RETURNED = (
    Story("lotus", (
        *SENT, *submitted(), returns(1.4, (DOMAIN_BLURRED, SITE_REACHABLE, PHONE_DEAD)),
    ), 1.2),
    Story("bund", (
        *SENT, *submitted(2), returns(1.6, (SITE_REACHABLE, NAME_UNFIT, PHONE_DEAD, (
            Kind.SERVICE_LEADER_ID.value, "The photo was taken against the light.",
        ))),
        answers(0.9, 1, "Bund Lane is our registered trade mark.", "外滩里 Bund Lane"),
        answers(0.2, 0, "Switched off on the load balancer."),
        accepts(0.3, 0), waives(0.2, 2, "Reached her today under the same number."),
        writes(0.1, "The new photo of the ID follows tomorrow: she is travelling today."),
        replies(0.1, "That is fine. Please take it in daylight and without flash."),
    ), 0.4, owner="wei"),
    Story("dalian", (
        *SENT, *submitted(1), returns(2, (SITE_REACHABLE, DOMAIN_BLURRED)),
        answers(1, 0, "网站已关闭。"),
        asks_again(0.5, 0, "It still answers on the www name."),
        answers(1, 0, "www 也已关闭。"),
        asks_again(0.6, 0, "Now it redirects to the shop; it must show nothing at all."),
    ), 0.8, officer="zhao"),
    Story("shaolin", (
        *SENT, *submitted(), returns(1.5, (DOMAIN_BLURRED,)),
        notes(12, "He travels with the troupe until the end of the month."),
    ), 24),
    Story("baiyang", (
        *SENT, *with_authority(1), returns(16, (NAME_UNFIT,), Party.AUTHORITY),
        answers(2, 0, "网站名称改为“白洋淀芦苇画”。", "白洋淀芦苇画"), accepts(0.5, 0),
    ), 3.5, officer="zhao"),
    Story("wander", (
        *SENT, *certificate(5), prepares(), supplies(0.8, but=(Kind.SERVICE_LEADER_ID,)),
        hands_in(0.3, Kind.SERVICE_LEADER_ID, issued_in="hong_kong", number="K120345(6)"),
        judges(0.2, but=(Kind.SERVICE_LEADER_ID,)),
        judges(0.2, "Issued in Hong Kong; name somebody with a mainland-issued ID or permit."),
        hands_in(1.5, Kind.SERVICE_LEADER_ID), judges(0.3), submits(0.3, 2),
        returns(1.8, (SITE_REACHABLE,)), answers(0.7, 1, "Taken offline this morning."),
    ), 0.3, facts=WITHOUT_PAPERS),
    Story("skating", (
        *SENT, *at_sms(),
        returns(1.8, (("service_leader_phone", "The code was never entered: is it the right "
                       "number?"),)),
    ), 0.9, officer="zhao"),
    Story("noodles", (
        *SENT, *submitted(2), returns(1.3, (NAME_UNFIT, PHONE_DEAD)),
        withdraws(5, "换到另一家云服务商办理。"),
    ), 14),
)  # fmt: skip

STORIES = (*PREPARING, *UNDER_REVIEW, *RETURNED)
