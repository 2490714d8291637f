"""Native statements on Django's own PostgreSQL connection: inside its transactions, with its errors.

Values are bound by the server and rows come back in binary, so that a record's bytes are never written out as text.
Sets of whole numbers and of bytes travel as one array each, however many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connections
from django.db.transaction import TransactionManagementError
from psycopg.types.string import BytesBinaryDumper

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

Row = tuple[Any, ...]


class Raw:
    """The connection of this thread under one alias."""

    def __init__(self, alias: str) -> None:
        self.alias = alias

    @property
    def django(self) -> BaseDatabaseWrapper:
        """Django's wrapper, connected."""
        connection = connections[self.alias]
        connection.ensure_connection()
        return connection

    def ask(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Row]:
        """Run one statement and return all of its rows."""
        connection = self.django
        native: psycopg.Connection[Row] = connection.connection
        with connection.wrap_database_errors, psycopg.Cursor(native) as cursor:
            cursor.execute(sql, values, binary=True)
            return cursor.fetchall() if cursor.description else []

    def put(self, table: str, types: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
        """Copy rows into a table, in columns of these types; only inside a transaction."""
        connection = self.django
        if not connection.in_atomic_block:
            message = "The store writes inside a transaction."
            raise TransactionManagementError(message)
        native: psycopg.Connection[Row] = connection.connection
        sql = f"COPY {table} ({', '.join(types)}) FROM STDIN (FORMAT BINARY)"
        with connection.wrap_database_errors, psycopg.Cursor(native) as cursor, cursor.copy(sql) as copy:
            cursor.adapters.register_dumper(bytes, BytesBinaryDumper)  # what `set_types` finds first is a slow one
            copy.set_types(list(types.values()))
            for row in rows:
                copy.write_row(row)


def numbers(values: Iterable[int]) -> str:
    """Return whole numbers as one array: a value to cast with `::int8[]`, made faster than a list is bound."""
    return "{" + ",".join([str(int(value)) for value in values]) + "}"


def texts(values: Iterable[str]) -> str:
    """Return texts as one array: a value to cast with `::text[]`, likewise."""
    return "{" + ",".join(['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values]) + "}"
