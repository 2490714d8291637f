"""Make findable what was shared since: the worker's part, in short turns.

Shares are taken in the order of their numbers, which is that of their commits, so none is ever passed over.  What is
made of them is made outside the transaction; inside it the index is written, and how far it goes.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connections, transaction

from mitra.core.ledger.dates import instant
from mitra.core.policy.facts import Tlp
from mitra.store.facts import RECORDS
from mitra.store.things.kinds import PREFIX
from mitra.store.words.lexemes import VERSION, lexemes_of, places_of
from mitra.store.words.tables import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

ALIAS = "default"
AT_ONCE: Final = 200
"""Shares of one transaction: 5 to 10 ms."""
TURN_SECONDS: Final = 0.4
"""How long one turn goes on; what waits then is the next one's."""
# What is for named persons is not found by words, and of other rooms' records only their things are.
_FOUND = f"a.tlp <> {int(Tlp.RED)} AND (a.room = '{RECORDS}' OR s.type LIKE '{PREFIX}%%')"
_NEXT = f"""
SELECT s.seq, s.audience, s.by, s.type, r.title, r.raw FROM share s
JOIN record r ON r.id = s.record JOIN store_audience a ON a.id = s.audience
WHERE s.seq > %s AND s.seq <= %s AND {_FOUND} ORDER BY s.seq
"""  # noqa: S608 -- a number
_OF = f"""
SELECT s.seq, s.audience, s.by, s.type, r.title, r.raw FROM share s
JOIN record r ON r.id = s.record JOIN store_audience a ON a.id = s.audience
WHERE s.seq IN ({{seqs}}) AND s.seq <= %s AND {_FOUND}
"""  # noqa: S608 -- numbers

_REACHED = "SELECT seq, version FROM words_reached"


class Doc(NamedTuple):
    """One share as the index holds it."""

    seq: int
    lexemes: frozenset[str]


class Reached(NamedTuple):
    """Up to which share the index goes, and by which version of its lexemes."""

    seq: int
    version: int


def index_words(*, seconds: float = TURN_SECONDS) -> bool:
    """Index what waits, for about so long; return whether more waits."""
    until = perf_counter() + seconds
    while index_next():
        if perf_counter() > until:
            return True
    return False


def index_next(most: int = AT_ONCE) -> bool:
    """Index the next shares; return whether there were any."""
    reached, top = _reached(), _top()
    if reached.version != VERSION:
        with transaction.atomic(using=ALIAS):
            for statement in tables().clear:
                _do(statement)
            _move(Reached(0, VERSION))
        return True
    if reached.seq >= top:
        return False
    to = min(top, reached.seq + most)
    docs = _docs(_ask(_NEXT, [reached.seq, to]))
    with transaction.atomic(using=ALIAS):
        if _reached(is_locked=True) != reached:
            return True
        tables().put(docs)
        _move(Reached(to, VERSION))
    return True


def forget_words(seqs: Iterable[int]) -> None:
    """Take shares out of the index while their records are still here; in the transaction of the erasure."""
    reached = _reached(is_locked=True)
    listed = ",".join(str(int(seq)) for seq in seqs)
    if listed and reached.version == VERSION:
        tables().drop(_docs(_ask(_OF.format(seqs=listed), [reached.seq])))


def findable_until(*, now: datetime) -> datetime | None:
    """Return since when what was shared is not findable yet, to ten seconds; None where all is."""
    rows = _ask("SELECT min(at) FROM share WHERE seq > %s", [_reached().seq])
    at = rows[0][0]
    if at is None:
        return None
    since = min(instant(at), now)
    return since.replace(second=since.second // 10 * 10, microsecond=0)


def _docs(rows: Iterable[tuple[Any, ...]]) -> list[Doc]:
    return [
        Doc(seq, frozenset(lexemes_of(title, bytes(raw)) | places_of(seq, audience, by, kind)))
        for seq, audience, by, kind, title, raw in rows
    ]


def _reached(*, is_locked: bool = False) -> Reached:
    lock = " FOR UPDATE" if is_locked and connections[ALIAS].features.has_select_for_update else ""
    return Reached(*_ask(_REACHED + lock)[0])


def _move(to: Reached) -> None:
    _do("UPDATE words_reached SET seq = %s, version = %s", list(to))


def _top() -> int:
    (top,) = _ask("SELECT coalesce(max(seq), 0) FROM share")[0]
    return int(top)


def _do(sql: str, values: Sequence[Any] = ()) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, values)


def _ask(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
