"""What changed in the register: each row says of which record, what, and from what to what."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from icpcases.cases.models import RegisterRow
from icpcases.web.errand_panel import Changed
from icpcases.web.register_history import RecordLine, register_lines
from tests.harness.reading import blocks

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]
DAY = dt.date(2021, 5, 6)
TO_THE_END = (
    "submit_request", "prepare_filing", "supply", "submit_to_provider", "provider_passes",
    "sent_to_administration", "confirm_sms", "complete",
)  # fmt: skip


def url(applicant):
    return reverse("admin:cases_portfolio", args=[applicant.pk])


def told(**which):
    with override("en"):
        [(_row, records)] = register_lines([RegisterRow.objects.filter(**which).latest("pk")])
    return records


def filed(world, number="京ICP备20210001号-1", **fields):
    return world.filed(number=number, domain="yulan.cn", day=DAY, **fields)


def test_what_was_found_says_all_that_was_entered(world):
    filed(world)
    assert told(what="found") == [
        RecordLine("subject filing", [
            Changed("subject number", "—", "京ICP备20210001号"),
            Changed("province", "—", "Beijing"),
            Changed("filed on", "—", "2021-05-06"),
            Changed("state", "—", "Live"),
            Changed("subject leader", "—", "王伟"),
            Changed("subject leader's phone", "—", "138••••8000"),
        ]),
        RecordLine("service 京ICP备20210001号-1", [
            Changed("service number", "—", "京ICP备20210001号-1"),
            Changed("service kind", "—", "Website"),
            Changed("name", "—", "玉兰书店"),
            Changed("filed on", "—", "2021-05-06"),
            Changed("opened on", "—", "2021-05-06"),
            Changed("state", "—", "Live"),
            Changed("service leader", "—", "王伟"),
            Changed("service leader's phone", "—", "138••••8000"),
        ]),
        RecordLine("domain of a service", [Changed("domain as shown", "—", "yulan.cn")]),
        RecordLine("access 京ICP备20210001号-1", [
            Changed("provider", "—", "Old Cloud"), Changed("since", "—", "2021-05-06"),
        ]),
    ]  # fmt: skip


def test_a_change_filing_says_old_and_new_with_phones_masked(world):
    service = filed(world)
    case = world.about(service, "change", service_leader_phone="13900139111")
    world.walk(case, *TO_THE_END)
    assert told(what="completed") == [
        RecordLine("service 京ICP备20210001号-1", [
            Changed("service leader's phone", "138••••8000", "139••••9111"),
        ]),
    ]  # fmt: skip


def test_of_an_app_each_feature_is_told_and_its_days_in_its_own_words(client, chen, world):
    ios = {"app_name": "玉兰听书", "package": "cn.a", "public_key": "A", "fingerprint": "B"}
    service = filed(
        world, "京ICP备20210001号-1A", kind="app", name="玉兰听书", app_features={"ios": ios}
    )
    client.force_login(chen)
    page = reverse("admin:cases_correct_service", args=[service.pk])
    shown = client.get(page)
    form, seen = shown.context["form"], shown.context["seen"]
    typed = {name: form[name].value() or "" for name in form.fields}
    changed = {
        "number": "京ICP备20210001号-3A", "opened_on": "2021-06-01", "footer_on": "2021-06-02",
        "app_ios_package": "cn.b", "reason": "A slip.", "seen": seen,
    }  # fmt: skip
    assert client.post(page, typed | changed).status_code == 302
    assert told(what="corrected") == [
        RecordLine("service 京ICP备20210001号-3A", [
            Changed("service number", "京ICP备20210001号-1A", "京ICP备20210001号-3A"),
            Changed("listed on", "2021-05-06", "2021-06-01"),
            Changed("in the settings since", "—", "2021-06-02"),
            Changed("bundle ID (iOS)", "cn.a", "cn.b"),
        ]),
    ]  # fmt: skip


def test_the_end_of_a_subject_names_each_service_and_access_that_ends(world):
    first = filed(world)
    world.filed(
        first.subject.applicant, number="京ICP备20210001号-2", provider="New Cloud", domain="two.cn"
    )
    case = world.walk(world.about(first, "cancel_subject"), *TO_THE_END)
    day = str(RegisterRow.objects.get(case=case).happened_on)
    gone = [Changed("state", "Live", "Cancelled"), Changed("cancelled on", "—", day)]
    ended = [
        Changed("until", "—", day), Changed("why it ended", "—", "the service was cancelled"),
    ]  # fmt: skip
    assert told(case=case) == [
        RecordLine("subject filing", gone),
        RecordLine("service 京ICP备20210001号-1", gone),
        RecordLine("service 京ICP备20210001号-2", gone),
        RecordLine("access 京ICP备20210001号-1 Old Cloud", ended),
        RecordLine("access 京ICP备20210001号-2 New Cloud", ended),
    ]


def test_what_was_taken_back_is_still_told_though_it_is_there_no_more(world, chen):
    case = world.walk(
        world.case(domain="fresh.cn"), "submit_request", "prepare_filing", "supply",
        "submit_to_provider", "provider_passes", "sent_to_administration", "confirm_sms",
    )  # fmt: skip
    day = timezone.localdate().isoformat()
    case = world.step(case, "approve", icp_number="京ICP备20210009号-1", filed_on=day)
    world.step(case, "step_back", by=chen, reason="Another site's number.")
    labels = ["subject filing", "service 京ICP备20210009号-1", "domain of a service",
              "access 京ICP备20210009号-1"]  # fmt: skip
    made, back = told(what="filed"), told(what="taken_back")
    assert [record.about for record in made] == labels
    assert [
        RecordLine(r.about, [Changed(c.label, c.new, c.old) for c in r.changes]) for r in made
    ] == back


def test_the_page_shows_it_and_costs_the_same_for_one_row_and_for_three(
    client, li, world, django_assert_num_queries
):
    client.force_login(li)
    applicant = filed(world).subject.applicant
    for n in (0, 1, 2):
        if n:
            world.filed(applicant, provider=f"Cloud {n}", domain=f"more-{n}.cn")
        with django_assert_num_queries(12):
            page = client.get(url(applicant))
    shown = [text for name, text in blocks(page.content.decode()) if name == "p.entered"]
    assert len(shown) == 4 + 3 + 3
    assert shown[-1] == "access 京ICP备20210001号-1 provider: — → Old Cloud since: — → 2021-05-06"


def test_a_subject_without_any_service_is_told_too(client, li, world):
    client.force_login(li)
    applicant = world.applicant()
    entry = {"province": "CN-BJ", "number": "京ICP备20210001号", "filed_on": "2021-05-06",
             "looked_up_on": "2026-01-05"}  # fmt: skip
    page = reverse("admin:cases_found_subject", args=[applicant.pk])
    assert client.post(page, entry).status_code == 302
    shown = blocks(client.get(url(applicant)).content.decode())
    assert [text for name, text in shown if name == "p.entered"] == [
        "subject filing subject number: — → 京ICP备20210001号 province: — → Beijing"
        " filed on: — → 2021-05-06 state: — → Shell: nothing filed under it"
    ]
