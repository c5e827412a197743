"""A step through the door, against django-fsm-2 + save() + django-fsm-log, and against raw SQL."""

import datetime as dt
import json
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, connections
from django.utils import timezone

from bench.baseline.models import PlainCase
from bench.measure import Figure, queries_of, timed
from icpcases.cases.models import FilingCase, HistoryRow, Notice, SmsCheck
from icpcases.cases.models.notices import LIFE
from icpcases.cases.permissions import staff_roles
from icpcases.workflow.engine import perform

ROUNDS = 60
#: A case of whoever records the way and keeps the facts elsewhere.
_FEW = (
    "reference", "applicant", "officer", "province", "state", "site_name", "domain",
    "service_leader", "service_leader_phone", "icp_number", "filed_on", "created_at",
    "state_since", "due_at",
)  # fmt: skip
STEPS = {
    # Fourteen guards, then steps without any.
    "submit_to_provider": ("provider_review", "begin_again"),
    "provider_passes": ("provider_passed", "provider_passes"),
    "sent_to_administration": ("sms_verification", "sent_to_administration"),
    "confirm_sms": ("authority_review", "confirm_sms"),
}
_MARK = {"sqlite": "?", "postgresql": "%s"}


def run() -> dict[str, dict[str, Figure]]:
    """Four steps in a row, all sides in turn, each again and again on a case of its own."""
    user = User.objects.get(username="li")
    staff_roles(user)  # read once per request, before the door
    own, other = _cases()
    plain, few = PlainCase.objects.order_by("pk").values_list("pk", flat=True)[11:13]
    sides: dict[str, Side] = {
        "raw SQL": _Raw(other, user).step,
        "fsm + save + log": partial(_by_fsm, plain, user, "default"),
        "ours": partial(_by_door, own.pk, user),
        "the same, with 14 columns": partial(_by_fsm, few, user, "default", only=_FEW),
    }
    found = _race(sides, own.pk, other.pk)
    if "stock" in connections.databases:
        # By itself: it waits for the disk, and whoever comes next finds the processor cold.
        stock = partial(_by_fsm, plain, user, "stock")
        apart = {"ours": sides["ours"], "Django's own SQLite settings": stock}
        slow = _race(apart, own.pk, other.pk)
        found |= {f"{name}, with the disk": figures for name, figures in slow.items()}
    return found


def _race(sides: "dict[str, Side]", *keys: int) -> dict[str, dict[str, Figure]]:
    times: dict[str, dict[str, list[float]]] = {n: {side: [] for side in sides} for n in STEPS}
    counts: dict[str, dict[str, int]] = {name: {} for name in STEPS}
    for turn in range(-2, ROUNDS):
        _begin_again(*keys)
        for name, side in product(STEPS, sides):
            work = sides[side](name)
            if turn == -2:
                counts[name][side] = queries_of(work)
            elif (seconds := timed(work)) and turn >= 0:
                times[name][side].append(seconds)
    return {
        name: {side: Figure.of(found, counts[name][side]) for side, found in one.items()}
        for name, one in times.items()
    }


Side = Callable[[str], Callable[[], None]]


def _cases() -> list[FilingCase]:
    """Two cases with the provider whose orders will live on, and whose papers are in order."""
    since = timezone.localdate() - dt.timedelta(days=20)
    cases = FilingCase.objects.filter(
        state="provider_review",
        filing_type="first",
        orders__ended_on__isnull=True,
        orders__submitted_on__gte=since,
    )
    return list(cases.with_names().exclude(applicant__email="").order_by("pk")[:2])


def _begin_again(*keys: int) -> None:
    """Where the measurement begins again; the history goes on, but no case has sixty SMS checks."""
    marks = ", ".join(map(str, keys))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_filingcase SET state = 'returned', turn = 'officer'"
            f" WHERE id IN ({marks})"
        )
        cursor.execute(f"DELETE FROM cases_smscheck WHERE case_id IN ({marks})")


def _by_door(pk: int, user: User, name: str) -> Callable[[], None]:
    """One step as a page takes it, with a mail owed to the applicant."""
    case = FilingCase.objects.with_names().get(pk=pk)
    data: dict[str, Any] = {"tell": "on", "note_public": "Told by telephone."}
    if name == "sent_to_administration":
        data["happened"] = timezone.now()
    return lambda: perform(case, name, user, data, case.version) and None


def _by_fsm(
    pk: int, user: User, using: str, name: str, only: tuple[str, ...] = ()
) -> Callable[[], None]:
    def work() -> None:
        cases = PlainCase.objects.using(using)
        case = (cases.only(*only) if only else cases).get(pk=pk)
        getattr(case, STEPS[name][1])(by=by, description="Told by telephone.")
        case.save()

    by = User.objects.using(using).get(username=user.username)
    return work


class _Raw:
    """The same writes, by the driver alone, in one transaction."""

    def __init__(self, case: FilingCase, user: User) -> None:
        self.case, self.user = case, user
        self.mark = _MARK[connection.vendor]
        self.history = self._insert(HistoryRow)
        self.notice = self._insert(Notice)

    def _insert(self, model: Any) -> tuple[str, list[Any]]:
        fields = [f for f in model._meta.concrete_fields if not f.primary_key]
        columns = ", ".join(f'"{f.column}"' for f in fields)
        marks = ", ".join(self.mark for _ in fields)
        sql = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks}) RETURNING id"
        return sql, fields

    def _values(self, fields: list[Any], row: Any) -> list[Any]:
        found = [f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields]
        return [json.dumps(v.obj) if hasattr(v, "obj") else v for v in found]

    def _checks(self, name: str, case: FilingCase, stamp: Any) -> list[tuple[str, list[Any]]]:
        """What a step writes of the SMS check: that it is asked, that it is answered."""
        mark, asked = self.mark, SmsCheck.objects.filter(case=case).count()
        if name == "sent_to_administration":
            sql = (
                "INSERT INTO cases_smscheck (case_id, number, person, name, phone, sent_at, closed)"
                f" VALUES ({', '.join([mark] * 7)})"
            )
            return [(sql, [case.pk, asked + 1, "both", "", "", stamp, False])]
        if name == "confirm_sms":
            sql = f"UPDATE cases_smscheck SET confirmed_at = {mark} WHERE case_id = {mark}"
            return [(f"{sql} AND number = {mark}", [stamp, case.pk, asked])]
        return []

    def step(self, name: str) -> Callable[[], None]:
        """Lock the row, write the case, a history row and a mail that is owed."""
        now, case = timezone.now(), FilingCase.objects.get(pk=self.case.pk)
        row = HistoryRow(
            case=case, sequence=case.version + 1, kind="step", step=name, from_state=case.state,
            to_state=STEPS[name][0], turn="provider", by=self.user, happened_at=now,
            recorded_at=now, note_public="Told by telephone.", told=True,
        )  # fmt: skip
        notice = Notice(
            case=case, address="office@a1.example", language="zh-hans",
            line=row.note_public, created_at=now, deadline=now + LIFE,
        )  # fmt: skip
        sql, fields = self.history
        values = self._values(fields, row)
        sql_notice, notice_fields = self.notice
        notice_values = self._values(notice_fields, notice)
        place = [f.attname for f in notice_fields].index("history_id")
        stamp: Any = now if connection.vendor == "postgresql" else str(now.replace(tzinfo=None))
        checks = self._checks(name, case, stamp)
        names = ("state", "version", "state_since", "turn", "turn_since", "due_at")
        settings = ", ".join(f"{name} = {self.mark}" for name in names)
        update = f"UPDATE cases_filingcase SET {settings} WHERE id = {self.mark}"
        changed = [row.to_state, row.sequence, stamp, "provider", stamp, stamp, case.pk]
        lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""

        def work() -> None:
            driver = connection.connection.cursor()
            driver.execute("BEGIN" if lock else "BEGIN IMMEDIATE")
            driver.execute(f"SELECT * FROM cases_filingcase WHERE id = {case.pk}{lock}")
            driver.fetchone()
            driver.execute(update, changed)
            driver.execute(sql, values)
            notice_values[place] = driver.fetchone()[0]
            driver.execute(sql_notice, notice_values)
            for more, given in checks:
                driver.execute(more, given)
            driver.execute("COMMIT")

        return work
