"""What a database holds beside its rows, so that two of them can be compared.

The order of columns is left out: a column that a later release adds stands last in a database of
the release before.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.db import connection

Schema = dict[str, Any]

_SQLITE = """
SELECT type || ' ' || name, sql FROM sqlite_master
WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name
"""
_POSTGRES = """
SELECT 'column ' || table_name || '.' || column_name,
       concat_ws(' ', udt_name, character_maximum_length, numeric_precision, collation_name,
                 'null ' || is_nullable, 'identity ' || is_identity, column_default)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function ' || proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'statistics ' || stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
UNION ALL
SELECT 'sequence ' || sequencename, data_type::text FROM pg_sequences
ORDER BY 1
"""


def schema() -> Schema:
    """Every table, column, constraint, index, trigger and the like, by its name."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRES if connection.vendor == "postgresql" else _SQLITE)
        rows = cursor.fetchall()
    if connection.vendor == "postgresql":
        return {name: plain(about) for name, about in rows}
    return {name: sorted(parts(sql)) if name.startswith("table ") else sql for name, sql in rows}


def plain(sql: str) -> str:
    """Without the casts of texts: a list of them is written in another way once it was dumped."""
    sql = re.sub(r"::(character varying|text)(\[\])?", "", sql)
    sql = re.sub(r"\(('[^']*')\)", r"\1", sql)
    return re.sub(r"\(\((ARRAY\[[^]]*\])\)\)", r"(\1)", sql)


def parts(sql: str) -> Iterator[str]:
    """What a table is made of: columns and constraints, and what stands around the brackets."""
    depth, part, quoted = 0, "", False
    for letter in sql:
        quoted ^= letter == "'"
        before = depth
        if not quoted:
            depth += (letter == "(") - (letter == ")")
        if not quoted and ({before, depth} == {0, 1} or (depth == 1 and letter == ",")):
            yield part.strip()
            part = ""
        else:
            part += letter
    yield part.strip()
