"""The lives that mass cases follow: what happens, how often, and whether it is still going on."""

from dataclasses import dataclass, field, replace
from typing import TypedDict, Unpack

from icpcases.demo.acts import (
    accepts,
    answers,
    applies_for_certificate,
    applies_for_preapproval,
    approves,
    asks,
    backs,
    confirms_sms,
    judges,
    notes,
    prepares,
    puts_footer,
    registers_with_police,
    returns,
    sends,
    step,
    submits,
    supplies,
    with_reasons,
    withdraws,
)
from icpcases.demo.flows import (
    SENT,
    at_sms,
    certificate,
    completed,
    ended,
    ending,
    filed,
    opened,
    papers,
    preapproval,
    provider_passes,
    sent_on,
    submitted,
    with_authority,
)
from icpcases.demo.intake import FORUM, WITH_BRANCH, WITHOUT_PAPERS
from icpcases.demo.story import Act
from icpcases.rules.documents import Kind
from icpcases.rules.facts import FilingType
from icpcases.rules.rule import Party

BLURRED = (Kind.DOMAIN_CERTIFICATE.value, "域名证书不清晰,请重新上传。")
REACHABLE = ("", "The site can be reached already; it must be closed until it is filed.")
NO_ANSWER = ("service_leader_phone", "网站负责人电话无法接通。")


@dataclass(frozen=True)
class Life:
    """A life of a case. `share` is its weight among the finished, or among those `going_on`.

    With `fixed` it may only happen in its own province, whose answer on forums it needs. One that
    is `of` another type than a first filing begins with a site that was filed before, and is
    hosted at the provider in place `base`.
    """

    kind: str
    acts: tuple[Act, ...]
    share: float
    going_on: bool = False
    province: str = "CN-SD"
    fixed: bool = False
    age: float = 1
    hours: float | None = None
    ip_only: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    of: FilingType = FilingType.FIRST
    base: int = 0
    service_kind: str = "website"
    #: Of an inspection: so many days from now it is to be answered.
    term: int = 6

    @property
    def based(self) -> bool:
        """Whether it begins with something filed."""
        return self.of != FilingType.FIRST


class LifeOptions(TypedDict, total=False):
    """What a life may say of itself beside its acts."""

    province: str
    fixed: bool
    age: float
    hours: float
    ip_only: bool
    facts: dict[str, str]
    base: int
    service_kind: str
    term: int


def _abroad(region: str, share: float) -> Life:
    acts = (*SENT, step("close_not_required", 0.6))
    return Life("enterprise", acts, share, facts={"server_region": region})


def _closed(kind: str, share: float, *acts: Act, **more: Unpack[LifeOptions]) -> Life:
    return Life(kind, (*SENT, *acts), share, **more)


def _now(kind: str, share: float, *acts: Act, **more: Unpack[LifeOptions]) -> Life:
    return Life(kind, acts, share, going_on=True, **more)


def _of(of: FilingType, share: float, *acts: Act, **more: Unpack[LifeOptions]) -> Life:
    return Life("enterprise", acts, share, of=of, **more)


def _errand(of: FilingType, share: float, *acts: Act, **more: Unpack[LifeOptions]) -> Life:
    return _of(of, share, *SENT, *acts, **more)


def _app(life: Life) -> Life:
    return replace(life, service_kind="app", facts={"access": ""})


def _going_on(*lives: Life) -> tuple[Life, ...]:
    return tuple(replace(life, going_on=True) for life in lives)


DONE = (puts_footer(), registers_with_police(6))

#: How a case ends, most of them early: many ask, few of them file.
FIRST_FINISHED = (
    Life("enterprise", (), 7),
    Life("individual", (), 6),
    Life("enterprise", (withdraws(3, "网站计划取消。"),), 9),
    Life("individual", (withdraws(2, "暂不建设网站。"),), 8),
    _abroad("hong_kong", 13),
    _abroad("overseas", 9),
    _abroad("taiwan", 1),
    _abroad("macau", 1),
    _closed("enterprise", 7, step("refer", 0.8), ip_only=True),
    _closed("organisation", 2, step("refer", 0.5), ip_only=True),
    _closed("individual", 6, step("decline", 0.7), facts=FORUM),
    _closed("enterprise", 1, step("decline", 0.7), facts=FORUM, province="CN-JS", fixed=True),
    _closed("enterprise", 8, withdraws(4, "换到另一家服务商办理。")),
    _closed("individual", 5, withdraws(2, "The owner moves the site abroad.")),
    _closed(
        "organisation", 3,
        with_reasons("send_back", 0.8, (("site_name", "网站名称与单位名称无关,请修改。"),)),
        withdraws(6, "单位决定暂缓建站。"),
    ),
    _closed("individual", 3, *opened(0), *DONE),
    _closed("enterprise", 4.5, *opened(0), *DONE),
    _closed("enterprise", 2.5, *opened(2, 13), *DONE),
    _closed("organisation", 1.2, *opened(1), *DONE),
    _closed("enterprise", 0.7, *filed(1)),
    _closed("individual", 0.5, *filed(2)),
    _closed(
        "enterprise", 0.9, *submitted(1), returns(1.5, (BLURRED, NO_ANSWER)),
        answers(1, 0, "已重新扫描上传。"), answers(0.2, 1, "已更换电话。"), accepts(0.4, 0),
        accepts(0.2, 1), submits(0.4), provider_passes(), sent_on(), confirms_sms(),
        approves(12), *opened(0)[-1:], *DONE,
    ),
    _closed(
        "enterprise", 0.5, *with_authority(),
        with_reasons("record_refusal", 10, (("", "网站内容与主体经营范围不符。"),)),
    ),
    _closed("foreign_enterprise", 0.6, *backs(1, Kind.BRANCH_LICENCE), *opened(1), *DONE,
            facts=WITH_BRANCH),
    _closed("foreign_enterprise", 0.3, *certificate(6), *opened(0), *DONE, facts=WITHOUT_PAPERS),
    _closed("foreign_enterprise", 0.4, step("begin_certificate", 0.5),
            withdraws(12, "The parent company stays with its host abroad."), facts=WITHOUT_PAPERS),
    _closed("enterprise", 0.4, *preapproval(9), *opened(0), *DONE, facts=FORUM,
            province="CN-GD", fixed=True),
    _closed("enterprise", 0.3, *preapproval(11), *opened(2), *DONE, facts=FORUM,
            province="CN-ZJ", fixed=True),
)  # fmt: skip

#: What lies on the office's desk today.
FIRST_GOING_ON = (
    _now("enterprise", 8, age=2),
    _now("individual", 5, age=0.4),
    _now("enterprise", 10, sends(), age=0.3),
    _now("individual", 6, sends(), age=0.8),
    _now("enterprise", 2, sends(), notes(0.4, "电话核对域名所有者,待回电。"), age=0.5),
    _now("enterprise", 2, *SENT, asks(0.4, "forum", "网站是否有评论功能?", 10), age=0.6),
    _now("foreign_enterprise", 1, *SENT, step("begin_certificate", 0.6), age=3,
         facts=WITHOUT_PAPERS),
    _now("foreign_enterprise", 1, *SENT, step("begin_certificate", 0.6),
         applies_for_certificate(5), age=6, facts=WITHOUT_PAPERS),
    _now("foreign_enterprise", 0.5, *SENT, *certificate(9), age=0.4, facts=WITHOUT_PAPERS),
    _now("enterprise", 1, *SENT, step("begin_preapproval", 0.5), age=2, facts=FORUM,
         province="CN-GD", fixed=True),
    _now("enterprise", 1, *SENT, step("begin_preapproval", 0.5), applies_for_preapproval(3),
         age=9, facts=FORUM, province="CN-SC", fixed=True),
    _now("enterprise", 0.5, *SENT, *preapproval(10), age=0.5, facts=FORUM, province="CN-GD",
         fixed=True),
    _now("enterprise", 6, *SENT, prepares(), age=0.5),
    _now("enterprise", 4, *SENT, prepares(), *papers(), age=0.7),
    _now("individual", 3, *SENT, prepares(), supplies(0.8), age=0.3),
    _now("organisation", 2, *SENT, prepares(), supplies(),
         asks(0.3, Kind.LEADER_ID.value, "证件背面缺失,请补充。", 12), judges(0.3), age=0.6),
    _now("enterprise", 7, *SENT, *submitted(0), age=0.8),
    _now("individual", 4, *SENT, *submitted(2), age=1.4),
    _now("organisation", 1, *SENT, *submitted(1), age=4),
    _now("enterprise", 3, *SENT, *at_sms(0), hours=4),
    _now("individual", 2, *SENT, *at_sms(1), hours=20),
    _now("enterprise", 10, *SENT, *with_authority(0), age=6),
    _now("individual", 6, *SENT, *with_authority(2), age=12),
    _now("organisation", 2, *SENT, *with_authority(1), age=19),
    _now("foreign_enterprise", 1, *SENT, *backs(0.8, Kind.BRANCH_LICENCE), *with_authority(1),
         age=8, facts=WITH_BRANCH),
    _now("enterprise", 3, *SENT, *submitted(0), returns(1.4, (BLURRED, REACHABLE)), age=1.2),
    _now("enterprise", 2, *SENT, *submitted(2), returns(1.4, (BLURRED,)),
         answers(1, 0, "已重新上传。"), age=0.4),
    _now("enterprise", 1, *SENT, *with_authority(1), returns(9, (REACHABLE,), Party.AUTHORITY),
         answers(1, 0, "网站已关闭。"), accepts(0.4, 0), age=0.5),
    _now("enterprise", 5, *SENT, *filed(0), age=2),
    _now("individual", 3, *SENT, *filed(2), age=4),
    _now("enterprise", 5, *SENT, *opened(1), age=5),
    _now("enterprise", 4, *SENT, *opened(0), puts_footer(), age=9),
)  # fmt: skip

_FURTHER, _ACCESS, _CHANGE = FilingType.ADD_SERVICE, FilingType.ADD_ACCESS, FilingType.CHANGE
_CANCEL, _CLOSE = FilingType.CANCEL_SERVICE, FilingType.CANCEL_SUBJECT
_LEAVE, _INSPECTION = FilingType.CANCEL_ACCESS, FilingType.INSPECTION
_ASKED = {"findings": "网站底部未显示备案号。"}
NEW_PHONE, NEW_NAME = "14299990000", "演示网站新名"
_NEW_PHONE, _NEW_NAME = {"service_leader_phone": NEW_PHONE}, {"site_name": NEW_NAME}
_MISSED = with_reasons("record_refusal", 6, (("", "期限内未整改,也无人答复。"),))

#: Errands about what is filed, and further services, as they end.
ERRANDS_FINISHED = (
    _errand(_FURTHER, 6, *opened(0), *DONE),
    _errand(_FURTHER, 3.5, withdraws(4, "新站计划取消。")),
    _errand(_FURTHER, 2, step("close_not_required", 0.6), facts={"server_region": "hong_kong"}),
    _errand(_FURTHER, 1.5, *opened(1), *DONE, service_kind="mini_program", facts={"access": ""}),
    _app(_errand(_FURTHER, 3.5, *opened(0), *DONE)),
    _errand(_FURTHER, 0.5, *filed(1), service_kind="quick_app", facts={"access": ""}),
    _errand(_ACCESS, 6.5, *completed(0), base=2),
    _errand(_ACCESS, 2.5, withdraws(4, "仍由原接入商接入。"), base=2),
    _errand(_CHANGE, 5.5, *completed(0), facts=_NEW_PHONE),
    _errand(_CHANGE, 3, *completed(1), facts=_NEW_NAME, base=1),
    _errand(_CANCEL, 3, *ended(0)),
    _errand(_CLOSE, 1.2, *ended(1), base=1),
    _errand(_LEAVE, 1.6, *ended(0, sms=False)),
    _of(_INSPECTION, 4.8, step("submit_to_provider", 1.5), step("provider_passes", 1.2), base=1,
        facts=_ASKED),
    _of(_INSPECTION, 1.2, _MISSED, base=1, term=-3, facts=_ASKED),
    _app(_closed("enterprise", 4, *opened(1), *DONE)),
    _app(_closed("individual", 2, withdraws(4, "App 暂不上线。"))),
    _app(_closed("enterprise", 3, withdraws(3, "换到另一家服务商办理。"))),
)  # fmt: skip
ERRANDS_GOING_ON = _going_on(
    _of(_FURTHER, 4),
    _errand(_FURTHER, 5, *submitted(0)),
    _errand(_FURTHER, 4, *with_authority(0), age=7),
    _app(_errand(_FURTHER, 3, *with_authority(0), age=5)),
    _errand(_ACCESS, 3, prepares(), *papers(), base=2),
    _errand(_ACCESS, 3, *with_authority(0), base=2, age=4),
    _errand(_CHANGE, 2, *at_sms(0), hours=5, facts=_NEW_PHONE),
    _errand(_CHANGE, 4, *with_authority(1), age=3, base=1, facts=_NEW_NAME),
    _errand(_CANCEL, 3, *ending(0), confirms_sms(), age=2),
    _errand(_LEAVE, 1.5, prepares(), submits(0.3, 0), age=0.6),
    _of(_INSPECTION, 4, step("submit_to_provider", 1.5), base=1, age=0.7, facts=_ASKED),
    _now("enterprise", 4, *SENT, *submitted(1), provider_passes(), age=0.5),
    _app(_now("enterprise", 3, *SENT, *submitted(0), age=0.8)),
    _app(_now("individual", 3, sends(), age=0.6)),
    _now("enterprise", 2, *SENT, *at_sms(1), step("sms_expired", 1.3), sent_on(0.4), hours=7),
)  # fmt: skip

FINISHED = (*FIRST_FINISHED, *ERRANDS_FINISHED)
GOING_ON = (*FIRST_GOING_ON, *ERRANDS_GOING_ON)
LIVES = (*FINISHED, *GOING_ON)
