"""What waits in front of the store: the items that safeguards hold, for the organisation whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.utils.translation import gettext

from mitra.community import queries as community
from mitra.core.errors import NotFound
from mitra.core.policy.facts import Tlp
from mitra.exchange import plain, words
from mitra.exchange.intake.keep import read_terms
from mitra.exchange.models import HeldItem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.core.policy.facts import Audience, Pap
    from mitra.exchange.plain import Statement

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One held item in a list: what it is, what holds it, and what was decided."""

    id: str
    title: str
    type_label: str
    tlp: Tlp
    safeguard: str
    because: str
    """What the safeguard saw, in a sentence."""
    held_at: datetime
    decision: str
    decided_at: datetime | None
    reason: str

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has decided yet."""
        return not self.decision


@dataclass(frozen=True, slots=True)
class HeldList:
    """The waiting ones first and all of them counted, then what was decided of late."""

    waiting: tuple[HeldLine, ...]
    waiting_count: int
    decided: tuple[HeldLine, ...]


@dataclass(frozen=True, slots=True)
class HeldView:
    """One held item with everything that its owner decides on."""

    line: HeldLine
    stix_id: str
    why: Mapping[str, str]
    audience: Audience
    circle_names: tuple[str, ...]
    pap: Pap | None
    condition: str
    path: str
    statements: tuple[Statement, ...]
    raw: bytes


def list_held(actor: Actor, *, limit: int = MOST_SHOWN) -> HeldList:
    """Return what waits for the actor's organisation, newest first, and what was decided last."""
    rows = HeldItem.objects.held_for(actor)
    waiting = rows.filter(decision="")
    decided = rows.exclude(decision="").order_by("-decided_at", "id")
    return HeldList(
        waiting=tuple(line_of(row) for row in waiting[:limit]),
        waiting_count=waiting.count(),
        decided=tuple(line_of(row) for row in decided[:limit]),
    )


def count_held(actor: Actor) -> int:
    """Return how many items wait for the actor's organisation."""
    return HeldItem.objects.held_for(actor).filter(decision="").count()


def get_held(actor: Actor, held_id: str | UUID) -> HeldView:
    """Return one held item of the actor's organisation; raises NotFound."""
    try:
        key = held_id if isinstance(held_id, UUID) else UUID(held_id)
    except ValueError as garbage:
        raise NotFound from garbage
    row = HeldItem.objects.held_for(actor).filter(pk=key).first()
    if row is None:
        raise NotFound
    raw = bytes(row.raw)
    obj: dict[str, Any] = orjson.loads(raw)
    audience, pap, condition = read_terms(row.terms)
    return HeldView(
        line=line_of(row),
        stix_id=row.stix_id,
        why=row.why,
        audience=audience,
        circle_names=tuple(sorted(community.name_circles(audience.circles, actor.viewer).values())),
        pap=pap,
        condition=condition,
        path=row.path or ("" if row.line is None else gettext("line %(n)s") % {"n": row.line}),
        statements=plain.list_statements(obj),
        raw=raw,
    )


def line_of(row: HeldItem) -> HeldLine:
    """Return a row as a line."""
    return HeldLine(
        id=str(row.pk),
        title=row.title or plain.type_label(row.type),
        type_label=plain.type_label(row.type),
        tlp=Tlp(row.tlp),
        safeguard=row.safeguard,
        because=words.held_because(row.safeguard, row.why),
        held_at=row.held_at,
        decision=row.decision,
        decided_at=row.decided_at,
        reason=row.reason,
    )
