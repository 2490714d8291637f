"""Tell what to look for when somebody asks about a value: texts, each with the kinds that it may be of.

One text may be of many kinds (32 hexadecimal digits are an MD5, an import hash, a mutex), so whoever keeps values by
their text asks once for all of them.  `sought` takes a short way for the commonest clean spellings; it tells what
`sought_in_full` tells (tests/property/test_sought_values.py).

Budget: 2 µs a clean value; `bench/lookups.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mitra.core.stix.facts import Atom
from mitra.core.stix.values import recognise, written
from mitra.core.text.addresses import address
from mitra.core.text.domains import TLDS, parents
from mitra.core.text.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mitra.core.stix.facts import Network

    Kinds = Mapping[str, "Relation"]

EXACT = "exact"
PARENT_DOMAIN = "parent-domain"
URL_HOST = "url-host"
_ADDRESSES = ("ipv4-addr", "ipv6-addr")
_RANKS = 256
"""Between two things that a value may be: more than a domain has parents."""


class Relation(NamedTuple):
    """How a hit relates to the value asked about: exact, parent-domain or url-host; the lowest rank comes first."""

    rank: int
    how: str


class Sought(NamedTuple):
    """What to look for; every text is normalised, and stands here once."""

    texts: Sequence[tuple[str, Kinds]]
    addresses: Sequence[str] = ()
    """Addresses in it (itself, or the host of a URL), for the networks that contain them."""
    networks: Sequence[Network] = ()
    """The range that it is itself."""

    @property
    def kind(self) -> str:
        """What the value is recognised as first, `''` for nothing that is looked up."""
        return "network" if self.networks else next((kind for _, kinds in self.texts[:1] for kind in kinds), "")


NOTHING = Sought(())


def sought_in_full(text: str) -> Sought:
    """Return what to look for, for a value as typed in any spelling; of each thing that it may be, likeliest first.

    * a domain: itself, URLs on it, the domains above it;
    * an address: itself, URLs on it (the networks that contain it are asked by `addresses`);
    * a URL: itself, its host, the domains above that;
    * an e-mail address: itself, its domain and the domains above.
    """
    recognised = recognise(text)
    texts: dict[str, dict[str, Relation]] = {}
    for place, atom in enumerate(recognised.atoms):
        around = [(EXACT, atom), *_around(atom)]
        for rank, (how, each) in enumerate(around, start=place * _RANKS):
            texts.setdefault(each.value, {}).setdefault(each.kind, Relation(rank, how))
    return Sought(tuple(texts.items()), recognised.addresses, recognised.networks)


def _around(atom: Atom) -> list[tuple[str, Atom]]:
    if atom.kind in _ADDRESSES:
        return [(URL_HOST, Atom("url-host", atom.value))]
    if atom.kind == "domain-name":
        return [(URL_HOST, Atom("url-host", atom.value)), *_above(atom.value)]
    if atom.kind == "email-addr":
        name = atom.value.rpartition("@")[2]
        return [(PARENT_DOMAIN, Atom("domain-name", name)), *_above(name)]
    if atom.kind == "url":
        host = host_of(atom.value)
        if host is not None:
            return [(URL_HOST, Atom(*host)), *(_above(host[1]) if host[0] == "domain-name" else ())]
    return []


def _above(name: str) -> list[tuple[str, Atom]]:
    return [(PARENT_DOMAIN, Atom("domain-name", parent)) for parent in parents(name)]


# The short way: one expression, and answers learnt beforehand from the long way.

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_NAME = r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z]{2,18}"
_CLEAN = re.compile(
    rf"(?P<address>{_IPV4})"
    r"|(?P<digest>[0-9a-f]{32}(?:[0-9a-f]{8}|[0-9a-f]{32}|[0-9a-f]{96})?)"
    rf"|https?://(?:(?P<host>{_NAME})|(?P<at>{_IPV4}))(?::(?!(?:80|443)(?:/|\Z))[0-9]{{1,5}})?"
    r"(?P<url>(?:/[A-Za-z0-9_~!$&*+,;=@/?.-]*)?)"
    rf"|(?P<name>{_NAME})"
    rf"|[a-z0-9._+-]{{1,64}}@(?P<email>{_NAME})"
    r"|(?P<address6>[0-9a-f:]{0,34}:[0-9a-f]{1,4})"
    r"|(?P<vulnerability>CVE-[0-9]{4}-[0-9]{4,19})"
)
_IBAN_OR_MAC = re.compile(r"[a-z][.-]*[a-z][.-]*[0-9][.-]*[0-9]|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\Z")
_WALLET = re.compile(r"[1379][1-9a-f]{31}")
_LONGEST_NAME = 63
"""No label of so short a name can be too long."""
_LONGEST_URL = 2_000
_LONGEST_ACCOUNT, _LONGEST_SERIAL = 32, 64
"""Of the lengths that digests have, those up to which decimal digits may be an account, and others a serial number."""


def sought(text: str) -> Sought:
    """Return what to look for; a value in a clean spelling costs little."""
    return _short(text) or _short(written(text)) or sought_in_full(text)


def _short(text: str) -> Sought | None:
    clean = _CLEAN.fullmatch(text)
    return _SHORT[clean.lastgroup or ""](text, clean) if clean else None


def _address(text: str, _: re.Match[str]) -> Sought:
    return Sought(((text, _OF_ADDRESS),), (text,))


def _address6(text: str, _: re.Match[str]) -> Sought | None:
    is_one = address(text) == ("ipv6-addr", text)
    return Sought(((text, _OF_ADDRESS6),), (text,)) if is_one else None


def _digest(text: str, _: re.Match[str]) -> Sought | None:
    length = len(text)
    if _WALLET.fullmatch(text) or (length == _LONGEST_ACCOUNT and text.isdecimal()):
        return None
    if text[0] != "0":
        return Sought(((text, _OF_DIGEST[length]),))
    if length > _LONGEST_SERIAL or not text.strip("0"):
        return None
    return Sought(((text, _OF_DIGEST_FROM_0[length]), (text.lstrip("0"), _OF_SERIAL[length])))


def _name(text: str, _: re.Match[str]) -> Sought | None:
    length = len(text)
    if length > _LONGEST_NAME or text[text.rfind(".") + 1 :] not in TLDS or _IBAN_OR_MAC.match(text):
        return None
    is_app = text.count(".") > 1 and text[0].isalpha()
    return Sought(((text, _OF_NAME[is_app, (length >= _WALLET_FROM) + (length > _SENDER_TO)]), *_parents(text)))


def _email(text: str, clean: re.Match[str]) -> Sought | None:
    name = clean["email"]
    return Sought(((text, _OF_EMAIL), (name, _OF_MAIL_DOMAIN), *_parents(name))) if len(name) <= _LONGEST_NAME else None


def _url(text: str, clean: re.Match[str]) -> Sought | None:
    path = clean["url"]
    if len(text) > _LONGEST_URL or "/." in path:
        return None
    url = (text if path else f"{text}/", _OF_URL)
    address = clean["at"]
    if address:
        return Sought((url, (address, _OF_URL_ADDRESS)), (address,))
    host = clean["host"]
    return Sought((url, (host, _OF_URL_NAME), *_parents(host))) if len(host) <= _LONGEST_NAME else None


def _vulnerability(text: str, _: re.Match[str]) -> Sought:
    return Sought(((text, _OF_VULNERABILITY),))


def _parents(name: str) -> list[tuple[str, Kinds]]:
    above: list[tuple[str, Kinds]] = []
    start = name.find(".") + 1
    while end := name.find(".", start) + 1:
        above.append((name[start:], _OF_PARENTS[len(above)]))
        start = end
    return above


_SHORT = {
    "address": _address,
    "address6": _address6,
    "digest": _digest,
    "email": _email,
    "name": _name,
    "url": _url,
    "vulnerability": _vulnerability,
}


def _learnt(sample: str, text: str = "") -> Kinds:
    """Return the kinds that a sample's own text, or another text sought for it, may be of."""
    return dict(sought_in_full(sample).texts)[text or sample]


_WALLET_FROM, _SENDER_TO = 20, 32
"""From how many signs on anything may be a wallet, and up to how many a short message's sender."""
_OF_ADDRESS, _OF_ADDRESS6 = _learnt("203.0.113.7"), _learnt("2001:db8::1")
_OF_DIGEST = {length: _learnt("a1" * (length // 2)) for length in (32, 40, 64, 128)}
_OF_DIGEST_FROM_0 = {length: _learnt("0" + "a" * (length - 1)) for length in (32, 40, 64)}
_OF_SERIAL = {length: _learnt("0" + "a" * (length - 1), "a" * (length - 1)) for length in (32, 40, 64)}
_OF_NAME = {
    (is_app, size): _learnt(("a.b." if is_app else "1b").ljust(length, "c") + ".com")
    for is_app in (False, True)
    for size, length in enumerate((_WALLET_FROM - 5, _WALLET_FROM, _SENDER_TO))
}
_OF_PARENTS = [_learnt(f"{'x.' * 32}com", f"{'x.' * above}com") for above in range(31, 0, -1)]
_OF_EMAIL, _OF_MAIL_DOMAIN = _learnt("a@example.com"), _learnt("a@example.com", "example.com")
_OF_URL, _OF_URL_NAME = _learnt("http://example.com/"), _learnt("http://example.com/", "example.com")
_OF_URL_ADDRESS = _learnt("http://203.0.113.7/", "203.0.113.7")
_OF_VULNERABILITY = _learnt("CVE-2026-0001")
