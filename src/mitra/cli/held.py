"""What a holder keeps of each log that it verified: the keys that it trusts and the largest checkpoint it saw.

One folder a log under `held-checkpoints/` of the home, named by the SHA-256 of the log's origin, so that a log that
later shows another history is found out by whoever kept the first.
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING

from mitra.config.home import folder
from mitra.core.ledger.checkpoint import read_checkpoint
from mitra.core.ledger.note import read_note
from mitra.core.ledger.policy import NONE, Log, Policy, read_policy, write_policy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mitra.core.ledger.checkpoint import Checkpoint
    from mitra.core.ledger.keys import VerifierKey

FOLDER = "held-checkpoints"
CHECKPOINT, KEYS = "checkpoint", "policy"


def held_checkpoint(origin: str) -> Checkpoint | None:
    """Return the largest checkpoint of a log that was kept, None before the first."""
    data = _read(origin, CHECKPOINT)
    return None if data is None else read_checkpoint(read_note(data).text)


def held_keys(origin: str) -> tuple[VerifierKey, ...]:
    """Return the keys of a log that were trusted before."""
    data = _read(origin, KEYS)
    return () if data is None else read_policy(data).logs_of(origin)


def keep(origin: str, note: bytes | None, keys: Sequence[VerifierKey]) -> None:
    """Keep a checkpoint that was verified (none: the one before stays) and the keys that are trusted now."""
    if note is not None:
        _write(origin, CHECKPOINT, note)
    _write(origin, KEYS, write_policy(Policy(tuple(Log(key) for key in keys), (), (), NONE)))


def _folder(origin: str) -> Path:
    return folder(f"{FOLDER}/{sha256(origin.encode()).hexdigest()}")


def _read(origin: str, name: str) -> bytes | None:
    try:
        return (_folder(origin) / name).read_bytes()
    except FileNotFoundError:
        return None


def _write(origin: str, name: str, data: bytes) -> None:
    path = _folder(origin) / name
    beside = path.with_name(f".{name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
