"""Write an act: the last step of the transaction that decides something.

The leaf, the positions and their dates come from one counter row, in commit order and without a gap.  Whoever takes
from it holds it until commit, so an act is written last: what a transaction still has to do must not wait behind it.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import TYPE_CHECKING

from django.db import connection, transaction

from mitra.core.ledger.commitment import SALT_BYTES, canonical_body, coarse_time, commit, salt_of_aside
from mitra.core.ledger.dates import dates, gaps, micros, replay_span
from mitra.core.ledger.lines import encode_base64
from mitra.ledger import models
from mitra.ledger.facts import Written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.core.ledger.act_tree import Planted

_TAKE = """
UPDATE ledger_counter
SET seq = seq + %s,
    leaf = leaf + 1,
    last_at = CASE WHEN %s = 0 THEN last_at
                   ELSE ((CASE WHEN last_at > %s THEN last_at ELSE %s END + %s + 999) / 1000) * 1000 END
RETURNING seq, leaf, last_at
"""
_TAKE_REPLAY = """
UPDATE ledger_counter
SET seq = seq + %s,
    last_at = ((CASE WHEN last_at > %s THEN last_at ELSE %s END + %s + 1000) / 1000) * 1000
RETURNING seq, last_at
"""
_HOLD = "UPDATE ledger_counter SET seq = seq RETURNING seq"
_ACT = "INSERT INTO ledger_act (leaf, commitment, t, first_seq, shares) VALUES (%s, %s, %s, %s, %s) RETURNING id"
_BODY = """
INSERT INTO ledger_actbody (act_id, kind, by, at, salt, seed, body, aside) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


# Seven facts of one act, each plain: a class for them would be made at every call and named nowhere.
def write_act(  # noqa: PLR0913
    kind: str,
    by: int | None,
    facts: Mapping[str, object],
    *,
    now: datetime,
    tree: Planted | None = None,
    shares: int = 0,
    aside: bytes = b"",
) -> Written:
    """Write one act and take its leaf, and so many positions with their dates, from the counter.

    `facts` are codes, ids and numbers (no fractions) that the body commits to.  `aside` is what only the author's
    organisation is told; the body commits to it under a salt of its own, drawn from the tree's seed.  Must be called
    inside a transaction, as its last write but for rows that need the positions.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "An act is written in the transaction of what it decides."
        raise transaction.TransactionManagementError(message)
    root = None if tree is None else b64encode(tree.root).decode()
    at = micros(now)
    said = {"at": at, "by": by, "facts": dict(facts), "kind": kind, "root": root, "v": 3}
    if aside and tree is not None:
        said["aside"] = encode_base64(commit(aside, salt_of_aside(tree.seed)))
    body = canonical_body(said)
    salt = secrets.token_bytes(SALT_BYTES)
    commitment = commit(body, salt)
    between = gaps(secrets.token_bytes(shares))
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [shares, shares, at, at, sum(between)])
        seq, size, last_at = cursor.fetchone()
        first_seq = seq - shares + 1
        cursor.execute(_ACT, [size - 1, commitment, coarse_time(now), first_seq if shares else None, shares or None])
        (act,) = cursor.fetchone()
        cursor.execute(_BODY, [act, kind, by, at, salt, None if tree is None else tree.seed, body, aside or None])
    return Written(act, size - 1, commitment, first_seq, dates(last_at, between))


def hold_counter() -> int:
    """Take the counter's row until commit and return the last position given out: all up to it are committed.

    Inside a transaction that decides who reads, for what was shared before it must not change while it is counted.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD)
        return int(cursor.fetchone()[0])


def take_replay(n: int, *, now: datetime) -> tuple[int, int]:
    """Take `n` positions for an arrival; return the first of them, and from where its dates count (microseconds)."""
    at = micros(now)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_REPLAY, [n, at, at, replay_span(n)])
        seq, last_at = cursor.fetchone()
    return int(seq) - n + 1, int(last_at) - replay_span(n)


def erase_lines(act: int, leaves: Mapping[int, bytes]) -> None:
    """Keep of these lines of an act, by seq, only their leaves; the paths of the others lead past them."""
    models.ErasedLine.objects.bulk_create(
        [models.ErasedLine(act_id=act, seq=seq, leaf=leaf) for seq, leaf in leaves.items()]
    )


def erase_body(act: int, *, by_act: int) -> None:
    """Erase what an act said: salt, seed, body and what was kept of its lines.  Its entry in the log stays."""
    models.ErasedLine.objects.filter(act=act).delete()
    models.ActBody.objects.filter(act=act).delete()
    models.Act.objects.filter(pk=act).update(erased_by=by_act)


def forget_seed(act: int) -> None:
    """Let nobody open the tree of an act any more: of an erasure, who and why stay, not of what."""
    models.ActBody.objects.filter(act=act).update(seed=None)
