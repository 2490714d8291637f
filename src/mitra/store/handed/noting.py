"""Note what is handed out: one appended line, so that reading never queues for the one writer of a database.

A file of its own for each process, begun anew every few minutes; the worker folds them into the database
(`folding.py`).  A line survives `kill -9`; a power failure may lose the last seconds.

Budget: 0.2 ms for a page of a thousand.
"""

from __future__ import annotations

import errno
import os
import secrets
import time
from base64 import b64encode
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import orjson
from django.conf import settings

from mitra.core.ledger.dates import micros
from mitra.store.handed.packing import WIDEST_GAP, pack
from mitra.store.refs import Refs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.store.handed.facts import Channel, Recipient

FOLDER = "handed"
BEGIN_ANEW_SECONDS = 300
SUFFIX = ".lines"


class Notes:
    """The file that one process appends to; safe among threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._file = -1
        self._owner = 0
        self._begun_at = 0.0
        """On the machine's steady clock, for a file's age is no request's matter."""

    def append(self, line: bytes) -> None:
        """Append one line in one write, so that no other line can stand inside it; raises OSError.

        What a full disk cut off stays the last line of its file: the next one begins another.
        """
        with self._lock:
            if self._is_over():
                self._begin()
            if os.write(self._file, line) < len(line):
                self._end()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Close the file; the next line begins another."""
        with self._lock:
            self._end()

    def _is_over(self) -> bool:
        """Return whether a new file is due: this one is old, of a parent process, or folded and gone already."""
        return (
            self._file < 0
            or self._owner != os.getpid()
            or time.monotonic() - self._begun_at > BEGIN_ANEW_SECONDS
            or not os.fstat(self._file).st_nlink
        )

    def _begin(self) -> None:
        self._end()
        name = f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        self._file = os.open(folder_of_notes() / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        self._owner, self._begun_at = os.getpid(), time.monotonic()

    def _end(self) -> None:
        if self._file >= 0 and self._owner == os.getpid():
            os.close(self._file)
        self._file = -1


notes = Notes()


def folder_of_notes() -> Path:
    """Return the folder in the node's home that holds the files, made on first use."""
    folder = Path(settings.MITRA_HOME) / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def note(seqs: Iterable[int], *, to: Recipient, channel: Channel, now: datetime) -> None:
    """Note that these shares are about to be handed to somebody; nothing for none.  Raises OSError.

    Before the answer is sent: what cannot be noted is not handed out.
    """
    ordered = sorted(set(seqs))
    at = micros(now)
    for run in _runs(ordered):
        said = [at, to.organisation, to.person, to.credential, channel, run[0], run[-1], len(run)]
        packed = pack(run)
        notes.append(orjson.dumps([*said, b64encode(packed).decode()]) + b"\n")


def numbers_of(names: Iterable[str]) -> list[int]:
    """Return the numbers of shares that a page knows by their public names."""
    refs = Refs(settings.MITRA_SECRETS["refs"])
    return [number for number in map(refs.number, names) if number is not None]


def _runs(seqs: list[int]) -> list[list[int]]:
    """Return the numbers in as many runs as their gaps allow: one, unless a gap is wider than four bytes."""
    if not seqs:
        return []
    if seqs[-1] - seqs[0] <= WIDEST_GAP:
        return [seqs]
    runs = [seqs[:1]]
    for seq in seqs[1:]:
        if seq - runs[-1][-1] > WIDEST_GAP:
            runs.append([])
        runs[-1].append(seq)
    return runs
