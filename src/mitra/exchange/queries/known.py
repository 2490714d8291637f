"""Answer the first question of a night shift: is this known, from whom, since when.

Values come as people write them, defanged or not, one or a file of them; they go to the store in batches.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from mitra.community import queries as community
from mitra.core.policy.facts import Tlp
from mitra.core.stix.values import recognise
from mitra.exchange.queries.export import print_rows
from mitra.exchange.queries.lists import is_revoked
from mitra.exchange.queries.shapes import Known, KnownRecord
from mitra.store.doors import store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.facts import Found

BATCH = 500
"""Values that go to the store at once."""

LONGEST_VALUE = 8_192
"""Characters; a longer line of a file is no value."""


def look_up(viewer: Viewer, values: Iterable[str], *, now: datetime) -> Iterator[Known]:
    """Yield what is known of each value, in the order given, a repeat as often as it stands there."""
    waiting = iter(values)
    while batch := list(islice(waiting, BATCH)):
        yield from look_up_batch(viewer, batch, now=now)


def look_up_file(viewer: Viewer, lines: Iterable[bytes], *, now: datetime) -> Iterator[Known]:
    """Yield what is known of each line of a file; empty lines are passed over, bad UTF-8 is never a value."""
    texts = (line.decode("utf-8-sig", "replace").strip() for line in lines)
    return look_up(viewer, (text for text in texts if text), now=now)


def look_up_csv(viewer: Viewer, lines: Iterable[bytes], *, now: datetime) -> Iterator[bytes]:
    """Yield what is known of each line of a file as CSV, read as a machine does: without RED."""
    yield print_rows([("value", "kind", "known", "records", "since", "shared_by")])
    for known in look_up_file(community.machine_beside(viewer), lines, now=now):
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


def look_up_batch(viewer: Viewer, values: Sequence[str], *, now: datetime) -> Iterator[Known]:
    """Yield what is known of a few hundred values, with two questions to the database."""
    asked = [value for value in dict.fromkeys(values) if len(value) <= LONGEST_VALUE]
    found: dict[str, list[Found]] = {}
    for hit in store().visible_to(viewer, now=now).look_up(asked):
        found.setdefault(hit.value, []).append(hit)
    names = community.name_organisations({hit.share.by for hits in found.values() for hit in hits if not is_red(hit)})
    for value in values:
        yield Known(value, kind_of(value), tuple(known_by(hit, names) for hit in found.get(value, ())))


def kind_of(value: str) -> str:
    """Return what a value is recognised as first, or `''`."""
    recognised = recognise(value) if len(value) <= LONGEST_VALUE else ()
    return next((str(getattr(one, "kind", "network")) for one in recognised), "")


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
