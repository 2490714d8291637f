"""`mitra verify` and `mitra keys`: check what a log promised and proved, offline; the keys of this node.

`verify` takes proof files and promises, the records that they are about, and on a node also the refs of shares.  It
needs no node for files.  Exit codes: 0 everything proven, 1 something refuted, 2 something cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mitra.cli import say
from mitra.cli.held import held_checkpoint, held_keys, keep
from mitra.cli.members import Json
from mitra.cli.start import open_node
from mitra.core.errors import InvalidInput
from mitra.core.ledger.checkpoint import read_checkpoint
from mitra.core.ledger.examining import (
    Examined,
    Finding,
    Holder,
    Shown,
    examine,
    examine_promise,
    named_by,
    unnamed,
    verdict_of,
)
from mitra.core.ledger.note import read_note
from mitra.core.ledger.policy import read_policy
from mitra.core.ledger.proof import read_proof

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mitra.core.ledger.keys import VerifierKey
    from mitra.core.ledger.tree import Hashes

keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The keys of this node.")

CODES = {Shown.PROVEN: 0, Shown.REFUTED: 1, Shown.UNKNOWN: 2}
PROOF_STARTS, PROMISE_STARTS = b"c2sp.org/tlog-proof@", b"mitra ledger promise "


@dataclass(slots=True)
class Given:
    """What the command line came to."""

    proofs: list[tuple[str, bytes]] = field(default_factory=list)
    """Proof files and promises, each with the name that it is told under."""
    records: dict[bytes, str] = field(default_factory=dict)
    """The STIX id of each record that was given, by digest."""


def verify(
    what: Annotated[
        list[str],
        typer.Argument(metavar="WHAT…", help="Proof files, promises, records as JSON, or refs of shares here."),
    ],
    policy: Annotated[
        Path | None, typer.Option("--policy", metavar="FILE", help="The log's keys; remembered for the next time.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option("--log", metavar="DIR", help="A copy of the log, to see that it only grew.")
    ] = None,
    as_: Annotated[str, typer.Option("--as", metavar="ORG", help="Through whose eyes refs are read here.")] = "",
    json: Json = False,
) -> None:
    """Say what a proof shows: promised, signed, included, grew, and for what."""
    given = Given()
    for each in what:
        _take(each, given)
    refs = [each for each in what if not Path(each).exists()]
    if refs or (given.records and not given.proofs):
        _take_from_node(refs, given, as_)
    trusted = () if policy is None else tuple(each.key for each in read_policy(policy.read_bytes()).logs)
    verdicts = []
    for name, data in given.proofs:
        found = _examined(data, trusted, log, given.records)
        verdicts.append(verdict_of(found))
        _tell(name, found, json=json)
    for digest in _unnamed(given):
        found = (unnamed(digest),)
        verdicts.append(verdict_of(found))
        _tell(given.records[digest], found, json=json)
    raise typer.Exit(CODES[_worst(verdicts)])


def _unnamed(given: Given) -> list[bytes]:
    """Return the records that none of several proofs names; one proof alone has told of its record itself."""
    proofs = [read_proof(data) for _, data in given.proofs if not data.startswith(PROMISE_STARTS)]
    named = frozenset[bytes]().union(*(named_by(proof, given.records.keys()) for proof in proofs))
    return [digest for digest in given.records if named and digest not in named]


def _take(each: str, given: Given) -> None:
    """Sort one argument by what its file begins with; what is no file is a ref, and comes later."""
    path = Path(each)
    if not path.exists():
        return
    data = path.read_bytes()
    if data.startswith((PROOF_STARTS, PROMISE_STARTS)):
        given.proofs.append((path.name, data))
    else:
        given.records.update(_records_in(data, each))


def _records_in(data: bytes, name: str) -> dict[bytes, str]:
    """Return digest and id of each STIX object in a file."""
    from mitra.core.stix.printing import print_record
    from mitra.core.stix.reading import read_object

    try:
        obj = read_object(data)
    except InvalidInput:
        message = f"{name} is neither a proof, nor a promise, nor a STIX object in JSON."
        raise InvalidInput(message, path=name, rule="nothing-to-verify") from None
    members = obj.get("objects")
    objects = members if obj.get("type") == "bundle" and isinstance(members, list) else [obj]
    return {print_record(one).digest: str(one.get("id", "")) for one in objects if isinstance(one, dict)}


def _take_from_node(refs: list[str], given: Given, as_: str) -> None:
    """Take the proofs of shares of this node, and of records that were given without one."""
    now = open_node()
    from mitra.community import queries as community
    from mitra.exchange import queries

    viewer = community.actor_of_operator(as_).viewer if as_ else community.PUBLIC
    wanted = list(refs)
    if not given.proofs:
        wanted += [queries.find_ref_of(viewer, stix_id, digest, now=now) for digest, stix_id in given.records.items()]
    for ref in wanted:
        proof = queries.get_proof_file(viewer, ref, "shared", now=now)
        given.proofs.append((ref, proof.data))
        if digest := queries.get_proof(viewer, ref, now=now).digest:
            given.records.setdefault(bytes.fromhex(digest), ref)


def _examined(
    data: bytes, trusted: tuple[VerifierKey, ...], log: Path | None, records: dict[bytes, str]
) -> tuple[Finding, ...]:
    """Return the findings of one file, and keep what was verified."""
    note = read_note(data) if data.startswith(PROMISE_STARTS) else None
    if note is not None:
        origin = note.text.split("\n")[1].removeprefix("origin ")
        _, promised = examine_promise(data, _keys_of(origin, trusted))
        words = "No checkpoint comes with a promise: take the proof file when the log has published it."
        rest = (Finding(what, Shown.UNKNOWN, words) for what in ("signed", "included", "grew", "for"))
        return (promised, *rest)
    proof = read_proof(data)
    origin = read_checkpoint(read_note(proof.checkpoint).text).origin
    holder = Holder(_keys_of(origin, trusted), held_checkpoint(origin), records.keys(), _hashes(log, origin))
    examined = examine(proof, holder)
    _keep(examined, holder, proof.checkpoint)
    return examined.findings


def _keys_of(origin: str, trusted: tuple[VerifierKey, ...]) -> tuple[VerifierKey, ...]:
    """Return the keys of a log: given now, trusted before, or this node's own."""
    known = (*(key for key in trusted if key.name == origin), *held_keys(origin))
    return tuple(dict.fromkeys(known)) or _own_keys(origin)


def _own_keys(origin: str) -> tuple[VerifierKey, ...]:
    if not _is_own(origin):
        return ()
    open_node()
    from mitra.ledger.keys import log_keys

    return log_keys()


def _is_own(origin: str) -> bool:
    from mitra.config.home import home
    from mitra.config.node import find_node

    node = find_node(home())
    return node is not None and origin == f"{node.name}/ledger"


def _hashes(log: Path | None, origin: str) -> Callable[[int], Hashes] | None:
    """Return the log itself, where a copy is given or this node has it."""
    from mitra.config.home import home
    from mitra.core.ledger.tiles import TileReader
    from mitra.ledger.files import LogFiles

    folder = home() / "ledger" if log is None and _is_own(origin) else log
    if folder is None:
        return None
    files = LogFiles(folder)
    return lambda size: TileReader(size, files.read)


def _keep(examined: Examined, holder: Holder, checkpoint: bytes) -> None:
    """Keep the largest checkpoint that was verified, and the keys that the holder trusts."""
    if examined.shows("signed") is not Shown.PROVEN:
        return
    is_next = holder.held is None or holder.held.size < examined.checkpoint.size
    grew = examined.shows("grew") is Shown.PROVEN and examined.shows("included") is Shown.PROVEN
    keep(examined.checkpoint.origin, checkpoint if is_next and grew else None, examined.keys)


def _tell(name: str, findings: Iterable[Finding], *, json: bool) -> None:
    found = tuple(findings)
    verdict = verdict_of(found)
    if json:
        said = {each.what: {"shown": each.shown.value, "why": each.words} for each in found}
        say.line({"file": name, "verdict": verdict.value, **said})
        return
    say.words(f"{name}: {verdict.value}")
    for each in found:
        say.words(f"  {each.what:9} {each.shown.value:8} {each.words}")


def _worst(verdicts: list[Shown]) -> Shown:
    if Shown.REFUTED in verdicts:
        return Shown.REFUTED
    return Shown.UNKNOWN if Shown.UNKNOWN in verdicts or not verdicts else Shown.PROVEN


@keys.command("list")
def list_keys(json: Json = False) -> None:
    """List the keys of the log, of its witness and of credentials, as others take them."""
    open_node()
    from mitra.ledger.keys import ROLES
    from mitra.ledger.keys import list_keys as found_keys

    found = [each for role in ROLES for each in found_keys(role)]
    for each in found:
        until = None if each.until is None else each.until.isoformat()
        if json:
            say.line({"role": each.role, "key": each.key.vkey, "since": each.since.isoformat(), "until": until})
            continue
        ends = "" if each.until is None else f", signs until {each.until:%Y-%m-%d}"
        say.words(f"{each.role} since {each.since:%Y-%m-%d}{ends}")
        say.words(f"  {each.key.vkey}")


@keys.command("rotate")
def rotate_key(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="log, witness or credentials.")],
    json: Json = False,
) -> None:
    """Make a new key for a role; of the log, both keys sign for the next 30 days."""
    now = open_node()
    from mitra.ledger.keys import rotate

    made = rotate(role, now=now)
    if json:
        say.line({"role": made.role, "key": made.key.vkey, "since": made.since.isoformat(), "until": None})
        return
    say.words(f"The new key of {role}: {made.key.vkey}")
    say.words("Put keys/ into your backup now: the old backup does not hold it.")
