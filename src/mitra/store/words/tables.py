"""The index of words in each database: how it is made, written, and asked.

SQLite: an FTS5 table without content, whose rows are the shares' numbers; it gives them in their order, newest first,
as fast as they are read.  Its tokenizer parts at ASCII signs only, so that each lexeme stays what it is.
PostgreSQL: a vector of lexemes a share under GIN, which keeps no order: questions go back in time by stretches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

    from mitra.store.words.indexing import Doc
    from mitra.store.words.lexemes import Group, Match

ALIAS = "default"
REACHED: Final = (
    "CREATE TABLE words_reached (seq bigint NOT NULL, version integer NOT NULL)",
    "INSERT INTO words_reached VALUES (0, 0)",
)
AGAIN: Final = "UPDATE words_reached SET seq = 0"


class WordTables(Protocol):
    """What an index does."""

    @property
    def create(self) -> Sequence[str]:
        """The statements that make it."""
        ...

    @property
    def clear(self) -> Sequence[str]:
        """The statements that empty it and begin again."""
        ...

    def put(self, docs: Sequence[Doc]) -> None:
        """Add shares; only inside a transaction."""
        ...

    def drop(self, docs: Sequence[Doc]) -> None:
        """Take shares out, given what they were put in with."""
        ...


class SqliteWords:
    """FTS5."""

    create = (
        "CREATE VIRTUAL TABLE words USING fts5(lexemes, content='', detail=none, columnsize=0, tokenize='ascii')",
        *REACHED,
    )
    clear = ("INSERT INTO words (words) VALUES ('delete-all')", AGAIN)

    def put(self, docs: Sequence[Doc]) -> None:
        """Add shares."""
        rows = [(doc.seq, " ".join(doc.lexemes)) for doc in docs]
        _many("INSERT INTO words (rowid, lexemes) VALUES (%s, %s)", rows)

    def drop(self, docs: Sequence[Doc]) -> None:
        """Take shares out: FTS5 wants to be told what it holds of them."""
        rows = [(doc.seq, " ".join(doc.lexemes)) for doc in docs]
        _many("INSERT INTO words (words, rowid, lexemes) VALUES ('delete', %s, %s)", rows)


class PostgresWords:
    """Vectors of lexemes under GIN."""

    clear = ("TRUNCATE words", AGAIN)
    create = (
        "CREATE TABLE words (seq bigint PRIMARY KEY, lexemes tsvector NOT NULL)",
        "CREATE INDEX words_lexemes ON words USING gin (lexemes) WITH (fastupdate = off)",
        "ALTER TABLE record DROP COLUMN IF EXISTS folded",  # what lists compared before there was an index
        *REACHED,
    )

    def put(self, docs: Sequence[Doc]) -> None:
        """Add shares."""
        rows = [(doc.seq, list(doc.lexemes)) for doc in docs]
        _many("INSERT INTO words VALUES (%s, array_to_tsvector(%s::text[]))", rows)

    def drop(self, docs: Sequence[Doc]) -> None:
        """Take shares out."""
        _many("DELETE FROM words WHERE seq = %s", [(doc.seq,) for doc in docs])


WORD_TABLES: Final[dict[str, WordTables]] = {"sqlite": SqliteWords(), "postgresql": PostgresWords()}


def tables() -> WordTables:
    """Return the index of this database."""
    return WORD_TABLES[connections[ALIAS].vendor]


def make_words(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the index; called by a migration."""
    for statement in WORD_TABLES[editor.connection.vendor].create:
        editor.execute(statement)


def fts_query(match: Match) -> str:
    """Return a match as FTS5 asks for it."""
    asked = _all_of(match.groups, " AND ", " OR ", _fts_lexeme)
    return f"({asked}) NOT ({_all_of(match.without, ' AND ', ' OR ', _fts_lexeme)})" if match.without else asked


def ts_query(match: Match) -> str:
    """Return a match as PostgreSQL asks for it."""
    asked = _all_of(match.groups, " & ", " | ", _ts_lexeme)
    return f"({asked}) & !({_all_of(match.without, ' & ', ' | ', _ts_lexeme)})" if match.without else asked


def _all_of(groups: Iterable[Group], both: str, either: str, say: _Say) -> str:
    return both.join(
        f"({either.join(say(lexeme, group.is_prefix and nth == 0) for nth, lexeme in enumerate(group.any_of))})"
        for group in groups
    )


class _Say(Protocol):
    def __call__(self, lexeme: str, is_prefix: bool, /) -> str: ...  # noqa: FBT001 -- a private pair of two


def _fts_lexeme(lexeme: str, is_prefix: bool, /) -> str:  # noqa: FBT001 -- as above
    return f'"{lexeme}"{" *" if is_prefix else ""}'


def _ts_lexeme(lexeme: str, is_prefix: bool, /) -> str:  # noqa: FBT001 -- as above
    return f"'{lexeme}'{':*' if is_prefix else ''}"


def _many(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.executemany(sql, rows)
