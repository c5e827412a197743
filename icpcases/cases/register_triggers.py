"""What the database itself refuses about the register: numbers, domains, its history.

Constraints hold what one row can tell (models/register.py); what looks at other rows stands here.
"""

from icpcases.rules.filing_types import MAKING

CASE, PROVINCE = "cases_filingcase", "cases_province"
SUBJECT, SERVICE = "cases_subjectfiling", "cases_service"
DOMAIN, ROW = "cases_servicedomain", "cases_registerrow"
_MAKING = ", ".join(f"'{kind.value}'" for kind in sorted(MAKING))
_APPEND_ONLY = "a change of the register is never changed or deleted"
_SERVICE_NUMBER = "the service number does not fit its kind, its subject or its applicant"
_SUBJECT_NUMBER = "the subject number does not fit its format, province or applicant"
_DOMAIN = "a domain of a service has the kind and the state of its service"
SITE_FILED = "a live service of this kind has the domain already"


def _sqlite(name: str, when: str, table: str, condition: str, message: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


_DIGITS_8 = "[0-9]" * 8
# Outside Django SQLite has no REGEXP.
_SQLITE_FILING = """(substr({0}, 2, 4) = 'ICP备' AND substr({0}, -1) = '号'
    AND length({0}) IN (14, 16)
    AND substr({0}, 6, length({0}) - 6) NOT GLOB '*[^0-9]*')"""
_SQLITE_LICENCE = f"""((substr({{0}}, 2, 4) = 'ICP证' AND substr({{0}}, -1) = '号'
    AND length({{0}}) >= 12 AND substr({{0}}, 6, length({{0}}) - 6) NOT GLOB '*[^0-9]*')
    OR {{0}} GLOB '?[AB][1-9]*-{_DIGITS_8}' OR {{0}} GLOB '合字[AB][1-9]*-{_DIGITS_8}')"""
_SUFFIX = "substr(NEW.number, length(NEW.number_of) + 1)"
_LETTERS = {"website": "", "app": "A", "mini_program": "X", "quick_app": "K"}
_SQLITE_SUFFIX = " OR ".join(
    f"(NEW.service_kind = '{kind}' AND {_SUFFIX} GLOB '-[1-9]*{letter}' AND"
    f" substr({_SUFFIX}, 2, length({_SUFFIX}) - {1 + len(letter)}) NOT GLOB '*[^0-9]*')"
    for kind, letter in _LETTERS.items()
)
_OTHERS_SERVICE = f"""EXISTS (SELECT 1 FROM {SERVICE} o JOIN {SUBJECT} os ON os.id = o.subject_id
    WHERE o.number_of = {{number}} AND os.applicant_id <> {{applicant}})"""
_OTHERS_SUBJECT = f"""EXISTS (SELECT 1 FROM {SUBJECT} o
    WHERE o.number = {{number}} AND o.applicant_id <> {{applicant}})"""
_OWN_APPLICANT = f"(SELECT s.applicant_id FROM {SUBJECT} s WHERE s.id = NEW.subject_id)"
_TAKEN = " OR ".join(
    part.format(number="NEW.number_of", applicant=_OWN_APPLICANT)
    for part in (_OTHERS_SERVICE, _OTHERS_SUBJECT)
)
# What is listed under the very subject goes with it, where it comes under another record.
_SUBJECT_TAKEN = f"""EXISTS (SELECT 1 FROM {SERVICE} o JOIN {SUBJECT} os ON os.id = o.subject_id
    WHERE o.number_of = NEW.number AND os.applicant_id <> NEW.applicant_id AND os.id <> NEW.id)"""
_CHARACTER = f"(SELECT p.icp_character FROM {PROVINCE} p WHERE p.code = NEW.province_id)"
_SQLITE_BAD_SERVICE = f"""NOT COALESCE(substr(NEW.number, 1, length(NEW.number_of)) = NEW.number_of
    AND ({_SQLITE_FILING.format("NEW.number_of")} OR {_SQLITE_LICENCE.format("NEW.number_of")})
    AND ({_SQLITE_SUFFIX}) AND NOT ({_TAKEN}), 0)"""
_SQLITE_BAD_SUBJECT = f"""NOT COALESCE({_SQLITE_FILING.format("NEW.number")}
    AND substr(NEW.number, 1, 1) = {_CHARACTER} AND NOT {_SUBJECT_TAKEN}, 0)"""
_OF_SERVICE = f"""EXISTS (SELECT 1 FROM {SERVICE} s WHERE s.id = NEW.service_id
    AND s.service_kind = NEW.service_kind AND (s.state = 'live') = NEW.live)"""
_SAME_ROW = f"EXISTS (SELECT 1 FROM {ROW} o WHERE o.id = NEW.id)"
_FOLLOW = (
    f"UPDATE {DOMAIN} SET live = (NEW.state = 'live'), service_kind = NEW.service_kind"
    " WHERE service_id = NEW.id"
)


def claims_a_filed_site(holding: str) -> str:
    """The condition that NEW is a case to file a site that is filed and live already."""
    return f"""NEW.state IN ({holding}) AND NEW.filing_type IN ({_MAKING})
    AND NEW.registrable_domain <> '' AND EXISTS (SELECT 1 FROM {DOMAIN} d WHERE d.live
    AND d.registrable_domain = NEW.registrable_domain AND d.service_kind = NEW.service_kind)"""


SQLITE = {
    "register_kept": _sqlite("register_kept", "DELETE", ROW, "1", _APPEND_ONLY),
    "register_unchanged": _sqlite("register_unchanged", "UPDATE", ROW, "1", _APPEND_ONLY),
    "register_not_replaced": _sqlite(
        "register_not_replaced", "INSERT", ROW, _SAME_ROW, _APPEND_ONLY
    ),
    "service_number_inserted": _sqlite(
        "service_number_inserted", "INSERT", SERVICE, _SQLITE_BAD_SERVICE, _SERVICE_NUMBER
    ),
    "service_number_updated": _sqlite(
        "service_number_updated", "UPDATE", SERVICE, _SQLITE_BAD_SERVICE, _SERVICE_NUMBER
    ),
    "subject_number_inserted": _sqlite(
        "subject_number_inserted", "INSERT", SUBJECT, _SQLITE_BAD_SUBJECT, _SUBJECT_NUMBER
    ),
    "subject_number_updated": _sqlite(
        "subject_number_updated", "UPDATE", SUBJECT, _SQLITE_BAD_SUBJECT, _SUBJECT_NUMBER
    ),
    "service_domain_inserted": _sqlite(
        "service_domain_inserted", "INSERT", DOMAIN, f"NOT {_OF_SERVICE}", _DOMAIN
    ),
    "service_domain_updated": _sqlite(
        "service_domain_updated", "UPDATE", DOMAIN, f"NOT {_OF_SERVICE}", _DOMAIN
    ),
    "service_domain_follows": "CREATE TRIGGER service_domain_follows AFTER UPDATE OF state,"
    f" service_kind ON {SERVICE} BEGIN {_FOLLOW}; END",
}


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN {body} END $$"
    )


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';"


_LOCK = "PERFORM pg_advisory_xact_lock(hashtextextended({}, 0));"
_PG_FILING = "^.ICP备([0-9]{8}|[0-9]{10})号$"
_PG_BASE = (
    "^(.ICP(备([0-9]{8}|[0-9]{10})|证[0-9]{6,})号|(.|合字)[AB][1-9]([.][AB][1-9])*-[0-9]{8})$"
)
_PG_SUFFIX = " OR ".join(
    f"(NEW.service_kind = '{kind}' AND {_SUFFIX} ~ '^-[1-9][0-9]*{letter}$')"
    for kind, letter in _LETTERS.items()
)
# The locks make two that would claim one number, or one domain, wait for each other.
POSTGRES_FUNCTIONS = (
    _function("refuse_register_change", _raise(_APPEND_ONLY)),
    _function(
        "check_service_number",
        f"{_LOCK.format('NEW.number_of')} IF NOT COALESCE("
        f"substr(NEW.number, 1, length(NEW.number_of)) = NEW.number_of"
        f" AND NEW.number_of ~ '{_PG_BASE}' AND ({_PG_SUFFIX}) AND NOT ({_TAKEN}), false)"
        f" THEN {_raise(_SERVICE_NUMBER)} END IF; RETURN NEW;",
    ),
    _function(
        "check_subject_number",
        f"{_LOCK.format('NEW.number')} IF NOT COALESCE(NEW.number ~ '{_PG_FILING}'"
        f" AND left(NEW.number, 1) = {_CHARACTER} AND NOT {_SUBJECT_TAKEN}, false)"
        f" THEN {_raise(_SUBJECT_NUMBER)} END IF; RETURN NEW;",
    ),
    _function(
        "check_service_domain",
        f"{_LOCK.format('NEW.registrable_domain')} IF NOT {_OF_SERVICE}"
        f" THEN {_raise(_DOMAIN)} END IF; RETURN NEW;",
    ),
    _function("follow_service", f"{_FOLLOW}; RETURN NULL;"),
)


def case_function(holding: str) -> str:
    """The function that refuses a case to file a site that is filed already."""
    return _function(
        "check_case_site",
        f"{_LOCK.format('NEW.registrable_domain')} IF {claims_a_filed_site(holding)}"
        f" THEN {_raise(SITE_FILED)} END IF; RETURN NEW;",
    )


def _each(name: str, when: str, table: str, function: str) -> str:
    return f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"


POSTGRES = {
    "register_kept": _each(
        "register_kept", "BEFORE UPDATE OR DELETE", ROW, "refuse_register_change"
    ),
    "register_not_truncated": f"CREATE TRIGGER register_not_truncated BEFORE TRUNCATE ON {ROW}"
    " EXECUTE FUNCTION refuse_register_change()",
    "service_number": _each(
        "service_number", "BEFORE INSERT OR UPDATE", SERVICE, "check_service_number"
    ),
    "subject_number": _each(
        "subject_number", "BEFORE INSERT OR UPDATE", SUBJECT, "check_subject_number"
    ),
    "service_domain": _each(
        "service_domain", "BEFORE INSERT OR UPDATE", DOMAIN, "check_service_domain"
    ),
    "service_domain_follows": _each(
        "service_domain_follows", "AFTER UPDATE OF state, service_kind", SERVICE, "follow_service"
    ),
}
TABLE_OF = {
    "register_kept": ROW,
    "register_not_truncated": ROW,
    "service_number": SERVICE,
    "subject_number": SUBJECT,
    "service_domain": DOMAIN,
    "service_domain_follows": SERVICE,
}
