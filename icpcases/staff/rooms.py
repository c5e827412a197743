"""The rooms of the office: where its pages lie, and in which of them a page is."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from icpcases.cases.permissions import is_staff_role, is_supervisor
from icpcases.lifecycle.roles import Actor


@dataclass(frozen=True)
class Room:
    """A room as the header shows it."""

    label: str
    url: str
    here: bool = False


def rooms_of(user: Actor, path: str) -> list[Room]:
    """The rooms that this reader may enter, and which of them the page at the path is in."""
    today = reverse("admin:index")
    rooms = [(_("Today"), today)]
    if is_staff_role(user):
        rooms += [
            (_("Cases"), reverse("admin:cases_filingcase_changelist")),
            (_("Applicants"), reverse("admin:cases_applicant_changelist")),
            (_("Services"), reverse("admin:cases_services")),
            (_("Board"), reverse("admin:cases_board")),
        ]
    if is_supervisor(user):
        rooms.append((_("Staff"), reverse("admin:cases_colleagues")))
    found = [url for _label, url in rooms[1:] if path.startswith(url)]
    here = found[0] if found else _other(path, today, rooms)
    tables = f"{today}#tables"
    return [Room(label, url, url == here) for label, url in [*rooms, (_("Tables"), tables)]]


def _other(path: str, today: str, rooms: list[tuple[str, str]]) -> str:
    """A portfolio is an applicant's, a service's page a service's; the rest are tables."""
    if path == today:
        return today
    of = {"portfolio": 2, "orders": 2, "service": 3}
    place = of.get(path.removeprefix(today).partition("/")[0])
    return rooms[place][1] if place and place < len(rooms) else f"{today}#tables"
