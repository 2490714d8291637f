"""What the time line of a case says of what stands elsewhere: records, tasks, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from mitra.cases.queries.shapes import Said
from mitra.exchange import queries as exchange
from mitra.messages import queries as messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mitra.cases.queries.shapes import Part
    from mitra.cases.queries.tasks import TaskLine
    from mitra.community.facts import Actor
    from mitra.store.things.reading import Told


def shares_of(circle: int, actor: Actor, *, now: datetime) -> list[Said]:
    """Return the newest records that were shared with the circle of a case, as far as the actor reads them."""
    return [
        Said(
            line.at,
            line.by_name,
            line.is_own,
            line.tlp,
            "share",
            line.title,
            url=reverse("exchange:record", args=[line.ref]),
        )
        for line in exchange.list_shared_with(circle, actor.viewer, now=now)
    ]


def tasks_said(tasks: Iterable[TaskLine], names: Mapping[str, str], actor: Actor) -> list[Said]:
    """Return what the time line says of tasks: that each was set, and every step of it."""
    us, said = actor.organisation_stix_id, []
    for line in tasks:
        url, heading = reverse("cases:task", args=[line.stix_id]), {"heading": line.facts.heading}
        steps = (taken.step for taken in line.stands.taken)
        done = [(line.set_at, line.stands.carried.author, "set"), *((one.at, one.by, one.word) for one in steps)]
        said += [Said(at, names[by], by == us, line.tlp, "task", word, url=url, said=heading) for at, by, word in done]
    return said


def told_to(told: Told, parts: Iterable[Part], actor: Actor) -> list[Said]:
    """Return whom the actor's organisation had told of this case, and how far each came: organisations only."""
    names = {part.organisation.id: part.organisation.name for part in parts}
    lines = messages.list_told((told.facts.circle, told.row.stix_id), actor)
    return [
        Said(line.at, names.get(line.to, ""), is_ours=False, tlp=told.audience.tlp, kind="message", words=line.state)
        for line in lines
        if line.to in names
    ]
