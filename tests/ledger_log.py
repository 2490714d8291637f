"""A small log for tests: entries, every tile of it, and the slow, obvious hashing of RFC 6962 to hold it against."""

from functools import cache
from hashlib import sha256

from mitra.core.ledger.checkpoint import Checkpoint, write_checkpoint
from mitra.core.ledger.keys import Kind, Signer
from mitra.core.ledger.note import sign, write_note
from mitra.core.ledger.tiles import Edge, TileReader
from mitra.core.ledger.tree import leaf_hash

ORIGIN = "mitra.example/ledger"
LOG = Signer(ORIGIN, Kind.ED25519, b"\1" * 32)
WITNESS = Signer("node-b.example/witness", Kind.COSIGNATURE, b"\2" * 32)
LOG_ML_DSA = Signer(ORIGIN, Kind.COSIGNATURE_ML_DSA, b"\3" * 32)
AT = 1_767_225_600


def entries(count):
    return [b"entry-%d" % number for number in range(count)]


@cache
def leaf_hashes(count):
    return tuple(leaf_hash(each) for each in entries(count))


@cache
def grown(count):
    """Return the edge and the tiles, by their paths' values, of a log of so many entries."""
    edge = Edge()
    return edge, dict(edge.grow(leaf_hashes(count)))


def reader(count):
    return TileReader(count, grown(count)[1].__getitem__)


def signed(count, signers=(LOG, WITNESS)):
    text = write_checkpoint(Checkpoint(ORIGIN, count, grown(count)[0].root()))
    return write_note(sign(text, signers, at=AT))


def obvious_root(leaves):
    """Return MTH of RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\1" + obvious_root(leaves[:k]) + obvious_root(leaves[k:])).digest()


def obvious_inclusion(m, leaves):
    """Return PATH(m, D[n]) of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*obvious_inclusion(m, leaves[:k]), obvious_root(leaves[k:])]
    return [*obvious_inclusion(m - k, leaves[k:]), obvious_root(leaves[:k])]


def obvious_consistency(m, leaves, *, whole=True):
    """Return SUBPROOF(m, D[n], b) of section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [obvious_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*obvious_consistency(m, leaves[:k], whole=whole), obvious_root(leaves[k:])]
    return [*obvious_consistency(m - k, leaves[k:], whole=False), obvious_root(leaves[:k])]


def split(count):
    k = 1
    while k * 2 < count:
        k *= 2
    return k
