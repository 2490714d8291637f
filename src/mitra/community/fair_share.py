"""Let no machine take what others wait for: while others ask too, a credential has at most half of the workers.

Nobody is limited while nobody else is here, for an idle node serves no one.  Counted in each process, by credential:
what is running now, a stream until its last byte.  Who is over its share is answered 429 at once, which costs less than
what it asked for, and others go on.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from mitra.core.errors import TooMany
from mitra.web.errors import respond

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http.response import HttpResponseBase

WORKERS: Final = 4
"""Requests that one process serves at once (`mitra serve`)."""
RECENT_SECONDS: Final = 2.0
"""Whoever asked within so long is here."""


class Shares:
    """What each credential has running in this process, and who asked last; safe among threads."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._half = max(workers // 2, 1)
        self._lock = Lock()
        self._running: Counter[int] = Counter()
        self._asked_at: dict[int, float] = {}

    def take(self, credential: int, *, now: datetime) -> bool:
        """Begin a request, unless the credential has its share and others are here; return whether it began."""
        at = now.timestamp()
        with self._lock:
            self._asked_at = {who: since for who, since in self._asked_at.items() if at - since < RECENT_SECONDS}
            self._asked_at[credential] = at
            others = len(self._asked_at) > 1 or len(self._running) > (credential in self._running)
            if others and self._running[credential] >= self._half:
                return False
            self._running[credential] += 1
            return True

    def give_back(self, credential: int) -> None:
        """End a request."""
        with self._lock:
            self._running[credential] -= 1
            if not self._running[credential]:
                del self._running[credential]


shares = Shares()


class FairShare:
    """Stands behind who is asking; people and the public pass it by."""

    def __init__(self, get_response: Callable[[Any], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:  # noqa: ANN401 - a request that WhoIsAsking has seen
        """Pass on what is within its share; a stream holds it until it is closed."""
        credential = None if request.actor is None else request.actor.credential
        if credential is None:
            return self.get_response(request)
        if not shares.take(credential, now=request.now):
            return respond(request, TooMany("Others wait too; ask one thing after the other, or again in a second."))
        response = None
        try:
            response = self.get_response(request)
        finally:
            if response is None or not response.streaming:
                shares.give_back(credential)
        if response.streaming:
            response._resource_closers.append(lambda: shares.give_back(credential))  # type: ignore[attr-defined]  # noqa: SLF001 -- Django's own list of what a response holds
        return response
