"""A text of two hundred letters without a blank wraps on every page, on every screen, in a mail."""

from typing import Any

import pytest
from django.db.models import Model

from icpcases.cases.models import (
    Applicant,
    Document,
    FilingCase,
    Notice,
    Order,
    Province,
    Request,
    Service,
    SubjectFiling,
)
from icpcases.notifications.composer import message_of
from icpcases.workflow.actions.assignment import add_note
from tests.world import World

from . import office, public

pytestmark = pytest.mark.slow

LONG = "W" * 200
LABEL = "w" * 63
SCREENS = (public.NARROW, public.PHONE, public.DESK)
#: The texts of each table that people write freely, each as long as it may be.
TEXTS: dict[type[Model], tuple[str, ...]] = {
    Applicant: ("name",),
    FilingCase: (
        "site_name", "service_leader", "subject_name", "subject_leader", "follow_up", "contact",
    ),
    Document: ("number", "issuer", "label", "refusal"),
    Request: ("text", "answer", "waiver"),
    Service: ("name", "service_leader"),
    SubjectFiling: ("subject_leader",),
    Province: ("administration", "source", "notes"),
}  # fmt: skip


def strain() -> None:
    """Every text that is there is as long as it may be, and so is every address and domain."""
    for model, names in TEXTS.items():
        fields = {field.name: field.max_length or 200 for field in model._meta.concrete_fields}
        texts = {name: LONG[: fields[name]] for name in names}
        model._default_manager.update(**texts)
    for case in FilingCase.objects.all():
        domain = f"{LABEL[:58]}{case.pk:05}.cn"
        FilingCase.objects.filter(pk=case.pk).update(
            domain=domain, domain_unicode=domain, registrable_domain=domain
        )
    for order in Order.objects.all():
        Order.objects.filter(pk=order.pk).update(number=f"{LONG[:50]}{order.pk:05}")
    for applicant in Applicant.objects.all():
        email = f"{LABEL}@{LABEL}.{applicant.pk}.cn"
        Applicant.objects.filter(pk=applicant.pk).update(email=email)


def told_much(world: World, case: FilingCase) -> FilingCase:
    """A case whose history and notes are long, too."""
    case.refresh_from_db()
    add_note(case, world.li, LONG, case.version)
    return world.step(case, "withdraw", reason=LONG, note_public=LONG, note_internal=LONG)


def too_wide(page: Any, paths: dict[str, str]) -> dict[str, list[str]]:
    """By page and width what reaches beyond the edge."""
    found = {}
    for name, path in paths.items():
        page.goto(path)
        for width in SCREENS:
            page.set_viewport_size({"width": width, "height": 900})
            if beyond := office.overflow(page):
                found[f"{name}, {width}"] = beyond[:4]
    return found


def test_pages_of_the_office_wrap(open_page, world):
    shown = office.small_office(world)
    office.named(world.li, LONG[:150], LONG[:150])
    told = told_much(world, world.at("preparing"))
    strain()
    page = open_page()
    office.enter(page, world.li)
    more = {"case, long history": f"{office.LIST}{told.pk}/change/"}
    assert too_wide(page, {**shown.pages(), **more}) == {}


def test_pages_of_the_applicants_wrap(open_page, world):
    site = public.build(world, ("draft", "returned", "open", "completed"))
    told = told_much(world, world.at("preparing"))
    strain()
    page = open_page()
    public.follow(page, site.cases["returned"])
    assert office.overflow(page) == []
    public.enter(page, world.wei)
    more = {"case, withdrawn": f"/cases/{told.reference}/", "filed": "/filed/"}
    for applicant in Applicant.objects.filter(subject_filings__isnull=False):
        more[f"filed {applicant.pk}"] = f"/filed/{applicant.pk}/"
    assert too_wide(page, {**site.own_pages(), **site.states(), **more}) == {}


def test_mails_wrap(open_page, world):
    told_much(world, world.at("returned"))
    strain()
    page, found = open_page(), {}
    for notice in Notice.objects.all():
        page.set_content(message_of(notice).html)
        for width in SCREENS[:2]:
            page.set_viewport_size({"width": width, "height": 900})
            if beyond := office.overflow(page):
                found[f"{notice.kind}, {width}"] = beyond
    assert found == {}
