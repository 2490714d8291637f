"""The truth table of the release policy, made by asking it: what the documentation prints cannot drift from the code.

A small fixed community asks for every level, once as a member of the named circle and once not, with and without an
embargo.  Nothing here decides; each cell is one call of `may_read`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from mitra.core.policy.decide import may_read
from mitra.core.policy.facts import PUBLIC, Audience, Sponsor, Standing, Tlp, Viewer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.core.policy.facts import Decision

OWNER: Final = 1
READER: Final = 2
SPONSOR: Final = 3
CIRCLE: Final = 7
"""The one circle that every audience of the table names."""
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ROOMS: Final = frozenset({"exchange"})
_NAMED: Final = frozenset({CIRCLE})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of viewer, and how it stands to the circle that the audience names."""

    name: str
    circle: str
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of the table: who asks, for which level, under embargo or not, and the answer."""

    kind: Kind
    tlp: Tlp
    is_embargoed: bool
    decision: Decision


_PERSON: Final = Viewer(READER, Standing.ACCREDITED, in_community=True, person=1, rooms=_ROOMS)
_GUEST: Final = replace(_PERSON, in_community=False)
_LISTED: Final = replace(_GUEST, standing=Standing.LISTED)
_PROPOSED: Final = replace(_GUEST, standing=Standing.PROPOSED)
_SUSPENDED: Final = replace(_PERSON, standing=Standing.SUSPENDED, standing_circles=_NAMED)
_LEFT: Final = replace(_SUSPENDED, standing=Standing.LEFT)
_OWNER: Final = replace(_PERSON, organisation=OWNER)
_SPONSOR: Final = Sponsor(SPONSOR, Standing.ACCREDITED, in_community=True, circles=_NAMED)
_CLIENT: Final = replace(_LISTED, sponsor=_SPONSOR)
_OPENED: Final = replace(_CLIENT, sponsor=replace(_SPONSOR, opened=_NAMED))
_UNSEATED: Final = replace(_SPONSOR, circles=frozenset(), opened=_NAMED)
_LAPSED: Final = replace(_SPONSOR, standing=Standing.SUSPENDED, opened=_NAMED)

KINDS: Final = (
    Kind("The public", "–", PUBLIC),
    Kind("The owner: a person with the room", "–", _OWNER),
    Kind("The owner: a person with the room", "names the person", replace(_OWNER, person_circles=_NAMED)),
    Kind("The owner: a credential with the room", "–", replace(_OWNER, person=None, is_machine=True)),
    Kind("The owner: a person without the room", "–", replace(_OWNER, rooms=frozenset())),
    Kind("The owner, suspended: a person with the room", "–", replace(_OWNER, standing=Standing.SUSPENDED)),
    Kind("Accredited, in the community", "not in it", _PERSON),
    Kind("Accredited, in the community", "member", replace(_PERSON, standing_circles=_NAMED)),
    Kind(
        "Accredited, in the community",
        "names the person",
        replace(_PERSON, standing_circles=_NAMED, person_circles=_NAMED),
    ),
    Kind(
        "Accredited, in the community: a credential",
        "member",
        replace(_PERSON, standing_circles=_NAMED, person=None, is_machine=True),
    ),
    Kind(
        "Accredited, in the community: without the room",
        "member",
        replace(_PERSON, standing_circles=_NAMED, rooms=frozenset()),
    ),
    Kind("Accredited, outside the community (media, guests)", "not in it", _GUEST),
    Kind("Accredited, outside the community (media, guests)", "member", replace(_GUEST, standing_circles=_NAMED)),
    Kind("Listed", "not in it", _LISTED),
    Kind("Listed", "invited to it, a working circle", replace(_LISTED, working_circles=_NAMED)),
    Kind(
        "Listed",
        "a working circle names the person",
        replace(_LISTED, working_circles=_NAMED, person_circles=_NAMED),
    ),
    Kind("Proposed", "not in it", _PROPOSED),
    Kind("Proposed", "invited to it, a working circle", replace(_PROPOSED, working_circles=_NAMED)),
    Kind("Listed client of a member", "its sponsor is in it", _CLIENT),
    Kind("Listed client of a member", "its sponsor opened it", _OPENED),
    Kind("Accredited client of a member", "its sponsor opened it", replace(_OPENED, standing=Standing.ACCREDITED)),
    Kind("Listed client of a member", "opened, then the sponsor left it", replace(_CLIENT, sponsor=_UNSEATED)),
    Kind("Listed client of a suspended sponsor", "its sponsor opened it", replace(_CLIENT, sponsor=_LAPSED)),
    Kind("Proposed client of a member", "its sponsor opened it", replace(_OPENED, standing=Standing.PROPOSED)),
    Kind("Suspended", "member", _SUSPENDED),
    Kind("Left", "member", _LEFT),
    Kind("A viewer in an exercise; the record is real", "member", replace(_PERSON, standing_circles=_NAMED, realm=1)),
)
"""Everyone who asks."""


def rows() -> tuple[Row, ...]:
    """Return the whole table: every kind of viewer, every level, without and with an embargo."""
    return tuple(_rows())


def _rows() -> Iterator[Row]:
    for kind in KINDS:
        for is_embargoed in (False, True):
            for tlp in Tlp:
                audience = Audience(tlp, _NAMED, embargo_until=NOW + timedelta(days=1) if is_embargoed else None)
                yield Row(kind, tlp, is_embargoed, may_read(kind.viewer, OWNER, audience, now=NOW))


def markdown() -> str:
    """Return the table as Markdown, each cell an answer and its reason; under embargo only who reads has a line."""
    table = rows()
    return "\n".join(
        [
            "### Without an embargo, or after it",
            "",
            *_head(),
            *(_line(kind, table, is_embargoed=False) for kind in KINDS),
            "",
            "### Until the embargo ends",
            "",
            *_head(),
            *(_line(kind, table, is_embargoed=True) for kind in _who_read_under_embargo(table)),
            "",
            "Nobody else reads anything until then.",
            "",
        ]
    )


def _who_read_under_embargo(table: tuple[Row, ...]) -> tuple[Kind, ...]:
    reading = {row.kind for row in table if row.is_embargoed and row.decision.allowed}
    return tuple(kind for kind in KINDS if kind in reading)


def _head() -> Iterator[str]:
    yield "| who asks | the named circle | " + " | ".join(tlp.label for tlp in Tlp) + " |"
    yield "| --- | --- |" + " --- |" * len(Tlp)


def _line(kind: Kind, table: tuple[Row, ...], *, is_embargoed: bool) -> str:
    cells = (_cell(row.decision) for row in table if row.kind is kind and row.is_embargoed is is_embargoed)
    return f"| {kind.name} | {kind.circle} | " + " | ".join(cells) + " |"


def _cell(decision: Decision) -> str:
    return f"**yes** `{decision.reason}`" if decision.allowed else f"no `{decision.reason}`"
