"""Make the tables of machine scale, by the database's own module: no Django models, no keys into Django's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ImproperlyConfigured

from mitra.store.postgres import schema as postgres
from mitra.store.sqlite import schema as sqlite
from mitra.store.sqlite import strengthening
from mitra.store.words.tables import WORD_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.apps.registry import Apps
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class Schema(NamedTuple):
    """How one database makes its tables, what they are called, and what brings those of the first release up to date.

    A database that came later makes its tables as they are now, and has nothing to bring up to date.
    """

    create: tuple[str, ...]
    tables: tuple[str, ...]
    empty: tuple[str, ...]
    """What empties them, for tests: nothing in the program does."""
    strengthen: Callable[[BaseDatabaseWrapper], None] | None = None


SCHEMAS = {
    "sqlite": Schema(
        sqlite.CREATE, sqlite.TABLES, (*sqlite.EMPTY, *WORD_TABLES["sqlite"].clear), strengthening.strengthen
    ),
    "postgresql": Schema(
        postgres.CREATE, postgres.TABLES, (*postgres.EMPTY, *WORD_TABLES["postgresql"].clear), postgres.strengthen
    ),
}


def make_tables(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create every table; called by the first migration."""
    for statement in _schema(editor).create:
        editor.execute(statement)


def drop_tables(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take every table away again."""
    for table in reversed(_schema(editor).tables):
        editor.execute(f"DROP TABLE {table}")


def strengthen_tables(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Bring the tables of the first release up to date; called by the second migration."""
    strengthen = _schema(editor).strengthen
    if strengthen is not None:
        strengthen(editor.connection)


def _schema(editor: BaseDatabaseSchemaEditor) -> Schema:
    vendor = editor.connection.vendor
    if vendor not in SCHEMAS:
        raise ImproperlyConfigured(unknown_vendor(vendor))
    return SCHEMAS[vendor]


def unknown_vendor(vendor: str) -> str:
    """Return what to tell an operator whose database has no module here."""
    return f"Records cannot be kept in {vendor}; set the database to one of: {', '.join(SCHEMAS)}."
