"""What proves a share: its place in the log, the promise of it, and the files that anybody checks offline.

For whoever reads the share, and for whoever shared it, whatever became of it: the latter's receipt of the act that
ended it is here too.  Everybody gets the path of this share's own line, of other lines and audiences nothing; what is
asked about another's act answers as if it were not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.community import queries as community
from mitra.core.errors import NotFound
from mitra.core.ledger.proof import write_proof
from mitra.core.policy.facts import Tlp
from mitra.ledger import proving
from mitra.ledger import queries as ledger
from mitra.ledger.keys import origin
from mitra.store import acts
from mitra.store.doors import store

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.ledger.facts import Place
    from mitra.store.facts import State

SHARED, ENDED = "shared", "ended"
"""The act that made the share, and the one that ended it."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Who erased what an act said, and when."""

    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ActProof:
    """One act of a share as its proof page shows it."""

    which: str
    commitment: str
    place: Place
    logged_at: datetime
    """The entry's coarse time."""
    erased: Erased | None
    """None while what it said is here, so that its leaf can be opened."""


@dataclass(frozen=True, slots=True)
class ProofView:
    """Everything that a share's proof page shows."""

    ref: str
    tlp: Tlp
    title: str
    """`''` for RED, and for what has ended."""
    at: datetime
    state: State
    digest: str
    """`''` once the record is erased."""
    acts: tuple[ActProof, ...]
    origin: str
    is_live: bool
    """Whether its page is there to go back to."""


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A file that `mitra verify` takes: a proof, or while no checkpoint covers the act, the log's signed promise."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Found:
    """A share whose proof this viewer may have."""

    seq: int
    acts: dict[str, int]
    tlp: Tlp
    title: str
    at: datetime
    state: State
    digest: bytes | None
    is_live: bool


def get_proof(viewer: Viewer, ref: str, *, now: datetime) -> ProofView:
    """Return what proves a share; raises NotFound."""
    found = _find(viewer, ref, now)
    return ProofView(
        ref=ref,
        tlp=found.tlp,
        title=found.title,
        at=found.at,
        state=found.state,
        digest="" if found.digest is None else found.digest.hex(),
        acts=tuple(_act(which, act) for which, act in found.acts.items()),
        origin=origin(),
        is_live=found.is_live,
    )


def get_proof_file(viewer: Viewer, ref: str, which: str, *, now: datetime, held: int | None = None) -> ProofFile:
    """Return the proof of one act of a share as a file; with `held`, how the log grew from that size too.

    Raises NotFound, also where the act's body is erased; InvalidInput for a size that this log never had.
    """
    found = _find(viewer, ref, now)
    act = found.acts.get(which)
    if act is None or ledger.find_said(act) is None:
        raise NotFound
    proof = proving.prove(act, line=acts.path_in_act(act, found.seq), by=viewer.organisation, held=held, now=now)
    index = ledger.get_receipt(act).leaf
    if proof is None:
        return ProofFile(f"entry-{index}.promise", proving.promise(act, now=now))
    return ProofFile(f"entry-{index}.tlog-proof", write_proof(proof))


def find_ref_of(viewer: Viewer, stix_id: str, digest: bytes, *, now: datetime) -> str:
    """Return the ref of the earliest share of exactly these bytes that the viewer reads; raises NotFound."""
    shares = store().visible_to(viewer, now=now).variants(stix_id)
    same = [share for share in shares if share.digest == digest]
    if not same:
        raise NotFound
    return min(same, key=lambda share: share.seq).ref


def _find(viewer: Viewer, ref: str, now: datetime) -> _Found:
    try:
        share = store().visible_to(viewer, now=now).get(ref)
    except NotFound:
        own = acts.get_own_share(ref, viewer, now=now)
        made = {SHARED: own.act} if own.ended is None else {SHARED: own.act, ENDED: own.ended}
        return _Found(own.seq, made, own.audience.tlp, "", own.at, own.state, own.digest, is_live=False)
    title = "" if share.audience.tlp is Tlp.RED else share.title
    made = {SHARED: share.act}
    return _Found(share.seq, made, share.audience.tlp, title, share.at, share.state, share.digest, is_live=True)


def _act(which: str, act: int) -> ActProof:
    receipt, erasure = ledger.get_receipt(act), ledger.find_erasure(act)
    erased = None
    if erasure is not None:
        names = community.name_organisations(set() if erasure.by is None else {erasure.by})
        erased = Erased(names.get(erasure.by or 0, ""), erasure.at)
    return ActProof(which, receipt.commitment.hex(), ledger.get_place(act), receipt.logged_at, erased)
