"""Fills the baseline's tables with as many cases and log rows as ours hold."""

import sqlite3
from contextlib import closing
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

_COLUMNS = """reference, follow_code, applicant_id, officer_id, province_id, state, filing_type,
    service_kind, applicant_type, mainland_branch, registration_certificate, server_region,
    mainland_cdn, access, protocol, forum, preapproval, site_name, domain, domain_unicode,
    registrable_domain, ip_address, service_leader, service_leader_phone, service_leader_id,
    subject_name, subject_leader, subject_leader_phone, subject_leader_id, changing, app_features,
    term, findings, created_at, state_since, due_at"""
_OF_CASE = ", ".join(f"c.{name.strip()}" for name in _COLUMNS.split(","))
_DAYS = "filed_on, opened_on, footer_on, public_security_on, cancelled_on"
_OF_SERVICE = ", ".join(f"s.{name}" for name in _DAYS.split(", "))
_PLAIN = f"""INSERT INTO baseline_plaincase ({_COLUMNS}, icp_number, icp_subject,
    public_security_number, {_DAYS})
SELECT {_OF_CASE}, COALESCE(s.number, ''), COALESCE(s.number_of, ''),
    COALESCE(s.public_security_number, ''), {_OF_SERVICE}
FROM cases_filingcase c LEFT JOIN cases_service s ON s.id = c.service_id ORDER BY c.id"""
_LOG = """INSERT INTO django_fsm_log_statelog (timestamp, by_id, source_state, state, transition,
    object_id, content_type_id, description)
SELECT h.happened_at, h.by_id, h.from_state, h.to_state, h.step, h.case_id,
    (SELECT id FROM django_content_type WHERE model = 'plaincase'), h.note_public
FROM cases_historyrow h WHERE h.kind = 'step'"""

# What PostgreSQL does by itself some time after very many rows have come.
_SETTLE = {"sqlite": "ANALYZE", "postgresql": "VACUUM (ANALYZE)"}


def main() -> None:
    """Copy, and let the planner know."""
    django.setup()
    with connection.cursor() as cursor:
        for sql in (_PLAIN, _LOG, _SETTLE[connection.vendor]):
            cursor.execute(sql)
    if "stock" in settings.DATABASES:
        _copy(
            Path(settings.DATABASES["default"]["NAME"]), Path(settings.DATABASES["stock"]["NAME"])
        )


def _copy(source: Path, target: Path) -> None:
    """The whole file once more, with the journal that SQLite has by itself."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")


if __name__ == "__main__":
    main()
