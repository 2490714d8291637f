"""Is this value known: exactly, in a network, below a domain, as the host of a URL; and to whom that is told."""

from ipaddress import ip_network
from itertools import product

import pytest

from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import PUBLIC, Audience, Tlp
from mitra.core.stix.atoms import network_of
from mitra.core.stix.facts import Atom, Network
from mitra.core.text.addresses import address_key
from mitra.store import looking
from mitra.store.facts import Hit
from store_world import AMBER, CLEAR, GREEN, NOW, accept, member, record, share

DOMAIN = Atom("domain-name", "kedai.com")


def known(store, *values, viewer=PUBLIC, limit=100):
    found = store.visible_to(viewer, now=NOW).look_up(values, limit_each=limit)
    return [(hit.value, hit.how, hit.share.title) for hit in found]


def test_a_value_is_known_in_any_spelling(store):
    accept(store, share(record(1, title="d", atoms=(DOMAIN,)), CLEAR))
    spellings = (
        "kedai.com",
        "KEDAI[.]com",
        "“kedai.com.”",
        "hxxps://kedai[.]com/masuk",
        "a.b.kedai.com",
        "saya@kedai.com",
    )
    hows = ["exact", "exact", "exact", "parent-domain", "parent-domain", "parent-domain"]
    found = known(store, *spellings)
    assert [value for value, _, _ in found] == list(spellings)
    assert [how for _, how, _ in found][:3] == hows[:3]
    assert all(title == "d" for _, _, title in found)
    assert known(store, "kedai.net", "edai.com", "com", "", "x" * 5_000) == []


def test_a_network_is_known_by_each_address_in_it(store):
    accept(store, share(record(1, title="wide", networks=(network_of("203.0.113.0/24"),)), CLEAR))
    accept(store, share(record(2, title="narrow", networks=(network_of("203.0.113.128/25"),)), CLEAR))
    accept(store, share(record(3, title="one", atoms=(Atom("ipv4-addr", "203.0.113.200"),)), CLEAR))
    accept(store, share(record(4, title="six", networks=(network_of("2001:db8::/32"),)), CLEAR))
    assert known(store, "203.0.113.200") == [
        ("203.0.113.200", "exact", "one"),
        ("203.0.113.200", "network", "narrow"),
        ("203.0.113.200", "network", "wide"),
    ]
    assert known(store, "203[.]0[.]113[.]1") == [("203[.]0[.]113[.]1", "network", "wide")]
    assert known(store, "203.0.112.255", "203.0.114.0", "::ffff:0:0") == []
    assert known(store, "2001:db8:1::5") == [("2001:db8:1::5", "network", "six")]
    assert [how_title[1:] for how_title in known(store, "203.0.113.128/25")] == [
        ("exact", "narrow"),
        ("network", "wide"),
    ]
    assert known(store, "http://203.0.113.7/x")[0][1:] == ("network", "wide")


def test_a_range_of_any_ends_is_known_inside_and_not_outside(store):
    accept(
        store,
        share(
            record(1, title="r", networks=(Network(address_key("198.51.100.3"), address_key("198.51.100.9")),)), CLEAR
        ),
    )
    inside = [f"198.51.100.{last}" for last in range(12) if known(store, f"198.51.100.{last}")]
    assert inside == [f"198.51.100.{last}" for last in range(3, 10)]


@pytest.mark.parametrize("viewer", [PUBLIC, member(2), member(2, 2)])
def test_what_one_may_not_read_is_unknown(store, viewer):
    networks = (network_of("203.0.113.0/24"),)
    accept(store, share(record(1, atoms=(DOMAIN,), networks=networks), AMBER))
    asked = ("kedai.com", "203.0.113.1", "203.0.113.0/24", "a.kedai.com")
    assert known(store, *asked, viewer=viewer) == []
    assert len(known(store, *asked, viewer=member(2, 1))) == 4


def test_each_who_shared_is_told_up_to_a_bound(store):
    for by in range(1, 8):
        accept(store, share(record(1, title="same", atoms=(DOMAIN,)), CLEAR), by=by)
    assert len(known(store, "kedai.com")) == 7
    assert len(known(store, "kedai.com", limit=3)) == 3


def test_thousands_of_values_are_one_question(store):
    accept(
        store,
        *(
            share(record(n, title=str(n), atoms=(Atom("domain-name", f"kedai{n}.com"),)), CLEAR)
            for n in range(0, 900, 3)
        ),
    )
    values = [f"kedai{n}.com" for n in range(900)]
    assert [title for _, _, title in known(store, *values)] == [str(n) for n in range(0, 900, 3)]


def told(store, values, viewer=PUBLIC, limit=100):
    """What machines are told, which must be what pages are told, in short."""
    door = store.visible_to(viewer, now=NOW)
    values = list(values)
    known = list(door.known(values, limit_each=limit))
    in_full = [
        (hit.value, hit.how, Hit(s.seq, s.stix_id, s.type, s.by, micros(s.at)))
        for hit in door.look_up(values, limit_each=limit)
        for s in [hit.share]
    ]
    assert [(value, *pair) for value, pairs in zip(values, known, strict=True) for pair in pairs] == in_full
    return [[(how, hit.stix_id) for how, hit in pairs] for pairs in known]


def test_machines_are_told_each_value_in_turn_known_or_not(store):
    wide, one = network_of("203.0.113.0/24"), Atom("ipv4-addr", "203.0.113.7")
    accept(store, share(record(1, atoms=(DOMAIN, one)), CLEAR), share(record(2, networks=(wide,)), CLEAR))
    asked = ["a.kedai.com", "ບໍ່ຮູ້", "203.0.113.7", "203.0.113.0/24", "203.0.113.7"]
    exact = [("exact", record(1).stix_id), ("network", record(2).stix_id)]
    assert told(store, asked) == [
        [("parent-domain", record(1).stix_id)],
        [],
        exact,
        [("exact", record(2).stix_id)],
        exact,
    ]


def test_machines_are_never_told_of_red(store):
    person = member(1, person=7, person_circles=frozenset({3}))
    red = Audience(Tlp.RED, frozenset({3}))
    accept(store, share(record(1, atoms=(DOMAIN,)), red))
    assert [hit.share.stix_id for hit in store.visible_to(person, now=NOW).look_up(["kedai.com"])]
    assert list(store.visible_to(person, now=NOW).known(["kedai.com"])) == [()]


def test_one_text_of_two_kinds_is_told_once_by_the_nearer(store):
    host, name = Atom("url-host", "kedai.com"), Atom("file-name", "kedai.com")
    accept(store, share(record(1, atoms=(host, name, DOMAIN)), CLEAR), share(record(2, atoms=(name, host)), CLEAR))
    assert told(store, ["kedai.com", "http://kedai.com/"]) == [
        [("exact", record(1).stix_id), ("url-host", record(2).stix_id)],
        [("url-host", record(1).stix_id)],
    ]


@pytest.mark.parametrize("most", [1, 2, 5, 10_000])
def test_a_value_of_which_everybody_speaks_hides_no_other(store, monkeypatch, most):
    sqlite = pytest.importorskip("mitra.store.sqlite.lookup")
    monkeypatch.setattr(sqlite, "MOST_AT_ONCE", most)
    names = [Atom("domain-name", f"kedai{n}.com") for n in range(4)]
    network = network_of("203.0.113.0/24")
    for n in range(24):
        accept(store, share(record(n, atoms=(names[n % 4 if n < 8 else 2],), networks=(network,)), GREEN), by=1 + n % 2)
    accept(store, share(record(30, atoms=(Atom("url-host", "kedai2.com"),)), GREEN))
    ids = [record(n).stix_id for n in range(31)]
    asked = [*(name.value for name in names), "203.0.113.9"]

    by_name = [[("exact", ids[n]) for n in range(24) if (n % 4 if n < 8 else 2) == which] for which in range(4)]
    by_name[2].append(("url-host", ids[30]))
    assert told(store, asked, member(3)) == [*by_name, [("network", ids[n]) for n in range(24)]]
    assert told(store, asked, member(3), limit=3) == [found[:3] for found in told(store, asked, member(3))]
    assert told(store, asked, member(1, rooms=frozenset())) == [[]] * 5


NESTED = [
    str(ip_network(f"10.{two}.{three * 64}.0/{bits}", strict=False))
    for two, three, bits in product(range(3), range(4), (14, 18, 20, 24))
]
RANGES = ["10.0.0.0/8", "2001:db8::/32", "2001:db8:1::/48", *dict.fromkeys(NESTED)]
ADDRESSES = [f"10.{two}.{three}.{four}" for two, three, four in product(range(5), range(0, 256, 32), (0, 255))]
OTHERS = ["2001:db8:1::1", "2001:db9::1", "2001:db8::/33", "10.1.64.0/25", "10.0.0.0/8"]


@pytest.mark.parametrize("few", [0, 1_000])
def test_networks_are_found_by_few_addresses_and_by_many(store, monkeypatch, few):
    monkeypatch.setattr(looking, "FEW", few)
    for n, written in enumerate(RANGES):
        accept(store, share(record(n, networks=(network_of(written),)), CLEAR))

    found = told(store, [*ADDRESSES, *OTHERS])

    networks = [(ip_network(written), record(n).stix_id) for n, written in enumerate(RANGES)]
    for value, pairs in zip([*ADDRESSES, *OTHERS], found, strict=True):
        one = ip_network(value)
        around = [(net, id_) for net, id_ in networks if net.version == one.version and one.subnet_of(net)]
        around.sort(key=lambda pair: -pair[0].prefixlen)
        assert pairs == [("exact" if net == one and "/" in value else "network", id_) for net, id_ in around]


@pytest.mark.parametrize("few", [0, 1_000])
def test_a_network_is_known_as_soon_as_it_is_shared(store, monkeypatch, few):
    monkeypatch.setattr(looking, "FEW", few)
    for n, written in enumerate(RANGES):
        accept(store, share(record(n, networks=(network_of(written),)), GREEN))
        _, address = told(store, ["kedai.com", str(network_address(written))], member(2))
        assert ("network", record(n).stix_id) in address


def network_address(written):
    return ip_network(written).network_address
