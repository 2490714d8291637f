"""Native statements on Django's own SQLite connection: inside its transactions, with its errors.

Statements that hold lists of numbers have them written in (`numbers`): SQLite binds at most 32,766 values, and plans a
literal list as well as a bound one.  Nothing but whole numbers is ever written in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connections
from django.db.transaction import TransactionManagementError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

CHUNK = 400
"""How many values one statement asks about at once."""

Row = tuple[Any, ...]
Values = dict[str, Any]
"""What a statement binds by name."""
T = TypeVar("T")


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
        """Run one statement and return all of its rows: no reader stays open behind a page."""
        connection = self.django
        native: sqlite3.Connection = connection.connection
        with connection.wrap_database_errors:
            return native.execute(sql, values).fetchall()

    def put(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row; only inside a transaction."""
        connection = self.django
        if not connection.in_atomic_block:
            message = "The store writes inside a transaction."
            raise TransactionManagementError(message)
        native: sqlite3.Connection = connection.connection
        with connection.wrap_database_errors:
            native.executemany(sql, rows)


def numbers(values: Iterable[int]) -> str:
    """Return whole numbers as they stand in a statement's list."""
    return ",".join([str(int(value)) for value in values])


def marks(count: int, shape: str = "?") -> str:
    """Return so many placeholders."""
    return ",".join([shape] * count)


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Yield the values in runs of at most so many."""
    for at in range(0, len(values), size):
        yield values[at : at + size]
