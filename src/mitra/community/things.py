"""What rooms share, as an actor writes and reads it: from who acts and what was chosen to hands and audiences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from mitra.core.errors import InvalidInput, NotFound
from mitra.core.policy.facts import Audience, Standing, Tlp
from mitra.pulse.operations import emit
from mitra.store.files.keeping import attach
from mitra.store.things.kinds import PREFIX
from mitra.store.things.releasing import Author, Hand, tell_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.ledger.facts import Written
    from mitra.pulse.facts import Event
    from mitra.store.things.kinds import Kind
    from mitra.store.things.rows import SharedRow


class Tells(Protocol):
    """Make the event of a thing that was written."""

    def __call__(self, stix_id: str, act: int) -> Event:
        """Return it: ids and codes, never words."""
        ...


def hand_of(
    actor: Actor,
    *,
    now: datetime,
    tells: Tells | None = None,
    files: Iterable[str] = (),
    follows: Callable[[str], None] | None = None,
) -> Hand:
    """Return the hand of an actor: whose words, when, which event its room emits and which files the thing holds.

    Event and files are written in the transaction of the thing, and what follows from it, given its id.
    """
    author = Author(actor.organisation, actor.organisation_stix_id)
    held = tuple(files)
    if tells is None and not held and follows is None:
        return Hand(author, now, tell_nobody)

    def tell(written: Written, stix_id: str) -> None:
        attach(held, stix_id, by=actor.organisation)
        if follows is not None:
            follows(stix_id)
        if tells is None:
            return
        kind, _, uuid = stix_id.partition("--")
        event = tells(stix_id, written.act)
        subject = f"{kind.removeprefix(PREFIX)}:{uuid}"
        emit(event, subject=subject, actor=actor.organisation, now=now, realm=actor.viewer.realm)

    return Hand(author, now, tell)


def audience_in(
    room: str, actor: Actor, tlp: Tlp, circles: Iterable[int] = (), *, embargo_until: datetime | None = None
) -> Audience:
    """Return to whom a thing goes; raises InvalidInput for a circle that the actor is not in, or a level without one.

    At AMBER+STRICT without a circle it stays within the actor's own organisation.
    """
    chosen = frozenset(circles)
    refusal = _misfit(actor, tlp, chosen)
    if refusal:
        raise InvalidInput(refusal[1], path=refusal[0], rule="audience")
    return Audience(tlp, chosen, embargo_until=embargo_until, realm=actor.viewer.realm, room=room)


def _misfit(actor: Actor, tlp: Tlp, circles: frozenset[int]) -> tuple[str, str] | None:
    """Return the field that does not fit and what to do, or None."""
    if circles - actor.viewer.standing_circles - actor.viewer.working_circles:
        return "/circles", "You are not in one of these circles; choose among your own."
    if tlp is Tlp.RED:
        return "/tlp", "TLP:RED is for named persons; share it as a record."
    if tlp is Tlp.AMBER and not circles:
        return "/circles", "Choose a circle, or AMBER+STRICT to keep it among your own."
    if tlp < Tlp.AMBER and circles:
        return "/circles", "GREEN and CLEAR reach more than circles; leave them out."
    if tlp is Tlp.GREEN and actor.viewer.standing is not Standing.ACCREDITED:
        return "/tlp", "Only accredited organisations share with the whole community."
    return None


def get_thing(kind: Kind[Any], stix_id: str, actor: Actor, *, now: datetime) -> SharedRow:
    """Return a released thing that the actor reads; raises NotFound, the same for not there and not yours."""
    row: SharedRow | None = kind.model.objects.visible_to(actor.viewer, now=now).filter(stix_id=stix_id).first()
    if row is None:
        raise NotFound
    return row
