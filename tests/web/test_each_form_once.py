"""Each form is taken once: a second equal sending shows the first's result, and does nothing.

Every form of every page is filled in and sent by each of its buttons; what is taken is sent again.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from icpcases.workflow.actions import participants
from icpcases.workflow.actions.requests import answer
from tests.applicants.pages import path as own
from tests.applicants.pages import some
from tests.domain import CREDIT_CODES
from tests.harness.forms import PageForm, forms_of
from tests.staff import test_every_door as doors
from tests.world import ENTERPRISE, World, upload, user

from .test_typed import CASE, own_pages, staff_pages

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

TODAY = f"{timezone.localdate()}"
#: What is entered in a field that is empty, by its name.
ENTRIES = {
    **ENTERPRISE, "domain": "twice.cn", "text": "Words.", "reason": "Words.", "answer": "Words.",
    "refusal": "Words.", "note_public": "Words.", "reasons-0-text": "Words.",
    "email": "new@example.com", "source": "By phone.", "asked_on": TODAY, "looked_up_on": TODAY,
    "happened_on": TODAY, "day": TODAY, "since": TODAY, "until": TODAY, "until_day": TODAY,
    "accepts_forums": "yes", "name": "Twice Books", "new-name": "Twice Books",
    "new-certificate_type": "credit_code", "new-certificate_number": CREDIT_CODES[-1],
    "who-name": "Twice Books", "who-certificate_type": "credit_code",
    "who-certificate_number": CREDIT_CODES[-1], "who-phone": "13800138000",
    "service_leader_id": "11010519491231002X",
    "username": "zhao", "first_name": "Zhao", "last_name": "Min", "role": "officer",
    "follow_up_on": "2999-01-04", "follow_up": "Call them.", "number": "N-1",
    "order_number": "A-77", "submitted_on": TODAY, "kind": "other", "issued_in": "mainland",
    "icp_number": "京ICP备20269999号-1", "filed_on": TODAY, "opened_on": TODAY, "footer_on": TODAY,
    "filed_as": "Twice", "subject_leader": "王伟", "subject_leader_phone": "13800138000",
    "certificate_number": CREDIT_CODES[-1], "certificate_type": "credit_code",
    "password1": "quite a long pass phrase", "password2": "quite a long pass phrase",
    "text_en": "Words.", "text_zh": "话。", "notice": "国办发明电〔2026〕1号", "year": "2031",
    "domains": "twice-found.cn", "service_kind": "website", "ended_why": "other",
}  # fmt: skip
NO_FORM = {"set_language", "forget_typed", "sign_out", "admin:logout"}

case = doors.case


def entered(form: PageForm, name: str, value: str) -> dict[str, Any]:
    """A form filled in, sent by one of its buttons."""
    sent: dict[str, Any] = {n: v for n, v in form.values.items() if v and v != [""]}
    for field in form.values:
        offered = form.choices.get(field)
        if field == "officer" and offered:
            sent[field] = next(o for o in offered if o and [o] != form.values[field])
        if field in sent or field.startswith("paperN"):
            continue
        if field in ENTRIES and (not offered or ENTRIES[field] in offered):
            sent[field] = ENTRIES[field]
        elif offered and not (field == "tell" or "canned" in field):
            sent[field] = next((o for o in offered if o), "")
    if "file" in form.values and "rows" in form.values:
        # Without its file a paper is none.
        sent.pop("number", None)
    return {**sent, **({name: value} if name else {})}


def once(client: Client, url: str, form: PageForm, press: tuple[str, str]) -> tuple[str, str]:
    """Send a form twice: the name of its view if it was taken, and what is wrong with that."""
    to = form.action or url
    view = resolve(urlsplit(to).path).view_name
    if view in NO_FORM:
        return "", ""
    with doors.undone():
        before = doors.digest()
        sent = entered(form, *press)
        papers = view.endswith("add_document")
        first = client.post(to, {**sent, **({"file": upload("a.png")} if papers else {})})
        after = doors.digest()
        if first.status_code != 302 or after == before:
            return "", ""
        second = client.post(to, {**sent, **({"file": upload("a.png")} if papers else {})})
        led = (second.status_code, second.headers.get("Location"))
        same = led == (302, first["Location"]) and doors.digest() == after
        return view, "" if same else f"{to} {press}: {first['Location']}, then {led}"


def twice(client: Client, pages: Iterable[str]) -> tuple[set[str], list[str]]:
    """The views that have taken a form, and what went wrong the second time."""
    taken, wrong, seen = set(), [], set()
    for url in pages:
        page = client.get(url)
        if page.streaming or page.status_code != 200:
            continue
        for form in forms_of(page.content.decode()):
            for press in form.presses or [("", "")]:
                which = (form.action or url, press, tuple(form.values))
                if which not in seen:
                    seen.add(which)
                    view, fault = once(client, url, form, press)
                    taken.add(view)
                    wrong += [fault] if fault else []
    return taken - {""}, wrong


def office_pages(world: World, case: Any) -> Iterator[str]:
    yield from staff_pages(case)
    unknown = world.step(world.case(applicant=world.applicant(False)), "submit_request")
    for name in ("confirm/", "assign/", "step/withdraw/", "change/"):
        yield f"{CASE}{unknown.pk}/{name}"
    asked = case.requests.first()
    answer(case, world.li, asked.pk, "They say so.", case.version)
    yield f"{CASE}{case.pk}/requests/{asked.pk}/"


#: Written by hand: every view of the office that changes something by a form.
OFFICE = {
    f"admin:cases_filingcase_{name}"
    for name in (
        "note", "assign", "follow_up", "people", "facts", "confirm", "ask", "document",
        "request", "step", "add", "not_needed", "add_document",
    )
} | {
    "admin:cases_province_answer", "admin:cases_applicant_change", "admin:cases_applicant_add",
    "admin:cases_add_colleague", "admin:cases_colleague",
}  # fmt: skip
APPLICANTS = {
    f"applicants:{name}"
    for name in ("part", "step", "request", "people", "join", "add_document", "messages")
}


def test_each_form_of_the_office_is_taken_once(case, world, chen):
    client = Client()
    client.force_login(chen)
    taken, wrong = twice(client, office_pages(world, case))
    assert "\n".join(wrong) == ""
    assert OFFICE - taken == set()


def test_each_form_of_the_applicants_is_taken_once(case, world, wei, mei):
    client = Client()
    client.force_login(wei)
    draft = world.case()
    participants.invite(case, wei, user("colleague").email, case.version)
    theirs = world.case(owner=mei)
    participants.invite(theirs, world.li, wei.email, theirs.version)
    parts = [own(draft, f"application/{name}/") for name in ("who", "site", "basics", "person")]
    pages = [*own_pages(case), *some(draft)[:3], *parts, "/cases/"]
    taken, wrong = twice(client, pages)
    assert "\n".join(wrong) == ""
    assert APPLICANTS - taken == set()
