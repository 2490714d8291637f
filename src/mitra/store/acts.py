"""The lines of an act, as they were planted in its tree, whatever became of its shares since.  Without a viewer.

Whoever calls this holds a share of the act, or is the node's operator, and passes on one line's path at most.

An act's lines are, in this order: the shares that it made, by their numbers; the shares that it ended, by theirs.  Each
that it ended is a node of its own among 64 or more, so the path of one tells nothing of how many others re-shared what
fell with it.  What ended because newer bytes superseded it is in no tree.  Of an erased share only the leaf of its line
remains, and only as long as another line of the act is here.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.conf import settings
from django.db import connections

from mitra.core.errors import NotFound
from mitra.core.ledger.act_tree import Leaf, leaf_of, path_of, plant
from mitra.core.ledger.dates import instant
from mitra.core.policy.decide import may_read
from mitra.ledger.operations import erase_body, erase_lines, forget_seed
from mitra.ledger.queries import find_said
from mitra.store.facts import State
from mitra.store.keys import audience_bytes, audience_of
from mitra.store.refs import Refs
from mitra.store.states import CODES, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mitra.core.ledger.act_tree import Group, Planted, TreePath
    from mitra.core.policy.facts import Audience, Viewer
    from mitra.ledger.facts import Said

ALIAS = "default"
FIRST_VERSION = 2
"""Of an act's body: the first release (1) named audiences in another way, so its acts prove no record."""
EACH_ENDED_ALONE = 3
"""The version from which on each share that an act ended is a node of its own."""
NODES_OF_AN_END = 64
"""How many nodes an act has at the least that ended something."""
_LINES = """
SELECT s.seq, a.room, a.realm, a.tlp, a.circles, a.embargo_until, r.digest, e.leaf
FROM share s JOIN store_audience a ON a.id = s.audience LEFT JOIN record r ON r.id = s.record
LEFT JOIN ledger_erasedline e ON e.act_id = %(act)s AND e.seq = s.seq
WHERE s.seq IN ({which}) ORDER BY s.seq
"""
_MADE = """
SELECT o.seq FROM ledger_act m JOIN share o ON o.seq >= m.first_seq AND o.seq < m.first_seq + m.shares
WHERE m.id = %(act)s
"""
_ENDED = """
SELECT o.seq FROM share o WHERE o.ended = %(act)s AND o.act <> %(act)s AND o.state <> %(superseded)s
UNION SELECT l.seq FROM ledger_erasedline l JOIN share o ON o.seq = l.seq
WHERE l.act_id = %(act)s AND o.act <> %(act)s
"""
_OWN = """
SELECT s.seq, s.act, s.ended, s.state, s.at, a.room, a.realm, a.tlp, a.circles, a.embargo_until, r.digest
FROM share s JOIN store_audience a ON a.id = s.audience LEFT JOIN record r ON r.id = s.record
WHERE s.seq = %s AND s.by = %s
"""
_ACTS_OF = "SELECT act, CASE WHEN state <> %s THEN ended END FROM share WHERE seq IN ({seqs})"


class ActLine(NamedTuple):
    """One line of an act."""

    seq: int
    audience: bytes
    digest: bytes | Leaf | None
    """The record's digest; of an erased one the line's leaf, None when that is gone too."""
    is_ended: bool


class Grove(NamedTuple):
    """An act's lines as its tree holds them: groups, the place of each line by its seq, and the least of nodes."""

    groups: list[Group]
    places: dict[int, tuple[int, int]]
    least: int


class OwnShare(NamedTuple):
    """A share as whoever shared it keeps it, though it ended: which acts it has receipts of."""

    seq: int
    act: int
    ended: int | None
    audience: Audience
    digest: bytes | None
    """None once it is erased."""
    state: State
    at: datetime


class Erasing(NamedTuple):
    """What an erasure leaves of the acts that it touches, worked out while everything is still here."""

    leaves: dict[int, dict[int, bytes]]
    """By act, of the lines that go: their leaves, by seq."""
    bodies: list[int]
    """Acts of which no line remains."""


def blinded(seed: bytes, audience: bytes) -> bytes:
    """Return an audience as the tree of one act commits to it: its circles, of which a reader knows its own, salted."""
    said = orjson.loads(audience)
    salt = hmac.digest(seed, b"a" + audience, "sha256")
    circles = b64encode(sha256(salt + orjson.dumps(said["circles"])).digest()).decode()
    return orjson.dumps({**said, "circles": circles}, option=orjson.OPT_SORT_KEYS)


def plant_lines(seed: bytes, made: Iterable[tuple[bytes, bytes]], ended: Iterable[tuple[bytes, bytes]] = ()) -> Planted:
    """Return a tree over (audience, digest) pairs, those that an act makes and those that it ends: as `grove_of`."""
    by_audience: dict[bytes, list[bytes]] = {}
    for audience, digest in made:
        by_audience.setdefault(audience, []).append(digest)
    groups: list[Group] = [(blinded(seed, audience), digests) for audience, digests in by_audience.items()]
    alone: list[Group] = [(blinded(seed, audience), [digest]) for audience, digest in ended]
    return plant(seed, groups + alone, least=NODES_OF_AN_END if alone else 1)


def plant_grove(seed: bytes, grove: Grove) -> Planted:
    """Return the tree over an act's lines."""
    return plant(seed, grove.groups, least=grove.least)


def grove_of(seed: bytes, lines: Sequence[ActLine], version: int = EACH_ENDED_ALONE) -> Grove:
    """Return how the tree of an act of this version holds its lines: audiences in the order in which they first come.

    A line without a digest stands empty: what comes of it is in no root.
    """
    is_alone = version >= EACH_ENDED_ALONE
    numbers: dict[object, int] = {}
    groups: list[tuple[bytes, list[bytes]]] = []
    places: dict[int, tuple[int, int]] = {}
    for nth, line in enumerate(lines):
        key = nth if line.is_ended and is_alone else line.audience
        number = numbers.setdefault(key, len(numbers))
        if number == len(groups):
            groups.append((blinded(seed, line.audience), []))
        places[line.seq] = number, len(groups[number][1])
        groups[number][1].append(line.digest or b"")
    has_ended = is_alone and any(line.is_ended for line in lines)
    return Grove(list(groups), places, NODES_OF_AN_END if has_ended else 1)


def lines_of_act(act: int) -> list[ActLine]:
    """Return the lines of an act in the order in which they were planted."""
    values = {"act": act, "superseded": CODES[State.SUPERSEDED]}
    with connections[ALIAS].cursor() as cursor:
        rows: list[tuple[Any, ...]] = []
        for which, is_ended in ((_MADE, False), (_ENDED, True)):
            cursor.execute(_LINES.format(which=which), values)
            rows += [(*row, is_ended) for row in cursor.fetchall()]
    return [_line(row) for row in rows]


def get_own_share(ref: str, viewer: Viewer, *, now: datetime) -> OwnShare:
    """Return a share of the viewer's own organisation, whatever became of it; raises NotFound for any other.

    A viewer that would not read it as its owner's, were it live, does not read its receipt.
    """
    seq = Refs(settings.MITRA_SECRETS["refs"]).number(ref)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_OWN, [-1 if seq is None or seq >= 1 << 63 else seq, viewer.organisation])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    number, act, ended, state, at, *place, digest = row
    audience = audience_of(*place)
    if may_read(viewer, viewer.organisation or 0, audience, now=now).reason != "own":
        raise NotFound
    kept = None if digest is None else bytes(digest)
    return OwnShare(number, act, ended, audience, kept, state_of(state), instant(at))


def path_in_act(act: int, seq: int) -> TreePath | None:
    """Return the path of one share's line in an act.

    None when the act is erased, its tree cannot be opened any more, or the share has no line in it.
    """
    said = find_said(act)
    seed = _seed_of(said)
    lines = [] if seed is None else lines_of_act(act)
    if said is None or seed is None or any(line.digest is None for line in lines):
        return None
    grove = grove_of(seed, lines, version_of_body(said.body))
    place = grove.places.get(seq)
    return None if place is None else path_of(seed, grove.groups, *place, least=grove.least)


def prepare_erasure(seqs: Iterable[int]) -> Erasing:
    """Return what will be left of the acts that made or ended these shares; call it before anything changes."""
    gone = set(seqs)
    erasing = Erasing({}, [])
    for act in sorted(_acts_of(gone)):
        lines, said = lines_of_act(act), find_said(act)
        seed = _seed_of(said)
        if not any(_stays(line, gone) for line in lines):
            erasing.bodies.append(act)
        elif said is not None and seed is not None:
            erasing.leaves[act] = _leaves(seed, lines, gone, version_of_body(said.body))
    return erasing


def erase(erasing: Erasing, *, by_act: int) -> None:
    """Leave that much of the acts, in the transaction of the erasure; `by_act` is the act that says so."""
    for act, leaves in erasing.leaves.items():
        erase_lines(act, leaves)
    for act in erasing.bodies:
        erase_body(act, by_act=by_act)
    forget_seed(by_act)


def _seed_of(said: Said | None) -> bytes | None:
    """Return the seed of an act's tree; None where it was forgotten, or the tree is of a version that nobody climbs."""
    if said is None or said.seed is None or version_of_body(said.body) < FIRST_VERSION:
        return None
    return said.seed


def version_of_body(body: bytes) -> int:
    """Return by which version of an act's body it is written."""
    return int(orjson.loads(body)["v"])


def _leaves(seed: bytes, lines: Sequence[ActLine], gone: set[int], version: int) -> dict[int, bytes]:
    places = grove_of(seed, lines, version).places
    return {
        line.seq: leaf_of(seed, *places[line.seq], line.digest)
        for line in lines
        if line.seq in gone and line.digest is not None and not isinstance(line.digest, Leaf)
    }


def _stays(line: ActLine, gone: set[int]) -> bool:
    return line.seq not in gone and line.digest is not None and not isinstance(line.digest, Leaf)


def _acts_of(seqs: Iterable[int]) -> set[int]:
    sql = _ACTS_OF.format(seqs=",".join(str(int(seq)) for seq in seqs))
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, [CODES[State.SUPERSEDED]])
        return {act for row in cursor.fetchall() for act in row if act is not None}


def _line(row: tuple[Any, ...]) -> ActLine:
    seq, *audience, digest, leaf, is_ended = row
    kept = None if leaf is None else Leaf(bytes(leaf))
    words = audience_bytes(audience_of(*audience))
    return ActLine(seq, words, bytes(digest) if digest is not None else kept, is_ended)
