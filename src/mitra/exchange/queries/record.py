"""One record, as one viewer reads it: what it says, who shared it, why it is seen, what it is tied to.

Everything here comes through one door, opened once, so the parts of the page agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from mitra.community import queries as community
from mitra.core.policy.facts import Tlp
from mitra.core.stix.atoms import atoms_of
from mitra.core.stix.printing import splice
from mitra.exchange import plain
from mitra.exchange.queries.lists import full_line, lines_of, name_circles
from mitra.exchange.queries.shapes import RecordView, RedUnopened, RelationLine, Relations, ValueLine, Why
from mitra.ledger import queries as ledger
from mitra.store.doors import store
from mitra.store.facts import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.exchange.queries.shapes import RecordLine
    from mitra.store.facts import Share
    from mitra.store.protocol import Door

MOST_TIES = 60
"""Relations shown; a graph of more is not read."""


def get_record(viewer: Viewer, ref: str, *, now: datetime, is_opened: bool = False) -> RecordView:
    """Return one record; raises NotFound, and RedUnopened for RED unless its reading was written down (`is_opened`)."""
    door = store().visible_to(viewer, now=now)
    share = door.get(ref)
    if share.audience.tlp is Tlp.RED and not is_opened:
        raise RedUnopened(ref)
    served = splice(share.raw, share.marking_at, share.tlp.label)
    obj: dict[str, Any] = orjson.loads(served)
    decision = door.explain(share).decision
    same = door.with_bytes_of(share)
    author = author_of(share)
    return RecordView(
        line=opened_line(share, viewer),
        object=obj,
        raw=served,
        digest=share.digest.hex(),
        statements=plain.list_statements(obj),
        sources=plain.list_sources(obj),
        values=tuple(ValueLine(atom.kind, atom.value) for atom in atoms_of(obj).atoms),
        pap=share.pap,
        condition=share.condition,
        why=Why(decision.reason, tuple(sorted(name_circles(decision.circles, viewer).values()))),
        versions=lines_of(door.variants(share.stix_id), viewer),
        corroborated_by=lines_of([other for other in same if other.by != share.by], viewer),
        relations=list_relations(door, share, obj, viewer),
        receipt=ledger.get_receipt(share.act),
        is_own=viewer.organisation == share.by,
        is_shared_on=share.under is not None,
        accepted_at=min((other.at for other in same), default=share.at),
        is_author=author == share.by,
        author_name=community.name_organisations({author}).get(author, "") if author not in {0, share.by} else "",
    )


def author_of(share: Share) -> int:
    """Return the organisation of this node that the record names as its author, 0 for anybody else."""
    named = share.created_by
    return community.organisation_ids_by_stix_id({named}).get(named, 0) if named else 0


def find_record(viewer: Viewer, ref: str, *, now: datetime) -> RecordView | None:
    """Return one record, or None for RED, which is opened first; raises NotFound."""
    try:
        return get_record(viewer, ref, now=now)
    except RedUnopened:
        return None


def get_line(viewer: Viewer, ref: str, *, now: datetime) -> RecordLine:
    """Return one record as a line of a list, of RED only label, room and hour; raises NotFound."""
    (line,) = lines_of([store().visible_to(viewer, now=now).get(ref)], viewer)
    return line


def opened_line(share: Share, viewer: Viewer) -> RecordLine:
    """Return the share's own line with all its words."""
    names = community.name_organisations({share.by})
    return full_line(share, viewer, names, name_circles(share.audience.circles, viewer))


def list_relations(door: Door, share: Share, obj: Mapping[str, Any], viewer: Viewer) -> Relations:
    """Return what the record is tied to: by its own words, then by relationships, sightings and reports about it."""
    about = door.referring_to(share.stix_id, limit=MOST_TIES + 1)
    ties = [*own_ties(obj), *(tie_of(other, share.stix_id) for other in about)]
    shown = ties[:MOST_TIES]
    others = first_of_each(door, {tie.other_id for tie in shown if tie.other is None})
    shares = [found for tie in shown for found in (tie.other or others[tie.other_id], tie.via) if found is not None]
    lines = {found.ref: line for found, line in zip(shares, lines_of(shares, viewer), strict=True)}
    items = tuple(tie.as_line(others, lines) for tie in shown)
    return Relations(items, more=len(ties) > MOST_TIES)


@dataclass(frozen=True, slots=True)
class Tie:
    """A relation before its ends have lines."""

    how: str
    is_outgoing: bool
    other_id: str
    other: Share | None = None
    via: Share | None = None

    def as_line(self, others: Mapping[str, Share | None], lines: Mapping[str, RecordLine]) -> RelationLine:
        """Return the relation as it is shown."""
        other = self.other or others[self.other_id]
        return RelationLine(
            how=self.how,
            is_outgoing=self.is_outgoing,
            other_id=self.other_id,
            other=lines[other.ref] if other else None,
            via=lines[self.via.ref] if self.via else None,
        )


def own_ties(obj: Mapping[str, Any]) -> Iterator[Tie]:
    """Yield what the record refers to by its own properties."""
    for name, value in obj.items():
        if not plain.is_reference(name) or name == "object_marking_refs":
            continue
        for other in value if isinstance(value, list) else [value]:
            if isinstance(other, str):
                yield Tie(name, is_outgoing=True, other_id=other)


def tie_of(other: Share, stix_id: str) -> Tie:
    """Return what another record says about this one; a RED one says nothing here."""
    if other.audience.tlp is Tlp.RED:
        return Tie("", is_outgoing=False, other_id="", other=other)
    obj = orjson.loads(other.raw)
    if other.type != "relationship":
        return Tie(role_of(obj, stix_id), is_outgoing=False, other_id=other.stix_id, other=other)
    is_outgoing = obj.get("source_ref") == stix_id
    far = obj["target_ref"] if is_outgoing else obj["source_ref"]
    return Tie(obj["relationship_type"], is_outgoing=is_outgoing, other_id=far, via=other)


def role_of(obj: Mapping[str, Any], stix_id: str) -> str:
    """Return the property by which an object refers to an id, `''` when it does so deeper inside."""
    return next((tie.how for tie in own_ties(obj) if tie.other_id == stix_id), "")


def first_of_each(door: Door, stix_ids: set[str]) -> dict[str, Share | None]:
    """Return for each id the share that is shown first to this viewer, None when it reads none.

    One question for all; only ids with several variants are asked for by themselves.
    """
    if not stix_ids:
        return {}
    page = door.latest(limit=4 * MOST_TIES, only=Filter(stix_ids=frozenset(stix_ids), versions="last"))
    found: dict[str, list[Share]] = {stix_id: [] for stix_id in stix_ids}
    for share in page.shares:
        found[share.stix_id].append(share)
    return {stix_id: _shown_first(door, stix_id, shares, more=page.more) for stix_id, shares in found.items()}


def _shown_first(door: Door, stix_id: str, shares: list[Share], *, more: bool) -> Share | None:
    is_settled = not more and len(shares) <= 1 and all(share.audience.tlp is not Tlp.RED for share in shares)
    return next(iter(shares), None) if is_settled else first_of(door, stix_id)


def first_of(door: Door, stix_id: str) -> Share | None:
    """Return the share of an id that is shown first to this viewer, None when it reads none."""
    return next(iter(door.variants(stix_id, limit=1)), None)
