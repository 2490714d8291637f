"""The seven laws of the release policy, for every generated community, against the slow oracle beside this file.

The laws that speak of doors (no oracle, no reference upward) are here in the part that is pure; the walks over every
door are in `tests/journeys/`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracle_policy import all_of, circle_facts, community, community_of, viewer_of, who_reads
from worlds_policy import CIRCLES, NOW, any_viewers, audiences, moments, owners, paps, tlps, worlds

from mitra.core.policy.decide import ANYBODY, REASONS, may_read, own, readable
from mitra.core.policy.facts import PUBLIC, Pap, Standing, Tlp
from mitra.core.policy.reach import readers, viewer_of_organisation, viewer_of_person
from mitra.core.policy.reshare import (
    RESHARE_REASONS,
    USE_REASONS,
    CircleFacts,
    Use,
    circles_inside,
    effective_tlp,
    inherit,
    may_be_used_for,
    may_reshare,
    reaches_no_further,
)

thorough = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
shares = st.tuples(owners, audiences)
strict_levels = st.sampled_from([tlp for tlp in Tlp if tlp is not Tlp.CLEAR])
many_audiences = st.dictionaries(st.integers(1, 50), audiences, max_size=8)


def viewers_in(world):
    return {who: viewer_of(world, who) for who in world.askers}


def reading(viewers, by, audience, now):
    return {who for who, viewer in viewers.items() if may_read(viewer, by, audience, now=now).allowed}


def audiences_near(audience):
    """Every level, to no circle, to each one or as named, here or in another room, and with embargoes about as long."""
    end = audience.embargo_until or NOW
    for tlp in Tlp:
        for circles in (frozenset(), *(frozenset({circle}) for circle in CIRCLES), audience.circles):
            near = replace(audience, tlp=tlp, circles=circles)
            yield near
            yield replace(near, room="law" if audience.room == "exchange" else "exchange")
            yield replace(near, embargo_until=None)
            yield replace(near, embargo_until=end - timedelta(hours=1))
            yield replace(near, embargo_until=end + timedelta(hours=1))


def moments_from(now):
    return [now + timedelta(hours=hours) for hours in (0, 1, 2, 24)]


# ── The whole table


@thorough
@given(worlds(), owners, st.lists(audiences, min_size=2, max_size=4), moments)
def test_policy_agrees_with_the_oracle_for_everyone(world, by, many, now):
    viewers = viewers_in(world)
    for audience in [replace(one, tlp=tlp) for one in many for tlp in Tlp]:
        assert reading(viewers, by, audience, now) == who_reads(world, by, audience, now)


@thorough
@given(worlds(), owners, audiences, moments)
def test_preview_of_readers_agrees_with_the_oracle(world, by, audience, now):
    """A credential that holds the room stands for each organisation, as in the preview."""
    room = frozenset({audience.room})
    full = tuple(replace(who, scopes=room) if who.person is None and who.organisation else who for who in world.askers)
    world = replace(world, askers=full)
    expected = who_reads(world, by, audience, now)

    found = readers(audience, by, community_of(world, audience.realm), now)

    assert found.organisations | found.clients == {who.organisation for who in expected if who.scopes}
    assert found.organisations.isdisjoint(found.clients)
    assert found.persons == {
        who.person for who in expected if who.person and who.organisation not in found.organisations | found.clients
    }
    assert found.is_public == (world.askers[-2] in expected)


@thorough
@given(worlds())
def test_preview_asks_as_the_very_viewers_that_read(world):
    for who in world.askers:
        facts = community_of(world, who.realm)
        if who.person is not None:
            assert viewer_of_person(who.person, facts) == viewer_of(world, who)
        elif who.organisation is not None:
            assert viewer_of_organisation(who.organisation, facts, *who.rooms) == viewer_of(world, who)


@thorough
@given(any_viewers, owners, audiences, moments)
def test_every_decision_has_a_documented_reason_and_names_only_circles_of_the_audience(viewer, by, audience, now):
    decision = may_read(viewer, by, audience, now=now)

    assert decision.reason in REASONS
    assert decision.circles <= audience.circles
    assert ("{circles}" in REASONS[decision.reason]) == bool(decision.circles)


# ── 1. Monotone: loosening a level, adding a circle or ending an embargo takes nothing away


@thorough
@given(any_viewers, owners, audiences, moments, st.data())
def test_law_1_nothing_that_widens_takes_away(viewer, by, audience, now, data):
    assume(may_read(viewer, by, audience, now=now).allowed)
    wider = replace(
        audience,
        tlp=data.draw(st.sampled_from([tlp for tlp in Tlp if tlp <= audience.tlp])),
        circles=audience.circles | data.draw(st.frozensets(st.sampled_from(list(CIRCLES)))),
        embargo_until=data.draw(st.sampled_from([audience.embargo_until, None])),
    )
    later = now + timedelta(hours=data.draw(st.integers(0, 5)))

    assert may_read(viewer, by, wider, now=later).allowed


@thorough
@given(worlds(), shares, moments, st.sampled_from(list(CIRCLES)), owners)
def test_law_1_a_circle_that_gains_a_member_takes_nothing_away(world, share, now, circle, organisation):
    by, audience = share
    grown = replace(world.circles[circle], organisations=world.circles[circle].organisations | {organisation})
    after = replace(world, circles={**world.circles, circle: grown})

    assert reading(viewers_in(world), by, audience, now) <= reading(viewers_in(after), by, audience, now)


# ── 2. Default closed


@thorough
@given(any_viewers, owners, audiences, moments, st.sampled_from([Standing.SUSPENDED, Standing.LEFT]))
def test_law_2_suspended_and_left_read_clear_and_their_own_only(viewer, by, audience, now, standing):
    viewer = replace(viewer, standing=standing)

    if may_read(viewer, by, audience, now=now).allowed:
        assert audience.tlp is Tlp.CLEAR or by == viewer.organisation


@thorough
@given(any_viewers, audiences, moments, st.sampled_from([Standing.PROPOSED, Standing.LISTED]), strict_levels)
def test_law_2_proposed_and_listed_read_beyond_that_only_working_circles_and_as_clients(
    viewer, audience, now, standing, tlp
):
    viewer = replace(viewer, standing=standing)
    audience = replace(audience, tlp=tlp)
    by = (viewer.organisation or 0) + 1

    if may_read(viewer, by, audience, now=now).allowed and viewer.working_circles.isdisjoint(audience.circles):
        assert viewer.standing is Standing.LISTED
        assert viewer.sponsor.standing is Standing.ACCREDITED
        assert tlp in {Tlp.GREEN, Tlp.AMBER}


@thorough
@given(any_viewers, owners, audiences, moments)
def test_law_2_the_public_reads_clear_only(viewer, by, audience, now):
    assert may_read(PUBLIC, by, audience, now=now).allowed == (
        audience.tlp is Tlp.CLEAR
        and audience.realm == 0
        and (audience.embargo_until is None or now >= audience.embargo_until)
    )


@thorough
@given(any_viewers, owners, audiences, moments)
def test_law_2_a_machine_never_reads_red(viewer, by, audience, now):
    machine = replace(viewer, is_machine=True)

    assert not may_read(machine, by, replace(audience, tlp=Tlp.RED), now=now).allowed


# ── 3. No oracle, in its pure part: what is not readable has no influence on what a door is filled with


@thorough
@given(any_viewers, many_audiences, moments)
def test_law_3_readable_sets_are_the_single_decisions_and_nothing_else(viewer, many, now):
    found = readable(viewer, many, now)
    ours = own(viewer, many, now)

    def one_by_one(by):
        return {key for key, audience in many.items() if may_read(viewer, by, audience, now=now).allowed}

    assert found.others == one_by_one(ANYBODY)
    assert ours.audiences == (set() if viewer.organisation is None else one_by_one(viewer.organisation))
    if viewer.sponsor is not None:
        assert found.others | found.of_sponsor == one_by_one(viewer.sponsor.organisation)
    else:
        assert found.of_sponsor == frozenset()


@thorough
@given(any_viewers, many_audiences, moments)
def test_law_3_what_is_never_readable_changes_neither_set_nor_time(viewer, many, now):
    ends = NOW + timedelta(days=1)
    ever = {
        key: audience
        for key, audience in many.items()
        if any(may_read(viewer, by, audience, now=ends).allowed for by in range(6))
    }

    assert readable(viewer, many, now) == readable(viewer, ever, now)
    assert own(viewer, many, now) == own(viewer, ever, now)


@thorough
@given(any_viewers, many_audiences, moments)
def test_readable_holds_exactly_until_it_says(viewer, many, now):
    ahead = sorted({it.embargo_until for it in many.values() if it.embargo_until and it.embargo_until > now})

    found = readable(viewer, many, now)
    ours = own(viewer, many, now)

    sets = (found.others, found.of_sponsor)
    changes = [at for at in ahead if (readable(viewer, many, at).others, readable(viewer, many, at).of_sponsor) != sets]
    own_changes = [at for at in ahead if own(viewer, many, at).audiences != ours.audiences]
    assert found.until == (changes[0] if changes else None)
    assert ours.until == (own_changes[0] if own_changes else None)


# ── 4. No reference upward, in its pure part: who reads the referring record reads what it refers to


@thorough
@given(worlds(), owners, shares, moments)
def test_law_4_an_audience_that_reaches_no_further_gives_nobody_a_dangling_reference(world, by, share, now):
    of, other = share
    viewers = viewers_in(world)
    inside = circles_inside(circle_facts(world), community(world))
    owners_side = all_of(world, [by, *(key for key, it in world.organisations.items() if it.sponsor == by)])

    for one in audiences_near(other):
        if not reaches_no_further(one, other, now=now, inside_community=inside):
            continue
        for later in moments_from(now):
            assert reading(viewers, by, one, later) - owners_side <= reading(viewers, of, other, later)


@thorough
@given(audiences, moments)
def test_law_4_every_audience_may_refer_to_itself_and_to_anything_looser(audience, now):
    assert reaches_no_further(audience, audience, now=now)
    for looser in Tlp:
        if looser <= audience.tlp:
            assert reaches_no_further(audience, replace(audience, tlp=looser), now=now)


@thorough
@given(st.one_of(st.none(), tlps), st.one_of(st.none(), tlps), st.lists(tlps, max_size=3), st.one_of(st.none(), tlps))
def test_an_object_is_never_looser_than_anything_said_about_it(given_level, own_level, granular, container):
    level = effective_tlp(given_level, own_level, granular, container)

    said = [given_level, own_level, *granular]
    if own_level is None:
        said.append(container)
    stated = [tlp for tlp in said if tlp is not None]
    assert all(level >= tlp for tlp in stated)
    assert level in stated or level is Tlp.AMBER_STRICT


# ── 5. Originator control


@thorough
@given(worlds(), owners, shares, st.sampled_from([None, Tlp.CLEAR, Tlp.GREEN, Tlp.GREEN]), moments)
def test_law_5_a_reshare_gives_nobody_what_its_owner_did_not(world, by, share, level, now):
    owner, under = share
    under = under if level is None else replace(under, tlp=level)
    viewers = viewers_in(world)
    circles, members = circle_facts(world), community(world)

    for to in audiences_near(under):
        decision = may_reshare(under, to, circles, members, by=by, now=now)
        assert decision.reason in RESHARE_REASONS
        if by == owner or not decision.allowed:
            continue
        for later in moments_from(now):
            new = reading(viewers, by, to, later) - reading(viewers, owner, under, later)
            is_under_embargo = under.embargo_until is not None and later < under.embargo_until
            assert new <= (all_of(world, [by]) if is_under_embargo else set())


@thorough
@given(worlds(), audiences, st.sampled_from([Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT]), moments)
def test_law_5_green_reaches_the_community_and_every_circle_within_it(world, under, tlp, now):
    under = replace(under, tlp=Tlp.GREEN, embargo_until=None)
    within = community(world)
    inside = {key for key, it in circle_facts(world).items() if it.members <= within and world.circles[key].is_standing}
    to = replace(under, tlp=tlp, circles=frozenset(inside))

    for by in within:
        assert may_reshare(under, to, circle_facts(world), within, by=by, now=now).allowed


@thorough
@given(st.sampled_from([Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED]), audiences, audiences, owners, moments)
def test_law_5_nothing_stricter_than_green_goes_on(tlp, under, to, by, now):
    everyone = frozenset(range(10))
    circles = {key: CircleFacts(is_standing=True, members=everyone) for key in CIRCLES}

    assert not may_reshare(replace(under, tlp=tlp), to, circles, everyone, by=by, now=now).allowed


@thorough
@given(paps, st.text(max_size=8), paps, st.text(max_size=8))
def test_law_5_terms_are_inherited_and_never_loosened(pap, condition, own_pap, own_condition):
    terms = inherit(pap, condition, own_pap, own_condition)

    assert condition in terms.condition
    assert own_condition in terms.condition
    assert all(terms.pap >= level for level in (pap, own_pap) if level is not None)
    assert (terms.pap is None) == (pap is None and own_pap is None)
    for use in Use:
        if may_be_used_for(terms.pap, use, terms.condition).allowed and pap is not None:
            assert may_be_used_for(pap, use, condition).allowed


# ── 6. PAP decides use, not reading


@thorough
@given(paps, st.sampled_from(Use), st.sampled_from(["", "coordinate with X first"]))
def test_law_6_pap_decides_use(pap, use, condition):
    uses_of = {
        Pap.RED: set(),
        Pap.AMBER: {Use.DETECT},
        Pap.GREEN: {Use.DETECT, Use.BLOCK},
        Pap.CLEAR: set(Use),
        None: {Use.DETECT, Use.BLOCK},
    }

    decision = may_be_used_for(pap, use, condition)

    assert decision.allowed == (use in uses_of[pap] and not condition)
    assert decision.reason in USE_REASONS


# ── 7. Realms do not touch


@thorough
@given(any_viewers, owners, audiences, audiences, moments)
def test_law_7_realms_do_not_touch(viewer, by, one, other, now):
    if viewer.realm != one.realm:
        assert may_read(viewer, by, one, now=now).reason == "another-realm"
    if one.realm != other.realm:
        assert not may_reshare(one, other, {}, frozenset({by}), by=by, now=now).allowed
        assert not reaches_no_further(one, other, now=now)
