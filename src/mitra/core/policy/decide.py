"""Decide whether one viewer may read what was shared with one audience.

A rule is a plain function of facts; rules see no database, clock or network.  Promises for any viewer and audience,
kept by tests/property/test_release.py against a slow oracle:

* silence is refusal: what no rule allows stays closed;
* looser never hides: from RED to CLEAR, each level reaches everyone that the level before it reached;
* a circle or person that is named, or an embargo that ends, never takes a record away from anyone.

This is the hot path: a request evaluates it over every distinct audience that its circles reach.  Budget: 2 µs a
decision.  Hence refusals and circle-less answers are made once, and members of small sets are looked for in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mitra.core.policy.facts import Decision, Standing, Tlp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Viewer

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "own": "Your own organisation shared it.",
        "clear-is-public": "It is TLP:CLEAR, which everyone may read.",
        "community": "It is TLP:GREEN, and your organisation belongs to the community.",
        "circle-member": "It was shared with {circles}, of which you are a member.",
        "client-of-sponsor": "It is TLP:GREEN, and your sponsor may read it, so you may as its client.",
        "opened-by-sponsor": "It was shared with {circles}, which your sponsor opened to you.",
        "named-person": "It is TLP:RED, and {circles} names you in person.",
        "another-realm": "It belongs to another realm: an exercise and the real world do not touch.",
        "embargoed": "It is under embargo: until that ends, only its owner reads it.",
        "members-only": "It is not TLP:CLEAR, and only signed-in members read further.",
        "standing": "Your organisation is suspended or has left, so it reads TLP:CLEAR and its own only.",
        "not-your-room": "Your role or credential does not open the room in which it was shared.",
        "outside-its-circles": "It was shared with circles of which you are not a member.",
        "outside-the-community": "It is TLP:GREEN, and your organisation does not belong to the community.",
        "red-is-for-persons": "It is TLP:RED, which persons read on the web and no machine reads.",
        "not-named": "It is TLP:RED, and none of its circles names you in person.",
    }
)
"""Every code that `may_read` gives, with the sentence that answers “Why do I see this?”."""

AS_CLIENT: Final = frozenset({"client-of-sponsor", "opened-by-sponsor"})
"""The reasons by which an organisation reads only through its sponsor."""

OUTSIDE: Final = (Standing.SUSPENDED, Standing.LEFT)
ANYBODY: Final = 0
"""No organisation's row id: who asks about shares of others asks about shares by this."""

_OWN: Final = Decision.allow("own")
_CLEAR: Final = Decision.allow("clear-is-public")
_COMMUNITY: Final = Decision.allow("community")
_CLIENT: Final = Decision.allow("client-of-sponsor")
_ANOTHER_REALM: Final = Decision.refuse("another-realm")
_EMBARGOED: Final = Decision.refuse("embargoed")
_MEMBERS_ONLY: Final = Decision.refuse("members-only")
_STANDING: Final = Decision.refuse("standing")
_NOT_YOUR_ROOM: Final = Decision.refuse("not-your-room")
_OUTSIDE_CIRCLES: Final = Decision.refuse("outside-its-circles")
_OUTSIDE_COMMUNITY: Final = Decision.refuse("outside-the-community")
_RED_IS_FOR_PERSONS: Final = Decision.refuse("red-is-for-persons")
_NOT_NAMED: Final = Decision.refuse("not-named")


@dataclass(frozen=True, slots=True)
class Readable:
    """Which audiences one viewer reads, by whose share it is, and how long that answer holds.

    A share is readable when its audience is in `others`, or it is the viewer's own and its audience is in the set
    that `own` gives, or it is by the viewer's sponsor and its audience is in `of_sponsor`.
    """

    others: frozenset[int]
    """Readable whoever shared."""
    until: datetime | None
    """The next end of an embargo that changes the answer; None: time alone changes nothing."""
    of_sponsor: frozenset[int] = frozenset()
    """Readable beyond `others` when the viewer's sponsor shared; empty save for clients of a sponsor outside."""


@dataclass(frozen=True, slots=True)
class Own:
    """Which audiences of its own organisation's shares one viewer reads, and how long that answer holds."""

    audiences: frozenset[int]
    until: datetime | None


# ── One decision


# One return a row of the table that people know; splitting it would hide the order.
def may_read(viewer: Viewer, share_by: int, audience: Audience, *, now: datetime) -> Decision:  # noqa: PLR0911
    """Return whether the viewer may read what `share_by` shared with the audience, with the rule that settled it."""
    if viewer.realm != audience.realm:
        return _ANOTHER_REALM
    if viewer.organisation == share_by and owner_reads_own(viewer, audience):
        return _OWN
    if audience.embargo_until is not None and now < audience.embargo_until:
        return _EMBARGOED
    if audience.tlp is Tlp.CLEAR:
        return _CLEAR
    if viewer.organisation is None or viewer.standing is None:
        return _MEMBERS_ONLY
    if viewer.standing in OUTSIDE:
        return _STANDING
    if audience.room not in viewer.rooms:
        return _NOT_YOUR_ROOM
    return _RULE_OF[audience.tlp](viewer, share_by, audience)


def owner_reads_own(viewer: Viewer, audience: Audience) -> bool:
    """Return whether the viewer reads this as one of its owner's people or credentials, embargo or not.

    They must hold the room; of RED, only the persons that its circles name.
    """
    if audience.room not in viewer.rooms:
        return False
    if audience.tlp is not Tlp.RED:
        return True
    return is_person(viewer) and not audience.circles.isdisjoint(viewer.person_circles)


def is_person(viewer: Viewer) -> bool:
    """Return whether a signed-in person asks, on the web; a credential acting for one is a machine."""
    return viewer.person is not None and not viewer.is_machine


def seats(viewer: Viewer, audience: Audience) -> frozenset[int]:
    """Return the audience's circles in which the viewer sits; below accreditation only working circles count."""
    working = audience.circles & viewer.working_circles
    if viewer.standing is Standing.ACCREDITED:
        return working | (audience.circles & viewer.standing_circles)
    return working


# ── One rule a level, each asked only once realm, embargo, standing and room have let the viewer pass


def _read_green(viewer: Viewer, share_by: int, audience: Audience) -> Decision:
    """GREEN: the community, clients of its members, and whoever would read it at AMBER."""
    if viewer.in_community and viewer.standing is Standing.ACCREDITED:
        return _COMMUNITY
    at_amber = _read_amber(viewer, share_by, audience)
    if at_amber.allowed:
        return at_amber
    if has_live_sponsor(viewer) and sponsor_reads_green(viewer, share_by, audience):
        return _CLIENT
    return _OUTSIDE_COMMUNITY


def _read_amber(viewer: Viewer, share_by: int, audience: Audience) -> Decision:
    """AMBER: members of its circles, and clients to whom their sponsor, itself a member, opened that circle."""
    as_member = _read_amber_strict(viewer, share_by, audience)
    if as_member.allowed or not has_live_sponsor(viewer):
        return as_member
    opened = opened_by_sponsor(viewer, audience)
    return Decision.allow("opened-by-sponsor", opened) if opened else _OUTSIDE_CIRCLES


def _read_amber_strict(viewer: Viewer, _share_by: int, audience: Audience) -> Decision:
    """AMBER+STRICT: members of its circles."""
    through = seats(viewer, audience)
    return Decision.allow("circle-member", through) if through else _OUTSIDE_CIRCLES


def _read_red(viewer: Viewer, _share_by: int, audience: Audience) -> Decision:
    """RED: the persons that its circles name; never a machine credential, feed or export."""
    if not is_person(viewer):
        return _RED_IS_FOR_PERSONS
    through = seats(viewer, audience) & viewer.person_circles
    return Decision.allow("named-person", through) if through else _NOT_NAMED


_RULE_OF: Final[Mapping[Tlp, Callable[[Viewer, int, Audience], Decision]]] = {
    Tlp.GREEN: _read_green,
    Tlp.AMBER: _read_amber,
    Tlp.AMBER_STRICT: _read_amber_strict,
    Tlp.RED: _read_red,
}


# ── Clients: what a sponsor passes on.  A sponsor's own sponsor is no fact here, so this is never transitive


def has_live_sponsor(viewer: Viewer) -> bool:
    """Return whether the viewer reads as a client now: itself at least listed, its sponsor accredited."""
    sponsor = viewer.sponsor
    return (
        sponsor is not None
        and sponsor.standing is Standing.ACCREDITED
        and (viewer.standing is Standing.LISTED or viewer.standing is Standing.ACCREDITED)
    )


def sponsor_reads_green(viewer: Viewer, share_by: int, audience: Audience) -> bool:
    """Return whether the sponsor could read this GREEN share itself: by community, by circle, or as its owner."""
    sponsor = viewer.sponsor
    return sponsor is not None and (
        sponsor.in_community or sponsor.organisation == share_by or not audience.circles.isdisjoint(sponsor.circles)
    )


def opened_by_sponsor(viewer: Viewer, audience: Audience) -> frozenset[int]:
    """Return the audience's circles that the sponsor opened to this client and is still a member of itself."""
    sponsor = viewer.sponsor
    return audience.circles & sponsor.circles & sponsor.opened if sponsor is not None else frozenset()


# ── Many decisions: what a page's query is made of


def readable(viewer: Viewer, audiences: Mapping[int, Audience], now: datetime) -> Readable:
    """Return which of these audiences (by id) the viewer reads, whoever shared, and until when that holds."""
    others, until = _open_to(viewer, ANYBODY, audiences, now)
    if viewer.sponsor is None:
        return Readable(others, until)
    rest = {key: audience for key, audience in audiences.items() if key not in others}
    of_sponsor, sponsor_until = _open_to(viewer, viewer.sponsor.organisation, rest, now)
    return Readable(others, _earlier(until, sponsor_until), of_sponsor)


def own(viewer: Viewer, audiences: Mapping[int, Audience], now: datetime) -> Own:
    """Return which of these audiences (by id) of its own organisation's shares the viewer reads, and until when."""
    if viewer.organisation is None:
        return Own(frozenset(), None)
    return Own(*_open_to(viewer, viewer.organisation, audiences, now))


def _open_to(
    viewer: Viewer, share_by: int, audiences: Mapping[int, Audience], now: datetime
) -> tuple[frozenset[int], datetime | None]:
    opened: list[int] = []
    until: datetime | None = None
    for key, audience in audiences.items():
        decision = may_read(viewer, share_by, audience, now=now)
        if decision.allowed:
            opened.append(key)
        elif decision is _EMBARGOED:
            ends = audience.embargo_until
            if ends is not None and may_read(viewer, share_by, audience, now=ends).allowed:
                until = _earlier(until, ends)
    return frozenset(opened), until


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
