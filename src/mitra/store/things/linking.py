"""Links between things: STIX relationships in the room of the things, walked from either end.

A link tells that both its ends are there, so it reaches nobody whom either does not reach (law 4); where an end is
tightened later, what points to it is tightened by the same reaction as every other reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import orjson

from mitra.core.errors import InvalidInput, NotFound
from mitra.core.policy.reshare import reaches_no_further
from mitra.core.stix.ids import make_id
from mitra.core.stix.printing import print_record
from mitra.core.stix.references import references_of
from mitra.core.stix.times import format_time
from mitra.store.doors import store
from mitra.store.facts import NewRecord, NewShare, Outcome, Voice

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Viewer
    from mitra.store.facts import Receipt
    from mitra.store.things.releasing import Hand


class Link(NamedTuple):
    """One tie: from which thing, how, to which."""

    stix_id: str
    source: str
    how: str
    target: str
    by: int


def link(source: str, how: str, target: str, audience: Audience, hand: Hand, *, viewer: Viewer) -> Receipt:
    """Tie two things that the viewer reads; raises NotFound, and InvalidInput where an end reaches fewer."""
    door = store().visible_to(viewer, now=hand.now)
    ends = door.strictest_of([source, target], room=audience.room)
    for end in (source, target):
        if end not in ends:
            raise NotFound
        if audience != ends[end] and not reaches_no_further(audience, ends[end], now=hand.now):
            message = "One end of this link reaches fewer than the link would; choose fewer, or tie something else."
            raise InvalidInput(message, path="/tlp", rule="reference-upward")
    record = _record(source, how, target, hand)
    receipt = store().accept_batch(
        [NewShare(record, audience, voice=Voice.CREATOR)],
        kind=f"{audience.room}.link",
        by=hand.by.organisation,
        now=hand.now,
        announce=lambda written: hand.tell(written, record.stix_id),
    )
    if receipt.lines[0].outcome is not Outcome.ACCEPTED:
        raise InvalidInput(receipt.lines[0].reason, rule="link")
    return receipt


def links_of(stix_id: str, viewer: Viewer, *, room: str, now: datetime) -> list[Link]:
    """Return the ties of a thing in either direction that a viewer reads, the newest first."""
    door = store().visible_to(viewer, now=now)
    found = []
    for share in door.referring_to(stix_id, room=room):
        said = orjson.loads(share.raw)
        if said.get("type") == "relationship":
            found.append(Link(said["id"], said["source_ref"], said["relationship_type"], said["target_ref"], share.by))
    return found


def _record(source: str, how: str, target: str, hand: Hand) -> NewRecord:
    at = format_time(hand.now, digits=6)
    said: dict[str, object] = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": make_id("relationship", uuid4()),
        "created": at,
        "modified": at,
        "created_by_ref": hand.by.identity,
        "source_ref": source,
        "relationship_type": how,
        "target_ref": target,
    }
    printed = print_record(said)
    return NewRecord(
        str(said["id"]),
        "relationship",
        at,
        hand.by.identity,
        printed.digest,
        printed.raw,
        printed.marking_at,
        how,
        refs=references_of(said),
    )
