"""Cases in the certificate and pre-approval stages, and those that ended there."""

from .acts import (
    applies_for_certificate,
    applies_for_preapproval,
    follows_up,
    notes,
    step,
    with_reasons,
    withdraws,
)
from .flows import SENT, certificate, preapproval
from .intake import FORUM, WITHOUT_PAPERS
from .story import Story

BOTH = {**FORUM, **WITHOUT_PAPERS}

STORIES = (
    Story("alpine", (
        *SENT, step("begin_certificate", 0.6),
        notes(2, "Fang Zhiyuan collects the papers from Zug; expects two more weeks."),
    ), 5, facts=WITHOUT_PAPERS),
    Story("maple", (*SENT, step("begin_certificate", 0.9)), 2, officer="zhao", facts=BOTH),
    Story("kansai", (
        *SENT, step("begin_certificate", 0.5), applies_for_certificate(6),
    ), 9, facts=WITHOUT_PAPERS),
    Story("fado", (
        *SENT, step("begin_certificate", 0.8), applies_for_certificate(3),
        notes(10, "The registry asks for a notarised translation of the statutes."),
        follows_up(
            2, "The translator needs until next week.", "Ask whether the translation is in", 3
        ),
    ), 13, officer="zhao", facts=WITHOUT_PAPERS),
    Story("highland", (*SENT, *certificate(12)), 0.6, facts=BOTH),
    Story("garden", (*SENT, step("begin_preapproval", 0.7)), 4, facts=FORUM, owner="mei"),
    Story("carclub", (
        *SENT, step("begin_preapproval", 0.6),
        notes(6, "湖北局答复有变,暂缓申请,等主任决定。"),
    ), 1, facts=FORUM),
    Story("yangtze", (
        *SENT, step("begin_preapproval", 0.8),
        step("decline", 5.5, note_public="湖北局目前不受理论坛类申请。"),
    ), 3, officer="zhao", facts=FORUM),
    Story("cuisine", (
        *SENT, step("begin_preapproval", 0.7), applies_for_preapproval(4),
    ), 11, officer="zhao", facts=FORUM),
    Story("westlake", (
        *SENT, step("begin_preapproval", 0.5), applies_for_preapproval(3),
        follows_up(40, "仍在复审,经办人请下周再来电。", "再次致电管局询问复审进度", 0),
    ), 5, facts=FORUM),
    Story("cycling", (*SENT, *preapproval(16)), 0.4, facts=FORUM),
    Story("chess", (
        *SENT, *certificate(10), step("begin_preapproval", 0.7), applies_for_preapproval(3),
    ), 8, facts=BOTH),
    Story("batik", (
        *SENT, notes(0.5, "The old shop site had a guest book; the new one has none."),
        step("send_back", 0.4, reasons=[{"about": "", "text": "请补充说明网站是否有留言功能。"}]),
        withdraws(4, "重新考虑网站内容。"),
    ), 22, officer="zhao"),
    Story("guitar", (
        *SENT, step("begin_preapproval", 0.6), applies_for_preapproval(3),
        with_reasons("record_refusal", 15, (
            ("", "未提供专职版主名单,审核人员不足。"),
            ("", "The security measures do not name who is on duty at night."),
        )),
    ), 6, facts=FORUM),
    Story("lapland", (
        *SENT, step("begin_certificate", 0.6), applies_for_certificate(4),
        withdraws(9, "Head office files through its Shanghai subsidiary instead."),
    ), 36, officer="zhao", facts=WITHOUT_PAPERS),
)  # fmt: skip
