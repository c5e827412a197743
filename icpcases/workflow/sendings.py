"""A form that makes something and shows no version: the same sending makes it once."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from icpcases.cases.models import Sending

from .exceptions import Refused

KEPT = dt.timedelta(days=3)


@dataclass(frozen=True)
class Sent:
    """One sending of a form: what it is known by, and where it leads."""

    key: str
    leads_to: str = ""


class MadeAlready(Refused):
    """The very same sending has made it; where that led."""

    def __init__(self, led_to: str) -> None:
        super().__init__(led_to)
        self.led_to = led_to


def make_once(sent: Sent | None) -> None:
    """Note within the transaction that makes something that this sending makes it.

    Raises MadeAlready. Where the first is still under way the second waits for it here; one
    that was rolled back has left nothing, so it may be sent again.
    """
    if sent is None:
        return
    with connection.cursor() as cursor:
        # `ON CONFLICT` on both: an error would end the transaction on PostgreSQL.
        cursor.execute(
            "INSERT INTO cases_sending (key, led_to, made_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (key) DO NOTHING",
            [sent.key, sent.leads_to[:500],
             connection.ops.adapt_datetimefield_value(timezone.now())],
        )  # fmt: skip
        new = cursor.rowcount == 1
    if not new:
        raise MadeAlready(Sending.objects.values_list("led_to", flat=True).get(pk=sent.key))


def where_it_led(key: str) -> str | None:
    """Where a sending led that has made something already; None of one that has not."""
    return Sending.objects.filter(pk=key).values_list("led_to", flat=True).first()


def forget_sendings(now: dt.datetime) -> int:
    """Delete those that nobody sends again; how many."""
    return Sending.objects.filter(made_at__lt=now - KEPT).delete()[0]
