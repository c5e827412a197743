"""Inspections by a provider or an authority: running, answered in time, missed."""

from icpcases.rules.facts import FilingType

from .acts import asks, loses_access, loses_filing, notes, step, with_reasons
from .flows import provider_passes
from .story import Act, Story

INSPECTION = FilingType.INSPECTION
UNANSWERED = (("", "期限内未整改,也无人答复。"),)
FOOTER = {"findings": "网站底部未显示备案号,或未链接到工信部备案系统。"}
CONTENT = {"findings": "网站内容与备案信息不一致;请说明或变更备案。"}
UNREACHABLE = {"findings": "网站负责人电话无法接通,主体信息可能失实。"}


def missed() -> Act:
    """The term passes and nobody has answered."""
    return with_reasons("record_refusal", 10, UNANSWERED)


def answers_inspection(after: float) -> Act:
    """What the inspection asks for is handed to the provider."""
    return step("submit_to_provider", after)


STORIES = (
    Story("qipao", (), 0.7, of=INSPECTION, term=9, facts=FOOTER, officer="zhao"),
    Story("mixian-02", (asks(0.3, "", "请提供门店首页截图。", 4),), 0.6, of=INSPECTION, term=6,
          facts=CONTENT),
    Story("tennis", (notes(1, "打了两次电话,无人接听。"),), 2, of=INSPECTION, term=-1,
          facts=UNREACHABLE),
    Story("yunjin", (answers_inspection(0.9),), 0.6, of=INSPECTION, term=5, facts=FOOTER,
          officer="zhao"),
    Story("lantern-shop", (answers_inspection(2), provider_passes(1.5)), 4, of=INSPECTION, term=-3,
          facts=FOOTER),
    Story("ferry", (
        missed(), loses_access(0.4, 0, "专项核查逾期未答复,接入商取消接入。"),
        notes(0.1, "客户换了负责人,邮件没人看。"),
    ), 12, of=INSPECTION, term=-28, facts=UNREACHABLE, officer="zhao"),
    Story("clock", (
        missed(), loses_filing(0.6, "管局核查逾期未答复,备案被注销。"),
    ), 20, of=INSPECTION, term=-40, facts=UNREACHABLE),
)  # fmt: skip
