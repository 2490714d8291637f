"""Give the bytes of a file that a thing holds: to be kept, never to be shown or run by what fetched them."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from mitra.store.files import keeping
from mitra.store.files.recognising import UNKNOWN

if TYPE_CHECKING:
    from mitra.store.things.rows import SharedRow

INERT = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}


def send_file(row: SharedRow, file_id: str) -> StreamingHttpResponse:
    """Return a file of a row that its reader was given; raises NotFound for any other, ProofFailed for broken bytes.

    Whatever it is, it goes out as bytes with a name: no browser renders it, and none is told what it might be.
    """
    facts, pieces = keeping.read(row, file_id)
    first = list(islice(pieces, 1))
    disposition = content_disposition_header(as_attachment=True, filename=facts.name) or "attachment"
    headers = {**INERT, "Content-Disposition": disposition, "Content-Length": str(facts.size_bytes)}
    return StreamingHttpResponse(chain(first, pieces), content_type=UNKNOWN, headers=headers)
