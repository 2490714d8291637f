"""Work off long inputs while nobody waits: taken in whole, read by the worker, told by a row how far it is.

An input is durable once `take_in` returns.  Who works at it says so every second; an import whose worker has not been
heard of for a minute is begun again, and what it had shared by then is found to be shared already.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from shutil import copyfileobj
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.errors import InvalidInput, MitraError, NotFound
from mitra.core.policy.facts import Pap, Tlp
from mitra.exchange.facts import Terms
from mitra.exchange.intake.authorise import check_terms
from mitra.exchange.models import Import, ImportState
from mitra.exchange.operations.sharing import share

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO
    from uuid import UUID

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Report, Result

LONGEST_BYTES: Final = 2 << 30
MOST_WAITING: Final = 20
"""Imports of one organisation that wait at once."""
TOLD: Final = 200
"""Objects that are told one by one, of those that were shared and of the others."""
BEAT: Final = timedelta(seconds=1)
UNHEARD: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=30)


def take_in(actor: Actor, source: BinaryIO, terms: Terms, *, filename: str = "", now: datetime) -> Import:
    """Keep an input for the worker; raises NotPermitted or InvalidInput for its sender and terms, or its length."""
    actor.require(EXCHANGE_SHARE)
    check_terms(actor, terms, now=now)
    waiting = Import.objects.filter(owner=actor.organisation, ended_at=None).count()
    if waiting >= MOST_WAITING:
        message = f"{waiting} of your imports wait already; send more when some of them are done."
        raise InvalidInput(message, path="/file", rule="too-many-waiting")
    row = Import(
        owner=actor.organisation,
        realm=actor.viewer.realm,
        person_id=actor.person,
        credential=actor.credential,
        filename=filename[:255],
        terms=_written(terms),
        is_red=terms.tlp is Tlp.RED,
        made_at=now,
        seen_at=now,
    )
    row.size_bytes = _keep(source, path_of(row))
    row.save(force_insert=True)
    return row


def path_of(row: Import) -> Path:
    """Return where an import's input waits."""
    folder: Path = settings.MITRA_HOME / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / str(row.id)


def run_next(now: datetime) -> bool:
    """Work off the import that waits longest, to its end; return whether there was one."""
    row = _claim(now)
    if row is None:
        return False
    try:
        with path_of(row).open("rb") as source:
            report = share(
                _sender(row, now),
                source,
                _read(row.terms),
                now=now,
                filename=row.filename,
                progress=_Progress(row),
                keep=TOLD,
            )
    except FileNotFoundError:
        _end(row, ImportState.FAILED, error="What was sent is not on this node's disk any more; send it again.")
    except MitraError as refusal:
        _end(row, ImportState.FAILED, error=str(refusal))
    else:
        row.read_bytes = row.size_bytes
        _end(row, ImportState.DONE, outcome=_told(report))
    return True


def stop_import(actor: Actor, import_id: UUID, *, now: datetime) -> None:
    """Put an import away that nobody has begun with; raises NotFound."""
    rows = Import.objects.sent_by(actor).filter(pk=import_id, state=ImportState.WAITING)
    if not rows.update(state=ImportState.FAILED, ended_at=now, error="Stopped before it was begun."):
        raise NotFound
    path_of(Import(pk=import_id)).unlink(missing_ok=True)


def forget_imports(*, before: datetime) -> None:
    """Forget imports that ended long ago."""
    Import.objects.filter(ended_at__lt=before).delete()


class _Progress:
    """Says how far an import is, at most once a second."""

    def __init__(self, row: Import) -> None:
        self._row = row
        self._said_at = row.seen_at

    def __call__(self, read_bytes: int) -> None:
        now = datetime.now(UTC)
        if now - self._said_at >= BEAT:
            self._said_at = now
            Import.objects.filter(pk=self._row.pk).update(read_bytes=read_bytes, seen_at=now)


def _claim(now: datetime) -> Import | None:
    with transaction.atomic():
        unfinished = Q(state=ImportState.WAITING) | Q(state=ImportState.RUNNING, seen_at__lt=now - UNHEARD)
        rows = Import.objects.select_for_update(skip_locked=True).filter(unfinished, ended_at=None)
        row: Import | None = rows.order_by("made_at").first()
        if row is not None:
            row.state, row.seen_at, row.read_bytes = ImportState.RUNNING, now, 0
            row.save(update_fields=["state", "seen_at", "read_bytes"])
        return row


def _sender(row: Import, now: datetime) -> Actor:
    """Return who sent it, as of now: whoever lost its rights meanwhile shares nothing; raises NotSignedIn."""
    if row.person is not None:
        return community.actor_of_person(row.person, now=now)
    return community.actor_of_credential(row.credential or 0, now=now)


def _end(row: Import, state: ImportState, *, outcome: dict[str, Any] | None = None, error: str = "") -> None:
    row.state, row.outcome, row.error, row.ended_at = state, outcome or {}, error, datetime.now(UTC)
    row.save(update_fields=["state", "outcome", "error", "ended_at", "read_bytes"])
    path_of(row).unlink(missing_ok=True)


def _keep(source: BinaryIO, path: Path) -> int:
    with path.open("wb") as kept:
        copyfileobj(source, kept, 1 << 20)
        kept.flush()
        os.fsync(kept.fileno())
        return kept.tell()


def _told(report: Report) -> dict[str, Any]:
    return {
        "totals": {outcome.value: count for outcome, count in report.totals.items()},
        "accepted": [_line(result) for result in report.accepted[:TOLD]],
        "results": [_line(result) for result in report.results[:TOLD]],
        "notes": report.notes[:TOLD],
    }


def _line(result: Result) -> dict[str, Any]:
    return asdict(result)


def _written(terms: Terms) -> dict[str, Any]:
    return {
        "tlp": None if terms.tlp is None else int(terms.tlp),
        "circles": sorted(terms.circles),
        "persons": sorted(terms.persons),
        "pap": None if terms.pap is None else int(terms.pap),
        "condition": terms.condition,
        "embargo_until": None if terms.embargo_until is None else terms.embargo_until.isoformat(),
    }


def _read(written: dict[str, Any]) -> Terms:
    until = written["embargo_until"]
    return Terms(
        tlp=None if written["tlp"] is None else Tlp(written["tlp"]),
        circles=frozenset(written["circles"]),
        persons=frozenset(written["persons"]),
        pap=None if written["pap"] is None else Pap(written["pap"]),
        condition=written["condition"],
        embargo_until=None if until is None else datetime.fromisoformat(until),
    )
