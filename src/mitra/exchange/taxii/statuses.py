"""Status resources (4.3.1): what became of the objects of one POST, kept for a day for the organisation that sent them.

Two promises:

* counts add up, and a list is given whole or not at all: clients refuse one that is shorter than its count;
* success means that what the sender wanted is so: an object that was shared already is a success, one that a safeguard
  holds is not, for nobody else reads it until a person of the sender lets it go.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import orjson

from mitra.core.errors import NotFound
from mitra.core.ledger.dates import micros
from mitra.exchange.models import TaxiiStatus
from mitra.exchange.taxii.printing import stamp
from mitra.store.facts import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Report, Result

KEPT = timedelta(days=1)
"""The standard lets a server forget; clients poll for a minute."""


def keep_status(actor: Actor, report: Report, *, now: datetime) -> bytes:
    """Keep what a report came to, forget what is a day old, and return the status resource."""
    status_id = uuid4()
    body = print_status(status_id, report, now=now)
    TaxiiStatus.objects.filter(made_at__lt=now - KEPT).delete()
    mine = {"owner": actor.organisation, "realm": actor.viewer.realm}
    TaxiiStatus.objects.create(id=status_id, body=body, made_at=now, **mine)
    return body


def get_status(actor: Actor, status_id: str, *, now: datetime) -> bytes:
    """Return a status resource of the actor's organisation; raises NotFound."""
    try:
        key = UUID(status_id)
    except ValueError as garbage:
        raise NotFound from garbage
    found = TaxiiStatus.objects.of(actor).filter(id=key, realm=actor.viewer.realm, made_at__gte=now - KEPT).first()
    if found is None:
        raise NotFound
    return bytes(found.body)


def print_status(status_id: UUID, report: Report, *, now: datetime) -> bytes:
    """Return a status resource; everything was decided before the answer, so nothing is ever pending."""
    sides = {
        "success": ("successes", (Outcome.ACCEPTED, Outcome.DUPLICATE)),
        "failure": ("failures", (Outcome.HELD, Outcome.REFUSED)),
    }
    status: dict[str, object] = {
        "id": str(status_id),
        "status": "complete",
        "request_timestamp": stamp(micros(now)),
        "total_count": report.read,
        "pending_count": 0,
    }
    for side, (plural, outcomes) in sides.items():
        count = sum(report.totals[outcome] for outcome in outcomes)
        details = [detail(result, now) for result in (*report.accepted, *report.results) if result.outcome in outcomes]
        status[f"{side}_count"] = count
        if count and len(details) == count:
            status[plural] = details
    return orjson.dumps(status)


def detail(result: Result, now: datetime) -> dict[str, str]:
    """Return the status detail (4.3.1.1) of one object; both id and version are required, even of garbage."""
    told = {"id": result.id or result.path, "version": result.version or stamp(micros(now))}
    message = f"{result.reason} ({result.path})" if result.reason and result.path else result.reason
    return {**told, "message": message} if message else told
