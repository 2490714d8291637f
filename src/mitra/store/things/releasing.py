"""Write shared rows: draft, release, supersede, tighten, withdraw.  Nobody else writes one.

A release prints the facts as a record, and writes record, share, act, row and what the room tells in one durable
transaction, with one wait for the disk.  An edit names the facts on which it was based: who comes second gets both
texts back, and nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import uuid4

import orjson
from django.db import transaction

from mitra.core.errors import Conflict, InvalidInput, NotFound, StaleVersion, WrongState
from mitra.core.policy.reshare import reaches_no_further
from mitra.core.stix.ids import make_id
from mitra.store.doors import store
from mitra.store.facts import Cause, NewShare, Outcome, State, Voice
from mitra.store.things.held import held
from mitra.store.things.kinds import Version

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mitra.core.policy.facts import Audience
    from mitra.ledger.facts import Written
    from mitra.store.facts import Receipt
    from mitra.store.things.held import Held
    from mitra.store.things.kinds import Kind
    from mitra.store.things.rows import SharedRow

F = TypeVar("F")
WRITING = "the only writer of shared rows"


class Author(NamedTuple):
    """Whose words they are: the organisation's row, and the STIX id by which every node knows it."""

    organisation: int
    identity: str


@dataclass(frozen=True, slots=True)
class Released:
    """What a release leaves: the thing's id, its share's public name, and the receipt."""

    stix_id: str
    ref: str
    receipt: Receipt


def tell_nobody(_written: Written, _stix_id: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes, when, and what is told in the same transaction."""

    by: Author
    now: datetime
    tell: Callable[[Written, str], None] = tell_nobody
    """Given the act and the thing's id: writes rows of the room's own, emits an event."""


def digest_of(kind: Kind[F], facts: F) -> str:
    """Return what names these facts: an edit says by it on which ones it was based."""
    said = kind.adapter.dump_python(facts, mode="json")
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


# ── Drafts


def write_draft(kind: Kind[F], facts: F, *, by: Author) -> str:
    """Keep facts that nobody but the author's organisation reads, and return the thing's id."""
    stix_id = make_id(kind.stix_type, uuid4())
    row = kind.model(stix_id=stix_id, owner=by.organisation, **kind.columns(facts))
    _rows(kind).bulk_create([row])
    return stix_id


def change_draft(kind: Kind[F], stix_id: str, facts: F, *, base: str, by: Author) -> None:
    """Change a draft.  Raises NotFound, StaleVersion where it says by now something else than the `base` did."""
    with transaction.atomic():
        row = _draft(kind, stix_id, by, locked=True)
        _check_base(kind, kind.facts_of(row), facts, base)
        _rows(kind).filter(pk=row.pk).update(**kind.columns(facts))


def discard_draft(kind: Kind[Any], stix_id: str, *, by: Author) -> None:
    """Throw a draft away; raises NotFound."""
    with transaction.atomic():
        _rows(kind).filter(pk=_draft(kind, stix_id, by, locked=True).pk).delete()


# ── Shares


def release(kind: Kind[F], facts: F, audience: Audience, hand: Hand, *, draft: str = "") -> Released:
    """Share new facts, or a draft by its id, with an audience, in a durable transaction of its own.

    Raises NotFound where the draft is gone, InvalidInput where the facts or the audience will not do.
    """
    stix_id = draft or make_id(kind.stix_type, uuid4())
    if draft:
        _draft(kind, draft, hand.by)

    def write(written: Written) -> None:
        columns = {**kind.columns(facts), "share": written.first_seq}
        if draft:
            if not _rows(kind).filter(stix_id=draft, owner=hand.by.organisation, share=None).update(**columns):
                raise NotFound
        else:
            _rows(kind).bulk_create([kind.model(stix_id=stix_id, owner=hand.by.organisation, **columns)])
        hand.tell(written, stix_id)

    record = kind.print(facts, Version(stix_id, hand.by.identity, hand.now, hand.now))
    return _accept(kind, NewShare(record, _in_room(kind, audience), voice=Voice.CREATOR), hand, write)


def supersede(
    kind: Kind[F],
    stix_id: str,
    facts: F,
    hand: Hand,
    *,
    base: str,
    audience: Audience | None = None,
) -> Released:
    """Share the next version of a thing of one's own, with its audience or another one.

    Raises NotFound, StaleVersion where it says by now something else than the `base` did, with both texts.
    """
    row, old = _own(kind, stix_id, hand.by)
    before, version = kind.read(old.raw)
    _check_base(kind, before, facts, base)
    later = version._replace(modified=max(hand.now, version.modified + timedelta(microseconds=1)))
    new = NewShare(kind.print(facts, later), _in_room(kind, audience or old.audience), voice=Voice.CREATOR)

    def write(written: Written) -> None:
        columns = {**kind.columns(facts), "share": written.first_seq}
        if not _rows(kind).filter(pk=row.pk, share=old.seq).update(**columns):
            raise _stale(kind, stix_id, facts, hand)
        hand.tell(written, stix_id)

    try:
        return _accept(kind, new, hand, write)
    except Conflict:
        raise _stale(kind, stix_id, facts, hand) from None


def tighten(kind: Kind[Any], stix_id: str, audience: Audience, hand: Hand, *, reason: str = "") -> Released:
    """Let a thing of one's own reach fewer; raises NotFound, and InvalidInput where it would reach anybody new."""
    row, old = _own(kind, stix_id, hand.by)
    if audience == old.audience or not reaches_no_further(
        audience, old.audience, now=hand.now, inside_community=frozenset()
    ):
        message = "This is not stricter than before: to widen an audience, share it once more."
        raise InvalidInput(message, path="/tlp", rule="not-stricter")
    facts, version = kind.read(old.raw)

    def write(written: Written) -> None:
        _move(kind, row, old, written.first_seq)
        hand.tell(written, stix_id)

    new = NewShare(kind.print(facts, version), _in_room(kind, audience), None, old.pap, old.condition, Voice.CREATOR)
    cause = Cause(f"{kind.room}.tighten", reason)
    receipt = store().replace_share(old.seq, new, by=hand.by.organisation, cause=cause, now=hand.now, announce=write)
    if receipt.act is None:
        raise WrongState("You already share this with that audience.")
    return _released(stix_id, receipt)


def withdraw(kind: Kind[Any], stix_id: str, hand: Hand, *, to: State = State.WITHDRAWN, reason: str = "") -> Receipt:
    """Take a thing of one's own back: who could read it finds a headstone.  Raises NotFound, WrongState."""
    _, old = _own(kind, stix_id, hand.by)
    cause = Cause(f"{kind.room}.{'recall' if to is State.RECALLED else 'withdraw'}", reason)
    return store().end_share(
        old.seq,
        to=to,
        by=hand.by.organisation,
        cause=cause,
        now=hand.now,
        announce=lambda written: hand.tell(written, stix_id),
    )


def _accept(kind: Kind[Any], new: NewShare, hand: Hand, write: Callable[[Written], None]) -> Released:
    receipt = store().accept_batch(
        [new], kind=f"{kind.room}.share", by=hand.by.organisation, now=hand.now, announce=write
    )
    if receipt.lines[0].outcome is not Outcome.ACCEPTED:
        message = "Somebody of your organisation wrote the same at the same instant; look at it again."
        raise Conflict(message)
    return _released(new.record.stix_id, receipt)


def _released(stix_id: str, receipt: Receipt) -> Released:
    named = receipt.named(store().names_of)
    return Released(stix_id, named.lines[0].ref, named)


def _move(kind: Kind[Any], row: SharedRow, old: Held, seq: int) -> None:
    if not _rows(kind).filter(pk=row.pk, share=old.seq).update(share=seq):
        raise Conflict("This changed while you looked at it; look again.")


def _rows(kind: Kind[Any]) -> Any:  # noqa: ANN401 -- a query of the kind's own model
    return kind.model.objects.unrestricted(purpose=WRITING)


def _draft(kind: Kind[Any], stix_id: str, by: Author, *, locked: bool = False) -> SharedRow:
    rows = _rows(kind).filter(stix_id=stix_id, owner=by.organisation, share=None)
    row: SharedRow | None = (rows.select_for_update() if locked else rows).first()
    if row is None:
        raise NotFound
    return row


def _own(kind: Kind[Any], stix_id: str, by: Author) -> tuple[SharedRow, Held]:
    """Return a released row of the author's organisation and its record; raises NotFound."""
    row: SharedRow | None = _rows(kind).filter(stix_id=stix_id, owner=by.organisation, share__isnull=False).first()
    found = held([row.share]) if row is not None and row.share is not None else {}
    if row is None or not found:
        raise NotFound
    return row, next(iter(found.values()))


def _in_room(kind: Kind[Any], audience: Audience) -> Audience:
    if audience.room != kind.room:
        message = f"A {kind.stix_type} is shared in the room {kind.room}, not in {audience.room}."
        raise ValueError(message)
    return audience


def _stale(kind: Kind[F], stix_id: str, facts: F, hand: Hand) -> StaleVersion:
    return StaleVersion(theirs=kind.read(_own(kind, stix_id, hand.by)[1].raw)[0], yours=facts)


def _check_base(kind: Kind[F], theirs: F, yours: F, base: str) -> None:
    if digest_of(kind, theirs) != base:
        raise StaleVersion(theirs=theirs, yours=yours)
