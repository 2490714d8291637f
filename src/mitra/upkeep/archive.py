"""A backup as a file: a tar that says first what it is of, and last the digest of each of its members.

A file that breaks off has no digests, so it is never taken for whole; a flipped bit is found by the member it is in.
"""

from __future__ import annotations

import io
import os
import tarfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

import orjson

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = 1
FACTS = "mitra-backup.json"
DIGESTS = "sha256.json"
CHUNK = 1 << 20
_IN_THE_WAY = (FileExistsError, NotADirectoryError, IsADirectoryError)
UNREADABLE = (tarfile.TarError, EOFError, *_IN_THE_WAY, ValueError, TypeError, KeyError)
"""What reading something else than was written comes to, wherever in it."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup is of, and how far it reaches: nothing after `seq` and `leaf` is in it."""

    name: str
    made_at: datetime
    version: str
    database: str
    """`sqlite` or `postgresql`."""
    seq: int
    leaf: int
    migrations: dict[str, str] = field(default_factory=dict)
    """The last migration of each app that the database has."""
    format: int = FORMAT


class Writing:
    """A backup while it is written."""

    def __init__(self, file: IO[bytes], facts: Backup) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by close()
        self._digests: dict[str, str] = {}
        self.add(FACTS, orjson.dumps(asdict(facts), option=orjson.OPT_INDENT_2))

    def add_file(self, name: str, file: IO[bytes]) -> None:
        """Add an open file as it is now; what is appended to it meanwhile is left out."""
        there = os.fstat(file.fileno())
        info = tarfile.TarInfo(name)
        info.size, info.mode = there.st_size, there.st_mode & 0o700
        digested = _Digested(file)
        self._tar.addfile(info, digested)
        self._digests[name] = digested.hexdigest

    def add(self, name: str, data: bytes) -> None:
        """Add a member of these bytes."""
        self._add(name, data)
        self._digests[name] = sha256(data).hexdigest()

    def close(self) -> None:
        """Write the digests, without which nothing here counts."""
        self._add(DIGESTS, orjson.dumps(self._digests, option=orjson.OPT_INDENT_2))
        self._tar.close()

    def _add(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o600
        self._tar.addfile(info, io.BytesIO(data))


class _Digested(io.RawIOBase):
    """A file that is digested as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        data = self._file.read(size)
        self._digest.update(data)
        return data

    @property
    def hexdigest(self) -> str:
        """SHA-256 over what was read."""
        return self._digest.hexdigest()


def read_facts(path: Path) -> Backup:
    """Return what a backup is of; raises InvalidInput for what is none."""
    with _opened(path) as tar:
        first = tar.next()
        data = tar.extractfile(first) if first is not None and first.name == FACTS else None
        said = dict(orjson.loads(data.read())) if data is not None else {}
        if said.get("format") != FORMAT:
            raise no_backup(path)
        return Backup(**{**said, "made_at": datetime.fromisoformat(said["made_at"])})


def unpack(path: Path, into: Path) -> Iterator[str]:
    """Unpack every member below a folder, yielding its name once it is there; raises InvalidInput.

    1. Only plain files below the folder, each once; anything else is refused.
    2. Each is digested as it is written.
    3. Last, all digests are as the backup says, and nothing is missing.
    """
    found: dict[str, str] = {}
    said: dict[str, str] | None = None
    with _opened(path) as tar:
        for member in tar:
            inside = PurePosixPath(member.name)
            source = tar.extractfile(member) if member.isreg() else None
            if source is None or inside.is_absolute() or ".." in inside.parts:
                raise no_backup(path)
            if member.name == DIGESTS:
                said = dict(orjson.loads(source.read()))
            elif member.name == FACTS:
                found[FACTS] = sha256(source.read()).hexdigest()
            else:
                found[member.name] = _write(source, into / inside, member.mode)
                yield member.name
    if said is None:
        raise _broken(path, "it breaks off")
    differing = sorted(name for name in said.keys() | found.keys() if said.get(name) != found.get(name))
    if differing:
        raise _broken(path, f"{differing[0]} is not what was written")


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a backup; what goes wrong with reading it is told as InvalidInput."""
    try:
        file = path.open("rb")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise InvalidInput(message, path="file") from None
    with file:
        if not tarfile.is_tarfile(file):
            raise no_backup(path)
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                yield tar
        except UNREADABLE as error:
            raise _broken(path, "it breaks off, or something in it was changed") from error


def _write(source: IO[bytes], path: Path, mode: int) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = sha256()
    with path.open("xb") as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
            digest.update(chunk)
    path.chmod(mode & 0o700)
    return digest.hexdigest()


def no_backup(path: Path) -> InvalidInput:
    """Return what to tell of a file that holds no node."""
    return InvalidInput(f"{path} is no backup of a Mitra node: give a file that `mitra backup` wrote.", path="file")


def _broken(path: Path, how: str) -> InvalidInput:
    return InvalidInput(f"{path} cannot be restored: {how}. Take an earlier backup.", path="file")
