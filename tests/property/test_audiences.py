"""Sets of audiences answer as sets do, and the book asks policy as one would who asks of each audience by itself."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from worlds_policy import NOW, any_viewers, audiences, moments

from mitra.core.ledger.dates import micros
from mitra.core.policy.decide import ANYBODY, may_read
from mitra.core.policy.facts import Tlp, Viewer
from mitra.store.audiences import AudienceBook, AudienceSet
from mitra.store.facts import Arrival
from mitra.store.readable import ForEverybody, SightMemory, sight_of

ids = st.frozensets(st.integers(1, 40))


@given(ids, ids)
def test_sets_are_sets(some, others):
    one, other = AudienceSet.of(some), AudienceSet.of(others)
    assert (set(one), len(one), bool(one)) == (some, len(some), bool(some))
    assert [key in one for key in range(50)] == [key in some for key in range(50)]
    assert list(one) == sorted(some)
    assert set(one | other) == some | others
    assert set(one - other) == set(one.without(others)) == some - others
    assert set(one.among(others)) == some & others
    assert one.meets(others) == bool(some & others)
    assert (one == other) == (some == others)
    assert hash(one) == hash(AudienceSet.of(some))
    assert one == AudienceSet(one.levels + bytes(3))


def book_of(known):
    """A book of audiences, their ids with gaps, as a database gives them."""
    book = AudienceBook()
    numbered = {1 + 3 * at: audience for at, audience in enumerate(dict.fromkeys(known))}
    rows = [
        (
            key,
            audience.room,
            audience.realm,
            int(audience.tlp),
            ",".join(map(str, sorted(audience.circles))),
            None if audience.embargo_until is None else micros(audience.embargo_until),
        )
        for key, audience in numbered.items()
    ]
    book.learn(rows[::2])
    book.learn(rows)
    return book, numbered


@given(st.lists(audiences, max_size=12))
def test_a_book_tells_what_it_learnt(known):
    book, numbered = book_of(known)
    assert dict(book.items()) == numbered
    for tlp in Tlp:
        assert set(book.all.at({tlp})) == {key for key, audience in numbered.items() if audience.tlp is tlp}
    assert book.naming({1, 3}) == {key for key, audience in numbered.items() if audience.circles & {1, 3}}
    assert set(book.ending_by(NOW)) == {
        key for key, audience in numbered.items() if audience.embargo_until and audience.embargo_until <= NOW
    }


@given(st.lists(audiences, max_size=12), any_viewers, moments, st.data())
@settings(max_examples=200, deadline=None)
def test_a_sight_is_policys_answer_for_each_audience(known, viewer, now, data):
    if viewer.sponsor and viewer.sponsor.organisation == viewer.organisation:
        viewer = replace(viewer, sponsor=None)  # nobody sponsors itself
    book, numbered = book_of(known)
    used = data.draw(st.lists(st.sampled_from(list(numbered)), unique=True)) if numbered else []
    lifted = frozenset(
        data.draw(st.frozensets(st.sampled_from([key for key, a in numbered.items() if a.embargo_until])))
        if any(a.embargo_until for a in numbered.values())
        else ()
    )
    for_everybody = ForEverybody([Arrival(99 + key, 1, None, None, frozenset({key}), 0) for key in lifted], lifted)
    sight = sight_of(book, viewer, now, used=used, for_everybody=for_everybody, for_one=[])

    def reads(by, audience, moment=now):
        return may_read(viewer, by, audience, now=moment).allowed

    sponsor = viewer.sponsor.organisation if viewer.sponsor else None
    in_feeds = {key: as_feeds_see(key, audience, lifted) for key, audience in numbered.items()}
    for reach, seen in ((sight.pages, numbered), (sight.feeds, in_feeds)):
        others = {key for key, audience in seen.items() if reads(ANYBODY, audience)}
        assert set(reach.others) == others
        if viewer.organisation is not None:
            assert set(reach.own) == {key for key in used if reads(viewer.organisation, seen[key])}
        if sponsor is not None:
            assert set(reach.of_sponsor) == {key for key, audience in seen.items() if reads(sponsor, audience)} - others
    changes = {
        audience.embargo_until
        for audience in numbered.values()
        if audience.embargo_until
        and audience.embargo_until > now
        and any(reads(by, audience, audience.embargo_until) for by in (ANYBODY, sponsor or ANYBODY))
    }
    assert sight.until == min(changes, default=None)
    assert {arrival.first_seq - 99 for arrival in sight.arrivals} == lifted & set(sight.feeds.ids)


def as_feeds_see(key, audience, lifted):
    if audience.embargo_until is None:
        return audience
    return replace(audience, embargo_until=None if key in lifted else NOW + timedelta(days=9_999))


@given(st.lists(audiences, min_size=1, max_size=6), any_viewers)
def test_what_is_remembered_holds_until_something_changes(known, viewer):
    book, _ = book_of(known)
    sight = sight_of(book, viewer, NOW, used=[], for_everybody=ForEverybody((), frozenset()), for_one=[])
    memory = SightMemory()
    memory.keep(viewer, 7, NOW, sight)
    assert memory.find(viewer, 7, NOW) is sight
    assert memory.find(viewer, 8, NOW) is None
    assert memory.find(viewer, 7, NOW - timedelta(seconds=1)) is None
    if sight.until is not None:
        assert memory.find(viewer, 7, sight.until) is None
        assert memory.find(viewer, 7, sight.until - timedelta(microseconds=1)) is sight


def test_a_memory_forgets_who_asked_longest_ago_but_never_the_last():
    book, _ = book_of([])
    viewers = [Viewer(number) for number in range(1, 6)]
    sight = sight_of(book, viewers[0], NOW, used=[], for_everybody=ForEverybody((), frozenset()), for_one=[])
    memory = SightMemory(most=3 * sight.weight)
    for viewer in viewers:
        memory.keep(viewer, 1, NOW, sight)
        memory.find(viewers[0], 1, NOW)
    assert [viewer.organisation for viewer in viewers if memory.find(viewer, 1, NOW)] == [1, 4, 5]
    tiny = SightMemory(most=1)
    tiny.keep(viewers[0], 1, NOW, sight)
    assert tiny.find(viewers[0], 1, NOW) is sight
