"""Step 8: put down what may go, in one transaction a batch, and what is held, beside it.

An acknowledgement means durable: totals are counted only once the store and the held list have committed.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from mitra.core.policy.facts import Audience, Pap, Tlp
from mitra.exchange import words
from mitra.exchange.models import HeldItem
from mitra.store.facts import NewShare, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitra.exchange.facts import Result
    from mitra.exchange.intake.batch import Aimed, Hold, Item, Sender
    from mitra.store.facts import Receipt
    from mitra.store.protocol import Store


def keep(
    batch: Sequence[Aimed], sender: Sender, store: Store, *, act: str = "share"
) -> tuple[Receipt | None, list[Result]]:
    """Write one batch and return its receipt and a result for each item, the held ones first.

    A batch in which everything is held decides nothing, so it has no act and no receipt.
    """
    held = [(aimed, hold) for aimed in batch if (hold := aimed.hold) is not None]
    going = [aimed for aimed in batch if aimed.hold is None]
    keep_held(held, sender)
    results = [_held(aimed.item, hold) for aimed, hold in held]
    if not going:
        return None, results
    shares = [new_share(aimed) for aimed in going]
    receipt = store.accept_batch(shares, kind=act, by=sender.actor.organisation, now=sender.now)
    for aimed, line in zip(going, receipt.lines, strict=True):
        results.append(replace(aimed.item.stopped(line.outcome, line.reason), ref=line.ref))
    return receipt, results


def new_share(aimed: Aimed) -> NewShare:
    """Return the line of the act that this item becomes."""
    return NewShare(aimed.item.record, aimed.audience, aimed.under, aimed.pap, aimed.condition, aimed.voice)


def keep_held(batch: Sequence[tuple[Aimed, Hold]], sender: Sender) -> None:
    """Write held items in one statement; what already waits for the same audience stays as it is."""
    rows = [_row(aimed, hold, sender) for aimed, hold in batch]
    if rows:
        HeldItem.objects.bulk_create(rows, ignore_conflicts=True)


def _row(aimed: Aimed, hold: Hold, sender: Sender) -> HeldItem:
    record = aimed.item.record
    terms = write_terms(aimed)
    return HeldItem(
        owner=sender.actor.organisation,
        realm=sender.actor.viewer.realm,
        shared_by_id=sender.actor.person,
        stix_id=record.stix_id,
        type=record.type,
        title=record.title,
        raw=record.raw,
        digest=record.digest,
        tlp=aimed.audience.tlp,
        safeguard=hold.safeguard,
        why=dict(hold.why),
        terms=terms,
        terms_digest=hashlib.sha256(orjson.dumps(terms, option=orjson.OPT_SORT_KEYS)).digest(),
        path=aimed.item.path,
        line=aimed.item.line,
        held_at=sender.now,
    )


def write_terms(aimed: Aimed) -> dict[str, Any]:
    """Return to whom and how an item was to go, as JSON; `read_terms` is its inverse."""
    audience = aimed.audience
    return {
        "tlp": int(audience.tlp),
        "circles": sorted(audience.circles),
        "room": audience.room,
        "realm": audience.realm,
        "embargo_until": None if audience.embargo_until is None else audience.embargo_until.isoformat(),
        "pap": None if aimed.pap is None else int(aimed.pap),
        "condition": aimed.condition,
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


def _held(item: Item, hold: Hold) -> Result:
    sentence = words.held_because(hold.safeguard, hold.why)
    return item.stopped(Outcome.HELD, hold.safeguard, sentence=sentence)
