"""Answer the first question of a night shift: is this known, from whom, since when.

Values come as people write them, defanged or not, one or a file of them; they go to the store in batches.  What is
found of others is told to `hand` before it is yielded.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from mitra.community import queries as community
from mitra.core.ledger.dates import instant
from mitra.core.policy.facts import Tlp
from mitra.core.stix.sought import sought
from mitra.exchange.queries.export import print_rows
from mitra.exchange.queries.lists import is_revoked
from mitra.exchange.queries.shapes import Known, KnownRecord
from mitra.store.doors import store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.exchange.queries.shapes import Brief, BriefRecord, Hand
    from mitra.store.facts import Found, Hit

BATCH = 500
"""Values that go to the store at once."""

BRIEF_BATCH = 10_000
"""Values that go to the store at once when machines ask: most have no answer, and answers are short."""

MOST_EACH = 100
"""Shares that are told of one value."""

LONGEST_VALUE = 8_192
"""Characters; a longer line of a file is no value."""


def look_up(viewer: Viewer, values: Iterable[str], *, hand: Hand, now: datetime) -> Iterator[Known]:
    """Yield what is known of each value, in the order given, a repeat as often as it stands there."""
    waiting = iter(values)
    while batch := list(islice(waiting, BATCH)):
        yield from look_up_batch(viewer, batch, hand=hand, now=now)


def look_up_briefly(
    viewer: Viewer, values: Iterable[str], *, most: int = MOST_EACH, hand: Hand, now: datetime
) -> Iterator[Brief]:
    """Yield what machines are told of each value (docs/reference/json-output.md).

    A line for each record and sharer, since its first version, of the nearest shares that speak about the value, at
    most so many; nothing of RED.
    """
    waiting = iter(values)
    while batch := list(islice(waiting, BRIEF_BATCH)):
        asked = [value if len(value) <= LONGEST_VALUE else "" for value in batch]
        answers = list(store().visible_to(viewer, now=now).known(asked, limit_each=most))
        hits = [hit for known in answers for _, hit in known]
        hand([hit.seq for hit in hits if hit.by != viewer.organisation])
        sharers = {hit.by for hit in hits}
        names = community.name_organisations(sharers) if sharers else {}
        for value, known in zip(batch, answers, strict=True):
            yield {"value": value, "known": bool(known), "records": lines_of(known, names) if known else ()}


def lines_of(known: Sequence[tuple[str, Hit]], names: Mapping[int, str]) -> list[BriefRecord]:
    """Return a line for each record and sharer, the oldest first."""
    if len(known) > 1:
        oldest_last = sorted(known, key=_at, reverse=True)
        first = {(hit.stix_id, hit.by): (how, hit) for how, hit in oldest_last}
        known = sorted(first.values(), key=_at)
    return [
        {"id": stix_id, "type": type_, "shared_by": names.get(by, ""), "since": instant(at)}
        for _, (_, stix_id, type_, by, at) in known
    ]


def _at(pair: tuple[str, Hit]) -> int:
    return pair[1].at


def values_of(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the values of a file, one a line; empty lines are passed over, bad UTF-8 is never a value."""
    texts = (line.decode("utf-8-sig", "replace").strip() for line in lines)
    return (text for text in texts if text)


def look_up_csv(viewer: Viewer, lines: Iterable[bytes], *, hand: Hand, now: datetime) -> Iterator[bytes]:
    """Yield what is known of each line of a file as CSV, read as a machine does: without RED."""
    yield print_rows([("value", "kind", "known", "records", "since", "shared_by")])
    for known in look_up(community.machine_beside(viewer), values_of(lines), hand=hand, now=now):
        since = min((record.since for record in known.records), default=None)
        names = sorted({record.shared_by for record in known.records if record.shared_by})
        row = (
            known.value,
            known.kind,
            "yes" if known.known else "no",
            str(len(known.records)),
            since.isoformat(timespec="seconds").replace("+00:00", "Z") if since else "",
            "; ".join(names),
        )
        yield print_rows([row])


def look_up_batch(viewer: Viewer, values: Sequence[str], *, hand: Hand, now: datetime) -> Iterator[Known]:
    """Yield what is known of a few hundred values."""
    asked = [value for value in dict.fromkeys(values) if len(value) <= LONGEST_VALUE]
    found: dict[str, list[Found]] = {}
    for hit in store().visible_to(viewer, now=now).look_up(asked):
        found.setdefault(hit.value, []).append(hit)
    told = [hit.share for hits in found.values() for hit in hits if not is_red(hit)]
    hand([share.seq for share in told if share.by != viewer.organisation])
    names = community.name_organisations({share.by for share in told})
    for value in values:
        yield Known(value, kind_of(value), tuple(known_by(hit, names) for hit in found.get(value, ())))


def kind_of(value: str) -> str:
    """Return what a value is recognised as first, or `''`."""
    return sought(value).kind if len(value) <= LONGEST_VALUE else ""


def known_by(hit: Found, names: Mapping[int, str]) -> KnownRecord:
    """Return a hit as its reader is told of it; of RED only label, room and hour."""
    share = hit.share
    if is_red(hit):
        return KnownRecord(ref=share.ref, tlp=share.audience.tlp, since=share.at, how="")
    return KnownRecord(
        ref=share.ref,
        tlp=share.tlp,
        since=share.at,
        how=hit.how,
        id=share.stix_id,
        type=share.type,
        title=share.title,
        shared_by=names.get(share.by, ""),
        modified=share.modified,
        is_revoked=is_revoked(share.raw),
    )


def is_red(hit: Found) -> bool:
    """Return whether the words of a hit are shown only where their reading is logged."""
    return hit.share.audience.tlp is Tlp.RED
