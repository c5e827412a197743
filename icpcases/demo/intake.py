"""Drafts and cases in triage, and those closed there."""

from icpcases.rules.documents import Kind
from icpcases.rules.facts import FilingType

from .acts import (
    answers,
    asks,
    assigns,
    by_supervisor,
    edits_facts,
    hands_in,
    judges,
    notes,
    prepares,
    sends,
    step,
    supplies,
    with_reasons,
    withdraws,
)
from .flows import SENT
from .story import Story

FORUM = {"forum": "true", "preapproval": "false"}
WITHOUT_PAPERS = {"mainland_branch": "false", "registration_certificate": "false"}
WITH_BRANCH = {"mainland_branch": "true"}
WITH_CERTIFICATE = {"mainland_branch": "false", "registration_certificate": "true"}

DRAFTS = (
    Story("yulan-reading", (), 0.3, owner="wei", officer="", of=FilingType.ADD_SERVICE,
          facts={"server_region": "", "protocol": "", "forum": "", "service_leader_id": ""}),
    Story("gesang", (notes(1, "Promised to send the ID once she is back from Nagqu."),), 14),
    Story("vinegar", (
        sends(),
        with_reasons("send_back", 0.7, (
            ("site_name", "网站名称“晋味天下第一醋”含有绝对化用语,请修改。"),
            ("service_leader_phone", "The phone is switched off; we could not reach Mr Yan."),
        )),
        answers(1.5, 0, "已改为“晋味陈醋”。"),
    ), 2),
    Story("minnan", (notes(0.4, "Same domain as a case in triage: who is the registrant?"),), 1,
          officer="zhao"),
    Story("snow", (
        *SENT, prepares(), supplies(), judges(0.3),
        withdraws(3, "民宿暂停营业,先不备案了。"),
        by_supervisor("reopen", 12, "Open again for the ski season; wants to go on."),
    ), 1.5),
)  # fmt: skip

TRIAGE = (
    Story("yulan-kids", SENT, 0.4, owner="wei", officer="", of=FilingType.ADD_SERVICE),
    Story("huangshan", (*SENT, notes(0.6, "合作社是否算企业?查一下营业执照类型。")), 3.5,
          officer="zhao"),
    Story("hiking", SENT, 0.6, officer="zhao", facts=FORUM),
    Story("hiking-talk", (
        *SENT, step("decline", 0.8, note_public="Individuals cannot run a forum; a company could."),
    ), 9, facts=FORUM),
    Story("diving", SENT, 0.5, facts={"server_region": "hong_kong"}),
    Story("goji", (*SENT, notes(0.3, "No domain at all, only the warehouse server.")), 0.7,
          officer="zhao"),
    Story("dialect", (
        *SENT, notes(0.5, "Nobody has asked the Guangxi administration yet; called, line busy."),
    ), 1.8, facts=FORUM),
    Story("kunqu", SENT, 0.8, facts=FORUM),
    Story("wuyi", SENT, 0.9, officer="zhao"),
    Story("nordlicht", (
        *SENT, asks(0.4, "mainland_branch", "Do you have a branch registered in the Mainland?"),
        answers(0.8, 0, "No. We have had a showroom partner in Shanghai, but no branch."),
    ), 0.2, facts=WITHOUT_PAPERS),
    Story("rosewood", (
        *SENT, hands_in(0.6, Kind.BRANCH_LICENCE),
        notes(0.4, "Claims a Dalian branch: the licence waits for a look."),
    ), 0.3, facts=WITH_BRANCH, officer="zhao"),
    Story("panda", (*SENT, assigns(0.3, "zhao"), assigns(1.1, "")), 0.3, officer="",
          facts={"forum": "true", "preapproval": "true"}),
    Story("dunhuang", (
        *SENT, withdraws(1, "先不做网站了。"),
        by_supervisor("reopen", 6, "改由敦煌分店负责,继续申请。"),
        edits_facts(0.3, service_leader="安晓峰"),
        sends(0.4),
    ), 0.5, officer="zhao"),
)  # fmt: skip

CLOSED = (
    Story("shenzhen", (*SENT, step("close_not_required", 0.5)), 41,
          facts={"server_region": "hong_kong"}),
    Story("zhuhai", (*SENT, step("close_not_required", 0.9)), 50, officer="zhao",
          facts={"server_region": "macau"}),
    Story("strait", (
        *SENT, step("close_not_required", 0.6, note_public="服务器迁回内地后需重新申请备案。"),
    ), 12, facts={"server_region": "taiwan"}),
    Story("coconut", (
        *SENT, notes(0.3, "A forum abroad: say that our answer is about the filing only."),
        step("close_not_required", 0.4),
    ), 5, officer="zhao", facts={"server_region": "overseas", **FORUM}),
    Story("winery", (*SENT, step("refer", 0.7)), 45),
    Story("salt", (*SENT, step("refer", 0.4, note_public="请到青海省通信管理局系统办理。")), 8,
          officer="zhao"),
    Story("kunqu-talk", (*SENT, step("decline", 0.9)), 47, facts=FORUM),
    Story("thangka", (withdraws(2, "网站改用微信公众号,不需要备案。"),), 38),
)  # fmt: skip

STORIES = (*DRAFTS, *TRIAGE, *CLOSED)
