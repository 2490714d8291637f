"""Step 7: may this sender share this, to them?  First the terms as a whole, then each object.

Every answer rests on what the sender can know: its own circles, the members' names, the bytes that it may read.  An
id is never looked up to refuse, and a circle that does not exist answers as one that the sender is not in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.community import operations as community_operations
from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.errors import InvalidInput, NotPermitted
from mitra.core.policy.decide import OUTSIDE, is_person
from mitra.core.policy.facts import Decision, Tlp
from mitra.core.policy.reshare import inherit, may_reshare
from mitra.exchange import words
from mitra.exchange.intake.batch import Circles, Sender
from mitra.exchange.rules import CONDITION_CHARACTERS, SHIPPED_AUTHORS, circles_of, names_persons
from mitra.store.facts import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Result, Terms
    from mitra.exchange.intake.batch import Item
    from mitra.store.facts import Holding
    from mitra.store.protocol import Store


def seat_sender(actor: Actor, terms: Terms, *, store: Store, now: datetime) -> Sender:
    """Return the sender with everything that the steps ask of it, or raise what is wrong with its terms.

    Raises NotPermitted for scope and standing, InvalidInput for a circle, a person, an embargo or a level that cannot
    be.
    """
    check_terms(actor, terms, now=now)
    named = community_operations.circle_of_persons(terms.persons, by=actor, now=now) if terms.persons else None
    circles = terms.circles if named is None else terms.circles | {named}
    facts = community.circles_for_resharing(circles) if circles else {}
    asked = Circles(facts, community.community_members())
    return Sender(actor, terms, now, store.visible_to(actor.sender, now=now), named, asked)


def check_terms(actor: Actor, terms: Terms, *, now: datetime) -> None:
    """Raise what forbids sharing anything on these terms.

    1. The actor's organisation is neither suspended nor gone, and the actor holds the scope.
    2. The actor holds the room that it shares into.
    3. The circles are its own.
    4. An embargo ends later than now; a condition has a length that people read.
    5. At RED, a person shares with persons.
    """
    if actor.viewer.standing in OUTSIDE:
        message = "Your organisation is suspended or has left: it shares nothing until that ends."
        raise NotPermitted(message, decision=Decision.refuse("standing"))
    actor.require(EXCHANGE_SHARE)
    if terms.room not in actor.sender.rooms:
        message = "Your role or credential does not open the room that this would be shared in."
        raise NotPermitted(message, decision=Decision.refuse("not-your-room"))
    if not terms.circles <= circles_of(actor.viewer):
        raise _invalid("unknown-circle", "circle")
    if terms.embargo_until is not None and terms.embargo_until <= now:
        raise _invalid("embargo-in-the-past", "embargo")
    if len(terms.condition) > CONDITION_CHARACTERS:
        raise _invalid("condition-too-long", "condition")
    if terms.tlp is Tlp.RED:
        code = why_not_red(actor, terms)
        if code:
            raise _invalid(code, "tlp")


def why_not_red(actor: Actor, terms: Terms) -> str:
    """Return why nothing at RED may be shared on these terms, or `''`."""
    if not is_person(actor.viewer):
        return "red-needs-a-person"
    return "" if names_persons(terms, actor.viewer) and not terms.is_inbox else "red-needs-persons"


def authorise(
    batch: Sequence[Item], sender: Sender, readable: Mapping[bytes, Sequence[Holding]]
) -> tuple[list[Item], list[Result]]:
    """Return what may go, each with what it rests on, and the refusals.

    `readable` holds, by digest, the shares of the batch's own bytes that the sender may read.
    """
    members = _members_named(batch)
    no_red = why_not_red(sender.actor, sender.terms)
    going: list[Item] = []
    refused: list[Result] = []
    may_ship, red = sender.actor.is_centre, Tlp.RED
    for item in batch:
        code = no_red if item.audience.tlp is red else ""
        shares = readable.get(item.digest)
        if not code and (shares or members or may_ship):
            code = _rest(item, sender, shares or (), members)
        if code:
            refused.append(item.refused(code))
        else:
            going.append(item)
    return going, refused


def _members_named(batch: Sequence[Item]) -> Mapping[str, int]:
    """Return which members of this node the batch speaks for or describes, in one query."""
    named = {item.created_by for item in batch} | {item.stix_id for item in batch if item.type == "identity"}
    named.discard("")
    return community.organisation_ids_by_stix_id(named) if named else {}


def _author(item: Item) -> str:
    """Return the STIX id of who speaks; an identity without an author speaks for itself."""
    return item.created_by or (item.stix_id if item.type == "identity" else "")


def _author_here(item: Item, members: Mapping[str, int]) -> int | None:
    """Return the member of this node whose object it is, if any: who a member is, only that member says."""
    described = members.get(item.stix_id) if item.type == "identity" else None
    return members.get(item.created_by) if described is None else described


def _rest(item: Item, sender: Sender, shares: Sequence[Holding], members: Mapping[str, int]) -> str:
    """Make the item its owner's or a re-share (law 5), and return `''`, or the rule that stops it."""
    me = sender.actor.organisation
    author = _author_here(item, members)
    if author == me:
        item.voice = Voice.CREATOR
        return ""
    if sender.actor.is_centre and _author(item) in SHIPPED_AUTHORS:
        item.voice = Voice.SHIPPED
    if not shares or (author is None and any(share.by == me and share.under is None for share in shares)):
        return "" if author is None else "not-your-name"
    others = [share for share in shares if share.by != me]
    if not others:
        return "" if author is None else "not-your-name"
    refusal = ""
    for share in sorted(others, key=lambda share: (share.audience.tlp, share.seq)):
        decision = may_reshare(
            share.audience, item.audience, sender.circles.facts, sender.circles.community, by=me, now=sender.now
        )
        if decision.allowed:
            terms = inherit(share.pap, share.condition, item.pap, item.condition)
            item.under, item.pap, item.condition = share.seq, terms.pap, terms.condition
            return ""
        refusal = refusal or decision.reason
    return refusal


def _invalid(code: str, path: str) -> InvalidInput:
    return InvalidInput(words.reason(code), path=path, rule=code)
