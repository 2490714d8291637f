"""Lists of records, newest first, for people; names are asked for once a page."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import orjson

from mitra.community import queries as community
from mitra.core.policy.facts import Tlp
from mitra.exchange import cursors, plain
from mitra.exchange.queries.shapes import Count, RecordLine, RecordPage
from mitra.store.doors import store
from mitra.store.facts import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.facts import Share
    from mitra.store.protocol import Door

CURSOR = "records"
COUNTED = 1_000
"""Counting stops here: a page says “1,000+” rather than let somebody wait."""

EVERYTHING = Filter(versions="last")
LEVELS = frozenset(map(int, Tlp))
NO_LEVEL = frozenset({-1})
"""Levels of nothing, where an empty set would mean all."""


def list_records(
    viewer: Viewer, only: Filter = EVERYTHING, *, before: str | None = None, limit: int = 50, now: datetime
) -> RecordPage:
    """Return a page of records, newest first; raises InvalidInput for a cursor of another question."""
    told = tell_nothing_of_red(only)
    binding = cursors.bind(viewer, told)
    position = cursors.open_cursor(CURSOR, before, binding=binding, now=now) if before else None
    door = store().visible_to(viewer, now=now)
    page = door.latest(before=position, limit=limit, only=told)
    return RecordPage(
        items=lines_of(page.shares, viewer),
        next=cursors.seal(CURSOR, page.shares[-1].seq, binding=binding, now=now) if page.more else None,
        total=count(door, told),
    )


def list_shared_with(circle: int, viewer: Viewer, *, limit: int = 50, now: datetime) -> tuple[RecordLine, ...]:
    """Return the newest records whose audience names a circle, as far as this viewer reads them; none of RED."""
    only = tell_nothing_of_red(Filter(versions="last", circles=frozenset({circle})))
    return lines_of(store().visible_to(viewer, now=now).latest(limit=limit, only=only).shares, viewer)


def count_shared_by(
    viewer: Viewer, organisations: Iterable[int], *, since: datetime, now: datetime
) -> Mapping[int, Count]:
    """Return how many records each organisation shared after an instant, as far as this viewer reads them."""
    door = store().visible_to(viewer, now=now)
    recent = Filter(versions="last", added_after=since)
    ones = {body: dataclasses.replace(recent, by=frozenset({body})) for body in organisations}
    return {body: count(door, tell_nothing_of_red(only)) for body, only in ones.items()}


def count(door: Door, only: Filter) -> Count:
    """Return how many records a filter leaves, exactly up to the bound."""
    counted = door.count(only, up_to=COUNTED)
    return Count(min(counted, COUNTED), is_exact=counted <= COUNTED)


def tell_nothing_of_red(only: Filter) -> Filter:
    """Return the filter without RED where finding it would already tell something: its type, sharer, circle, words."""
    if not (only.types or only.stix_ids or only.by or only.circles or only.words):
        return only
    return dataclasses.replace(only, tlps=((only.tlps or LEVELS) - {int(Tlp.RED)}) or NO_LEVEL)


def list_tallies(viewer: Viewer, *, now: datetime) -> Mapping[tuple[str, int], int]:
    """Return how many records this viewer reads, by type and TLP level."""
    return store().visible_to(viewer, now=now).tallies()


def lines_of(shares: Sequence[Share], viewer: Viewer) -> tuple[RecordLine, ...]:
    """Return shares as lines of a list, in their order."""
    open_ = [share for share in shares if share.audience.tlp is not Tlp.RED]
    names = community.name_organisations({share.by for share in open_})
    circles = name_circles({circle for share in open_ for circle in share.audience.circles}, viewer)
    return tuple(line_of(share, viewer, names, circles) for share in shares)


def line_of(share: Share, viewer: Viewer, names: Mapping[int, str], circles: Mapping[int, str]) -> RecordLine:
    """Return one share as a line; of RED only its label, room and hour."""
    if share.audience.tlp is Tlp.RED:
        return RecordLine(ref=share.ref, tlp=Tlp.RED, room=share.audience.room, at=share.at, is_red=True)
    return full_line(share, viewer, names, circles)


def full_line(share: Share, viewer: Viewer, names: Mapping[int, str], circles: Mapping[int, str]) -> RecordLine:
    """Return one share as a line with all its words; for RED only where the reading is written down."""
    audience = share.audience
    return RecordLine(
        ref=share.ref,
        tlp=share.tlp,
        room=audience.room,
        at=share.at,
        is_red=audience.tlp is Tlp.RED,
        id=share.stix_id,
        title=share.title or plain.untitled(share.type, share.raw),
        type=share.type,
        type_label=plain.type_label(share.type),
        by=share.by,
        by_name=names.get(share.by, ""),
        circle_names=tuple(sorted(circles[circle] for circle in audience.circles if circle in circles)),
        modified=share.modified,
        embargo_until=audience.embargo_until,
        is_revoked=is_revoked(share.raw),
        is_own=viewer.organisation == share.by,
    )


def name_circles(ids: Iterable[int], viewer: Viewer) -> Mapping[int, str]:
    """Return the names of those circles that the viewer may know; asks nothing when there are none."""
    wanted = frozenset(ids)
    return community.name_circles(wanted, viewer) if wanted else {}


def is_revoked(raw: bytes) -> bool:
    """Return whether an object says that it is revoked; only bytes that may say so are parsed."""
    return b'"revoked":true' in raw and orjson.loads(raw).get("revoked") is True
