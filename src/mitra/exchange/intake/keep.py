"""Step 8: put down what may go, in one transaction a batch, and what is held, beside it.

An acknowledgement means durable: totals are counted only once the store and the held list have committed.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from mitra.core.policy.facts import Audience, Pap, Tlp
from mitra.exchange import words
from mitra.exchange.events import SharesMade
from mitra.exchange.intake.normalise import record_of
from mitra.exchange.models import HeldItem
from mitra.pulse.operations import emit
from mitra.store.facts import Line, NewShare, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitra.exchange.facts import Result
    from mitra.exchange.intake.batch import Hold, Item, Sender
    from mitra.ledger.facts import Written
    from mitra.store.facts import Holding, Receipt
    from mitra.store.protocol import Store

HELD: Final = Line(Outcome.HELD)


def keep(
    batch: Sequence[Item], sender: Sender, store: Store, *, act: str = "share"
) -> tuple[Receipt | None, list[tuple[Item, Line]]]:
    """Write one batch and return its receipt, and each item with what became of it, the held ones first.

    A batch in which everything is held or shared already decides nothing, so it has no act and no receipt.
    """
    held = [item for item in batch if item.hold is not None]
    going = [item for item in batch if item.hold is None]
    keep_held(held, sender)
    ends = [(item, HELD) for item in held]
    new = [item for item in going if item.repeats is None]
    if not new:
        return None, [*ends, *zip(going, _repeated(going, store), strict=True)]
    receipt = store.accept_batch(
        [new_share(item) for item in new],
        kind=act,
        by=sender.actor.organisation,
        now=sender.now,
        announce=lambda written: tell(written, sender),
    )
    if len(new) == len(going):
        return receipt, [*ends, *zip(going, receipt.lines, strict=True)]
    lines, repeated = iter(receipt.lines), iter(_repeated([item for item in going if item.repeats is not None], store))
    return receipt, [*ends, *((item, next(lines if item.repeats is None else repeated)) for item in going)]


def tell(written: Written, sender: Sender) -> None:
    """Tell whoever listens that these shares were made, in their transaction."""
    last_seq = written.first_seq + len(written.dates) - 1
    emit(
        SharesMade(written.act, written.first_seq, last_seq),
        subject=f"act:{written.act}",
        actor=sender.actor.organisation,
        now=sender.now,
        realm=sender.actor.viewer.realm,
    )


def repeated(item: Item, shares: Sequence[Holding], sender: Sender) -> int | None:
    """Return the number of the live share by which its sender shares these very bytes with this audience, or None.

    Only the sender's own shares are looked at.
    """
    if item.has_empty_markings:
        return None
    me = sender.actor.organisation
    return next((share.seq for share in shares if share.by == me and share.audience == item.audience), None)


def new_share(item: Item) -> NewShare:
    """Return the line of the act that this item becomes."""
    return NewShare(record_of(item), item.audience, item.under, item.pap, item.condition, item.voice)


def result_of(item: Item, line: Line) -> Result:
    """Return how an item ended, in words."""
    if item.hold is not None:
        sentence = words.held_because(item.hold.safeguard, item.hold.why)
        return item.stopped(Outcome.HELD, item.hold.safeguard, sentence=sentence)
    return replace(item.stopped(line.outcome, line.reason), ref=line.ref)


def keep_held(batch: Sequence[Item], sender: Sender) -> None:
    """Write held items in one statement; what already waits for the same audience stays as it is."""
    rows = [_row(item, item.hold, sender) for item in batch if item.hold is not None]
    if rows:
        HeldItem.objects.bulk_create(rows, ignore_conflicts=True)


def _row(item: Item, hold: Hold, sender: Sender) -> HeldItem:
    terms = write_terms(item)
    return HeldItem(
        owner=sender.actor.organisation,
        realm=sender.actor.viewer.realm,
        shared_by_id=sender.actor.person,
        stix_id=item.stix_id,
        type=item.type,
        title=item.title,
        raw=item.raw,
        digest=item.digest,
        tlp=item.audience.tlp,
        safeguard=hold.safeguard,
        why=dict(hold.why),
        terms=terms,
        terms_digest=hashlib.sha256(orjson.dumps(terms, option=orjson.OPT_SORT_KEYS)).digest(),
        path=item.path,
        line=item.line,
        held_at=sender.now,
    )


def _repeated(items: Sequence[Item], store: Store) -> list[Line]:
    """Return the lines of items that their sender shares already."""
    seqs = [item.repeats for item in items if item.repeats is not None]
    names = store.names_of(seqs)
    return [Line(Outcome.DUPLICATE, seq, "already-shared", ref) for seq, ref in zip(seqs, names, strict=True)]


def write_terms(item: Item) -> dict[str, Any]:
    """Return to whom and how an item was to go, as JSON; `read_terms` is its inverse."""
    audience = item.audience
    return {
        "tlp": int(audience.tlp),
        "circles": sorted(audience.circles),
        "room": audience.room,
        "realm": audience.realm,
        "embargo_until": None if audience.embargo_until is None else audience.embargo_until.isoformat(),
        "pap": None if item.pap is None else int(item.pap),
        "condition": item.condition,
    }


def read_terms(terms: dict[str, Any]) -> tuple[Audience, Pap | None, str]:
    """Return the audience, PAP and condition that `write_terms` wrote down."""
    until = terms["embargo_until"]
    audience = Audience(
        Tlp(terms["tlp"]),
        frozenset(terms["circles"]),
        terms["room"],
        terms["realm"],
        None if until is None else datetime.fromisoformat(until),
    )
    pap = terms["pap"]
    return audience, None if pap is None else Pap(pap), terms["condition"]
