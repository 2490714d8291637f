"""Make the tables of machine scale, by the database's own module: no Django models, no keys into Django's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from mitra.store.sqlite import schema as sqlite

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SCHEMAS = {"sqlite": (sqlite.CREATE, sqlite.TABLES)}
"""For each database, what makes the tables and what they are called."""


def make_tables(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create every table; called by the first migration."""
    create, _ = _schema(editor)
    for statement in create:
        editor.execute(statement)


def drop_tables(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take every table away again."""
    _, tables = _schema(editor)
    for table in reversed(tables):
        editor.execute(f"DROP TABLE {table}")


def _schema(editor: BaseDatabaseSchemaEditor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    vendor = editor.connection.vendor
    if vendor not in SCHEMAS:
        raise ImproperlyConfigured(unknown_vendor(vendor))
    return SCHEMAS[vendor]


def unknown_vendor(vendor: str) -> str:
    """Return what to tell an operator whose database has no module here."""
    return f"Records cannot be kept in {vendor}; set the database to one of: {', '.join(SCHEMAS)}."
