"""Step 7: may this sender share this, to them?  First the terms as a whole, then each object.

Every answer rests on what the sender can know: its own circles, the members' names, the bytes that it may read.  An
id is never looked up to refuse, and a circle that does not exist answers as one that the sender is not in.
"""

from __future__ import annotations

from dataclasses import replace
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
    from mitra.exchange.intake.batch import Aimed
    from mitra.store.facts import Share
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
    batch: Sequence[Aimed], sender: Sender, readable: Mapping[bytes, Sequence[Share]]
) -> tuple[list[Aimed], list[Result]]:
    """Return what may go, each with what it rests on, and the refusals.

    `readable` holds, by digest, the shares of the batch's own bytes that the sender may read.
    """
    members = _members_named(batch)
    no_red = why_not_red(sender.actor, sender.terms)
    going: list[Aimed] = []
    refused: list[Result] = []
    for aimed in batch:
        code = no_red if aimed.audience.tlp is Tlp.RED else ""
        allowed: Aimed | None = None
        if not code:
            allowed, code = _rested(aimed, sender, readable.get(aimed.item.record.digest, ()), members)
        if allowed is None:
            refused.append(aimed.item.refused(code))
        else:
            going.append(allowed)
    return going, refused


def _members_named(batch: Sequence[Aimed]) -> Mapping[str, int]:
    """Return which members of this node the batch speaks for or describes, in one query."""
    records = [aimed.item.record for aimed in batch]
    named = {record.created_by for record in records} | {each.stix_id for each in records if each.type == "identity"}
    named.discard("")
    return community.organisation_ids_by_stix_id(named) if named else {}


def _author(aimed: Aimed) -> str:
    """Return the STIX id of who speaks; an identity without an author speaks for itself."""
    record = aimed.item.record
    if record.created_by:
        return record.created_by
    return record.stix_id if record.type == "identity" else ""


def _author_here(aimed: Aimed, members: Mapping[str, int]) -> int | None:
    """Return the member of this node whose object it is, if any: who a member is, only that member says."""
    record = aimed.item.record
    described = members.get(record.stix_id) if record.type == "identity" else None
    return members.get(record.created_by) if described is None else described


def _rested(
    aimed: Aimed, sender: Sender, shares: Sequence[Share], members: Mapping[str, int]
) -> tuple[Aimed | None, str]:
    """Return the item as its owner's or as a re-share (law 5), or None and the rule that stops it."""
    me = sender.actor.organisation
    author = _author_here(aimed, members)
    if author == me:
        return replace(aimed, voice=Voice.CREATOR), ""
    if sender.actor.is_centre and _author(aimed) in SHIPPED_AUTHORS:
        aimed = replace(aimed, voice=Voice.SHIPPED)
    if author is None and any(share.by == me and share.under is None for share in shares):
        return aimed, ""
    others = [share for share in shares if share.by != me]
    if not others:
        return (aimed, "") if author is None else (None, "not-your-name")
    refusal = ""
    for share in sorted(others, key=lambda share: (share.audience.tlp, share.seq)):
        decision = may_reshare(
            share.audience, aimed.audience, sender.circles.facts, sender.circles.community, by=me, now=sender.now
        )
        if decision.allowed:
            terms = inherit(share.pap, share.condition, aimed.pap, aimed.condition)
            return replace(aimed, under=share.seq, pap=terms.pap, condition=terms.condition), ""
        refusal = refusal or decision.reason
    return None, refusal


def _invalid(code: str, path: str) -> InvalidInput:
    return InvalidInput(words.reason(code), path=path, rule=code)
