"""References of cases: one counter a year, counted up in one statement."""

from django.db import connection

from .models import ReferenceCounter


def next_reference(year: int) -> str:
    """The next reference of a year, such as ICP-2026-000123; unique however many ask at once."""
    table = ReferenceCounter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (year, last) VALUES (%s, 1)"
            f" ON CONFLICT (year) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [year],
        )
        (number,) = cursor.fetchone()
    return f"ICP-{year}-{number:06d}"
