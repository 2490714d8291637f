"""The doors of monitoring: ready, and figures.  They are asked by machines beside the node, and tell no content."""

from __future__ import annotations

from secrets import compare_digest
from typing import TYPE_CHECKING

import orjson
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mitra.core.errors import NotFound
from mitra.upkeep import health

if TYPE_CHECKING:
    from mitra.web.requests import AskedRequest

JSON = "application/json"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@require_safe
def readyz(request: AskedRequest) -> HttpResponse:
    """Say whether the node is ready, and by which codes it is not: 200 or 503."""
    try:
        found = health.problems(now=request.now)
    except (DatabaseError, InterfaceError):
        found = ("database-away",)
    status = 503 if found else 200
    body = orjson.dumps({"ready": not found, "problems": found})
    return HttpResponse(body, status=status, content_type=JSON, headers={"Cache-Control": "no-store"})


@require_safe
def metrics(request: AskedRequest) -> HttpResponse:
    """Give the node's figures to whoever holds `keys/metrics`; to anybody else there is nothing here."""
    sent = request.headers.get("Authorization", "").encode()
    if not compare_digest(sent, b"Bearer " + settings.MITRA_METRICS_TOKEN.encode()):
        raise NotFound
    return HttpResponse(health.metrics(now=request.now), content_type=PROMETHEUS)
