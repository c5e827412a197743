"""The engine room leans on nothing of Django that its documentation does not name."""

import ast
from pathlib import Path

import pytest

from icpcases import db

FILES = sorted(Path(db.__file__).parent.glob("*.py"))
#: What is imported of Django, and the page of its documentation that names it.
IMPORTED = {
    "django.db": "topics/db/multi-db, ref/exceptions",
    "django.db.DEFAULT_DB_ALIAS": "topics/db/multi-db",
    "django.db.Error": "ref/exceptions: Database exceptions",
    "django.db.connection": "topics/db/sql: Executing custom SQL directly",
    "django.db.connections": "topics/db/sql: Executing custom SQL directly",
    "django.db.transaction": "topics/db/transactions",
    "django.db.backends.signals.connection_created": "ref/signals",
    "django.db.models.Field": "ref/models/fields: Field API reference",
    "django.db.models.Model": "ref/models/instances",
    "django.db.models.Q": "ref/models/querysets",
    "django.db.models.QuerySet": "ref/models/querysets",
    "django.core.paginator.Paginator": "ref/paginator",
    "django.utils.functional.cached_property": "ref/utils",
}
#: What is asked of connections, models, their options and fields, and the page that names it.
ASKED = {
    "connection.alias": "ref/databases",
    "connection.cursor": "topics/db/sql",
    "connection.vendor": "topics/migrations, ref/schema-editor",
    "connection_created.connect": "topics/signals",
    "field.attname": "howto/custom-model-fields, ref/models/meta",
    "field.from_db_value": "ref/models/fields",
    "field.get_db_prep_save": "ref/models/fields",
    "field.get_internal_type": "ref/models/fields",
    "here.cursor": "topics/db/sql",
    "here.vendor": "topics/migrations, ref/schema-editor",
    "model._meta": "ref/models/meta",
    "model._meta.db_table": "ref/models/options",
    "model._meta.get_fields": "ref/models/meta",
    "model._meta.pk_fields": "topics/composite-primary-key",
    "relation.attname": "ref/models/meta",
    "relation.null": "ref/models/fields",
    "relation.related_model": "ref/models/fields: attributes for fields with relations",
    "row._state": "ref/models/instances: _state",
    "row._state.adding": "ref/models/instances: _state",
    "row._state.db": "ref/models/instances: _state",
    "row.pk": "ref/models/instances",
    "self.model._meta": "ref/models/meta",
    "self.model._meta.get_field": "ref/models/meta",
    "self.model.from_db": "ref/models/instances: from_db",
    "transaction.get_autocommit": "topics/db/transactions",
}
#: Under these names Django's own objects go through the engine room.
OWNERS = (
    "connection", "connection_created", "field", "here", "model", "relation", "row",
    "self.model", "transaction",
)  # fmt: skip


def imported(source: str) -> set[str]:
    """The names that a module takes from Django."""
    froms = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom))
    found = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    return {name for name in found if name.startswith("django.")}


def asked(source: str) -> set[str]:
    """The attributes that a module asks of Django's objects, and whatever begins with a line."""
    found = {
        ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)
    }
    return {
        name
        for name in found
        if name.startswith(tuple(f"{owner}." for owner in OWNERS))
        or (name.rpartition(".")[2].startswith("_") and not name.rpartition(".")[2].endswith("__"))
    }


def test_what_is_imported_is_documented():
    found = set().union(*(imported(path.read_text()) for path in FILES))
    assert found == set(IMPORTED) - {"django.db"} | {"django.db"} & found


def test_what_is_asked_is_documented():
    found = set().union(*(asked(path.read_text()) for path in FILES))
    assert found == set(ASKED)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from django.db.models.query import get_related_populators",
         {"django.db.models.query.get_related_populators"}),
        ("from django.db.models.base import ModelState", {"django.db.models.base.ModelState"}),
    ],
)  # fmt: skip
def test_what_is_imported_is_seen(source, found):
    assert imported(source) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("here.create_cursor()", {"here.create_cursor"}),
        ("query._iterable_class", {"query._iterable_class"}),
        ("super().__init__()", set()),
    ],
)
def test_what_is_asked_is_seen(source, found):
    assert asked(source) == found
