"""Errands about what is filed already: further accesses, changes, and what ends."""

from icpcases.rules.facts import FilingType
from icpcases.rules.rule import Party

from .acts import (
    completes,
    confirms_sms,
    notes,
    prepares,
    returns,
    submits,
    supplies,
)
from .flows import (
    SENT,
    at_sms,
    completed,
    ended,
    ending,
    papers,
    provider_passes,
    sent_on,
    submitted,
    with_authority,
)
from .story import Story

ACCESSES = (
    # Filed in 2021 at another provider, and now hosted here as well.
    Story("teaware", (*SENT, *completed(0)), 38, of=FilingType.ADD_ACCESS),
    Story("ferry", (*SENT, *with_authority(1)), 2, of=FilingType.ADD_ACCESS, officer="zhao"),
    Story("lime-01", (*SENT, *at_sms(0)), hours=9, of=FilingType.ADD_ACCESS),
    Story("umbrella", (*SENT, prepares(), *papers()), 0.7, of=FilingType.ADD_ACCESS),
    Story("metro", SENT, 0.3, of=FilingType.ADD_ACCESS, officer="zhao"),
    Story("teaware", (*SENT, *ended(2, 4, sms=False)), 3, of=FilingType.CANCEL_ACCESS, ends=2),
    Story("mixian-01", (*SENT, prepares(), submits(0.3, 1)), 0.5, of=FilingType.CANCEL_ACCESS,
          ends=1),
    Story("lantern-shop", (*SENT, prepares(), submits(0.3, 2), provider_passes(0.9), sent_on()),
          1.4, of=FilingType.CANCEL_ACCESS, ends=2),
)  # fmt: skip

CHANGES = (
    Story("teaware", (*SENT, *completed(0, 6)), 15, of=FilingType.CHANGE,
          facts={"service_leader_phone": "14270318864"}),
    Story("kite", (
        *SENT, notes(0.2, "公司更名,营业执照已换发。"), *completed(2, 5),
    ), 6, of=FilingType.CHANGE, facts={"subject_name": "潍坊纸鸢文化集团有限公司"}),
    Story("weiqi", (*SENT, *with_authority(2)), 3, of=FilingType.CHANGE, officer="zhao",
          facts={"app_ios_fingerprint": "5C:0E:33:B8:61:9D:AA:07"}),
    Story("lime-02", (*SENT, *completed(2, 5)), 11, of=FilingType.CHANGE,
          facts={"service_leader": "柯小宁", "service_leader_phone": "16820447719"}),
    Story("flowers", (
        *SENT, *submitted(0), returns(1.2, (("site_name", "网站名称与营业执照不符,请说明。"),)),
    ), 0.8, of=FilingType.CHANGE, facts={"site_name": "昆明斗南花市"}),
    Story("pavilion", (*SENT, *at_sms(1), confirms_sms(0.2, "subject_leader")), hours=7,
          of=FilingType.CHANGE, officer="zhao",
          facts={"subject_leader_phone": "15420011847", "service_leader_phone": "15420011852"}),
    Story("amber", (*SENT, prepares(), supplies()), 0.6, of=FilingType.CHANGE, officer="zhao",
          facts={"site_name": "Baltic Amber Studio"}),
)  # fmt: skip

ENDS = (
    # Its sisters stay.
    Story("lantern-old", (*SENT, *ended(1)), 13, of=FilingType.CANCEL_SERVICE),
    Story("lime-03", (notes(0.4, "门店月底关闭,等客户确认。"),), 0.5,
          of=FilingType.CANCEL_SERVICE),
    Story("inkstone-old", (
        *SENT, *ending(2), confirms_sms(0.2),
        returns(2, (("", "请先将网站关闭再申请注销。"),), Party.AUTHORITY),
    ), 0.3, of=FilingType.CANCEL_SERVICE, officer="zhao"),
    Story("opera", (*SENT, *ending(0), confirms_sms(0.3), completes(6)), 5,
          of=FilingType.CANCEL_SUBJECT),
    Story("calligraphy", (*SENT, *ending(1)), hours=11, of=FilingType.CANCEL_SUBJECT,
          officer="zhao"),
)  # fmt: skip

STORIES = (*ACCESSES, *CHANGES, *ENDS)
