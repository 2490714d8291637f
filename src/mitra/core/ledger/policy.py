"""Whom a verifier trusts (C2SP tlog-policy): logs, witnesses, groups of them, and the quorum that must have cosigned.

A policy is a file of octets: names, addresses and comments may hold any byte from 0x80 on, and are compared as bytes.
They are kept as text in which a byte that is no UTF-8 stands as a lone surrogate, so nothing is lost on printing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput
from mitra.core.ledger.keys import Kind, VerifierKey, read_vkey
from mitra.core.ledger.lines import read_number

if TYPE_CHECKING:
    from collections.abc import Collection

POLICY_BYTES = 524_288
MOST = 128
"""How many logs, witnesses and groups a policy may have, each; the specification asks for 32."""
NONE = "none"
_SPACES = " \t"
_LOG_KINDS = {Kind.ED25519, Kind.ECDSA, Kind.COSIGNATURE_ML_DSA}
_WITNESS_KINDS = {Kind.COSIGNATURE, Kind.COSIGNATURE_ML_DSA}


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose checkpoints are accepted; its key's name is the origin."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A cosigner under the name that this policy gives it."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Members, witnesses or earlier groups, of which at least `k` must have witnessed."""

    name: str
    k: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that a policy file says; `quorum` names a witness or group, or is `none`."""

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    def is_met(self, cosigned: Collection[VerifierKey]) -> bool:
        """Return whether cosignatures by these keys are the quorum; keys that are no witness here count for nothing."""
        witnessed = {witness.name for witness in self.witnesses if witness.key in cosigned}
        for group in self.groups:
            if sum(member in witnessed for member in group.members) >= group.k:
                witnessed.add(group.name)
        return self.quorum == NONE or self.quorum in witnessed

    def logs_of(self, origin: str) -> tuple[VerifierKey, ...]:
        """Return the keys that may sign a checkpoint of this origin."""
        return tuple(log.key for log in self.logs if log.key.name == origin)


def write_policy(policy: Policy) -> bytes:
    """Return a policy's file; InvalidInput when it would not be read back, a name undefined or with a space, say."""
    lines = [_line("log", log.key.vkey, log.url) for log in policy.logs]
    lines += [_line("witness", each.name, each.key.vkey, each.url) for each in policy.witnesses]
    lines += [_line("group", each.name, str(each.k), *each.members) for each in policy.groups]
    lines.append(_line("quorum", policy.quorum))
    data = "".join(lines).encode(errors="surrogateescape")
    if read_policy(data) != policy:
        message = "This policy cannot be written: a name holds a space or a control character."
        raise InvalidInput(message, path="policy", rule="policy")
    return data


def read_policy(data: bytes) -> Policy:
    """Return what a policy file says; InvalidInput, whose path is the line's number, when it breaks a rule."""
    if len(data) > POLICY_BYTES:
        message = f"A policy has at most {POLICY_BYTES} bytes."
        raise InvalidInput(message, path="policy", rule="policy")
    if any((byte < 0x20 and byte not in b"\t\n") or byte == 0x7F for byte in data):
        message = "A policy holds no control character but tab and newline: save it with Unix line ends."
        raise InvalidInput(message, path="policy", rule="policy")
    reader = _Reader()
    for number, line in enumerate(data.decode(errors="surrogateescape").split("\n"), 1):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if words and not words[0].startswith("#"):
            reader.read(words, number)
    return reader.policy()


class _Reader:
    """The lines read so far."""

    def __init__(self) -> None:
        self._logs: list[Log] = []
        self._witnesses: list[Witness] = []
        self._groups: list[Group] = []
        self._quorum: str | None = None
        self._names: set[str] = set()
        self._members: set[str] = set()

    def read(self, words: list[str], number: int) -> None:
        """Take one line."""
        try:
            step = {"log": self._log, "witness": self._witness, "group": self._group, "quorum": self._end}[words[0]]
            step(words[1:])
        except KeyError:
            raise _refused("begins with log, witness, group or quorum", number) from None
        except InvalidInput as refusal:
            raise _refused(refusal.message, number) from None

    def policy(self) -> Policy:
        """Return the whole."""
        if self._quorum is None:
            message = "A policy has one quorum line: write “quorum none” to ask for no witness."
            raise InvalidInput(message, path="policy", rule="policy")
        return Policy(tuple(self._logs), tuple(self._witnesses), tuple(self._groups), self._quorum)

    def _log(self, words: list[str]) -> None:
        key, url = _key_and_url(words, _LOG_KINDS)
        if any(log.key.key == key.key for log in self._logs):
            raise _rule("names a log's key a second time")
        self._logs.append(Log(key, url))
        _refuse_too_many(self._logs)

    def _witness(self, words: list[str]) -> None:
        key, url = _key_and_url(words[1:], _WITNESS_KINDS)
        if any(witness.key.key == key.key for witness in self._witnesses):
            raise _rule("names a witness's key a second time")
        self._witnesses.append(Witness(self._defined(words[0]), key, url))
        _refuse_too_many(self._witnesses)

    def _group(self, words: list[str]) -> None:
        name, how, *members = words if len(words) > 2 else ("", "")
        threshold = {"any": 1, "all": len(members)}.get(how) or read_number(how, len(members))
        if not members or not threshold:
            raise _rule("is no group: a name, all or any or a number up to that of its members, and the members")
        for member in members:
            if member not in self._names or member in self._members:
                raise _rule("has a member that no line above defines, or that is a member already")
            self._members.add(member)
        self._groups.append(Group(self._defined(name), threshold, tuple(members)))
        _refuse_too_many(self._groups)

    def _end(self, words: list[str]) -> None:
        if self._quorum is not None or len(words) != 1 or words[0] not in self._names | {NONE}:
            raise _rule("is no quorum: one line, and one name that a line above defines, or none")
        self._quorum = words[0]

    def _defined(self, name: str) -> str:
        if name in self._names or name == NONE:
            raise _rule("takes a name that is taken")
        self._names.add(name)
        return name


def _key_and_url(words: list[str], kinds: set[Kind]) -> tuple[VerifierKey, str | None]:
    if not 1 <= len(words) <= 2:
        raise _rule("does not have one key and at most one address")
    key = read_vkey(words[0])
    if key.kind not in kinds:
        raise _rule("has a key that signs otherwise than its role does")
    return key, words[1] if len(words) == 2 else None


def _refuse_too_many(found: list[Log] | list[Witness] | list[Group]) -> None:
    if len(found) > MOST:
        raise _rule(f"is beyond the {MOST} that a policy may have")


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word is not None) + "\n"


def _rule(message: str) -> InvalidInput:
    return InvalidInput(message, path="policy", rule="policy")


def _refused(message: str, number: int) -> InvalidInput:
    return InvalidInput(f"Line {number} of the policy {message}.", path=str(number), rule="policy")
