"""Keep files, let a thing hold them, read them through it, erase them by their key.

1. Bytes are sealed as they come, under a name and a key that are drawn for them; never whole in memory or in clear on
   the disk.
2. Once they are on the disk their row is written, so a row always has its bytes; bytes without a row are swept away.
3. A thing holds a file in the transaction of its own release.  Until then nobody reads it.
4. Bytes go only once it is committed that their key is gone: what is rolled back has lost nothing.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from mitra.core.errors import InvalidInput, NotFound, ProofFailed, TooLarge
from mitra.core.text.names import check_name
from mitra.store.files.models import File, new_id
from mitra.store.files.recognising import HEAD_BYTES, check_claim, check_zip, checked, type_of
from mitra.store.files.sealing import BROKEN, KEY_BYTES, PREFIX_BYTES, seal, sealed_size, unseal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path
    from typing import Self

    from django.db.models import QuerySet

    from mitra.store.things.rows import SharedRow

LONGEST_BYTES: Final = 2 << 30
MOST_OF_ONE: Final = 50 << 30
"""Bytes that one organisation keeps at most."""
FAR_BEHIND: Final = 16
"""Pieces that wait to be hashed at most, so that memory does not grow with the file."""
UNHELD: Final = timedelta(days=1)
"""How long a file waits for a thing to hold it."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a file, and what it says of it."""

    organisation: int
    realm: int
    name: str
    claimed_type: str = ""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file is, without its bytes."""

    id: str
    name: str
    size_bytes: int
    sha256: str
    media_type: str


def keep(pieces: Iterable[bytes], sender: Sender, *, now: datetime, longest: int = LONGEST_BYTES) -> FileFacts:
    """Keep a file that comes in pieces; raises InvalidInput for its name, type or what it unpacks to, TooLarge."""
    name = check_name(sender.name, path="/name")
    coming = iter(pieces)
    head = _head(coming)
    media_type = type_of(head[:HEAD_BYTES])
    check_claim(sender.claimed_type, media_type)
    if not head:
        raise InvalidInput("This file is empty.", path="/file", rule="empty")
    whole: Iterable[bytes] = chain([head], coming)
    if media_type == "application/gzip":
        whole = checked(whole)
    row = File(id=new_id(), owner=sender.organisation, realm=sender.realm, name=name, kept_at=now)
    row.media_type, row.key = media_type, secrets.token_bytes(KEY_BYTES)
    path = path_of(row.id)
    with ExitStack() as undone:
        undone.callback(path.unlink, missing_ok=True)
        row.size_bytes, row.sha256 = _write(path, whole, row.key, min(longest, _room_of(sender)))
        if media_type == "application/zip":
            check_zip(io.BufferedReader(_Seekable(row)), row.size_bytes)
        if row.size_bytes > _room_of(sender):  # others of the same organisation came meanwhile
            raise _too_large()
        row.save(force_insert=True)
        undone.pop_all()
    return facts_of(row)


def attach(file_ids: Iterable[str], holder: str, *, by: int) -> None:
    """Let a thing hold files of its owner, in the transaction of its release; raises NotFound."""
    for file_id in file_ids:
        free = File.objects.filter(pk=file_id, owner=by, holder__in=("", holder), erased_at=None)
        if not free.update(holder=holder):
            raise NotFound("One of these files is not here any more; send it again.")


def files_of(row: SharedRow) -> tuple[FileFacts, ...]:
    """Return the files that a row holds, by name; the row is what its reader was given."""
    return files_by_holder([row]).get(row.stix_id, ())


def files_by_holder(rows: Iterable[SharedRow]) -> dict[str, tuple[FileFacts, ...]]:
    """Return the files of several rows that their reader was given, by the rows' ids; rows without any are left out."""
    held: dict[str, tuple[FileFacts, ...]] = {}
    found = File.objects.filter(holder__in=[row.stix_id for row in rows], erased_at=None).order_by("name", "pk")
    for each in found:
        held[each.holder] = (*held.get(each.holder, ()), facts_of(each))
    return held


def read(row: SharedRow, file_id: str, *, start: int = 0, end: int | None = None) -> tuple[FileFacts, Iterator[bytes]]:
    """Return a file that a row holds, and its bytes, each piece proved; raises NotFound, ProofFailed while reading."""
    found = File.objects.filter(pk=file_id, holder=row.stix_id, erased_at=None).first()
    if found is None or found.key is None:
        raise NotFound
    return facts_of(found), _pieces(found, start, end)


def erase(file_id: str, *, by: int, now: datetime) -> None:
    """Erase a file by its key, which is gone at once, and then its bytes; raises NotFound."""
    if not _erase(File.objects.filter(pk=file_id, owner=by), file_id, now):
        raise NotFound


def _erase(rows: QuerySet[File], file_id: str, now: datetime) -> bool:
    """Erase a file that is still among these rows, its bytes once that is committed; return whether it was."""
    if not rows.filter(erased_at=None).update(key=None, erased_at=now, name="", sha256=""):
        return False
    transaction.on_commit(partial(path_of(file_id).unlink, missing_ok=True))
    return True


def sweep(*, now: datetime) -> int:
    """Take away bytes without a row, and files that nothing came to hold within a day; return how many."""
    since = now - UNHELD
    free = File.objects.filter(holder="", erased_at=None, kept_at__lt=since).values_list("pk", flat=True)
    gone = sum(_erase(File.objects.filter(pk=file_id, holder=""), file_id, now) for file_id in list(free))
    for inside in folder().iterdir():
        old = {path.name: path for path in inside.iterdir() if _is_older(path, since)}
        still = File.objects.filter(Q(erased_at=None) | Q(erased_at__gte=since), pk__in=old)
        for name in old.keys() - set(still.values_list("pk", flat=True)):
            old[name].unlink(missing_ok=True)
            gone += 1
    return gone


def _is_older(path: Path, since: datetime) -> bool:
    with suppress(FileNotFoundError):
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < since
    return False


def examine() -> Iterator[str]:
    """Yield a sentence for each file whose bytes are not there, or are not what was sealed."""
    for row in File.objects.filter(erased_at=None).order_by("pk").iterator(chunk_size=200):
        fault = _fault_of(row)
        if fault:
            yield fault


def _fault_of(row: File) -> str:
    """Return what is wrong with a file's bytes; nothing where they are right, or were erased meanwhile."""
    try:
        length = path_of(row.pk).stat().st_size
    except FileNotFoundError:
        return f"The bytes of file {row.pk} are not there."
    if length != sealed_size(row.size_bytes):
        return f"The bytes of file {row.pk} are not as long as they were."
    digest = hashlib.sha256()
    try:
        for piece in _pieces(row, 0, None):
            digest.update(piece)
    except ProofFailed:
        return f"The bytes of file {row.pk} are not what was sealed."
    except NotFound:
        return ""
    return "" if digest.hexdigest() == row.sha256 else f"File {row.pk} is not what its row says."


def folder() -> Path:
    """Return where sealed bytes lie."""
    found: Path = settings.MITRA_HOME / "files"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def path_of(file_id: str) -> Path:
    """Return where the sealed bytes of a file lie."""
    return folder() / file_id[:2] / file_id


def facts_of(row: File) -> FileFacts:
    """Return what a file's row says of it."""
    return FileFacts(row.pk, row.name, row.size_bytes, row.sha256, row.media_type)


def _room_of(sender: Sender) -> int:
    """Return how many bytes an organisation may still keep."""
    kept = File.objects.filter(owner=sender.organisation, erased_at=None).aggregate(n=Sum("size_bytes"))["n"]
    return MOST_OF_ONE - (kept or 0)


def _too_large() -> TooLarge:
    message = f"A file is at most {LONGEST_BYTES >> 30} GiB, and all of yours {MOST_OF_ONE >> 30} GiB."
    return TooLarge(message, path="/file")


def _head(coming: Iterator[bytes]) -> bytes:
    """Return the first pieces, enough to tell by what it is."""
    head = b""
    for piece in coming:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return head


def _write(path: Path, pieces: Iterable[bytes], key: bytes, most: int) -> tuple[int, str]:
    """Seal pieces into a file, durably; return how many bytes they were and their SHA-256.

    They are hashed by a second thread while this one seals and writes.
    """
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            size += len(piece)
            if size > most:
                raise _too_large()
            digest.update(piece)
            yield piece

    path.parent.mkdir(mode=0o700, exist_ok=True)
    with _Hashing() as digest:
        with path.open("xb") as kept:  # buffered: a disk that takes a part of a piece is asked for the rest of it
            for sealed in seal(counted(), key, secrets.token_bytes(PREFIX_BYTES)):
                kept.write(sealed)
            kept.flush()
            os.fsync(kept.fileno())
        for place in (path.parent, folder(), settings.MITRA_HOME):  # their names may be new, too
            _sync(place)
        return size, digest.hexdigest()


class _Hashing:
    """Hashes in a second thread, in order and never far behind."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self._waiting: deque[Future[None]] = deque()
        self._thread = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.shutdown()

    def update(self, piece: bytes) -> None:
        """Hash a piece after those before it."""
        while len(self._waiting) >= FAR_BEHIND:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(self.digest.update, piece))

    def hexdigest(self) -> str:
        """Return the digest of all that came."""
        while self._waiting:
            self._waiting.popleft().result()
        return self.digest.hexdigest()


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pieces(row: File, start: int, end: int | None) -> Iterator[bytes]:
    try:
        sealed = path_of(row.pk).open("rb")
    except FileNotFoundError:
        if File.objects.filter(pk=row.pk, erased_at=None).exists():
            raise ProofFailed(BROKEN) from None
        raise NotFound from None
    with sealed:
        yield from unseal(sealed, bytes(row.key or b""), row.size_bytes, start=start, end=end)


class _Seekable(io.RawIOBase):
    """A sealed file as one that can be read from anywhere: what looks into an archive asks for little of it."""

    def __init__(self, row: File) -> None:
        self._row = row
        self._at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._row.size_bytes}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 -- any buffer that can be written
        end = min(self._at + len(buffer), self._row.size_bytes)
        found = b"".join(_pieces(self._row, self._at, end)) if self._at < end else b""
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)
