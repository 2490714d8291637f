"""When each credential was last used: noted in memory, written each half minute, after an answer was sent.

Reading must not queue for the one writer (a page of TAXII is a read), so a use is only noted.  The end of any request
writes what is due; what a process noted in its last half minute is lost when it is killed.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from mitra.community.models import Credential

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

EVERY_SECONDS = 30.0


class LastUses:
    """The uses of one process that are not written yet; safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._noted: dict[int, datetime] = {}
        self._taken_at: float | None = None

    def note(self, credential: int, *, now: datetime) -> None:
        """Remember that a credential was used."""
        with self._lock:
            self._noted[credential] = now

    def take_due(self, *, at: float) -> Mapping[int, datetime]:
        """Return the noted uses and forget them, at most once each half minute; else nothing.  `at` is in seconds."""
        with self._lock:
            is_early = self._taken_at is not None and at - self._taken_at < EVERY_SECONDS
            if is_early or not self._noted:
                return {}
            due, self._noted, self._taken_at = self._noted, {}, at
            return due


last_uses = LastUses()


def write_due_uses(**_signal: Any) -> None:  # noqa: ANN401 - Django's signal passes what it likes
    """Write the uses that are due; connected to the end of each request, after its answer was sent."""
    write_uses(last_uses.take_due(at=monotonic()))


def write_uses(uses: Mapping[int, datetime]) -> None:
    """Write when these credentials were last used; a later use that another process wrote stays."""
    if not uses:
        return
    with transaction.atomic():
        for credential, at in uses.items():
            older = Q(last_used_at=None) | Q(last_used_at__lt=at)
            Credential.objects.filter(older, pk=credential).update(last_used_at=at)
