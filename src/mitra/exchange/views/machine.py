"""Is this known, asked by machines: one value in the address, or thousands as JSON, answered as JSON.

What cannot be read is 400; what is unknown and what this credential may not read answer alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from django.http import HttpResponse

from mitra.community.doors import machine_required, scope_required
from mitra.community.facts import EXCHANGE_READ
from mitra.core.errors import InvalidInput
from mitra.exchange import operations, queries
from mitra.store.handed.facts import Channel
from mitra.web.errors import problem
from mitra.web.middleware import length_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitra.web.requests import AskedRequest

MOST_VALUES = 10_000
MOST_RECORDS = 20
"""Shares that one value is answered with; the portal shows more."""
LONGEST_BYTES = 4 * 1024 * 1024


@machine_required
@scope_required(EXCHANGE_READ)
def look_up(request: AskedRequest) -> HttpResponse:
    """Say of each value whether it is known, from whom and since when."""
    if request.method not in {"GET", "HEAD", "POST"}:
        refusal = problem(405, "Method not allowed", "This address answers GET and POST.")
        refusal.headers["Allow"] = "GET, POST"
        return refusal
    if length_of(request) > LONGEST_BYTES:
        return problem(413, "Too long", f"Send at most {LONGEST_BYTES // 1024**2} MiB at once.")
    try:
        values = check(read_body(request.body) if request.method == "POST" else request.GET.getlist("value"))
    except InvalidInput as invalid:
        return problem(400, "The request cannot be read", invalid.message)
    hand = operations.hand_to(request.actor, Channel.LOOKUP, now=request.now)
    answers = queries.look_up_briefly(request.viewer, values, most=MOST_RECORDS, hand=hand, now=request.now)
    return HttpResponse(orjson.dumps({"values": list(answers)}), content_type="application/json")


def read_body(body: bytes) -> object:
    """Return the values that a JSON body names."""
    try:
        return orjson.loads(body)["values"]
    except (orjson.JSONDecodeError, TypeError, LookupError) as unreadable:
        raise InvalidInput('Send JSON like {"values": ["203.0.113.7"]}.') from unreadable


def check(values: object) -> Sequence[str]:
    """Return the values, if they are so many as are answered, and texts."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidInput("Give the values as a list of texts.", path="values")
    if not 0 < len(values) <= MOST_VALUES:
        raise InvalidInput(f"Ask about 1 to {MOST_VALUES:,} values at once.", path="values")
    return values
