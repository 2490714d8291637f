"""What stands before every TAXII resource.

Four questions, in this order:

1. the credential: 401, to a signed-in browser too, which TAXII does not know;
2. the method: 405 names those that there are;
3. the media type: 406 unless TAXII 2.1 is accepted;
4. what cannot be read: 400 where other doors say 422 (TAXII 2.1, the tables of sections 4 and 5).

All else that is anticipated passes on to `mitra.web.errors`, which answers a path under `/taxii2/` in TAXII's words.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.http import HttpResponse

from mitra.community.doors import machine_required
from mitra.core.errors import InvalidInput
from mitra.exchange.taxii.media import TAXII, accepts_taxii
from mitra.exchange.taxii.printing import print_error
from mitra.web.errors import Answer, taxii_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase

    from mitra.web.requests import AskedRequest

    View = Callable[..., HttpResponseBase]

MALFORMED = frozenset({"parameter", "cursor", "json-syntax", "json-framing", "json-empty", "json-mark"})
"""Rules whose breach TAXII calls a bad request; a well-formed request that cannot be processed is 422."""


def door(*methods: str) -> Callable[[View], View]:
    """Put the four questions before a view; it answers these methods, and HEAD where it answers GET."""

    def dress(view: View) -> View:
        @machine_required
        @wraps(view)
        def ask(request: AskedRequest, **names: str) -> HttpResponseBase:
            if ("GET" if request.method == "HEAD" else request.method) not in methods:
                return refuse_method(methods)
            if not accepts_taxii(request.headers.get("Accept", "")):
                return refuse(406, "Not acceptable", f"Accept {TAXII}.")
            try:
                return view(request, **names)
            except InvalidInput as invalid:
                status = 400 if invalid.rule in MALFORMED else 422
                return taxii_error(Answer(status, "The request cannot be read", ""), invalid)

        return ask

    return dress


def respond(body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return a TAXII resource."""
    return HttpResponse(body, status=status, content_type=TAXII, headers=headers)


def refuse(status: int, title: str, description: str) -> HttpResponse:
    """Return an error message."""
    return respond(print_error(status, title, description), status=status)


def refuse_method(methods: tuple[str, ...]) -> HttpResponse:
    """Return 405 with the methods that there are."""
    response = refuse(405, "Method not allowed", "This resource answers " + " and ".join(methods) + ".")
    response.headers["Allow"] = ", ".join(methods)
    return response
