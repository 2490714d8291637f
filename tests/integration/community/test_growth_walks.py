"""Whatever the community decides, in whatever order: who polls for ever holds exactly what it may read.

The oracle is the page: at each poll a machine holds all that its pages show, took nothing that they do not, and took
nothing twice that it did not lose in between.  Two things may come once more: bytes that were shared twice, where one
of the shares ends; and what a client read because its own sponsor shared it, when it comes to read whatever anybody
shared so, for an arrival replays whole audiences.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest
from small_community import make_world

from exchange_node import indicator, record_of
from mitra.community import operations, queries
from mitra.core.errors import MitraError
from mitra.core.policy.facts import Audience, Standing, Tlp
from mitra.store.doors import store
from mitra.store.facts import Cause, Filter, NewShare, State

START = datetime(2026, 12, 1, tzinfo=UTC)
BODIES = ("cert-th", "cert-kh", "cert-la", "bank-a", "daily", "uni-mm")
CIRCLES = ("financial", "telecom", "case-7")
EVERYTHING = Filter()

CLIENTS, SPONSORS = ("bank-a", "uni-mm", "daily"), ("cert-th", "cert-kh", "daily")
STANDINGS = (Standing.LISTED, Standing.ACCREDITED, Standing.SUSPENDED)
DECISIONS = (
    *(("join", *of) for of in product(BODIES, CIRCLES)),
    *(("leave", *of) for of in product(BODIES, CIRCLES)),
    *(("stand", *of) for of in product(BODIES, STANDINGS)),
    *(("sponsor", *of) for of in product(CLIENTS, (None, *SPONSORS))),
    *(("open", *of) for of in product(SPONSORS, CLIENTS, CIRCLES)),
    *(("close", *of) for of in product(SPONSORS, CLIENTS, CIRCLES)),
    *[("lift",)] * 10,
)
LEVELS = (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT)
WALKS, STEPS = 12, 60


def drawn(chance):
    """One step: a share, a withdrawal, or most often a decision."""
    kind = chance.choices(("share", "withdraw", "decide"), (3, 1, 6))[0]
    if kind == "share":
        named = chance.sample(CIRCLES, chance.randrange(3))
        return (
            kind,
            chance.choice(BODIES),
            chance.randrange(1, 7),
            chance.choice(LEVELS),
            named,
            chance.random() < 0.3,
        )
    return (kind, chance.randrange(1, 7)) if kind == "withdraw" else chance.choice(DECISIONS)


@dataclass
class Machine:
    """A client that pages by position: what it has, what it lost since, and how far it has come."""

    body: int
    after: int = 0
    held: set = field(default_factory=set)
    readable: set = field(default_factory=set)
    by_sponsor: set = field(default_factory=set)

    def look(self, now):
        """Take note of what its pages show; what they show no more may come again later."""
        viewer = queries.viewer_of_body(self.body)
        door = store().visible_to(viewer, now=now)
        shares = door.latest(limit=1_000, only=EVERYTHING).shares
        self.readable = {share.digest for share in shares}
        self.held &= self.readable
        if viewer.sponsor is not None:
            self.by_sponsor |= {share.digest for share in shares if share.by == viewer.sponsor.organisation}
        return door

    def poll(self, now, shared_twice):
        again = shared_twice | self.by_sponsor
        door = self.look(now)
        came = []
        while True:
            page = door.feed(after=self.after, limit=2, only=EVERYTHING)
            came += [share.digest for share in door.whole(page.rows)]
            if page.rows:
                assert [row.position for row in page.rows] == sorted({row.position for row in page.rows})
                assert page.rows[0].position > self.after
                self.after = page.rows[-1].position
            if not page.more:
                break
        assert len(came) == len(set(came))
        assert set(came) <= self.readable
        assert set(came) - again == self.readable - self.held - again
        self.held |= set(came)
        assert self.held == self.readable


class Region:
    """The small community, with a clock of its own."""

    def __init__(self, world):
        self.world = world
        self.now = START
        self.machines = {slug: Machine(world.ids[slug]) for slug in BODIES}
        self.shares = Counter()
        self.news = 0
        for number, circle in enumerate((None, *CIRCLES), start=201):
            named = () if circle is None else (circle,)
            self.share("cert-kh", number, Tlp.AMBER if named else Tlp.GREEN, named, has_embargo=False)
        self.poll()

    def do(self, step):
        name, *of = step
        try:
            getattr(self, name)(*of)
        except MitraError:
            return
        for machine in self.machines.values():
            machine.look(self.now)

    def poll(self):
        """Let something new come to everybody, so that everybody's position is past all that there is, and poll."""
        self.news += 1
        self.share("centre", 100 + self.news, Tlp.CLEAR, (), has_embargo=False)
        shared_twice = {digest for digest, n in self.shares.items() if n > 1}
        for machine in self.machines.values():
            machine.poll(self.now, shared_twice)

    def by(self, slug="centre"):
        return {"by": self.world.operator(slug), "now": self.now}

    def share(self, slug, number, tlp, named, has_embargo):
        until = self.now + timedelta(hours=1) if has_embargo else None
        audience = Audience(tlp, frozenset(self.world.circles[one] for one in named), embargo_until=until)
        new = NewShare(record_of(indicator(number)), audience)
        receipt = store().accept_batch([new], kind="share", by=self.world.ids[slug], now=self.now)
        self.shares[new.record.digest] += receipt.act is not None

    def withdraw(self, number):
        only = replace(EVERYTHING, stix_ids=frozenset({indicator(number)["id"]}))
        for machine in self.machines.values():
            for share in machine.look(self.now).latest(limit=10, only=only).shares:
                if share.by == machine.body:
                    cause = Cause("withdraw", "")
                    store().end_share(share.seq, to=State.WITHDRAWN, by=share.by, cause=cause, now=self.now)

    def join(self, slug, circle):
        operations.add_member(self.world.circles[circle], organisation=self.world.ids[slug], **self.by())

    def leave(self, slug, circle):
        operations.remove_member(self.world.circles[circle], organisation=self.world.ids[slug], **self.by())

    def stand(self, slug, to):
        operations.change_standing(self.world.ids[slug], to=to, **self.by())

    def sponsor(self, slug, sponsor):
        operations.set_sponsor(self.world.ids[slug], sponsor=sponsor and self.world.ids[sponsor], **self.by())

    def open(self, sponsor, client, circle):
        operations.open_circle(self.world.circles[circle], client=self.world.ids[client], **self.by(sponsor))

    def close(self, sponsor, client, circle):
        operations.close_circle(self.world.circles[circle], client=self.world.ids[client], **self.by(sponsor))

    def lift(self):
        self.now += timedelta(hours=2)
        store().lift_embargoes(now=self.now)


@pytest.fixture
def world(db):
    return make_world()


@pytest.mark.parametrize("walk", range(WALKS))
def test_who_polls_for_ever_holds_exactly_what_it_may_read(world, walk):
    chance = Random(walk)
    region = Region(world)
    for _ in range(STEPS):
        region.do(drawn(chance))
        if chance.random() < 0.5:
            region.poll()
    region.poll()
    region.poll()
