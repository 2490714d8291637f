"""Let a person be told in a browser, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from mitra.core.errors import InvalidInput, NotFound, NotPermitted
from mitra.messages.models import Browser

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor

MOST: Final = 10


def add_browser(said: str, *, by: Actor, now: datetime) -> None:
    """Tell the acting person in a browser, by what that says of itself; raises InvalidInput, NotPermitted.

    A second time the browser's keys are renewed.  Its address is a secret between it, its push service and us; who
    names one that tells somebody else is refused, so nobody's browser is taken over.
    """
    from mitra.messages.channels.push import to_text  # noqa: PLC0415 - see pushing
    from mitra.messages.channels.pushing import START_ANEW, read_subscription  # noqa: PLC0415

    if by.person is None:
        raise NotPermitted("A machine has no browser; sign in as a person.")
    found = read_subscription(said)
    kept = {"p256dh": to_text(found.keys.p256dh), "auth": to_text(found.keys.auth)}
    with transaction.atomic():
        first = {"owner": by.organisation, "person": by.person, "made_at": now, **kept}
        row, is_new = Browser.objects.get_or_create(endpoint=found.endpoint, defaults=first)
        if row.person != by.person:
            raise InvalidInput(f"This browser cannot be kept: {START_ANEW}", path="subscription", rule="there-already")
        if is_new and Browser.objects.of(by).filter(person=by.person).count() > MOST:
            message = f"You are told in {MOST} browsers already; take one away first."
            raise InvalidInput(message, path="subscription", rule="many")
        if not is_new:
            Browser.objects.filter(pk=row.pk).update(**kept)


def drop_browser(ref: str, *, by: Actor) -> None:
    """Tell the acting person in a browser no more; raises NotFound, the same for not there and not yours."""
    gone, _ = Browser.objects.of(by).filter(ref=ref, person=by.person or 0).delete()
    if not gone:
        raise NotFound
