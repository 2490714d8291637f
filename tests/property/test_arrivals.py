"""Rights grow later than content: a client that polls for ever, by any cursor, holds exactly what `visible_to` says.

Small communities whose members join circles, are accredited and gain a sponsor; embargoes that end; withdrawals in
between; and clients of every organisation that page on all the while, each in its own way:

* by position, as whoever follows `next`;
* by TAXII's `added_after`, set to the date of the last object;
* as OpenCTI's ingester: `next` as long as there is more, kept across runs, then the last date, floored to milliseconds.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mitra.core.ledger.dates import instant
from mitra.core.policy.facts import Audience, Sponsor, Standing, Tlp, Viewer
from mitra.store.doors import store
from mitra.store.facts import Cause, Filter, NewShare, State
from naive_store import NaiveStore
from store_world import NOW, ROOMS, WAYS, go, record, rolled_back

MEMBERS, NEWCOMER, CLIENT = (1, 2), 3, 4
EVERYBODY = (*MEMBERS, NEWCOMER, CLIENT)
CIRCLES = (1, 2, 3)
HOURS = st.integers(0, 3)


def joined(viewer, circle):
    return replace(viewer, standing_circles=viewer.standing_circles | {circle})


def invited(viewer, circle):
    return replace(viewer, working_circles=viewer.working_circles | {circle})


def accredited(viewer, _circle):
    return replace(viewer, standing=Standing.ACCREDITED, in_community=True)


def sponsored(viewer, circle):
    """Gain a sponsor, or have one more circle opened by it."""
    opened = viewer.sponsor.opened if viewer.sponsor else frozenset()
    sponsor = Sponsor(1, Standing.ACCREDITED, in_community=True, circles=frozenset(CIRCLES), opened=opened | {circle})
    return replace(viewer, sponsor=sponsor)


def left(viewer, circle):
    return replace(
        viewer, standing_circles=viewer.standing_circles - {circle}, working_circles=viewer.working_circles - {circle}
    )


GROWTH = {MEMBERS[0]: [joined], MEMBERS[1]: [joined, invited], NEWCOMER: [invited, accredited, joined]}
GROWTH[CLIENT] = [sponsored, sponsored, invited]

audiences = st.builds(
    Audience,
    tlp=st.sampled_from([Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER, Tlp.AMBER_STRICT]),
    circles=st.frozensets(st.sampled_from(CIRCLES), max_size=2),
    embargo_until=st.one_of(st.none(), st.none(), HOURS.map(lambda hours: NOW + timedelta(hours=hours))),
)
news = st.builds(lambda number, audience: NewShare(record(number), audience), st.integers(0, 5), audiences)


@dataclass(frozen=True)
class Sharing:
    by: int
    shares: tuple

    def play(self, world):
        store().accept_batch(
            [NewShare(new.record, new.audience) for new in self.shares], kind="share", by=self.by, now=world.now
        )
        world.naive.accept(self.shares, self.by)


@dataclass(frozen=True)
class Withdrawal:
    nth: int

    def play(self, world):
        live = [line for line in world.naive.lines if line.state == State.LIVE]
        if live:
            line = live[self.nth % len(live)]
            cause = Cause("withdraw", "salah alamat")
            store().end_share(line.seq + world.offset, to=State.WITHDRAWN, by=line.by, cause=cause, now=world.now)
            world.naive.end(line.seq, State.WITHDRAWN)
            world.withdrawn.add(line.record.digest)


@dataclass(frozen=True)
class Growth:
    organisation: int
    how: object
    circle: int

    def play(self, world):
        before = world.viewers[self.organisation]
        after = self.how(before, self.circle)
        with transaction.atomic():
            replayed = store().replay_growth(before, after, now=world.now)
        assert replayed == world.naive.grow(before, after, world.now)
        world.viewers[self.organisation] = after


@dataclass(frozen=True)
class Passing:
    hours: int
    is_lifted: bool

    def play(self, world):
        world.now += timedelta(hours=self.hours)
        if self.is_lifted:
            assert store().lift_embargoes(now=world.now) == world.naive.lift(world.now)


@dataclass(frozen=True)
class Poll:
    pages: int
    size: int

    def play(self, world):
        for client in world.clients:
            for _ in range(self.pages):
                client.poll(world, self.size)


@dataclass
class ByPosition:
    organisation: int
    only: Filter
    got: list = field(default_factory=list)
    after: int = 0

    def poll(self, world, size):
        page = world.door(self.organisation).feed(after=self.after, limit=size, only=self.only)
        self.got += page.rows
        if page.rows:
            self.after = page.rows[-1].position
        return page


@dataclass
class ByDate(ByPosition):
    since: object = None

    def poll(self, world, size):
        only = replace(self.only, added_after=self.since)
        page = world.door(self.organisation).feed(limit=size, only=only)
        self.got += page.rows
        if page.rows:
            self.since = instant(page.rows[-1].at)
        return page


@dataclass
class OpenCti(ByDate):
    """Follows `next` while there is more; else begins again behind the last date, floored."""

    def poll(self, world, size):
        only = replace(self.only, added_after=self.since)
        page = world.door(self.organisation).feed(after=self.after, limit=size, only=only)
        self.got += page.rows
        if page.more:
            self.after = page.rows[-1].position
            return page
        self.after = 0
        if page.rows:
            last = instant(page.rows[-1].at)
            self.since = last.replace(microsecond=last.microsecond // 1_000 * 1_000)
        return page


@dataclass
class World:
    offset: int
    clients: list
    now: object = NOW
    naive: NaiveStore = field(default_factory=NaiveStore)
    viewers: dict = field(default_factory=dict)
    withdrawn: set = field(default_factory=set)

    def __post_init__(self):
        for organisation in EVERYBODY:
            is_member = organisation in MEMBERS
            self.viewers[organisation] = Viewer(
                organisation,
                Standing.ACCREDITED if is_member else Standing.LISTED,
                in_community=is_member,
                rooms=ROOMS,
                is_machine=True,
            )

    def door(self, organisation):
        return store().visible_to(self.viewers[organisation], now=self.now)

    def feed_of(self, organisation, only):
        return self.naive.feed_of(self.viewers[organisation], self.now, only)


sharing = st.builds(Sharing, st.sampled_from(EVERYBODY), st.lists(news, min_size=1, max_size=4).map(tuple))
growth = st.sampled_from(EVERYBODY).flatmap(
    lambda member: st.builds(Growth, st.just(member), st.sampled_from(GROWTH[member]), st.sampled_from(CIRCLES))
)
shrinking = st.builds(Growth, st.sampled_from(EVERYBODY), st.just(left), st.sampled_from(CIRCLES))
passing = st.builds(Passing, HOURS, st.booleans())
polling = st.builds(Poll, st.integers(1, 3), st.integers(1, 3))
filters = st.sampled_from(
    [Filter(), Filter(), Filter(circles=frozenset({1})), Filter(by=frozenset({1, 2})), Filter(tlps=frozenset({2, 3}))]
)


@pytest.fixture
def offset(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM ledger_counter")
        return cursor.fetchone()[0]


def play(world, told):
    """Do every step, then let the clock end all embargoes and everybody poll until nothing more comes."""
    for step in told:
        step.play(world)
        for organisation in EVERYBODY:
            same_places(world, organisation)
    Passing(9, is_lifted=True).play(world)
    for client in world.clients:
        while client.poll(world, 2).more:
            pass


def same_places(world, organisation):
    expected = [
        (place + world.offset, line.seq + world.offset) for place, line in world.feed_of(organisation, Filter())
    ]
    rows = world.door(organisation).feed(limit=1_000, only=Filter()).rows
    assert [(row.position, row.seq) for row in rows] == expected
    assert [row.at for row in rows] == sorted({row.at for row in rows})


def digests(world, client):
    return {line.record.digest for _, line in world.feed_of(client.organisation, client.only)}


def read_twice(client, world):
    """What a client may get twice: bytes of which a share was withdrawn, and a sponsor's that became anybody's."""
    got = [row.raw for row in client.got]
    return {raw for raw in got if got.count(raw) > 1 and digest_of(world, raw) not in world.withdrawn}


def digest_of(world, raw):
    return next(line.record.digest for line in world.naive.lines if line.record.raw == raw)


def holds_everything(world, client):
    held = {digest_of(world, row.raw) for row in client.got}
    visible = digests(world, client)
    assert visible <= held
    return held - visible


steps = st.lists(sharing | sharing | growth | passing | polling | st.builds(Withdrawal, HOURS), max_size=14)
client_kinds = st.tuples(st.sampled_from(EVERYBODY), filters)
anything = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(told=steps, readers=st.lists(client_kinds, min_size=1, max_size=3), way=st.sampled_from(list(WAYS)))
@anything
def test_who_polls_for_ever_holds_exactly_what_it_may_read(offset, told, readers, way):
    with rolled_back(), pytest.MonkeyPatch.context() as patch:
        go(way, patch)
        clients = [kind(*reader) for reader in readers for kind in (ByPosition, ByDate, OpenCti)]
        world = World(offset, clients)
        play(world, told)
        for client in clients:
            assert holds_everything(world, client) <= world.withdrawn
            if not isinstance(client, OpenCti):
                assert read_twice(client, world) == set()


@given(told=st.lists(sharing | sharing | growth | shrinking | passing | polling, max_size=14), reader=client_kinds)
@anything
def test_who_loses_rights_and_gains_them_again_misses_nothing(offset, told, reader):
    with rolled_back():
        clients = [kind(*reader) for kind in (ByPosition, ByDate, OpenCti)]
        world = World(offset, clients)
        play(world, told)
        for client in clients:
            holds_everything(world, client)


def test_a_store_without_arrivals_would_be_caught(offset, monkeypatch):
    monkeypatch.setattr(type(store()), "replay_growth", lambda *_, **__: 0)
    with rolled_back():
        client = ByPosition(MEMBERS[1], Filter())
        world = World(offset, [client])
        circle = Audience(Tlp.AMBER, frozenset({2}))
        Sharing(MEMBERS[0], (NewShare(record(1), circle), NewShare(record(2), Audience(Tlp.CLEAR)))).play(world)
        client.poll(world, 9)
        world.viewers[MEMBERS[1]] = joined(world.viewers[MEMBERS[1]], 2)
        client.poll(world, 9)
        with pytest.raises(AssertionError):
            holds_everything(world, client)
