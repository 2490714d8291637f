"""Who may come in: a machine's credential that holds the scope, with words that the address knows.

A parameter that an operation does not know is refused, never passed over: who misspells a filter would else be answered
with everything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ninja.security.http import HttpAuthBase

from mitra.community.doors import CREDENTIAL_FIRST
from mitra.core.errors import InvalidInput, NotSignedIn, TooLarge
from mitra.web.middleware import length_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.community.facts import Actor

LONGEST_BYTES = 4 << 20
_CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
_known_words: dict[str, Mapping[str, frozenset[str]]] = {}
"""The parameters of each operation, by route and method; `api` fills it once all rooms are there."""


class Credential(HttpAuthBase):
    """A machine credential as `Authorization: Bearer TOKEN`, holding a scope where one is named."""

    openapi_scheme = "bearer"

    def __init__(self, scope: str = "", longest_bytes: int = LONGEST_BYTES) -> None:
        super().__init__()
        self.scope = scope
        self.longest_bytes = longest_bytes

    def __call__(self, request: Any) -> Actor:
        """Return who asks; raises NotSignedIn, NotPermitted, InvalidInput for a parameter that is not known here."""
        actor: Actor | None = request.actor
        if actor is None or actor.credential is None:
            raise request.refusal or NotSignedIn(CREDENTIAL_FIRST)
        if self.scope:
            actor.require(self.scope)
        if length_of(request) > self.longest_bytes:
            raise TooLarge(f"Send at most {self.longest_bytes >> 20:,} MiB at once.")
        if "\0" in request.path or any("\0" in text for values in request.GET.lists() for text in values[1]):
            raise InvalidInput("A NUL is no sign of a text; leave it out.", rule="nul")
        route = _CONVERTED.sub(r"{\1}", request.resolver_match.route)
        known = _known_words.get(route, {}).get(request.method or "", frozenset())
        unknown = sorted(set(request.GET) - known)
        if unknown:
            those = f"it knows {', '.join(sorted(known))}" if known else "it knows none"
            message = f"This address does not know the parameter “{unknown[0][:80]}”; {those}."
            raise InvalidInput(message, path=f"/{unknown[0][:80]}", rule="unknown-parameter")
        return actor


def holding(scope: str = "", *, longest_bytes: int = LONGEST_BYTES) -> Credential:
    """Return the door of operations that need a scope; without one, of whoever has a credential."""
    return Credential(scope, longest_bytes)


def learn_words(route: str, words: Mapping[str, frozenset[str]]) -> None:
    """Keep which parameters the operations of a route know, by method."""
    _known_words[route] = words
