"""The request as pages meet it: what the middleware has put on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Viewer


class AskedRequest(HttpRequest):
    """A request that has its clock and its viewer; `actor` is community's Actor, or None for the public."""

    now: datetime
    viewer: Viewer
    actor: Any
