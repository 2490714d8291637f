"""The node's signing keys: what each is called, since when, and how one follows another.

A role's first key is the seed `keys/<role>` of the home; one that replaced it is `keys/<role>-<key ID>`, and the row of
its change says from when.  A key of the log that was replaced signs beside the new one for a while, so that whoever
knows only the old one is led to the new one by the log itself.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from mitra.core.errors import InvalidInput, NotFound, ProofFailed
from mitra.core.ledger.dates import instant, micros
from mitra.core.ledger.keys import SEED_BYTES, Kind, Signer, read_vkey
from mitra.core.ledger.note import sign, write_note
from mitra.core.ledger.statements import KeyChange, write_key_change
from mitra.ledger import models
from mitra.ledger.files import sync_folder
from mitra.ledger.operations import write_act

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Protocol

    from mitra.core.ledger.keys import VerifierKey

    class Node(Protocol):
        """What the log asks of `node.toml`."""

        @property
        def name(self) -> str:
            """The node's name, which stays for ever."""

        @property
        def made_at(self) -> datetime:
            """When the node was made."""


LOG, WITNESS, CREDENTIALS = "log", "witness", "credentials"
ROLES = (LOG, WITNESS, CREDENTIALS)
_NAMES = {LOG: "ledger", WITNESS: "witness", CREDENTIALS: "credentials"}
_KINDS = {LOG: Kind.ED25519, WITNESS: Kind.COSIGNATURE, CREDENTIALS: Kind.ED25519}
BOTH_SIGN = timedelta(days=30)
"""How long a replaced key of the log signs beside the new one."""


@dataclass(frozen=True, slots=True)
class NodeKey:
    """One key of this node.  `until` is when it ceased, or will cease, to sign; None for the one in use."""

    role: str
    key: VerifierKey
    since: datetime
    until: datetime | None


def origin() -> str:
    """Return the log's name for ever: made from the node's name, whatever address the node is reached at."""
    return _name(LOG)


def list_keys(role: str) -> list[NodeKey]:
    """Return every key that the role ever had, the first one first."""
    changes = list(models.KeyChange.objects.filter(role=role).order_by("at", "pk"))
    first = read_vkey(changes[0].old) if changes else _first_key(role)
    since = [_node().made_at, *(instant(change.at) for change in changes)]
    until = [*(instant(change.signs_until) for change in changes), None]
    keys = [first, *(read_vkey(change.new) for change in changes)]
    return [NodeKey(role, *facts) for facts in zip(keys, since, until, strict=True)]


def log_keys() -> tuple[VerifierKey, ...]:
    """Return the public keys that this log was ever signed with."""
    return tuple(each.key for each in list_keys(LOG))


def log_signers(now: datetime) -> tuple[Signer, ...]:
    """Return what signs the log now, the key in use first."""
    signing = [each for each in list_keys(LOG) if each.until is None or now < each.until]
    return tuple(_signer_of(each) for each in reversed(signing))


def list_key_changes() -> list[str]:
    """Return the statements by which one key of the log named the next, as notes, the first one first."""
    return list(models.KeyChange.objects.filter(role=LOG).order_by("at", "pk").values_list("statement", flat=True))


def rotate(role: str, *, now: datetime) -> NodeKey:
    """Make a new key for a role; the change is an act, and of the log's key a statement that both keys signed.

    1. The new seed is on disk before anything names it.
    2. Act and change are one transaction: without it the seed is a file that nothing points to.
    """
    if role not in ROLES:
        message = f"There is no key {role!r}: choose one of {', '.join(ROLES)}."
        raise InvalidInput(message, path="role", rule="key-role")
    current = _signer_of(list_keys(role)[-1])
    new = Signer(_name(role), _KINDS[role], secrets.token_bytes(SEED_BYTES))
    _keep(f"{role}-{new.key.key_id.hex()}", new.seed)
    until = now + (BOTH_SIGN if role == LOG else timedelta())
    statement = ""
    if role == LOG:
        text = write_key_change(KeyChange(origin(), current.key.vkey, new.key.vkey, int(now.timestamp())))
        statement = write_note(sign(text, (current, new), at=int(now.timestamp()))).decode()
    facts = {"role": role, "old": current.key.vkey, "new": new.key.vkey, "statement": statement}
    with transaction.atomic():
        written = write_act("ledger.key-changed", None, facts, now=now)
        models.KeyChange.objects.create(
            role=role,
            old=current.key.vkey,
            new=new.key.vkey,
            at=micros(now),
            signs_until=micros(until),
            statement=statement,
            act_id=written.act,
        )
    return NodeKey(role, new.key, now, None)


def _signer_of(key: NodeKey) -> Signer:
    """Return the signer of a key; ProofFailed when no file of the home holds its seed."""
    for name in (key.role, f"{key.role}-{key.key.key_id.hex()}"):
        signer = _signer(key.role, name)
        if signer is not None and signer.key == key.key:
            return signer
    message = f"The seed of {key.key.name}+{key.key.key_id.hex()} is not in keys/: put it back from a backup."
    raise ProofFailed(message)


def _signer(role: str, file: str) -> Signer | None:
    try:
        return Signer(_name(role), _KINDS[role], (_folder() / file).read_bytes())
    except FileNotFoundError:
        return None


def _first_key(role: str) -> VerifierKey:
    signer = _signer(role, role)
    if signer is None:
        message = f"keys/{role} is not in this node's home: put it back from a backup."
        raise ProofFailed(message)
    return signer.key


def _keep(file: str, seed: bytes) -> None:
    """Write a seed that is durable before this returns, for the node's own account only."""
    handle = os.open(_folder() / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as written:
        written.write(seed)
        written.flush()
        os.fsync(written.fileno())
    sync_folder(_folder())


def _folder() -> Path:
    return Path(settings.MITRA_HOME) / "keys"


def _name(role: str) -> str:
    return f"{_node().name}/{_NAMES[role]}"


def _node() -> Node:
    node: Node | None = settings.MITRA_NODE
    if node is None:
        message = "There is no node here yet: run `mitra init` first."
        raise NotFound(message)
    return node
