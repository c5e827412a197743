"""The staff page: supervisors keep the accounts of the office, guarded and written down."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from icpcases.accounts import colleagues as acts
from icpcases.cases.models import FilingCase, HistoryRow, Leave, Notice, StaffAct
from icpcases.cases.permissions import staff_roles
from icpcases.lifecycle.roles import Role
from tests.harness.forms import forms_of
from tests.world import user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STAFF = "/admin/staff/"
NEW = {"last_name": "吴", "first_name": "倩", "email": "Wu@Office.example", "role": "officer"}
PASSWORD = "nine words are better than one"
# Session, account, roles; accounts, their roles; who is away, loads, acts.
QUERIES_OF_STAFF = 8


@pytest.fixture
def as_chen(client, chen):
    client.force_login(chen)
    return client


def place(account: User) -> str:
    return f"{STAFF}{account.pk}/"


def send(client: Client, account: User, act: str, **data: object):
    """One of the forms of a colleague's page, as the page has it now."""
    seen = acts.newest_act(account)
    return client.post(place(account), {"act": act, "seen": seen, **data}, follow=True)


def log(account: User) -> list[tuple[str, str]]:
    rows = StaffAct.objects.filter(about=account).order_by("pk")
    return list(rows.values_list("what", "by__username"))


def said(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_costs_the_same_for_every_colleague(
    as_chen, chen, world, django_assert_num_queries, n
):
    for k in range(n):
        one = user(f"officer{k}", "officer", is_staff=True)
        Leave.objects.create(user=one, first_day="2026-01-01", stand_in=chen)
        case = world.at("triage")
        FilingCase.objects.filter(pk=case.pk).update(officer=one, due_at="2026-01-01T00:00Z")
        StaffAct.objects.create(at="2026-01-01T00:00Z", by=chen, about=one, what="leave")
    with django_assert_num_queries(QUERIES_OF_STAFF):
        page = as_chen.get(STAFF)
    assert [
        (line.who.name, line.role, line.second_factor, line.who.load.open, line.who.load.overdue,
         line.leave and line.leave.stand_in)
        for line in page.context["lines"]
    ] == [
        ("chen", "supervisor", False, 0, 0, None),
        ("li", "officer", False, 0, 0, None),
        *((f"officer{k}", "officer", False, 1, 1, chen) for k in range(n)),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["li", "sun", "root"])
def test_only_supervisors_open_it(client, request, li, name):
    account = (
        user("root", is_staff=True, is_superuser=True)
        if name == "root"
        else request.getfixturevalue(name)
    )
    client.force_login(account)
    for address in (STAFF, f"{STAFF}add/", place(li)):
        pages = [client.get(address)]
        if address != STAFF:
            pages.append(client.post(address, {**NEW, "act": "close"}))
        for page in pages:
            assert page.status_code == 403
            assert "Only supervisors manage the staff. Ask a supervisor." in page.content.decode()
    li.refresh_from_db()
    assert (li.is_active, StaffAct.objects.count()) == (True, 0)


def link_of(address: str) -> str:
    """The way that the newest mail to an address leads."""
    notice = Notice.objects.filter(address=address).latest("pk")
    (found,) = re.findall(r"http://[^/\s]+(/admin/password/\S+)", notice.text)
    return str(found)


def test_a_colleague_is_invited_and_sets_the_password_alone(as_chen, chen, client):
    page = as_chen.post(f"{STAFF}add/", NEW, follow=True)
    account = User.objects.get(email="wu@office.example")
    assert said(page) == [
        "吴倩 is invited: the mail to wu@office.example has a link to set a password."
    ]
    assert (account.username, account.is_staff, account.has_usable_password()) == (
        "wu", True, False,
    )  # fmt: skip
    assert staff_roles(account) == {Role.OFFICER}
    # The same form sent twice makes one account and one mail.
    again = as_chen.post(f"{STAFF}add/", NEW, follow=True)
    assert said(again) == ["This was already saved. It was not saved a second time."]
    assert again.redirect_chain == page.redirect_chain
    notice = Notice.objects.get()
    assert (notice.kind, notice.once, "wu" in notice.text) == ("letter", True, True)
    link, visitor = link_of("wu@office.example"), Client()
    form = visitor.get(link, follow=True)
    assert "Set your password" in form.content.decode()
    sent = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    done = visitor.post(form.redirect_chain[-1][0], sent, follow=True)
    assert said(done) == ["Your password is set. Sign in with it, then set up your second factor."]
    assert log(account) == [("invited", "chen"), ("password_set", "wu")]
    # It works once; whoever signs in with the password sets up the second factor first.
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()
    signed = visitor.post("/admin/login/", {"username": "wu", "password": PASSWORD})
    assert signed.status_code == 302


def test_a_link_that_has_not_left_is_overtaken_or_dropped(as_chen, chen):
    as_chen.post(f"{STAFF}add/", NEW)
    account = User.objects.get(username="wu")
    send(as_chen, account, "link")
    assert list(Notice.objects.order_by("pk").values_list("state", flat=True)) == [
        "expired", "waiting",
    ]  # fmt: skip
    send(as_chen, account, "close", officer="nobody")
    assert set(Notice.objects.values_list("state", flat=True)) == {"expired"}
    page = send(as_chen, account, "link")
    assert page.context["refused"] == "The account is closed: reopen it first."
    assert log(account) == [("invited", "chen"), ("link_sent", "chen"), ("closed", "chen")]


@pytest.mark.parametrize("why", ["expired", "closed", "another"])
def test_a_link_opens_nothing_once_it_should_not(as_chen, settings, why):
    as_chen.post(f"{STAFF}add/", NEW)
    account, link = User.objects.get(username="wu"), link_of("wu@office.example")
    if why == "expired":
        settings.PASSWORD_RESET_TIMEOUT = -1
    elif why == "closed":
        User.objects.filter(pk=account.pk).update(is_active=False)
    else:
        link = link.replace("/admin/password/", "/admin/password/x")
    page = Client().get(link, follow=True)
    assert (page.status_code, "This link no longer works" in page.content.decode()) == (200, True)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("LI@example.com", "A member of staff already has this address: li."),
        ("wei@example.com", "An applicant signs in with this address: staff need another one."),
        ("nobody", "Enter a valid email address."),
    ],
)
def test_an_address_opens_one_account(as_chen, li, wei, address, sentence):
    page = as_chen.post(f"{STAFF}add/", {**NEW, "email": address})
    assert (page.status_code, page.context["form"].errors) == (422, {"email": [sentence]})
    assert page.context["form"]["last_name"].value() == "吴"
    assert not Notice.objects.exists()


def test_a_role_is_changed_and_its_account_opens_the_admin(as_chen, li):
    # As Django's own pages left it: the group without the flag, which told nobody why.
    User.objects.filter(pk=li.pk).update(is_staff=False)
    data = {"last_name": "李", "first_name": "娜", "email": li.email, "role": "auditor"}
    page = send(as_chen, li, "change", **data)
    assert said(page) == ["Your changes to 李娜 are saved."]
    account = User.objects.get(pk=li.pk)
    assert (account.is_staff, staff_roles(account)) == (True, {Role.AUDITOR})
    assert log(li) == [("changed", "chen")]


def test_the_second_factor_is_removed_with_its_recovery_codes(as_chen, li):
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=li, type=kind, data={})
    assert as_chen.get(place(li)).context["line"].second_factor is True
    send(as_chen, li, "second_factor")
    assert not Authenticator.objects.exists()
    assert log(li) == [("second_factor", "chen")]


@pytest.mark.parametrize(
    ("act", "data", "sentence"),
    [
        (
            "close",
            {"officer": "nobody"},
            "You cannot close your own account. Ask another supervisor.",
        ),
        (
            "change",
            {"last_name": "陈", "role": "officer", "email": "chen@example.com"},
            "You cannot change your own role. Ask another supervisor.",
        ),
        (
            "second_factor", {},
            "Change your own second factor on the page “Second factor”.",
        ),
    ],
)  # fmt: skip
def test_nobody_closes_or_demotes_himself_so_the_last_supervisor_stays(
    as_chen, chen, act, data, sentence
):
    page = send(as_chen, chen, act, **data)
    assert (page.status_code, page.context["refused"]) == (403, sentence)
    account = User.objects.get(pk=chen.pk)
    assert (account.is_active, staff_roles(account)) == (True, {Role.SUPERVISOR, Role.OFFICER})
    assert log(chen) == []


def test_who_is_no_supervisor_any_more_does_nothing(chen, li):
    """Two supervisors close each other at once: the second is none any more."""
    other = user("zhou", "supervisor", is_staff=True)
    acts.close_account(other, chen, 0)
    with pytest.raises(acts.ActRefused):
        acts.close_account(chen, other, 0)
    assert User.objects.get(pk=other.pk).is_active


def test_a_superuser_is_kept_elsewhere(as_chen):
    root = user("root", is_staff=True, is_superuser=True)
    assert "under Users" in as_chen.get(place(root)).content.decode()
    for act in ("link", "second_factor", "close"):
        page = send(as_chen, root, act, officer="nobody")
        assert page.status_code == 403, act
    assert (User.objects.get(pk=root.pk).is_active, log(root)) == (True, [])


def test_a_form_sent_twice_is_one_act_and_another_of_ones_own_is_no_such_thing(as_chen, li):
    """A second window of the same supervisor, a moment later, is told too: nothing is dropped."""
    sent = {"act": "link", "seen": 0, "csrfmiddlewaretoken": "one page"}
    first, second = (as_chen.post(place(li), sent, follow=True) for _click in range(2))
    assert second.redirect_chain == first.redirect_chain == [(place(li), 302)]
    assert said(second) == ["This was already saved. It was not saved a second time."]
    assert log(li) == [("link_sent", "chen")]
    other = {"act": "close", "seen": 0, "officer": "nobody", "csrfmiddlewaretoken": "another"}
    page = as_chen.post(place(li), other)
    li.refresh_from_db()
    assert (page.status_code, li.is_active, log(li)) == (409, True, [("link_sent", "chen")])


def test_what_somebody_else_did_meanwhile_is_told_and_nothing_is_lost(as_chen, li):
    zhou = user("zhou", "supervisor", is_staff=True)
    acts.send_link(zhou, li, 0)
    data = {"last_name": "李", "first_name": "娜", "email": li.email, "role": "auditor"}
    page = as_chen.post(place(li), {"act": "change", "seen": 0, **data})
    assert (page.status_code, [act.by for act in page.context["meanwhile"]]) == (409, [zhou])
    assert page.context["change"]["role"].value() == "auditor"
    assert staff_roles(User.objects.get(pk=li.pk)) == {Role.OFFICER}


@pytest.mark.parametrize("to", ["zhou", "nobody"])
def test_closing_hands_the_open_cases_over_one_history_row_each(as_chen, world, li, to):
    taker = user("zhou", "officer", is_staff=True) if to == "zhou" else None
    going = [world.at("triage"), world.at("authority_review")]
    done = world.at("withdrawn")
    page = send(as_chen, li, "close", officer=taker.pk if taker else "nobody")
    assert [line.case for line in page.context["done"]] == going[:1] + going[1:]
    assert page.context["refused"] == []
    for case in going:
        row = case.history.latest("sequence")
        assert (row.kind, row.by.username, row.entered) == (
            "assignment", "chen", {"assigned": to if taker else ""},
        )  # fmt: skip
        case.refresh_from_db()
        assert case.officer == taker
    done.refresh_from_db()
    li.refresh_from_db()
    assert (done.officer, li.is_active) == (li, False)
    assert log(li) == [("closed", "chen"), ("handed_over", "chen")]
    # A closed account is given no case, signs in no more, and can be opened again.
    send(as_chen, li, "reopen")
    assert User.objects.get(pk=li.pk).is_active
    assert [what for what, _by in log(li)] == ["closed", "handed_over", "reopened"]


def test_nobody_is_chosen_by_silence(as_chen, world, li):
    case = world.at("triage")
    page = send(as_chen, li, "hand_over", officer="")
    assert (page.status_code, list(page.context["taker"].errors)) == (422, ["officer"])
    assert FilingCase.objects.get(pk=case.pk).officer == li
    assert HistoryRow.objects.filter(kind="assignment").count() == 0


def test_leave_is_entered_shown_and_ended(as_chen, li, chen):
    first = {"first_day": "2026-01-05", "last_day": "2026-01-01", "stand_in": chen.pk}
    page = send(as_chen, li, "leave", **first)
    assert page.context["leave"].errors["last_day"] == ["The last day is before the first."]
    send(as_chen, li, "leave", first_day="2026-01-05", last_day="", stand_in=chen.pk)
    assert list(Leave.objects.values_list("user", "stand_in")) == [(li.pk, chen.pk)]
    shown = as_chen.get(place(li))
    offered = [form.choices.get("stand_in") for form in forms_of(shown.content.decode())]
    assert [pks for pks in offered if pks] == [["nobody", str(chen.pk)]]
    send(as_chen, li, "end_leave")
    assert (Leave.objects.count(), [w for w, _by in log(li)]) == (0, ["leave", "leave_ended"])


def test_the_first_supervisor_is_made_on_the_command_line_once(capsys):
    call_command("first_supervisor", "First@Office.example", family_name="陈", given_name="静")
    account = User.objects.get(username="first")
    assert (account.email, account.last_name, staff_roles(account)) == (
        "first@office.example", "陈", {Role.SUPERVISOR, Role.OFFICER},
    )  # fmt: skip
    printed = capsys.readouterr().out
    assert printed.startswith("Username: first\nSet the password, once, at: http://")
    page = Client().get(re.findall(r"http://[^/\s]+(\S+)", printed)[0], follow=True)
    assert "Choose a password that only you know." in page.content.decode()
    for address, why in (
        ("other@office.example", "There is already a supervisor, who invites everybody else."),
        ("first@office.example", "first@office.example has an account already."),
        ("nobody", "nobody is no e-mail address."),
    ):
        with pytest.raises(CommandError, match=re.escape(why)):
            call_command("first_supervisor", address)
    assert User.objects.count() == 1
