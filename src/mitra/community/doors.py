"""The doors of views: who may come in at all.  What one may read behind them, the store's door decides."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.views.decorators.csrf import csrf_exempt

from mitra.core.errors import NotSignedIn
from mitra.web.requests import AskedRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase

    from mitra.community.facts import Actor
    from mitra.community.models import Person

    View = Callable[..., HttpResponseBase]

SIGN_IN_FIRST = "Sign in first."
CREDENTIAL_FIRST = "Send a machine credential, as “Authorization: Bearer TOKEN”."


class MemberRequest(AskedRequest):
    """A request of a signed-in person."""

    actor: Actor
    user: Person
    is_machine: bool


def member_required(view: View) -> View:
    """Let signed-in persons in; raises NotSignedIn, which the web edge turns into the way to sign in."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 - any view's arguments
        if request.actor is None or request.actor.person is None:
            raise request.refusal or NotSignedIn(SIGN_IN_FIRST)
        return view(request, *args, **kwargs)

    return guarded


def machine_required(view: View) -> View:
    """Let machine credentials in and nobody else; raises NotSignedIn.

    A browser's session does not open these doors, so another site cannot use it here and no form token is asked.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 - any view's arguments
        if request.actor is None or request.actor.credential is None:
            raise request.refusal or NotSignedIn(CREDENTIAL_FIRST)
        return view(request, *args, **kwargs)

    return guarded


def scope_required(scope: str) -> Callable[[View], View]:
    """Let actors in that hold the scope; raises NotSignedIn for nobody, NotPermitted without the scope."""

    def door(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 - any view's arguments
            if request.actor is None:
                raise request.refusal or NotSignedIn(SIGN_IN_FIRST)
            request.actor.require(scope)
            return view(request, *args, **kwargs)

        return guarded

    return door
