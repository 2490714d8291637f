"""Rights grow later than content: what became readable comes to a client that had paged past it, once."""

import time
from datetime import timedelta

import pytest
from growing import by, clock, last_position, poller, readable, share
from small_community import make_world

from mitra.community import operations
from mitra.community.facts import NewCircle, NewOrganisation
from mitra.core.errors import Conflict
from mitra.core.policy.facts import Standing, Tlp
from mitra.pulse.reactions import jobs
from mitra.store.doors import store
from mitra.store.facts import Cause, Filter, State

GREEN, AMBER, STRICT = Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT


@pytest.fixture
def world(db):
    """The small community, and a bank that is proposed to it."""
    made = make_world()
    new = NewOrganisation("new-bank", "ທະນາຄານໃໝ່", "private", sponsor=made.ids["cert-th"])
    made.ids[new.slug] = operations.add_organisation(new, **by(made)).id
    return made


def join(world, slug, circle, **more):
    operations.add_member(world.circles[circle], organisation=world.ids[slug], **by(world), **more)


def leave(world, slug, circle):
    operations.remove_member(world.circles[circle], organisation=world.ids[slug], **by(world))


def stand(world, slug, to):
    operations.change_standing(world.ids[slug], to=to, **by(world))


def put_under(world, slug, sponsor):
    operations.set_sponsor(world.ids[slug], sponsor=sponsor and world.ids[sponsor], **by(world))


def open_to(world, client, circle, sponsor="cert-th"):
    operations.open_circle(world.circles[circle], client=world.ids[client], **by(world, sponsor))


def under_a_media_house(world):
    """The bank stands under a body outside the community, so that GREEN reaches it through circles only."""
    put_under(world, "bank-a", "daily")


GROWTHS = {
    "joins-a-circle": ("cert-la", (AMBER, "financial"), None, lambda world: join(world, "cert-la", "financial")),
    "a-strict-circle": ("cert-la", (STRICT, "financial"), None, lambda world: join(world, "cert-la", "financial")),
    "is-accredited": ("uni-mm", (GREEN,), None, lambda world: stand(world, "uni-mm", Standing.ACCREDITED)),
    "suspension-lifted": (
        "cert-la",
        (AMBER, "telecom"),
        lambda world: stand(world, "cert-la", Standing.SUSPENDED),
        lambda world: stand(world, "cert-la", Standing.ACCREDITED),
    ),
    "gains-a-sponsor": ("uni-mm", (GREEN,), None, lambda world: put_under(world, "uni-mm", "cert-th")),
    "sponsor-accredited-again": (
        "bank-a",
        (GREEN,),
        lambda world: stand(world, "cert-th", Standing.SUSPENDED),
        lambda world: stand(world, "cert-th", Standing.ACCREDITED),
    ),
    "client-listed": ("new-bank", (GREEN,), None, lambda world: stand(world, "new-bank", Standing.LISTED)),
    "sponsor-joins-a-circle-of-green": (
        "bank-a",
        (GREEN, "financial"),
        under_a_media_house,
        lambda world: join(world, "daily", "financial"),
    ),
    "circle-opened": ("bank-a", (AMBER, "financial"), None, lambda world: open_to(world, "bank-a", "financial")),
    "opened-as-one-of-several": (
        "bank-a",
        (AMBER, "telecom"),
        None,
        lambda world: operations.set_opened_circles(
            frozenset({world.circles["financial"], world.circles["telecom"]}),
            client=world.ids["bank-a"],
            **by(world, "cert-th"),
        ),
    ),
    "working-circle-invites-a-listed-body": (
        "bank-a",
        (AMBER, "case-7"),
        None,
        lambda world: join(world, "bank-a", "case-7"),
    ),
}


@pytest.mark.parametrize("case", GROWTHS)
def test_what_became_readable_comes_once_to_a_client_that_had_paged_past_it(world, client, case):
    reader, audience, prepare, grow = GROWTHS[case]
    machine = poller(client, world, reader)
    if prepare:
        prepare(world)
    old = [share(world, "cert-kh", number, *audience) for number in range(1, 6)]
    clear = [share(world, "cert-kh", number, Tlp.CLEAR) for number in range(11, 16)]
    assert machine.poll() == clear
    grow(world)
    later = share(world, "cert-kh", 21, Tlp.CLEAR)
    assert machine.poll() == [*old, later]
    assert machine.poll() == []
    assert readable(world, reader) == set(machine.held)


def test_only_who_reads_more_gets_it_again(world, client):
    old = share(world, "cert-kh", 1, AMBER, "financial")
    clear = share(world, "cert-kh", 2, Tlp.CLEAR)
    readers = {slug: poller(client, world, slug) for slug in ("cert-th", "cert-la", "bank-a", "daily")}
    first = {slug: machine.poll() for slug, machine in readers.items()}
    assert first == {"cert-th": [old, clear], "cert-la": [clear], "bank-a": [clear], "daily": [clear]}
    join(world, "cert-la", "financial")
    assert {slug: machine.poll() for slug, machine in readers.items()} == {
        "cert-th": [],
        "cert-la": [old],
        "bank-a": [],
        "daily": [],
    }


def test_what_was_withdrawn_meanwhile_does_not_come(world, client):
    kept, gone = (share(world, "cert-kh", number, AMBER, "financial") for number in (1, 2))
    clear = share(world, "cert-kh", 3, Tlp.CLEAR)
    machine = poller(client, world, "cert-la")
    assert machine.poll() == [clear]
    join(world, "cert-la", "financial")
    door = store().visible_to(world.operator("cert-kh").viewer, now=by(world)["now"])
    (ending,) = door.latest(limit=5, only=Filter(stix_ids=frozenset({gone}))).shares
    store().end_share(
        ending.seq, to=State.WITHDRAWN, by=ending.by, cause=Cause("withdraw", "นำออก"), now=by(world)["now"]
    )
    assert machine.poll() == [kept]


def test_who_leaves_and_joins_again_gets_it_again(world, client):
    old = share(world, "cert-kh", 1, AMBER, "financial")
    machine = poller(client, world, "cert-la")
    join(world, "cert-la", "financial")
    assert machine.poll() == [old]
    leave(world, "cert-la", "financial")
    missed = share(world, "cert-kh", 2, AMBER, "financial")
    assert machine.poll() == []
    join(world, "cert-la", "financial")
    assert machine.poll() == [old, missed]
    assert machine.poll() == []


def test_an_exercise_is_replayed_to_its_own_machines_only(world, client):
    realm = operations.new_realm("ACID", **by(world))
    drill = NewCircle("drill", "ຊ້ອມ", realm=realm, members=(world.ids["cert-kh"],))
    world.circles["drill"] = operations.make_circle(drill, **by(world)).id
    old = share(world, "cert-kh", 1, AMBER, "drill", realm=realm)
    clear = [share(world, "cert-kh", 2 + number, Tlp.CLEAR, realm=number) for number in (0, realm)]
    outside, inside = (poller(client, world, "cert-la", realm=number) for number in (0, realm))
    assert [outside.poll(), inside.poll()] == [[each] for each in clear]
    join(world, "cert-la", "drill")
    assert (inside.poll(), outside.poll()) == ([old], [])


def losses(world):
    """Decisions after which nobody reads more than before."""
    person = world.add_person("cert-th", "k@cert-th.example", "analyst").id
    night = NewCircle("night", "กะดึก", members=(world.ids["cert-la"],))
    newcomer = NewOrganisation("cert-vn", "Trung tâm", "csirt", standing="accredited")
    client = NewOrganisation("bank-b", "ธนาคาร", "private", standing="listed", sponsor=world.ids["cert-th"])
    return (
        lambda: join(world, "cert-la", "financial", role="analyst"),
        lambda: operations.circle_of_persons({person}, **by(world, "cert-th")),
        lambda: operations.make_circle(night, **by(world)),
        lambda: leave(world, "cert-th", "financial"),
        lambda: stand(world, "cert-kh", Standing.SUSPENDED),
        lambda: put_under(world, "bank-a", None),
        lambda: stand(world, "cert-la", Standing.LEFT),
        lambda: operations.add_organisation(newcomer, **by(world)),
        lambda: operations.add_organisation(client, **by(world)),
        lambda: world.token("cert-th"),
    )


def test_where_nothing_grew_nothing_is_replayed(world):
    for number, audience in enumerate(((GREEN,), (AMBER, "financial"), (AMBER, "telecom"), (Tlp.CLEAR,))):
        share(world, "cert-kh", number, *audience)
    for lose in losses(world):
        before = last_position()
        lose()
        assert last_position() == before


def test_a_circle_that_nothing_was_shared_with_replays_nothing(world):
    share(world, "cert-kh", 1, AMBER, "financial")
    before = last_position()
    join(world, "cert-kh", "telecom")
    assert last_position() == before


def test_a_decision_that_fails_replays_nothing(world):
    share(world, "cert-kh", 1, AMBER, "financial")
    before = last_position()
    with pytest.raises(Conflict):
        join(world, "cert-th", "financial")
    assert last_position() == before


def test_a_region_begins_without_a_replay(db):
    operations.found_node("hub.example", preset="asean", now=clock())
    assert last_position() == 0


def test_what_an_embargo_kept_comes_when_the_worker_has_lifted_it(world, client):
    ends = clock() + timedelta(seconds=1)
    old = share(world, "cert-kh", 1, GREEN, embargo_until=ends)
    machine = poller(client, world, "cert-la")
    clear = share(world, "cert-kh", 2, Tlp.CLEAR)
    assert machine.poll() == [clear]
    lift = jobs()["store.lift-embargoes"]
    lift.call(now=ends - timedelta(microseconds=1))
    assert (machine.poll(), lift.seconds) == ([], 1)
    for _ in range(2):
        lift.call(now=ends)
    after_embargo(ends)
    assert machine.poll() == [old]
    assert machine.poll() == []


def after_embargo(ends):
    """Wait until the clock that requests read has passed it."""
    while clock() <= ends:
        time.sleep(0.05)
