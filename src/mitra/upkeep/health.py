"""Whether the node is ready, and what it counts: for a load balancer, for monitoring, and for its operator.

Readiness is a list of codes: what each means, and what to do, stands in docs/how-to/operate.md.  Neither codes nor
counts tell what was shared, with whom or by whom.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mitra.ledger import queries as ledger
from mitra.pulse import queries as pulse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

LOG_PENDING = 4_096
"""So many acts that no checkpoint covers are too many (LOG11)."""
LOG_WAITING_SECONDS = 60


def problems(*, now: datetime) -> tuple[str, ...]:
    """Return what keeps the node from being ready, as codes; nothing when it is."""
    log = ledger.health(now)
    found = {
        "migrations-pending": _has_pending_migrations(),
        "ledger-stopped": bool(log.stopped),
        "ledger-behind": log.pending > LOG_PENDING or log.waiting_seconds > LOG_WAITING_SECONDS,
    }
    return (*(code for code, is_so in found.items() if is_so), *pulse.health(now).problems)


def _has_pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def metrics(*, now: datetime) -> str:
    """Return the node's figures in the text format of Prometheus (0.0.4)."""
    return "".join(
        f"# HELP mitra_{name} {help_}\n# TYPE mitra_{name} {kind}\nmitra_{name} {value}\n"
        for name, kind, help_, value in _figures(now)
    )


def _figures(now: datetime) -> Iterator[tuple[str, str, str, float]]:
    log, health = ledger.health(now), pulse.health(now)
    _, size = pulse.database()
    seq, live = _shares()
    yield "shares_total", "counter", "Positions given out.", seq
    yield "shares_live", "gauge", "Shares that are live.", live
    yield "acts_total", "counter", "Acts written.", log.size + log.pending
    yield "ledger_pending", "gauge", "Acts that no checkpoint covers yet.", log.pending
    yield "ledger_waiting_seconds", "gauge", "Age of the oldest act that no checkpoint covers.", log.waiting_seconds
    yield "ledger_stopped", "gauge", "Whether the log signs nothing any more.", int(bool(log.stopped))
    yield "events_untold", "gauge", "Events that no worker has looked at yet.", health.untold
    yield "deliveries_waiting", "gauge", "Deliveries that could be tried now.", health.waiting
    yield "deliveries_parked", "gauge", "Deliveries that wait for a person.", health.parked
    yield "worker_alive", "gauge", "Whether a worker runs.", int(health.alive_since is not None)
    yield "database_bytes", "gauge", "Size of the database.", size
    yield "disk_free_bytes", "gauge", "Free room where the node's home is.", _free_bytes()


def _shares() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT seq FROM ledger_counter), (SELECT coalesce(sum(n), 0) FROM tally)")
        seq, live = cursor.fetchone()
    return int(seq), int(live)


def _free_bytes() -> int:
    return shutil.disk_usage(Path(settings.MITRA_HOME)).free
