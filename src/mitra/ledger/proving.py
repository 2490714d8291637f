"""Prove where an act stands: the promise at once, the proof file once a checkpoint covers it, the growth since another.

Everything is made from the tiles on disk and verified before it is given out: what this node says about its log, it has
just seen itself.  Budget: 20 ms for any leaf of a million (bench/ledger.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from mitra.core.errors import InvalidInput, ProofFailed, Unavailable
from mitra.core.ledger.checkpoint import read_checkpoint
from mitra.core.ledger.commitment import salt_of_aside
from mitra.core.ledger.note import read_note, sign, write_note
from mitra.core.ledger.opening import Aside, Opening
from mitra.core.ledger.proof import Proof
from mitra.core.ledger.receipt import Growth, Receipt, write_receipt
from mitra.core.ledger.statements import Promise, write_promise
from mitra.core.ledger.tiles import TileReader
from mitra.core.ledger.tree import consistency_path, inclusion_path, leaf_hash, verify_inclusion
from mitra.ledger.files import LogFiles
from mitra.ledger.keys import list_key_changes, log_signers, origin
from mitra.ledger.queries import find_said, get_receipt, health
from mitra.ledger.sequencer import FOLDER

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.ledger.act_tree import TreePath


STOPPED_SECONDS = 600
"""After how long to ask a stopped log again: a person has to look first."""


def log_files() -> LogFiles:
    """Return the files of this node's log."""
    return LogFiles(Path(settings.MITRA_HOME) / FOLDER)


def promise(act: int, *, now: datetime) -> bytes:
    """Return the note by which the log's key promises an act its place; raises NotFound, Unavailable once it stopped.

    It can be made at commit, as the place is the act's own from then on.
    """
    receipt = get_receipt(act)
    log = health(now)
    if log.stopped and receipt.leaf >= log.size:
        message = "The log has stopped, so nothing new is promised; its operator sees why on the page Node."
        raise Unavailable(message, retry_after=STOPPED_SECONDS)
    said = Promise(origin(), receipt.leaf, receipt.commitment, int(receipt.logged_at.timestamp()))
    return write_note(sign(write_promise(said), log_signers(now)[:1], at=int(now.timestamp())))


def prove(
    act: int, *, line: TreePath | None, by: int | None = None, held: int | None = None, now: datetime
) -> Proof | None:
    """Return the proof of an act with all that opens it for one reader; None while no checkpoint covers it.

    `line` is that reader's own path in the act's tree, `by` its organisation: the author's own is told what stands
    beside the body.  `held` is a size that it holds a checkpoint of, from which the growth is proven.  Raises NotFound
    where the act's salt and body are erased, InvalidInput for a `held` that is not of this log.
    """
    receipt = get_receipt(act)
    data = log_files().checkpoint()
    checkpoint = None if data is None else read_checkpoint(read_note(data).text)
    if data is None or checkpoint is None or checkpoint.size <= receipt.leaf:
        return None
    hashes = TileReader(checkpoint.size, log_files().read)
    path = tuple(inclusion_path(receipt.leaf, checkpoint.size, hashes))
    if not verify_inclusion(path, receipt.leaf, checkpoint.size, leaf_hash(receipt.entry), checkpoint.root):
        message = f"Leaf {receipt.leaf} is not what its tiles hold: run `mitra check`."
        raise ProofFailed(message)
    return Proof(receipt.leaf, path, data, _extra(act, (line, by), _growth(held, checkpoint.size, hashes), now))


def _extra(act: int, reader: tuple[TreePath | None, int | None], grew: Growth | None, now: datetime) -> bytes:
    line, by = reader
    said = find_said(act)
    receipt = get_receipt(act)
    if said is None:
        message = "What this act said is erased, so there is nothing to open its leaf with."
        raise InvalidInput(message, path="act", rule="erased")
    aside = None
    if said.aside and said.seed is not None and said.by == by:
        aside = Aside(said.aside.decode(), salt_of_aside(said.seed))
    opening = Opening(said.body, said.salt, int(receipt.logged_at.timestamp()), line, aside)
    changes = tuple(list_key_changes())
    return write_receipt(Receipt(opening, promise(act, now=now).decode(), changes, grew))


def _growth(held: int | None, size: int, hashes: TileReader) -> Growth | None:
    if held is None:
        return None
    if not 0 <= held <= size:
        message = f"This log has {size} entries in its newest checkpoint, so you cannot hold one of {held}."
        raise InvalidInput(message, path="held", rule="held-size")
    return Growth(held, tuple(consistency_path(held, size, hashes)))
