"""The doors of the log, for anybody and without a session: checkpoint, tiles, entries, keys (C2SP tlog-tiles)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from mitra.core.ledger.policy import NONE, Log, Policy, write_policy
from mitra.ledger.keys import LOG, list_keys
from mitra.ledger.serving import get_checkpoint, get_tile

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FOR_SECONDS = "public, max-age=5"
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponseBase:
    """Send the newest checkpoint."""
    return send(request, get_checkpoint(), TEXT, FOR_SECONDS)


@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponseBase:
    """Send a tile or a bundle, whose bytes never change."""
    return send(request, get_tile(f"tile/{path}"), BYTES, FOR_EVER)


@require_safe
def policy(request: HttpRequest) -> HttpResponseBase:
    """Send the keys that sign this log, as a policy file that `mitra verify` and other tools take."""
    logs = tuple(Log(each.key) for each in reversed(list_keys(LOG)))
    return send(request, write_policy(Policy(logs, (), (), NONE)), TEXT, FOR_SECONDS)


def send(request: HttpRequest, data: bytes, kind: str, caching: str) -> HttpResponseBase:
    """Return bytes with their ETag; nothing but that where the asker has them already."""
    response = HttpResponse(data, content_type=kind)
    etag = quote_etag(sha256(data).hexdigest()[:32])
    response["ETag"] = etag
    response["Cache-Control"] = caching
    response["Content-Length"] = str(len(data))
    return get_conditional_response(request, etag=etag, response=response) or response
