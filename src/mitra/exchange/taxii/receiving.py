"""Take objects that a client adds to a collection (5.5): the same intake as every other door, answered by a status.

1. the collection takes objects, else 403;
2. the body says that it is TAXII, else 415;
3. it says how long it is, and is not longer than the API root promised, else 413;
4. intake reads it as a stream; an object that it refuses is named in the status and stops no other;
5. the status is kept, and told with 202.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.errors import InvalidInput, NotPermitted
from mitra.core.stix.splitting import BundleSplitter
from mitra.exchange import operations
from mitra.exchange.taxii.door import refuse, respond
from mitra.exchange.taxii.media import TAXII, is_taxii
from mitra.exchange.taxii.statuses import keep_status

if TYPE_CHECKING:
    from typing import BinaryIO

    from django.http import HttpRequest, HttpResponse

    from mitra.exchange.taxii.collections import Collection
    from mitra.web.requests import AskedRequest

LONGEST_BYTES = 100 * 1024 * 1024
"""The longest body of one POST; longer feeds come in several."""

KEPT_RESULTS = 10_000
"""How many objects a status names one by one; above, it counts them."""


def receive(request: AskedRequest, collection: Collection) -> HttpResponse:
    """Share what the request carries to the collection's readers, and return its status resource."""
    request.actor.require(EXCHANGE_SHARE)
    if not collection.can_write:
        raise NotPermitted(f"Nothing is added to {collection.alias}: see can_write in the list of collections.")
    if not is_taxii(request.headers.get("Content-Type", "")):
        return refuse(415, "Unsupported media type", f"Send {TAXII}.")
    if length_of(request) > LONGEST_BYTES:
        return refuse(413, "Too large", f"Send at most {LONGEST_BYTES} bytes at once.")
    body = cast("BinaryIO", Envelope(request))  # intake only reads it, once, to the end
    report = operations.share(request.actor, body, collection.terms, now=request.now, keep=KEPT_RESULTS)
    return respond(keep_status(request.actor, report, now=request.now), status=202)


class Envelope:
    """A body that is read on, chunk by chunk, while it is checked to be one TAXII envelope (3.7).

    Intake copies its input to the end before it accepts anything, so what is raised here stops all of it: `json-…` for
    what is no JSON, `no-objects` for a lone object, a list or lines of objects, which other doors take.
    """

    def __init__(self, source: HttpRequest) -> None:
        self._source = source
        self._splitter = BundleSplitter()
        self._has_begun = False

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, nothing at the end; raises InvalidInput."""
        chunk: bytes = self._source.read(size)
        pieces = self._splitter.feed(chunk) if chunk else self._splitter.close()
        is_list = not self._has_begun and chunk.lstrip().startswith(b"[")
        self._has_begun = self._has_begun or bool(chunk.strip())
        if is_list or any(not piece.pointer.startswith("/objects/") for piece in pieces):
            raise InvalidInput("An envelope holds a list called objects.", path="/objects", rule="no-objects")
        return chunk


def length_of(request: AskedRequest) -> int:
    """Return how long the body says it is; Django reads no further than that."""
    text = request.headers.get("Content-Length") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else LONGEST_BYTES + 1
