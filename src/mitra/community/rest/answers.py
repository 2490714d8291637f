"""Answers of one pattern: bytes with an ETag, lines that are streamed, a write that is done once however often sent.

* `answer`: JSON with a strong ETag; who has it already is answered 304, and who writes on top of something else 412.
* `stream`: a value a line (NDJSON), made while it is sent; the first is made before, so an error is still an answer.
* `once`: with an `Idempotency-Key` the same request is done once in a day, and answered the same again.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import orjson
from django.db import IntegrityError, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from pydantic import BaseModel

from mitra.community.models import AnsweredRequest
from mitra.core.errors import Conflict, InvalidInput, TooLarge
from mitra.web.errors import problem
from mitra.web.middleware import length_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http.response import HttpResponseBase

    from mitra.web.requests import AskedRequest

KEPT: Final = timedelta(days=1)
"""How long the answer to a key is given again."""
STALLED: Final = timedelta(minutes=5)
"""A request that has not been answered for so long died with its process: it may be sent again."""
IN_MEMORY_BYTES: Final = 1 << 20
CHUNK_BYTES: Final = 1 << 16
LONGEST_KEY: Final = 200
NDJSON: Final = "application/x-ndjson"


def answer(request: AskedRequest, said: object, *, status: int = 200) -> HttpResponse:
    """Return a value as JSON; one that is read carries an ETag and is answered 304 to who has it."""
    body = dump(said)
    response = HttpResponse(body, status=status, content_type="application/json")
    if request.method not in {"GET", "HEAD"}:
        return response
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response["ETag"] = etag
    return cast("HttpResponse", get_conditional_response(request, etag=etag, response=response))


def dump(said: object) -> bytes:
    """Return a value as the API writes it: UTC instants with a Z, names of facts as they are."""
    return orjson.dumps(said, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence | frozenset | set):
        return list(value)
    raise TypeError


def stream(lines: Iterable[object]) -> StreamingHttpResponse:
    """Return a value a line; whoever breaks off costs no more than it has read."""
    made = (dump(line) + b"\n" for line in lines)
    first = list(islice(made, 1))
    return StreamingHttpResponse(chain(first, made), content_type=NDJSON)


def body_of(request: AskedRequest, *, most: int) -> tuple[BinaryIO, str]:
    """Return the body, on the disk where it is long, and its SHA-256; raises InvalidInput where it is too long."""
    if length_of(request) > most:
        raise TooLarge(f"Send at most {most >> 20:,} MiB at once.")
    kept = cast("BinaryIO", tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))  # noqa: SIM115 -- its reader closes it
    digest = hashlib.sha256()
    while chunk := request.read(CHUNK_BYTES):
        digest.update(chunk)
        kept.write(chunk)
    kept.seek(0)
    return kept, digest.hexdigest()


def once(request: AskedRequest, digest: str, do: Callable[[], HttpResponse]) -> HttpResponseBase:
    """Return what `do` answers; under a key that was answered before, that answer again, without doing anything.

    1. Without a key: do it.
    2. A key that this credential used for something else is refused; one that is still at work is to be waited for.
    3. The key is written down before, the answer after: who dies in between is asked again after STALLED, and what was
       done by then is a duplicate, as everywhere at intake.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return do()
    if len(key) > LONGEST_KEY or not key.isprintable():
        message = f"An Idempotency-Key is at most {LONGEST_KEY} signs, as a UUID is."
        raise InvalidInput(message, path="Idempotency-Key", rule="key-form")
    asked = hashlib.sha256(f"{request.method} {request.get_full_path()} {digest}".encode()).hexdigest()
    row, is_ours = _claim(request, key, asked)
    if not is_ours:
        return _again(row, asked)
    response = None
    try:
        response = do()
    finally:
        if response is None:
            row.delete()
    row.status, row.body = response.status_code, response.content
    row.save(update_fields=["status", "body"])
    return response


def _claim(request: AskedRequest, key: str, asked: str) -> tuple[AnsweredRequest, bool]:
    """Return the row of a key, and whether it was made now."""
    rows = AnsweredRequest.objects.filter(credential=request.actor.credential, key=key)
    rows.filter(made_at__lt=request.now - KEPT).delete()
    rows.filter(status=0, made_at__lt=request.now - STALLED).delete()
    try:
        with transaction.atomic():
            made = AnsweredRequest.objects.create(
                owner=request.actor.organisation,
                credential_id=request.actor.credential,
                key=key,
                asked=asked,
                made_at=request.now,
            )
    except IntegrityError:
        return rows.get(), False
    return made, True


def _again(row: AnsweredRequest, asked: str) -> HttpResponse:
    if row.asked != asked:
        message = "This Idempotency-Key stands for another request; take a new one."
        raise InvalidInput(message, path="Idempotency-Key", rule="key-used")
    if not row.status:
        busy = problem(409, "Conflict", "The same request is still being done; ask again in a moment.")
        busy["Retry-After"] = "2"
        return busy
    response = HttpResponse(bytes(row.body), status=row.status, content_type="application/json")
    response["Idempotent-Replayed"] = "true"
    return response


def check_match(request: AskedRequest, said: object) -> None:
    """Raise Conflict where the sender's `If-Match` is not what is there now: it writes on top of something else."""
    wanted: Any = request.headers.get("If-Match")
    if wanted and wanted != "*" and f'"{hashlib.sha256(dump(said)).hexdigest()[:32]}"' not in wanted:
        raise Conflict("It changed since you read it; read it again, then decide.")
