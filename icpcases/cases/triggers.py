"""What the database itself refuses, whatever the door: triggers beside the constraints.

A constraint can read one row only; what looks further (the append-only history, a site that is
filed already; of the register: register_triggers.py) stands here. Django's SQLite schema editor
drops a table's triggers when it rebuilds it, so they are installed again after every migrate.
"""

from collections.abc import Iterable

from django.core.checks import CheckMessage, Warning
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import OperationalError, ProgrammingError

from icpcases.lifecycle.states import HOLDING_SERVICE

from . import register_triggers as register

CASE, HISTORY = "cases_filingcase", "cases_historyrow"
_HOLDING = ", ".join(f"'{state.value}'" for state in HOLDING_SERVICE)
_APPEND_ONLY = "a history row is never changed or deleted"
_KEPT = "a case is never deleted"
_LOWER = "a domain is kept in lower case, or two cases could be about one"


def _sqlite_trigger(name: str, when: str, table: str, condition: str, message: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


# INSERT OR REPLACE and UPDATE OR REPLACE delete the row in the way without firing its delete
# trigger, so what they would replace is looked for beforehand.
_SQLITE_SAME_CASE = f"""EXISTS (SELECT 1 FROM {CASE} o WHERE o.id IS NOT NEW.id AND (
    o.reference = NEW.reference
    OR (NEW.state IN ({_HOLDING}) AND o.state IN ({_HOLDING}) AND NEW.registrable_domain <> ''
        AND o.registrable_domain = NEW.registrable_domain AND o.service_kind = NEW.service_kind
        AND NEW.filing_type <> 'inspection' AND o.filing_type <> 'inspection')
    OR (NEW.state IN ({_HOLDING}) AND o.state IN ({_HOLDING}) AND o.service_id = NEW.service_id
        AND NEW.filing_type <> 'inspection' AND o.filing_type <> 'inspection')))"""
# What another case may also claim. A change of anything else, such as the due dates of all cases
# at once, needs no look at the others.
_CLAIMS = (
    "reference", "state", "registrable_domain", "service_kind", "service_id", "filing_type",
)  # fmt: skip
_SQLITE_CLAIMS_ANEW = "({})".format(
    " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _CLAIMS)
)
_NOT_LOWER = (
    "NEW.domain <> lower(NEW.domain) OR NEW.registrable_domain <> lower(NEW.registrable_domain)"
)
_SITE_FILED = register.claims_a_filed_site(_HOLDING)

SQLITE = {
    "history_kept": _sqlite_trigger("history_kept", "DELETE", HISTORY, "1", _APPEND_ONLY),
    "history_unchanged": _sqlite_trigger("history_unchanged", "UPDATE", HISTORY, "1", _APPEND_ONLY),
    "history_not_replaced": _sqlite_trigger(
        "history_not_replaced",
        "INSERT",
        HISTORY,
        f"EXISTS (SELECT 1 FROM {HISTORY} o WHERE o.id = NEW.id "
        "OR (o.case_id = NEW.case_id AND o.sequence = NEW.sequence))",
        _APPEND_ONLY,
    ),
    "case_kept": _sqlite_trigger("case_kept", "DELETE", CASE, "1", _KEPT),
    "case_not_replaced": _sqlite_trigger(
        "case_not_replaced",
        "INSERT",
        CASE,
        f"EXISTS (SELECT 1 FROM {CASE} o WHERE o.id = NEW.id) OR {_SQLITE_SAME_CASE}",
        "another case stands in the way",
    ),
    "case_not_displaced": _sqlite_trigger(
        "case_not_displaced",
        "UPDATE",
        CASE,
        f"NEW.id IS NOT OLD.id OR ({_SQLITE_CLAIMS_ANEW} AND {_SQLITE_SAME_CASE})",
        "another case stands in the way",
    ),
    "case_domain_inserted": _sqlite_trigger(
        "case_domain_inserted", "INSERT", CASE, _NOT_LOWER, _LOWER
    ),
    "case_domain_updated": _sqlite_trigger(
        "case_domain_updated", "UPDATE", CASE, _NOT_LOWER, _LOWER
    ),
    "case_site_inserted": _sqlite_trigger(
        "case_site_inserted", "INSERT", CASE, _SITE_FILED, register.SITE_FILED
    ),
    "case_site_updated": _sqlite_trigger(
        "case_site_updated",
        "UPDATE",
        CASE,
        f"{_SQLITE_CLAIMS_ANEW} AND {_SITE_FILED}",
        register.SITE_FILED,
    ),
    **register.SQLITE,
}


def _refusing(name: str, message: str) -> str:
    return f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END $$"""


_POSTGRES_FUNCTIONS = (
    _refusing("refuse_history_change", _APPEND_ONLY),
    _refusing("refuse_case_delete", _KEPT),
    _refusing("refuse_case_domain", _LOWER),
    register.case_function(_HOLDING),
    *register.POSTGRES_FUNCTIONS,
)
# A change of anything else takes no lock.
_CLAIMS_A_SITE = f"NEW.state IN ({_HOLDING}) AND NEW.registrable_domain <> ''"
_POSTGRES_CLAIMS_ANEW = " OR ".join(
    f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _CLAIMS
)
POSTGRES = {
    "history_kept": f"CREATE TRIGGER history_kept BEFORE UPDATE OR DELETE ON {HISTORY} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
    "history_not_truncated": f"CREATE TRIGGER history_not_truncated BEFORE TRUNCATE ON {HISTORY} "
    "EXECUTE FUNCTION refuse_history_change()",
    "case_kept": f"CREATE TRIGGER case_kept BEFORE DELETE ON {CASE} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_case_delete()",
    "case_not_truncated": f"CREATE TRIGGER case_not_truncated BEFORE TRUNCATE ON {CASE} "
    "EXECUTE FUNCTION refuse_case_delete()",
    "case_domain": f"CREATE TRIGGER case_domain BEFORE INSERT OR UPDATE ON {CASE} "
    f"FOR EACH ROW WHEN ({_NOT_LOWER}) EXECUTE FUNCTION refuse_case_domain()",
    "case_site_inserted": f"CREATE TRIGGER case_site_inserted BEFORE INSERT ON {CASE} "
    f"FOR EACH ROW WHEN ({_CLAIMS_A_SITE}) EXECUTE FUNCTION check_case_site()",
    "case_site_updated": f"CREATE TRIGGER case_site_updated BEFORE UPDATE ON {CASE} "
    f"FOR EACH ROW WHEN ({_CLAIMS_A_SITE} AND ({_POSTGRES_CLAIMS_ANEW})) "
    "EXECUTE FUNCTION check_case_site()",
    **register.POSTGRES,
}
_TABLE_OF = {name: HISTORY if name.startswith("history") else CASE for name in POSTGRES} | (
    register.TABLE_OF
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place, replacing what is there."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for sql in _POSTGRES_FUNCTIONS:
                cursor.execute(sql)
        for sql in _wanted(connection).values():
            cursor.execute(sql)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away: for tests that need an empty table, and before installing."""
    with connection.cursor() as cursor:
        for name in _wanted(connection):
            table = f" ON {_TABLE_OF[name]}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{table}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers that are not in place, or whose function is another than ours."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
                " WHERE NOT tgisinternal AND tgenabled = 'O'"
                " AND tgrelid = ANY (SELECT to_regclass(name) FROM unnest(%s::text[]) name)",
                [sorted(set(_TABLE_OF.values()))],
            )
            bodies = {_body(sql) for sql in _POSTGRES_FUNCTIONS}
            there = {name for name, body in cursor.fetchall() if body in bodies}
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            there = {name for name, sql in cursor.fetchall() if SQLITE.get(name) == sql}
    return sorted(set(_wanted(connection)) - there)


def _body(function: str) -> str:
    return function.split("$$")[1]


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return POSTGRES if connection.vendor == "postgresql" else SQLITE


def _tables_are_there(connection: BaseDatabaseWrapper) -> bool:
    names = set(connection.introspection.table_names())
    return {*_TABLE_OF.values(), register.PROVINCE} <= names


def after_migrate(using: str, **kwargs: object) -> None:
    """Install the triggers once the tables they stand on are there."""
    if _tables_are_there(connections[using]):
        install(connections[using])


def check_installed(databases: Iterable[str] | None, **kwargs: object) -> list[CheckMessage]:
    """A system check (`check --database default`): every trigger is in place.

    A warning, not an error: an error would stop `migrate`, which is what puts them back.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            lost = _tables_are_there(connections[alias]) and missing(connections[alias])
        except (OperationalError, ProgrammingError):
            continue
        if lost:
            found.append(
                Warning(
                    f"The database lacks these triggers: {', '.join(lost)}.",
                    hint="Run manage.py migrate, which installs them.",
                    id="cases.W001",
                )
            )
    return found
