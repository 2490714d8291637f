"""Find out who asks, once a request: `request.actor`, `request.viewer`, `request.is_machine`.

A credential in the request wins over a session beside it, so a browser's cookie never widens what a tool may do.  A
credential that does not hold leaves the public's viewer and its refusal; the doors of `community.doors` raise it.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from django.contrib.auth import logout
from django.utils import translation

from mitra.community.last_used import last_uses
from mitra.community.models import Person
from mitra.community.queries import PUBLIC, actor_of_person, actor_of_token
from mitra.community.words import spoken_languages
from mitra.core.errors import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from django.http import HttpResponse

    from mitra.community.facts import Actor

WORDED_SCHEMES = frozenset({"bearer", "token"})


class WhoIsAsking:
    """Put the actor and its viewer on the request; the public has `None` and `PUBLIC`."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:  # noqa: ANN401 - the middleware is what makes the request's class
        """Ask, then pass on, in the person's language where the program speaks it."""
        request.actor, request.viewer, request.refusal = None, PUBLIC, None
        header = request.headers.get("Authorization", "")
        request.is_machine = bool(header)
        if header:
            ask_credential(request, header)
            return self.get_response(request)
        user = getattr(request, "user", None)  # who comes to a machine door has none
        if isinstance(user, Person):
            ask_person(request, user)
        if request.actor is None or request.user.language not in spoken_languages():
            return self.get_response(request)
        with translation.override(request.user.language):
            return self.get_response(request)


def ask_person(request: Any, person: Person) -> None:  # noqa: ANN401 - as above
    """Let a session speak for its person; whoever may not sign in any more is signed out."""
    try:
        request.actor = actor_of_person(person, now=request.now)
    except NotSignedIn:
        logout(request)
        return
    request.viewer = request.actor.viewer


def ask_credential(request: Any, header: str) -> None:  # noqa: ANN401 - as above
    """Let a credential speak for its organisation, or keep why it may not."""
    try:
        request.actor = actor_of_header(header, now=request.now)
    except NotSignedIn as refusal:
        request.refusal = refusal
        return
    request.viewer = request.actor.viewer
    last_uses.note(request.actor.credential, now=request.now)


def actor_of_header(header: str, *, now: datetime) -> Actor:
    """Return the actor of an Authorization header; raises NotSignedIn.

    `Bearer TOKEN` and `Token TOKEN`; `TOKEN` alone, as MISP's tools send it; `Basic`, whose password is the token and
    whose user, when given, is the organisation.
    """
    scheme, _, rest = header.strip().partition(" ")
    if not rest:
        return actor_of_token(scheme, now=now)
    if scheme.lower() == "basic":
        named, token = read_basic(rest)
        return actor_of_token(token, now=now, named=named)
    if scheme.lower() in WORDED_SCHEMES:
        return actor_of_token(rest.strip(), now=now)
    return actor_of_token("", now=now)


def read_basic(text: str) -> tuple[str, str]:
    """Return the user and the password of HTTP Basic (RFC 7617); what cannot be read is an empty pair."""
    try:
        pair = base64.b64decode(text.strip(), validate=True).decode()
    except ValueError:  # signs that are not Base64, or bytes that are not UTF-8
        return "", ""
    named, _, token = pair.partition(":")
    return named, token
