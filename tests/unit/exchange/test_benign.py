"""Blocking a benign value is stopped, blocking a bad one is not, and the question costs microseconds."""

import re
import time

import pytest

from mitra.core.stix.atoms import network_of
from mitra.core.stix.facts import Atom
from mitra.exchange.intake.benign import FILES, OWNERS, RANGES, SITES, benign_values
from shared_data import SHARED


@pytest.mark.parametrize(
    ("kind", "value", "listed"),
    [
        ("ipv4-addr", "8.8.8.8", "public-dns-v4"),
        ("ipv6-addr", "2606:4700:4700::1111", "cloudflare"),
        ("ipv6-addr", "2001:678:e68:f000::", "public-dns-v6"),
        ("ipv4-addr", "10.1.2.3", "rfc1918"),
        ("ipv4-addr", "100.64.0.9", "rfc6598"),
        ("domain-name", "google.com", "tranco10k"),
        ("domain-name", "www.google.com", "tranco10k"),
        ("domain-name", "login.dbs.com.sg", "bank-website"),
        ("domain-name", "th", "tlds"),
        ("url", "http://google.com/", "tranco10k"),
        ("url", "http://8.8.8.8/", "public-dns-v4"),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e", "empty-hashes"),
        ("sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "empty-hashes"),
    ],
)
def test_benign_value_is_harmful_to_block(kind, value, listed):
    harm = benign_values().harm_of((Atom(kind, value),), ())
    assert harm is not None
    assert (harm.value, harm.list) == (value, listed)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ipv4-addr", "203.0.113.7"),
        ("domain-name", "evil.github.io"),
        ("domain-name", "google.com.evil.example"),
        ("domain-name", "notgoogle.com"),
        ("url", "http://google.com/evil.exe"),
        ("url", "http://google.com?q=evil"),
        ("md5", "0" * 32),
        ("file-name", "google.com"),
        ("telephone", "+85512345678"),
    ],
)
def test_other_value_may_be_blocked(kind, value):
    assert benign_values().harm_of((Atom(kind, value),), ()) is None


def test_network_is_harmful_when_it_holds_a_benign_address():
    harm = benign_values().harm_of((), (network_of("8.8.8.0/24"),))
    assert harm is not None
    assert harm.value == "8.8.8.0/24"


def test_documentation_network_may_be_blocked():
    assert benign_values().harm_of((), (network_of("198.51.100.0/24"),)) is None


def test_every_chosen_list_is_filled():
    benign = benign_values()
    assert set(benign.sites.values()) == set(SITES)
    assert set(benign.owners.values()) == set(OWNERS)
    assert set(benign.range_lists) >= set(RANGES) - {"smtp-receiving-ips"}
    assert set(benign.hash_lists) == set(range(len(FILES)))


def test_ranges_are_apart_and_ascending():
    benign = benign_values()
    assert all(high < low for high, low in zip(benign.highs, benign.lows[1:], strict=False))


def test_real_indicators_pass_at_speed():
    lines = (SHARED / "maltrail-trails").rglob("*.txt")
    values = [line.split("#")[0].strip() for file in lines for line in file.read_text(errors="replace").splitlines()]
    names = [value for value in values if value and re.fullmatch(r"[a-z0-9.-]+", value)][:100_000]
    atoms = [(Atom("ipv4-addr" if name.replace(".", "").isdigit() else "domain-name", name),) for name in names]
    benign = benign_values()
    started = time.perf_counter()
    held = sum(benign.harm_of(atom, ()) is not None for atom in atoms)
    seconds = time.perf_counter() - started
    assert held < len(atoms) / 1_000
    assert len(atoms) / seconds > 100_000
