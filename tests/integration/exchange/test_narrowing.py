"""Law 4 when an end is tightened: what points to it goes to its owner's own organisation, until the owner chooses."""

from datetime import timedelta

import pytest
from sharing_world import GREEN, NOW, actor, malware, person, relation, report_of, sdo, share

from exchange_node import make_node, record_of
from mitra.core.errors import Unavailable
from mitra.core.policy.facts import Audience, Tlp
from mitra.exchange import operations, queries
from mitra.exchange.facts import Terms
from mitra.exchange.models import HeldItem, Tightening
from mitra.exchange.operations import narrowing
from mitra.pulse import worker
from mitra.store.doors import store
from mitra.store.facts import Filter, NewShare

LATER = NOW + timedelta(minutes=5)
OWN_ONLY = Audience(Tlp.AMBER_STRICT)
OWN = Terms(tlp=Tlp.AMBER_STRICT)
EVERYTHING = Filter()


@pytest.fixture
def node(db):
    return make_node()


@pytest.fixture
def financial(node):
    """To the circle of cert-th and cert-kh."""
    return Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]}))


def settle(now=LATER):
    """Let the worker and its job go on until nothing is left to do."""
    while worker.turn(now) or Tightening.objects.exists():
        narrowing.narrow_references(now=now)


def audiences(node, now=LATER):
    """Every share that its own organisation reads: (owner, id) → its audiences."""
    found = {}
    for slug, key in node.organisations.items():
        page = store().visible_to(actor(slug).viewer, now=now).latest(limit=1_000, only=EVERYTHING)
        for shown in page.shares:
            for each in store().visible_to(actor(slug).viewer, now=now).with_bytes_of(shown):
                if each.by == key:
                    found.setdefault((slug, each.stix_id), set()).add(each.audience)
    return found


def tighten(by, obj, terms=OWN, now=LATER):
    door = store().visible_to(actor(by).viewer, now=now)
    (mine,) = (each for each in door.variants(obj["id"]) if each.by == actor(by).organisation)
    receipt = operations.tighten(actor(by), mine.ref, terms, now=now)
    return receipt.act


def waiting(by):
    return [
        (line.safeguard, line.tlp) for line in queries.list_held(by if not isinstance(by, str) else actor(by)).waiting
    ]


def sighting_of(number, obj, **more):
    return sdo("sighting", number, sighting_of_ref=obj["id"], **more)


GREEN_TO_ALL = {Audience(Tlp.GREEN)}


# ── What points upward is narrowed, and its owner asked


def test_what_points_to_a_tightened_object_goes_to_its_owner_and_waits_for_a_choice(node, financial):
    seen = malware(1)
    pointing = {
        "cert-th": relation(2, seen, malware(9)),
        "cert-kh": sighting_of(3, seen),
        "cert-vn": report_of(4, seen, malware(9)),
    }
    share("cert-th", [seen])
    for slug, obj in pointing.items():
        share(slug, [obj])
    tighten("cert-th", seen, financial)
    settle()
    found = audiences(node)
    assert {slug: found[slug, obj["id"]] for slug, obj in pointing.items()} == {slug: {OWN_ONLY} for slug in pointing}
    assert [waiting(slug) for slug in pointing] == [[("reference-tightened", Tlp.GREEN)]] * 3
    assert {row.why["reference"] for row in HeldItem.objects.all()} == {seen["id"]}


def test_what_its_owner_lets_go_is_shared_as_before_and_stays(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen])
    share("cert-kh", [sighting])
    act = tighten("cert-th", seen, financial)
    settle()
    operations.release_held(actor("cert-kh"), HeldItem.objects.get().pk, "ໄດ້ຮັບອະນຸຍາດ", now=LATER)
    chosen = audiences(node)
    assert chosen["cert-kh", sighting["id"]] == {OWN_ONLY, *GREEN_TO_ALL}
    narrowing.note_tightening(act)
    settle(LATER + timedelta(days=7))
    assert (audiences(node), waiting("cert-kh")) == (chosen, [])


def test_what_its_owner_puts_away_stays_where_it_is(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen])
    share("cert-kh", [sighting])
    tighten("cert-th", seen, financial)
    settle()
    operations.discard_held(actor("cert-kh"), HeldItem.objects.get().pk, "ไม่แบ่งปันต่อ", now=LATER)
    settle()
    assert audiences(node)["cert-kh", sighting["id"]] == {OWN_ONLY}


def test_another_tightening_asks_again(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen])
    share("cert-kh", [sighting])
    tighten("cert-th", seen, financial)
    settle()
    operations.release_held(actor("cert-kh"), HeldItem.objects.get().pk, "ยินยอม", now=LATER)
    tighten("cert-th", seen, Terms(tlp=Tlp.AMBER_STRICT, circles=financial.circles), now=LATER)
    settle()
    assert audiences(node)["cert-kh", sighting["id"]] == {OWN_ONLY}
    assert waiting("cert-kh") == [("reference-tightened", Tlp.GREEN)]


def test_what_points_to_what_was_narrowed_is_narrowed_too(node, financial):
    seen, other = malware(1), malware(9)
    tie = relation(2, seen, other)
    report = report_of(3, tie)
    share("cert-th", [seen, other])
    share("cert-kh", [tie])
    share("cert-vn", [report])
    tighten("cert-th", seen, financial)
    settle()
    found = audiences(node)
    assert [found["cert-kh", tie["id"]], found["cert-vn", report["id"]]] == [{OWN_ONLY}, {OWN_ONLY}]


def test_a_share_on_ends_with_what_it_rests_on(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen])
    share("cert-kh", [sighting])
    share("cert-vn", [sighting])
    tighten("cert-th", seen, financial)
    settle()
    found = audiences(node)
    assert found["cert-kh", sighting["id"]] == {OWN_ONLY}
    assert ("cert-vn", sighting["id"]) not in found


def test_where_the_owner_keeps_it_to_itself_already_only_the_wide_share_ends(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen])
    share("cert-kh", [sighting], OWN)
    share("cert-kh", [sighting])
    assert audiences(node)["cert-kh", sighting["id"]] == {OWN_ONLY, *GREEN_TO_ALL}
    tighten("cert-th", seen, financial)
    settle()
    assert audiences(node)["cert-kh", sighting["id"]] == {OWN_ONLY}


def test_of_what_was_for_named_persons_the_owners_own_keep_it_and_one_is_asked(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)

    def both():
        """The two persons, in whatever circles name them by now."""
        return person("cert-kh", "sok"), person("cert-vn", "linh")

    def read_by(who):
        door = store().visible_to(who.viewer, now=LATER)
        return [each.tlp for each in door.latest(limit=9, only=EVERYTHING).shares if each.stix_id == sighting["id"]]

    share("cert-th", [seen], financial)
    author, reader = both()
    share(author, [sighting], Terms(tlp=Tlp.RED, persons=frozenset({reader.person})))
    operations.release_held(both()[0], HeldItem.objects.get().pk, "ຮູ້ແລ້ວ", now=NOW)
    assert [read_by(who) for who in both()] == [[Tlp.RED], [Tlp.RED]]
    act = tighten("cert-th", seen, Terms(tlp=Tlp.AMBER_STRICT, circles=financial.circles))
    settle()
    narrowing.note_tightening(act)
    settle()
    assert [read_by(who) for who in (*both(), actor("cert-kh"))] == [[Tlp.RED], [], []]
    assert (waiting(author), waiting("cert-kh")) == ([("reference-tightened", Tlp.RED)], [])


# ── What says nothing stays


def test_what_its_sharer_never_could_read_says_nothing(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen], financial)
    share("cert-vn", [sighting])
    tighten("cert-th", seen)
    settle()
    assert (audiences(node)["cert-vn", sighting["id"]], waiting("cert-vn")) == (GREEN_TO_ALL, [])


def test_an_object_that_somebody_else_shares_as_widely_says_nothing(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen])
    share("cert-kh", [{**seen, "name": "อีกฉบับ"}])
    share("cert-vn", [sighting])
    tighten("cert-th", seen, financial)
    settle()
    assert (audiences(node)["cert-vn", sighting["id"]], waiting("cert-vn")) == (GREEN_TO_ALL, [])


def test_what_goes_no_further_than_the_object_stays(node, financial):
    seen = malware(1)
    strict = Terms(tlp=Tlp.AMBER_STRICT, circles=financial.circles)
    terms = {2: strict, 3: OWN, 4: Terms(tlp=Tlp.AMBER)}
    share("cert-th", [seen])
    for number, to in terms.items():
        share("cert-kh", [sighting_of(number, seen)], to)
    before = audiences(node)
    tighten("cert-th", seen, strict)
    settle()
    after = audiences(node)
    assert [found for found in after.items() if found[0][0] == "cert-kh"] == [
        found for found in before.items() if found[0][0] == "cert-kh"
    ]
    assert (len(after), HeldItem.objects.count()) == (4, 0)


def test_what_lies_within_the_community_may_point_to_what_the_community_reads(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen], Terms(tlp=Tlp.CLEAR))
    share("cert-kh", [sighting], financial)
    tighten("cert-th", seen, GREEN)
    settle()
    assert audiences(node)["cert-kh", sighting["id"]] == {Audience(Tlp.AMBER, financial.circles)}


def test_what_was_shared_since_by_who_reads_it_no_more_says_nothing(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen])
    tighten("cert-th", seen, financial)
    share("cert-vn", [sighting], now=LATER)
    settle()
    assert (audiences(node)["cert-vn", sighting["id"]], waiting("cert-vn")) == (GREEN_TO_ALL, [])


def test_what_was_judged_while_the_object_was_being_tightened_is_narrowed(node, financial):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen])
    tighten("cert-th", seen, financial)
    unjudged = NewShare(record_of(sighting, refs=(seen["id"],)), Audience(Tlp.GREEN))
    store().accept_batch([unjudged], kind="share", by=node.organisations["cert-kh"], now=LATER)
    settle()
    assert audiences(node)["cert-kh", sighting["id"]] == {OWN_ONLY}
    assert waiting("cert-kh") == [("reference-tightened", Tlp.GREEN)]


def test_who_speaks_is_no_reference(node, financial):
    me = sdo("identity", 1, identity_class="organization")
    said = malware(2, created_by_ref=me["id"])
    share("cert-kh", [me])
    share("cert-kh", [said])
    tighten("cert-kh", me, financial)
    settle()
    assert (audiences(node)["cert-kh", said["id"]], waiting("cert-kh")) == (GREEN_TO_ALL, [])


def test_a_withdrawal_narrows_nothing(node):
    seen = malware(1)
    sighting = sighting_of(2, seen)
    share("cert-th", [seen])
    share("cert-kh", [sighting])
    door = store().visible_to(actor("cert-th").viewer, now=LATER)
    (mine,) = door.variants(seen["id"])
    operations.withdraw(actor("cert-th"), mine.ref, "ผิดพลาด", now=LATER)
    while worker.turn(LATER):
        pass
    assert (audiences(node)["cert-kh", sighting["id"]], Tightening.objects.count()) == (GREEN_TO_ALL, 0)


# ── Twice, late, out of order, in small bites


def test_heard_twice_late_and_in_any_order_it_ends_the_same(node, financial):
    objects = [malware(1), malware(2)]
    sightings = [sighting_of(10 + n, obj) for n, obj in enumerate(objects)]
    share("cert-th", objects)
    share("cert-kh", sightings)
    share("cert-vn", [relation(20, *objects)])
    acts = [tighten("cert-th", obj, financial) for obj in objects]
    for act in reversed(acts):
        narrowing.note_tightening(act)
    narrowing.narrow_references(now=LATER + timedelta(days=7))
    first = audiences(node)
    settle(LATER + timedelta(days=7))
    for act in (*acts, *acts):
        narrowing.note_tightening(act)
    settle(LATER + timedelta(days=14))
    assert audiences(node) == first
    assert {key: found for key, found in first.items() if key[0] != "cert-th"} == {
        **{("cert-kh", obj["id"]): {OWN_ONLY} for obj in sightings},
        ("cert-vn", relation(20, *objects)["id"]): {OWN_ONLY},
    }
    assert (len(waiting("cert-kh")), len(waiting("cert-vn"))) == (2, 1)


def test_many_references_are_looked_at_a_few_at_a_time(node, financial, monkeypatch):
    monkeypatch.setattr(narrowing, "LOOKED_AT", 2)
    seen = malware(1)
    sightings = [sighting_of(10 + n, seen) for n in range(5)]
    share("cert-th", [seen])
    share("cert-kh", sightings)
    act = tighten("cert-th", seen, financial)
    while worker.turn(LATER):
        pass
    narrowed = []
    while Tightening.objects.filter(act=act).exists():
        narrowing.narrow_references(now=LATER)
        found = audiences(node)
        narrowed.append(sum(found["cert-kh", obj["id"]] == {OWN_ONLY} for obj in sightings))
    assert narrowed == [2, 4, 5]


def test_an_act_that_tightened_nothing_that_is_left_is_forgotten(node):
    narrowing.note_tightening(999)
    narrowing.narrow_references(now=LATER)
    assert not Tightening.objects.exists()


def test_what_cannot_be_looked_at_is_told_and_holds_up_nothing_else(node, financial, monkeypatch):
    objects = [malware(1), malware(2)]
    sightings = [sighting_of(10 + n, obj) for n, obj in enumerate(objects)]
    share("cert-th", objects)
    share("cert-kh", sightings)
    acts = [tighten("cert-th", obj, financial) for obj in objects]
    while worker.turn(LATER):
        pass

    ask = store().ended_by

    def ended_by(act):
        if act == acts[0]:
            raise Unavailable("Not just now.")
        return ask(act)

    monkeypatch.setattr(store(), "ended_by", ended_by)
    with pytest.raises(Unavailable):
        narrowing.narrow_references(now=LATER)
    assert [audiences(node)["cert-kh", obj["id"]] for obj in sightings] == [GREEN_TO_ALL, {OWN_ONLY}]
    assert list(Tightening.objects.values_list("act", flat=True)) == [acts[0]]
