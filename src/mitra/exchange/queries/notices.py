"""What others asked back of what one was handed: for the people of the organisation that was.

A notice names what its readers need to find their copy: who asks, the STIX id and type, why.  Of TLP:RED it says label,
room and hour, to the one person who opened it; of what was erased, who asks and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_READ
from mitra.core.policy.facts import Tlp
from mitra.exchange import plain
from mitra.exchange.models import Notice
from mitra.store import past

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from mitra.community.facts import Actor
    from mitra.store.past import Past

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice.  Of RED only `id`, `tlp`, `to`, `level`, `room`, `asked_at` and what was done are filled."""

    id: UUID
    tlp: Tlp
    to: str
    level: Tlp | None
    """The new level, where it was tightened; None where it stays within its sharer's organisation."""
    room: str
    asked_at: datetime
    is_red: bool
    is_personal: bool
    """Whether this person alone is told, of all its organisation."""
    asked_by: str
    stix_id: str
    type_label: str
    reason: str
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, slots=True)
class NoticeList:
    """The open ones first and all of them counted, then those done last."""

    open: tuple[NoticeLine, ...]
    open_count: int
    done: tuple[NoticeLine, ...]
    done_count: int


def list_notices(actor: Actor, *, limit: int = MOST_SHOWN) -> NoticeList:
    """Return what was asked back of the actor's organisation, newest first; raises NotPermitted."""
    actor.require(EXCHANGE_READ)
    mine = Notice.objects.told_to(actor).select_related("recall", "done_by")
    waiting, done = mine.filter(done_at=None), mine.filter(done_at__isnull=False).order_by("-done_at", "id")
    return NoticeList(_lines_of(list(waiting[:limit])), waiting.count(), _lines_of(list(done[:limit])), done.count())


def list_open_notices(actor: Actor, *, limit: int) -> tuple[tuple[NoticeLine, ...], int]:
    """Return the newest that nobody of the actor's organisation has done, and how many there are."""
    waiting = Notice.objects.told_to(actor).filter(done_at=None).select_related("recall", "done_by")
    return _lines_of(list(waiting[:limit])), waiting.count()


def _lines_of(rows: list[Notice]) -> tuple[NoticeLine, ...]:
    wanted = (seq for row in rows for seq in (row.recall.seq, row.recall.instead) if seq is not None)
    shares = past.shares_numbered(wanted)
    names = community.name_organisations({row.recall.owner for row in rows})
    return tuple(_line_of(row, shares, names) for row in rows)


def _line_of(row: Notice, shares: Mapping[int, Past], names: Mapping[int, str]) -> NoticeLine:
    recall = row.recall
    share = shares[recall.seq]
    is_red = share.audience.tlp is Tlp.RED
    is_told = not is_red and bool(share.stix_id)
    return NoticeLine(
        id=row.pk,
        tlp=share.audience.tlp,
        to=recall.to,
        level=None if recall.instead is None else shares[recall.instead].audience.tlp,
        room=share.audience.room,
        asked_at=recall.made_at,
        is_red=is_red,
        is_personal=row.person_id is not None,
        asked_by="" if is_red else names.get(recall.owner, ""),
        stix_id=share.stix_id if is_told else "",
        type_label=plain.type_label(share.type) if is_told else "",
        reason=recall.reason if is_told else "",
        done_at=row.done_at,
        done_by="" if row.done_by is None else row.done_by.name,
    )
