"""Is this value known: exactly, in a network, below a domain, as the host of a URL; and to whom that is told."""

import pytest

from mitra.core.policy.facts import PUBLIC
from mitra.core.stix.atoms import network_of
from mitra.core.stix.facts import Atom, Network
from mitra.core.stix.values import address_key
from store_world import AMBER, CLEAR, NOW, accept, member, record, share

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
