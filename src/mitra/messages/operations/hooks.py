"""Set webhooks up, give them a new secret, take them away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mitra.community.facts import COMMUNITY_MANAGE
from mitra.core.errors import InvalidInput, NotFound
from mitra.messages.models import Hook

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor

MOST: Final = 20


def make_hook(url: str, *, by: Actor, now: datetime) -> str:
    """Set a webhook up and return its secret, which is shown this once; raises InvalidInput, NotPermitted."""
    from mitra.messages.channels.calling import check_hook  # noqa: PLC0415 - see there
    from mitra.messages.channels.webhook import new_secret  # noqa: PLC0415

    by.require(COMMUNITY_MANAGE)
    check_hook(url)
    mine = Hook.objects.of(by).filter(realm=by.viewer.realm)
    if mine.filter(url=url).exclude(state="gone").exists():
        raise InvalidInput("There is a webhook for this address already.", path="url", rule="there-already")
    if mine.count() >= MOST:
        raise InvalidInput(
            f"An organisation has at most {MOST} webhooks; take one away first.", path="url", rule="many"
        )
    secret = new_secret()
    Hook.objects.create(owner=by.organisation, url=url, secret=secret, realm=by.viewer.realm, made_at=now)
    return secret


def turn_hook(ref: str, *, by: Actor) -> str:
    """Give a webhook a new secret and return it; raises NotFound.  What was signed by the old one is not repeated."""
    from mitra.messages.channels.webhook import new_secret  # noqa: PLC0415 - see calling

    by.require(COMMUNITY_MANAGE)
    secret = new_secret()
    if not Hook.objects.of(by).filter(ref=ref, realm=by.viewer.realm).update(secret=secret, state="works", said=""):
        raise NotFound
    return secret


def drop_hook(ref: str, *, by: Actor) -> None:
    """Take a webhook away; raises NotFound."""
    by.require(COMMUNITY_MANAGE)
    gone, _ = Hook.objects.of(by).filter(ref=ref, realm=by.viewer.realm).delete()
    if not gone:
        raise NotFound
