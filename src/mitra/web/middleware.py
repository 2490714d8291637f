"""What happens around every request: the clock, the security headers, the answer to anticipated errors."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.csrf import CsrfViewMiddleware

from mitra.core.errors import MitraError
from mitra.web.away import passing
from mitra.web.errors import Answer, asked, is_machine_door, machine_error, respond, too_large, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from mitra.web.requests import AskedRequest

    GetResponse = Callable[[HttpRequest], HttpResponse]

access = logging.getLogger("mitra.access")

# No inline script or style, nothing from elsewhere, no frame around us, no form that sends elsewhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "manifest-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
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


def for_people(middleware: Callable[[GetResponse], Any]) -> type:
    """Return Django's middleware for requests of people; those to machine doors pass it by.

    A machine has no session, no message waits for it and no form of it carries a token: what reads them costs as much
    as a look-up.  Such doors let no session in, so nothing that is passed by would have been asked.
    """

    class ForPeople:
        def __init__(self, get_response: GetResponse) -> None:
            self._pass_on = get_response
            self._for_people = middleware(get_response)

        def __call__(self, request: HttpRequest) -> HttpResponse:
            response: HttpResponse = (self._pass_on if is_machine_door(request) else self._for_people)(request)
            return response

        def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:  # noqa: ANN401 - Django's signature
            ask = getattr(self._for_people, "process_view", None)
            return ask(request, *view) if ask and not is_machine_door(request) else None

    return ForPeople


Sessions = for_people(SessionMiddleware)
FormTokens = for_people(CsrfViewMiddleware)
SignedIn = for_people(AuthenticationMiddleware)
Messages = for_people(MessageMiddleware)


class AccessLog:
    """Write a line for each request that was answered: which door, how, by whom, how long; never what stood in it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then write the line."""
        began = perf_counter()
        response = self.get_response(request)
        if access.isEnabledFor(logging.INFO):
            actor = getattr(request, "actor", None)
            told = {
                **asked(request),
                "status": response.status_code,
                "ms": round((perf_counter() - began) * 1000, 1),
                "organisation": getattr(actor, "organisation", None),
                "credential": getattr(actor, "credential", None),
            }
            access.info("answered", extra=told)
        return response


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


WRONG_METHOD = 405
NOT_ALLOWED = Answer(WRONG_METHOD, "Method not allowed", "")


class AnticipatedErrors:
    """Turn an error of Mitra's one tree, raised in a view, into its one answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; to a machine, an address that does not know the method answers as every other error does."""
        response = self.get_response(request)
        if response.status_code != WRONG_METHOD or not is_machine_door(request):
            return response
        allowed = ", ".join(sorted(method.strip() for method in response["Allow"].split(",")))
        refusal = machine_error(request, NOT_ALLOWED, MitraError(f"This address answers {allowed}."))
        refusal["Allow"] = allowed
        return refusal

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer what was anticipated, or passes by itself; leave the rest to Django's edge: `errors.broken`."""
        if isinstance(exception, MitraError):
            return respond(request, exception)
        away = passing(exception)
        return None if away is None else unavailable(request, away)
