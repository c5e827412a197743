"""Whether histories are true: cases drawn by chance, lived again through the door, row for row.

    python -m bench.replay [--sample 500] [--seed 1]

Reads the database of DATABASE_URL and lives the cases again in a new one.
"""

import argparse
import datetime as dt
import os
import pickle
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# What another run cannot repeat: keys, names by chance, and the moment of recording.
_OTHER = {
    "id", "case_id", "reference", "follow_code", "recorded_at", "file", "created_at", "deadline",
    "next_try_at", "sent_at", "state_of_mail", "attempts", "history_id", "order_id",
    "service_id", "provider_access_id", "subject_id",
}  # fmt: skip

Portrait = dict[str, Any]


def portrait(case: Any) -> Portrait:
    """All rows of a case, with places instead of keys and names instead of accounts."""
    from bench import register
    from icpcases.cases.models import (
        Document,
        Order,
        OrderCase,
        ProviderAccess,
        RegisterRow,
        Request,
        Service,
        SmsCheck,
    )

    before, own = register.rows_around(case)
    found = {
        Document: list(case.documents.order_by("pk")),
        Request: list(case.requests.order_by("pk")),
        Order: list(case.orders.select_related("provider").order_by("pk")),
        OrderCase: list(case.memberships.select_related("order").order_by("pk")),
        SmsCheck: list(case.sms_checks.order_by("pk")),
        RegisterRow: own,
    }
    places = {model: {row.pk: n for n, row in enumerate(rows)} for model, rows in found.items()}
    records = register.places_in([*before, *own])
    places[Service], places[ProviderAccess] = records["service"], records["provideraccess"]
    history = list(case.history.select_related("by").order_by("sequence"))
    return {
        "case": _columns(case),
        "applicant": _columns(case.applicant),
        "people": [
            (p.user.username, p.part, p.user.email) for p in case.people.select_related("user")
        ],
        "documents": [_columns(row) for row in found[Document]],
        "requests": [_columns(row) for row in found[Request]],
        "orders": [_columns(row) for row in found[Order]],
        "memberships": [_columns(row) for row in found[OrderCase]],
        "sms_checks": [_columns(row) | {"sent": row.sent_at} for row in found[SmsCheck]],
        "before": register.told(before, records),
        "register": register.told(own, records),
        "service": records["service"].get(case.service_id),
        "access": records["provideraccess"].get(case.provider_access_id),
        "not_needed": sorted(row.kind for row in case.not_needed.all()),
        "history": [_in_places(_columns(row), places, case) for row in history],
        "notices": [
            (n.history.sequence, n.address, n.language, n.line)
            for n in case.notices.select_related("history").order_by("pk")
        ],
    }


def _columns(row: Any) -> dict[str, Any]:
    names = [f.attname for f in row._meta.concrete_fields if f.attname not in _OTHER]
    found = {name: getattr(row, name) for name in names}
    for name, value in found.items():
        if name in ("officer_id", "by_id", "added_by_id", "confirmed_by_id"):
            found[name] = _username(value)
    for name in ("applicant_id",):
        found.pop(name, None)
    if "provider_id" in found:
        found["provider_id"] = row.provider.name
    return found


_usernames: dict[int, str] = {}


def _username(pk: int | None) -> str | None:
    from django.contrib.auth.models import User

    if pk is not None and pk not in _usernames:
        _usernames[pk] = User.objects.values_list("username", flat=True).get(pk=pk)
    return _usernames.get(pk or 0)


def _in_places(value: Any, places: Any, case: Any, key: str = "") -> Any:
    from icpcases.demo.mass.templates import PKS_IN_JSON

    if isinstance(value, dict):
        return {k: _in_places(v, places, case, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_in_places(v, places, case, key) for v in value]
    if key in PKS_IN_JSON and type(value) is int:
        return places[PKS_IN_JSON[key]][value]
    if key == "officer_id" and type(value) is int:
        return _username(value)
    return "" if value == case.reference else value


def dump(sample: int, seed: int, target: Path) -> None:
    """Draw cases by chance and keep their portraits, their files, and the tables they need."""
    from django.contrib.auth.models import User

    from icpcases.cases.models import FilingCase, Provider, Province

    last = FilingCase.objects.order_by("-pk").values_list("pk", flat=True)[0]
    drawn = random.Random(seed).sample(range(1, last + 1), min(2 * sample, last))
    # One case of each applicant: what others have done to the register stands as it was found.
    applicants = dict(FilingCase.objects.filter(pk__in=drawn).values_list("pk", "applicant_id"))
    first = {applicants[pk]: pk for pk in reversed(drawn)}
    keys = sorted(list(first.values())[-sample:])
    cases = FilingCase.objects.with_names().filter(pk__in=keys).order_by("pk")
    users = User.objects.filter(is_staff=True).prefetch_related("groups")
    kept = {
        "portraits": [portrait(case) for case in cases],
        "files": {
            str(document.sha256): document.file.read()
            for case in cases
            for document in case.documents.all()
        },
        "staff": [
            (u.username, u.last_name, u.first_name, u.email, [g.name for g in u.groups.all()])
            for u in users
        ],
        "answers": dict(Province.objects.values_list("code", "accepts_forums")),
        "providers": list(Provider.objects.order_by("pk").values()),
    }
    target.write_bytes(pickle.dumps(kept))


def check(source: Path) -> Iterator[str]:
    """Live the kept cases again, and say of each in what it differs."""
    from bench.living import Living

    kept = pickle.loads(source.read_bytes())
    living = Living(kept)
    for wanted in kept["portraits"]:
        again = portrait(living.live(wanted))
        # What was there before is what it began with.
        for name in wanted.keys() - {"before"}:
            if wanted[name] != again[name]:
                yield f"{wanted['case']['domain_unicode']}: {name}: " + _difference(
                    wanted[name], again[name]
                )


def _difference(wanted: Any, again: Any) -> str:
    if isinstance(wanted, list) and isinstance(again, list) and len(wanted) == len(again):
        pairs = zip(wanted, again, strict=True)
        return next(_difference(one, other) for one, other in pairs if one != other)
    if isinstance(wanted, dict) and isinstance(again, dict):
        keys = [key for key in wanted if wanted[key] != again.get(key)]
        return "; ".join(f"{key}: {wanted[key]!r}, again {again.get(key)!r}" for key in keys)
    return f"{wanted!r}, again {again!r}"


def replay(sample: int, seed: int) -> str:
    """Draw, and live again in a database and a process of its own. Gives what that one said."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept"
        dump(sample, seed, kept)
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder}/again.sqlite3",
            "DOCUMENT_ROOT": f"{folder}/documents",
        }
        done = subprocess.run(
            [sys.executable, "-m", "bench.replay", "--check", str(kept)],
            env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if not done.stdout:
        raise RuntimeError(done.stderr)
    return done.stdout


def main() -> int:
    """Run from the command line; 1 if a case differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", type=Path, help="live these kept cases again, here")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icpcases.settings")
    import django
    from django.core.management import call_command

    django.setup()
    if options.check is None:
        said = replay(options.sample, options.seed)
        print(said, end="")
        return int(not said.endswith(" none differs.\n"))
    call_command("migrate", verbosity=0)
    start, differing = dt.datetime.now(dt.UTC), list(check(options.check))
    print(*differing, sep="\n", end="\n" if differing else "")
    seconds = (dt.datetime.now(dt.UTC) - start).seconds
    lived = len(pickle.loads(options.check.read_bytes())["portraits"])
    print(f"{lived} cases lived again in {seconds} s: {len(differing) or 'none'} differs.")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
