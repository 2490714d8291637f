"""Generated worlds for the release policy: communities, circles, people and credentials, audiences and moments.

Deliberately untidy: suspended bodies keep their seats, sponsors come in chains and rings, circles name people of
bodies that left.  The policy must hold for what a database may ever contain, not for what it should.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from oracle_policy import ROOMS_OF_ROLE, Asker, Circle, Organisation, World

from mitra.core.policy.facts import Audience, Pap, Sponsor, Standing, Tlp, Viewer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORGANISATIONS = range(1, 6)
CIRCLES = range(1, 4)
PERSONS = range(1, 9)
REALMS = st.sampled_from([0, 0, 0, 1])
STANDINGS = st.sampled_from([*Standing, Standing.ACCREDITED, Standing.ACCREDITED, Standing.LISTED])

moments = st.sampled_from([NOW + timedelta(hours=hours) for hours in (-2, -1, 0, 1, 2)])
tlps = st.sampled_from(Tlp)
paps = st.one_of(st.none(), st.sampled_from(Pap))


def some_of(values, *, least=0):
    return st.frozensets(st.sampled_from(list(values)), min_size=least, max_size=3)


audiences = st.builds(
    Audience,
    tlp=tlps,
    circles=some_of(CIRCLES),
    room=st.sampled_from(["exchange", "exchange", "law"]),
    realm=REALMS,
    embargo_until=st.one_of(st.none(), moments),
)
organisations = st.builds(
    Organisation,
    standing=STANDINGS,
    is_guest=st.booleans(),
    sponsor=st.sampled_from([None, *ORGANISATIONS]),
    opened=some_of(CIRCLES, least=1),
)
circles = st.builds(
    Circle,
    is_standing=st.booleans(),
    organisations=some_of(ORGANISATIONS, least=1),
    roles=some_of((organisation, role) for organisation in ORGANISATIONS for role in ROOMS_OF_ROLE),
    persons=some_of(PERSONS),
)


@st.composite
def worlds(draw):
    people = [
        Asker(
            f"person {number}",
            organisation=draw(st.sampled_from(ORGANISATIONS)),
            person=number,
            roles=draw(some_of(ROOMS_OF_ROLE)),
            realm=draw(REALMS),
        )
        for number in PERSONS
    ]
    credentials = [
        Asker(f"credential of {organisation} in {realm}", organisation, scopes=frozenset(scopes), realm=realm)
        for organisation in ORGANISATIONS
        for realm in (0, 1)
        for scopes in [draw(st.sampled_from([("exchange", "law"), ("exchange",), ("law",), ()]))]
    ]
    public = [Asker("the public"), Asker("the public, as if in an exercise", realm=1)]
    return World(
        organisations={key: draw(organisations) for key in ORGANISATIONS},
        circles={key: draw(circles) for key in CIRCLES},
        askers=(*people, *credentials, *public),
    )


owners = st.sampled_from(ORGANISATIONS)

sponsors = st.builds(
    Sponsor,
    organisation=owners,
    standing=STANDINGS,
    in_community=st.booleans(),
    circles=some_of(CIRCLES),
    opened=some_of(CIRCLES),
)
any_viewers = st.builds(
    Viewer,
    organisation=st.one_of(st.none(), owners),
    standing=st.one_of(st.none(), STANDINGS),
    in_community=st.booleans(),
    standing_circles=some_of(CIRCLES),
    working_circles=some_of(CIRCLES),
    person=st.one_of(st.none(), st.just(1)),
    person_circles=some_of(CIRCLES),
    rooms=st.sampled_from([frozenset({"exchange", "law"}), frozenset({"exchange"}), frozenset()]),
    is_machine=st.booleans(),
    realm=REALMS,
    sponsor=st.one_of(st.none(), sponsors),
)
"""Viewers whose facts need not even agree with one another, as a mistaken caller might build them."""
