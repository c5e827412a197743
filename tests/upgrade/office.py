"""The office whose data a dump holds: the demo, and what the demo has nothing of.

Made by the program, as people use it.
"""

import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from icpcases.cases.forms.facts import FactsForm
from icpcases.cases.models import (
    Applicant,
    CalendarDay,
    Clock,
    Document,
    FilingCase,
    Invitation,
    Notice,
    Provider,
    Province,
    Setting,
)
from icpcases.deadlines import recalculation
from icpcases.demo.load import load_demo
from icpcases.lifecycle.states import State
from icpcases.workflow.actions.open_case import open_case
from icpcases.workflow.actions.participants import accept, invite, take_back
from icpcases.workflow.engine import perform
from tests.world import ENTERPRISE


def fill() -> None:
    """Put at least one row into each of our tables, and a case into every state.

    Raises ValueError if a table stayed empty: a new one needs a few lines here.
    """
    load_demo(1, secrets.token_urlsafe())
    change_tables()
    call_command("daily", verbosity=0)
    call_command("deliver", verbosity=0)
    invite_people()
    open_by_form()
    look_around()
    sign_in()
    spoil_mails()
    need_rows()


def change_tables() -> None:
    """What staff keep is no longer as it was seeded."""
    Setting.objects.filter(pk="draft_reminder_days").update(value=10)
    Province.objects.filter(pk="CN-GD").update(review_days=25, notes="Rings back on Fridays.")
    provider = Provider.objects.order_by("pk")[0]
    Provider.objects.filter(pk=provider.pk).update(warn_days=[20, 40])
    Provider.objects.create(name="Gone Cloud 旧云", active=False)
    places: list[dict[str, Any]] = [
        {"province_id": "CN-GD"},
        {"provider": provider},
        {"province_id": "CN-GD", "provider": provider},
    ]
    for place in places:
        Clock.objects.create(state="preparing", amount=3, unit="working_days", **place)
    CalendarDay.objects.create(day="2027-01-01", kind="holiday", name="New Year 元旦")
    recalculation.ask_later()
    recalculation.recalculate()


def invite_people() -> None:
    """One invitation waits, one is taken back, one has brought a colleague."""
    li = User.objects.get(username="li")
    colleague = User.objects.create_user("colleague", "colleague@example.com")
    case = FilingCase.objects.filter(people__user__username="wei", state="triage")[0]

    def invited(name: str) -> Invitation:
        case.refresh_from_db()
        return invite(case, li, f"{name}@example.com", case.version)

    invited("waits")
    lost = invited("lost")
    case.refresh_from_db()
    take_back(case, li, lost.pk, case.version)
    accept(invited("colleague"), colleague)


def open_by_form() -> None:
    """A case opened by a form that may have been sent twice, in triage; its mail waits."""
    mei = User.objects.get(username="mei")
    applicant = Applicant(name="升级茶馆有限公司", email="office@upgrade.example")
    form = FactsForm(data={**ENTERPRISE, "domain": "upgrade-tea.example"})
    if not form.is_valid():
        raise ValueError(form.errors)
    case = open_case(mei, applicant, form, mei, token=secrets.token_urlsafe())
    perform(case, "submit_request", mei, {"tell": "on"}, case.version)


def look_around() -> None:
    """Private things are looked at, the board is read, a stranger guesses a code."""
    officer = visitor()
    officer.force_login(User.objects.get(username="li"))
    paper = Document.objects.filter(kind="service_leader_id").exclude(number="")[0]
    place = [paper.case_id, paper.pk]
    need(officer.get(reverse("admin:cases_filingcase_file", args=place)), 200)
    need(officer.post(reverse("admin:cases_filingcase_reveal_document", args=place)), 200)
    need(officer.get(reverse("admin:cases_board")), 200)
    guess = {"reference": paper.case.reference, "code": "2222222222"}
    need(visitor().post(reverse("applicants:follow"), guess), 422)


def sign_in() -> None:
    """An applicant asks for a code, another has chosen a language; a supervisor has a second
    factor."""
    need(visitor().post(reverse("sign_in"), {"email": "wei@example.com"}), 302)
    reader = visitor()
    reader.force_login(User.objects.get(username="mei"))
    need(reader.post(reverse("set_language"), {"language": "zh-hans"}), 302)
    chen = User.objects.get(username="chen")
    Authenticator.objects.create(user=chen, type="totp", data={"secret": "of nobody"})


def visitor() -> Client:
    """A browser at a host that the program answers to."""
    return Client(headers={"host": "localhost"})


def need(answer: Any, status: int) -> None:
    """Raises ValueError for another answer."""
    if answer.status_code != status:
        raise ValueError(f"{answer} where {status} is wanted")


def spoil_mails() -> None:
    """One has bounced, another is just being sent."""
    sent = Notice.objects.filter(state="sent", kind="step").order_by("-pk")
    Notice.objects.filter(pk=sent[0].pk).update(
        state="failed", latest_error="550 5.1.1 no such user", attempts=3, sent_at=None
    )
    waiting = Notice.objects.filter(state="waiting").order_by("pk")
    Notice.objects.filter(pk=waiting[0].pk).update(
        leased_by="another machine", leased_until=timezone.now(), attempts=1
    )


def need_rows() -> None:
    """Raises ValueError if a table of ours holds no row, or no case is in some state."""
    models = apps.get_app_config("cases").get_models()
    empty = [model.__name__ for model in models if not model._default_manager.exists()]
    missing = set(State) - set(FilingCase.objects.values_list("state", flat=True))
    if empty or missing:
        raise ValueError(f"no row of {empty}, no case in {sorted(missing)}")
