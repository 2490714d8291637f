"""What happens around every request: the clock, the security headers, the answer to anticipated errors."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from mitra.core.errors import MitraError
from mitra.web.errors import is_machine_door, respond, too_large

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from mitra.web.requests import AskedRequest

    GetResponse = Callable[[HttpRequest], HttpResponse]

# No inline script or style, nothing from elsewhere, no frame around us, no form that sends elsewhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LONGEST_BYTES = 100 * 1024 * 1024
"""The longest form, its files included; longer inputs are shared from the command line."""
LONGEST_FROM_STRANGERS = 64 * 1024
"""The longest form of somebody who is not signed in: an address and a password."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Put the headers on every response that does not carry its own; what is personal is not kept by any cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what is missing."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store" if is_personal(request) else "no-cache"
        return response


def is_personal(request: HttpRequest) -> bool:
    """Return whether the answer may depend on who asks; an error before sign-in counts as personal too."""
    return getattr(request, "actor", request) is not None


class Clock:
    """Let time enter here and nowhere further in: `request.now`, an aware UTC instant."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read the clock once a request."""
        cast("AskedRequest", request).now = datetime.now(UTC)
        return self.get_response(request)


class BodyLimit:
    """Refuse a form that is too long before anybody reads it: reading puts its files on the disk.

    Stands behind who is asking, and a form's token is looked for later still, in the body: so whoever is not signed in
    fills nobody's disk.  Machine doors have a limit of their own, and read nothing from whom they do not know.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what is short enough."""
        longest = LONGEST_FROM_STRANGERS if cast("AskedRequest", request).actor is None else LONGEST_BYTES
        if not is_machine_door(request) and length_of(request) > longest:
            return too_large(request)
        return self.get_response(request)


def length_of(request: HttpRequest) -> int:
    """Return how long the body says it is, which is as far as Django reads; what is no length is too long."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(sys.maxsize)) else sys.maxsize


class AnticipatedErrors:
    """Turn an error of Mitra's one tree, raised in a view, into its one answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer what was anticipated; leave the rest to Django's edge, which calls `errors.broken`."""
        return respond(request, exception) if isinstance(exception, MitraError) else None
