"""Fold noted lines into the database: each exactly once, in one transaction with how far its file was read.

1. Read each file from where it was left, whole lines only.
2. Insert a row a line, and move the file's mark.
3. Once no process can write to a file any more and it was read to its end, and that is committed: delete it.
4. Its mark is forgotten a day later, for a backup that was being written may hold the file still.

Several processes may fold at once: the mark's row is held while its file is read.
"""

from __future__ import annotations

import logging
import time
from base64 import b64decode
from typing import TYPE_CHECKING

import orjson
from django.db import transaction

from mitra.core.ledger.dates import micros
from mitra.store.handed.noting import BEGIN_ANEW_SECONDS, SUFFIX, folder_of_notes
from mitra.store.handed.packing import size_class, unpack
from mitra.store.models import HandedFile, HandedPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

log = logging.getLogger("mitra.store")

LINES = 500
"""Lines that one transaction takes."""
LONGEST_READ = 4 * 1024 * 1024
QUIET_SECONDS = 2 * BEGIN_ANEW_SECONDS
"""A file that was not written for so long has been left by its process, or its process is gone."""
KEPT_DAYS = 400
FORGOTTEN_AT_ONCE = 2_000


def fold() -> int:
    """Bring every noted line into the database; return how many there were."""
    return sum(_fold_file(path) for path in sorted(folder_of_notes().glob(f"*{SUFFIX}")))


def forget(*, before: datetime) -> int:
    """Delete what was handed out before an instant, in transactions of their own; return how many pages.

    Pages were folded in about the order in which they were handed out, so the first ones are the oldest.
    """
    forgotten = 0
    while True:
        first = HandedPage.objects.order_by("pk").values_list("pk", "at")[:FORGOTTEN_AT_ONCE]
        old = [pk for pk, at in first if at < micros(before)]
        HandedPage.objects.filter(pk__in=old).delete()
        forgotten += len(old)
        if len(old) < FORGOTTEN_AT_ONCE:
            return forgotten


def forget_marks(*, before: datetime) -> None:
    """Forget how far files were read that were begun before an instant and are here no more."""
    here = {path.name for path in folder_of_notes().glob(f"*{SUFFIX}")}
    HandedFile.objects.filter(name__lt=f"{micros(before) * 1_000:020d}").exclude(name__in=here).delete()


def _fold_file(path: Path) -> int:
    folded = 0
    try:
        while lines := _fold_lines(path):
            folded += lines
        is_left = time.time() - path.stat().st_mtime > QUIET_SECONDS
    except FileNotFoundError:  # another process has folded it to its end
        return folded
    if is_left:
        transaction.on_commit(lambda: _leave(path))
    return folded


def _leave(path: Path) -> None:
    path.unlink(missing_ok=True)


def _fold_lines(path: Path) -> int:
    with transaction.atomic():
        mark, _ = HandedFile.objects.select_for_update().get_or_create(name=path.name)
        with path.open("rb") as file:
            file.seek(mark.read_bytes)
            data = file.read(LONGEST_READ)
        lines = data[: data.rfind(b"\n") + 1].splitlines(keepends=True)[:LINES]
        if not lines:
            return 0
        HandedPage.objects.bulk_create(_rows(lines, path.name))
        mark.read_bytes += sum(map(len, lines))
        mark.save(update_fields=["read_bytes"])
    return len(lines)


def _rows(lines: list[bytes], name: str) -> Iterator[HandedPage]:
    """Yield a row a line; what a broken disk made of one is passed over and told, for the rest must not wait for it."""
    for line in lines:
        try:
            yield _row(line)
        except (ValueError, TypeError):
            log.exception("A line of %s cannot be read: who was handed that page is not known.", name)


def _row(line: bytes) -> HandedPage:
    """Return a line as a row; raises ValueError for what `note` did not write."""
    at, organisation, person, credential, channel, first, last, count, packed = orjson.loads(line)
    gaps = b64decode(packed)
    if unpack(first, count, gaps)[-1] != last:
        message = "Its gaps do not lead to its last number."
        raise ValueError(message)
    return HandedPage(
        at=at,
        organisation=organisation,
        person=person,
        credential=credential,
        channel=channel,
        size_class=size_class(first, last),
        first=first,
        last=last,
        count=count,
        packed=gaps,
    )
