"""An App is listed in a store and shows its number in its settings, wherever one reads of it."""

import pytest
from django.urls import reverse

from icpcases.lifecycle.states import STATES, State
from icpcases.lifecycle.steps import STEPS, Step
from icpcases.lifecycle.wording import state_words, step_words
from icpcases.rules.facts import ServiceKind
from tests.applicants.pages import path, step_path, text_of

# Words are the same whatever the database.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
APP = {
    "service_kind": "app", "app_android_app_name": "玉兰书店", "app_android_package": "cn.yulan",
    "app_android_public_key": "3082", "app_android_fingerprint": "5F:2A",
}  # fmt: skip
OTHER_STEPS = {Step.APPROVE, Step.RECORD_OPENING, Step.RECORD_FOOTER}
# What a page of an App's case must not say: an App has no site that opens, and no footer.
OF_A_SITE = ("the site", "The site", "Site open", "footer", "opening")


@pytest.mark.parametrize("kind", ServiceKind)
def test_a_website_is_told_as_it_was_and_the_others_differ_where_they_must(kind):
    website = kind == ServiceKind.WEBSITE
    states = {state for state in State if state_words(state, kind) != STATES[state]}
    steps = {
        step for step in Step
        if (step_words(step, kind).label, step_words(step, kind).does)
        != (step.label, STEPS[step].does)
    }  # fmt: skip
    assert states == (set() if website else {State.FILED, State.OPEN})
    assert steps == (set() if website else OTHER_STEPS)
    # Only words are others: what a state means to the program is one thing for all kinds.
    for state in State:
        shown, plain = state_words(state, kind), STATES[state]
        assert (shown.phase, shown.clock, shown.invariants) == (
            plain.phase, plain.clock, plain.invariants,
        )  # fmt: skip


def words_of(page):
    return [word for word in OF_A_SITE if word in text_of(page)]


def at(world, kind, state):
    return world.at(state, **(APP if kind == "app" else {"service_kind": kind}))


@pytest.mark.parametrize(
    ("kind", "state", "badge", "duty"),
    [
        ("website", "filed", "Filed: the site may open", "Number in the footer"),
        ("website", "open", "Site open", "Number in the footer"),
        ("app", "filed", "Filed: it may be listed", "Number in the settings"),
        ("app", "open", "Listed", "Number in the settings"),
        ("mini_program", "open", "Listed", "Number in the settings"),
        ("quick_app", "open", "Listed", "Number in the settings"),
    ],
)
def test_the_applicants_page_of_a_case(client, world, wei, kind, state, badge, duty):
    case = at(world, kind, state)
    client.force_login(wei)
    page = client.get(path(case))
    assert page.context["case"].words.applicant == badge
    assert [found.name for found, _url in page.context["duties"]] == [
        duty, "Public-security filing",
    ]  # fmt: skip
    assert badge in text_of(page)


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("website", ["Record the opening of the site", "Record the number in the footer"]),
        ("app", ["Record that it is listed in a store", "Record the number in its settings"]),
    ],
)
def test_the_steps_are_called_so_by_both_sides(client, world, wei, li, kind, labels):
    case = at(world, kind, "filed")
    client.force_login(wei)
    pages = [client.get(step_path(case, step)) for step in ("record_opening", "record_footer")]
    assert [page.context["step"]["label"] for page in pages] == labels
    client.force_login(li)
    for step, label in zip(("record_opening", "record_footer"), labels, strict=True):
        page = client.get(reverse("admin:cases_filingcase_step", args=[case.pk, step]))
        assert (page.context["title"], label in text_of(page)) == (label, True)
    page = client.get(reverse("admin:cases_filingcase_change", args=[case.pk]))
    shown = {step.name: step.label for step in page.context["steps"]}
    assert [shown["record_opening"], shown["record_footer"]] == labels


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("website", ["opened on", "in the footer since"]),
        ("app", ["listed on", "in the settings since"]),
        ("mini_program", ["listed on", "in the settings since"]),
    ],
)
def test_the_days_asked_for_are_called_as_the_steps_are(client, world, wei, kind, labels):
    case = at(world, kind, "filed")
    client.force_login(wei)
    pages = [client.get(step_path(case, step)) for step in ("record_opening", "record_footer")]
    fields = [next(iter(page.context["form"].fields.values())) for page in pages]
    assert [field.label for field in fields] == labels
    if kind != "website":
        assert [words_of(page) for page in pages] == [[], []]


def test_nothing_of_a_site_is_said_of_an_app(client, world, wei):
    case = at(world, "app", "open")
    client.force_login(wei)
    for address in (path(case), "/cases/", f"/filed/{case.applicant_id}/"):
        assert (address, words_of(client.get(address))) == (address, [])
    client.logout()
    followed = client.post(
        "/follow/", {"reference": case.reference, "code": case.follow_code}, follow=True
    )
    assert words_of(followed) == []


@pytest.mark.parametrize(
    ("kind", "still", "since"),
    [
        ("website", "footer still to do", "number in the footer since"),
        ("app", "Number in the settings: still to be done", "Number in the settings"),
    ],
)
def test_the_register_says_where_the_number_is_to_stand(client, world, li, kind, still, since):
    case = at(world, kind, "open")
    client.force_login(li)
    portfolio = reverse("admin:cases_portfolio", args=[case.applicant_id])
    assert still in text_of(client.get(portfolio))
    opened = {"website": "opened on", "app": "listed on"}[kind]
    assert f"{opened} {case.service.opened_on}" in text_of(client.get(portfolio))
    world.step(case, "record_footer")
    assert still not in text_of(client.get(portfolio))
    page = text_of(client.get(reverse("admin:cases_filingcase_change", args=[case.pk])))
    register = page[page.index("In the register") :]
    assert since in register[: register.index("Route") if "Route" in register else 400]


REFUSED = "The inspection was missed, or its answer was not accepted."


def test_an_inspection_is_answered_and_nobody_refused_a_filing(client, world, wei, li):
    service = world.filed(world.applicant())
    case = world.about(service, "inspection", findings="The footer is missing.")
    client.force_login(li)
    step = client.get(reverse("admin:cases_filingcase_step", args=[case.pk, "submit_to_provider"]))
    assert (step.context["title"], step.context["step"].later) == (
        "Hand the answer to the provider", [],
    )  # fmt: skip
    assert step.context["target_meaning"] == "The provider looks at the answer to the inspection."
    case = world.step(case, "record_refusal")
    row = case.history.latest("sequence")
    assert (case.words.applicant, case.words.meaning, row.on_behalf_of) == (
        "Inspection not passed", REFUSED, "",
    )  # fmt: skip
    client.force_login(wei)
    shown = text_of(client.get(path(case)))
    assert (shown.count(REFUSED), "refused" in shown) == (2, False)


def test_an_inspection_that_was_answered_changed_nothing_in_the_register(world):
    case = world.about(world.filed(), "inspection")
    case = world.walk(case, "submit_to_provider", "provider_passes")
    assert case.words.meaning == "The inspection is answered; what is filed stays as it was."
