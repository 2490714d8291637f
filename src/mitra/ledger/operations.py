"""Write an act: the last step of the transaction that decides something.

The leaf, the positions and their dates come from one counter row, in commit order and without a gap.  Whoever takes
from it holds it until commit, so an act is written last: what a transaction still has to do must not wait behind it.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import TYPE_CHECKING

from django.db import connection, transaction

from mitra.core.ledger.commitment import SALT_BYTES, canonical_body, coarse_time, commit
from mitra.core.ledger.dates import dates, gaps, micros
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
_ACT = "INSERT INTO ledger_act (leaf, commitment, t) VALUES (%s, %s, %s) RETURNING id"
_BODY = "INSERT INTO ledger_actbody (act_id, kind, by, at, salt, seed, body) VALUES (%s, %s, %s, %s, %s, %s, %s)"


# Six facts of one act, each plain: a class for them would be made at every call and named nowhere.
def write_act(
    kind: str,
    by: int | None,
    facts: Mapping[str, object],
    *,
    now: datetime,
    tree: Planted | None = None,
    shares: int = 0,
) -> Written:
    """Write one act and take its leaf, and so many positions with their dates, from the counter.

    `facts` are codes, ids and numbers (no fractions) that the body commits to.  Must be called inside a transaction,
    as its last write but for rows that need the positions.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "An act is written in the transaction of what it decides."
        raise transaction.TransactionManagementError(message)
    root = None if tree is None else b64encode(tree.root).decode()
    at = micros(now)
    body = canonical_body({"at": at, "by": by, "facts": dict(facts), "kind": kind, "root": root, "v": 1})
    salt = secrets.token_bytes(SALT_BYTES)
    commitment = commit(body, salt)
    between = gaps(secrets.token_bytes(shares))
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [shares, shares, at, at, sum(between)])
        seq, size, last_at = cursor.fetchone()
        cursor.execute(_ACT, [size - 1, commitment, coarse_time(now)])
        (act,) = cursor.fetchone()
        cursor.execute(_BODY, [act, kind, by, at, salt, None if tree is None else tree.seed, body])
    return Written(act, size - 1, commitment, seq - shares + 1, dates(last_at, between))
