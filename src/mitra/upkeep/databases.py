"""Take a database's content out while it is in use, and put it into an empty one: natively for each vendor.

* SQLite: one step of its online backup copies all pages as one snapshot; writers go on meanwhile.
* PostgreSQL: each table by COPY in one REPEATABLE READ transaction; sequences are set from what was loaded.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.db import connection, connections, transaction

from mitra.core.errors import Conflict, InvalidInput
from mitra.upkeep.restoring import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SQLITE_FILE = "mitra.sqlite3"
_COLUMNS = """
SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace GROUP BY c.relname ORDER BY c.relname
"""
_NUMBERED = """
SELECT s.oid::regclass::text, c.relname, a.attname FROM pg_class s
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
JOIN pg_class c ON c.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S' AND d.refclassid = 'pg_class'::regclass AND s.relnamespace = current_schema()::regnamespace
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of a database in use: how far it reaches, and its content as files."""

    seq: int
    """The last position given out."""
    leaf: int
    """How many leaves were given out."""
    size: int
    """How many of them the newest checkpoint covers."""
    checkpoint: str
    """That checkpoint; `''` before the first."""
    migrations: dict[str, str]
    """The last migration of each app."""
    files: Iterator[Path]
    """Files of its content, each there until the next is asked for."""


@contextmanager
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """Take a snapshot, using a folder for what does not fit into memory."""
    with _sqlite(folder) if connection.vendor == "sqlite" else _postgres(folder) as taken:
        yield taken


@contextmanager
def _sqlite(folder: Path) -> Iterator[Snapshot]:
    path = folder / SQLITE_FILE
    source = f"{Path(connection.settings_dict['NAME']).resolve().as_uri()}?mode=ro"
    with (
        connection.wrap_database_errors,
        closing(sqlite3.connect(source, uri=True)) as here,
        closing(sqlite3.connect(path)) as there,
    ):
        here.backup(there)
        facts = _facts(lambda sql: there.execute(sql).fetchall())
    yield Snapshot(*facts, files=iter([path]))


@contextmanager
def one_moment() -> Iterator[None]:
    """Let everything that is read inside be of one moment, while writers go on; a transaction that runs is kept."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        connection.ensure_connection()
        sqlite: Any = connection
        wanted, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"  # which no writer waits for
        try:
            with transaction.atomic():
                yield
        finally:
            sqlite.transaction_mode = wanted


@contextmanager
def _postgres(folder: Path) -> Iterator[Snapshot]:
    with one_moment(), connection.cursor() as cursor:

        def ask(sql: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql)
            return list(cursor.fetchall())

        yield Snapshot(*_facts(ask), files=_tables(folder))


def _facts(ask: Callable[[str], list[tuple[Any, ...]]]) -> tuple[int, int, int, str, dict[str, str]]:
    ((seq, leaf),) = ask("SELECT seq, leaf FROM ledger_counter")
    published = ask("SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
    ((size, checkpoint),) = published or [(0, "")]
    migrations = dict(ask("SELECT app, name FROM django_migrations ORDER BY id"))
    return seq, leaf, size, checkpoint, migrations


def _tables(folder: Path) -> Iterator[Path]:
    (folder / TABLES).mkdir()
    for name, columns in _columns():
        path = folder / TABLES / name
        with _copy(f'"{name}" ({columns}) TO STDOUT') as rows, path.open("wb") as file:
            for chunk in rows:
                file.write(chunk)
        yield path
        path.unlink()


def load(home: Path, migrations: Mapping[str, str]) -> None:
    """Fill the empty database from a home's files, and bring it up to this version; raises Conflict, InvalidInput.

    A PostgreSQL is filled in one transaction: it stays empty unless all of it is there.
    """
    check_known(migrations)
    if connection.vendor == "postgresql":
        with transaction.atomic():
            _load_tables(home / TABLES, migrations)
            call_command("migrate", verbosity=0)
    else:
        call_command("migrate", verbosity=0)
    connections.close_all()


def check_known(migrations: Mapping[str, str]) -> None:
    """Raise InvalidInput for a state of the database that only a newer version of this program knows."""
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415 - reads every app's folder

    known = MigrationLoader(None).disk_migrations or {}
    newer = [f"{app} {name}" for app, name in migrations.items() if (app, name) not in known]
    if newer:
        message = f"This backup is of a newer version of Mitra ({newer[0]}): install that version first."
        raise InvalidInput(message, path="file", rule="newer-version")


def _load_tables(folder: Path, migrations: Mapping[str, str]) -> None:
    if _columns():
        message = "The database has tables already: a backup is restored into an empty one."
        raise Conflict(message)
    for app, name in migrations.items():
        call_command("migrate", app, name, verbosity=0)
    tables = _columns()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no key may wait to be looked at where a table is emptied,
        cursor.execute("TRUNCATE " + ", ".join(f'"{name}"' for name, _ in tables))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for name, columns in tables:
            with (folder / name).open("rb") as file, _copy(f'"{name}" ({columns}) FROM STDIN') as rows:
                while chunk := file.read(1 << 20):
                    rows.write(chunk)
        cursor.execute(_NUMBERED)
        for sequence, table, column in cursor.fetchall():
            there = f'(SELECT coalesce(max("{column}"), 1) FROM "{table}"), EXISTS (SELECT 1 FROM "{table}")'  # noqa: S608 - names of our tables
            cursor.execute(f"SELECT setval('{sequence}', {there})")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or altered, which comes next
        cursor.execute("ANALYZE")


def _columns() -> list[tuple[str, str]]:
    """Return each table with its columns: by their names, for their order tells by which versions it was made."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        return list(cursor.fetchall())


@contextmanager
def _copy(what: str) -> Iterator[Any]:
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {what} (FORMAT BINARY)") as rows,
    ):
        yield rows
