"""Values whose blocking would hurt people who did nothing: public resolvers, much-used sites, mail, private ranges.

The lists are those of pymispwarninglists, read as data (importing the package costs a second, reading these lists a
tenth).  Only lists are chosen whose entries *mean harm when blocked*: shared hosting and cloud machines are not, as
attackers rent them like anybody; documentation addresses and names are not, as nobody is behind them.

Budget: 100,000 values a second; `tests/unit/exchange/test_benign.py` measures it.
"""

from __future__ import annotations

import ipaddress
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mitra.core.stix.facts import Atom, Network

SITES = {
    "tranco10k": "one of the ten thousand most-used sites",
    "cisco_top5k": "one of the five thousand most-asked names",
    "majestic_million": "one of the ten thousand most-linked sites",
    "moz-top500": "one of the five hundred most-linked sites",
    "google": "a name of Google",
    "microsoft": "a name of Microsoft",
    "microsoft-office365": "a name that Microsoft 365 needs",
    "microsoft-win10-connection-endpoints": "a name that Windows needs",
    "captive-portals": "a name by which devices test their connection",
    "university_domains": "a university",
    "url-shortener": "a service that shortens links for everybody",
    "public-dns-hostname": "a public DNS resolver",
    "tlds": "a top-level domain",
    "second-level-tlds": "a suffix under which many register",
}
"""Lists of names that are benign themselves; what stands below them may be anybody's, so only `www.` is taken along."""

OWNERS = {"bank-website": "a bank"}
"""Lists of names whose sub-domains belong to the same owner."""

RANGES = {
    "public-dns-v4": "a public DNS resolver",
    "public-dns-v6": "a public DNS resolver",
    "rfc1918": "a private address",
    "rfc5735": "a special-use address",
    "rfc6598": "an address inside a provider's network",
    "multicast": "a multicast address",
    "ipv6-linklocal": "a link-local address",
    "cloudflare": "an address of Cloudflare, behind which many sites stand",
    "fastly": "an address of Fastly, behind which many sites stand",
    "akamai": "an address of Akamai, behind which many sites stand",
    "apple": "an address of Apple",
    "microsoft-office365-ip": "an address of Microsoft 365",
    "google-gmail-sending-ips": "a mail host of Google",
    "smtp-sending-ips": "a mail host of a large provider",
    "smtp-receiving-ips": "a mail host of a large provider",
    "wikimedia": "an address of Wikimedia",
    "zscaler": "an address through which many companies reach the web",
}
"""Lists of addresses and networks."""

FILES = {
    "empty-hashes": "the hash of an empty file",
    "common-ioc-false-positive": "the hash of a file that is often listed by mistake",
    "ti-falsepositives": "the hash of a file that is often listed by mistake",
    "nioc-filehash": "the hash of a benign file",
}
"""Lists of hashes."""

NOBODY = frozenset({"example.com", "example.org", "example.net", "example.edu"})
DOCUMENTATION = frozenset({"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"})
HASHES = frozenset({"md5", "sha1", "sha256", "sha512"})


@dataclass(frozen=True, slots=True)
class Harm:
    """Why blocking a value would hurt: what it is, and by which list."""

    value: str
    list: str
    what: str


@dataclass(frozen=True, slots=True)
class BenignValues:
    """The chosen lists, ready to be asked.  Ranges are disjoint and ascending, hashes folded into eight bytes."""

    sites: dict[str, str]
    owners: dict[str, str]
    lows: list[bytes]
    highs: list[bytes]
    range_lists: list[str]
    hashes: array[int]
    hash_lists: bytes

    def harm_of(self, atoms: Iterable[Atom], networks: Iterable[Network]) -> Harm | None:
        """Return the first harm among what an indicator would block, or None."""
        for atom in atoms:
            found = self._of_atom(atom.kind, atom.value)
            if found is not None:
                return found
        for network in networks:
            found = self._of_range(network.lo, network.hi, _network_text(network))
            if found is not None:
                return found
        return None

    def _of_atom(self, kind: str, value: str) -> Harm | None:
        if kind == "domain-name":
            return self._of_name(value, value)
        if kind in {"ipv4-addr", "ipv6-addr"}:
            lo, hi = _ends(value)
            return self._of_range(lo, hi, value)
        if kind in HASHES:
            return self._of_hash(value)
        if kind == "url":
            return self._of_url(value)
        return None

    def _of_name(self, name: str, value: str) -> Harm | None:
        plain = name.removeprefix("www.")
        listed = self.sites.get(plain)
        if listed is not None:
            return Harm(value, listed, SITES[listed])
        tail = plain
        while tail:
            listed = self.owners.get(tail)
            if listed is not None:
                return Harm(value, listed, OWNERS[listed])
            tail = tail.partition(".")[2]
        return None

    def _of_range(self, lo: bytes, hi: bytes, value: str) -> Harm | None:
        at = bisect_left(self.highs, lo)
        if at == len(self.highs) or self.lows[at] > hi:
            return None
        listed = self.range_lists[at]
        is_within = self.lows[at] <= lo and hi <= self.highs[at]
        return Harm(value, listed, RANGES[listed] if is_within else f"a range that holds {RANGES[listed]}")

    def _of_hash(self, value: str) -> Harm | None:
        key = _hash_key(value)
        at = bisect_left(self.hashes, key)
        if at == len(self.hashes) or self.hashes[at] != key:
            return None
        listed = tuple(FILES)[self.hash_lists[at]]
        return Harm(value, listed, FILES[listed])

    def _of_url(self, value: str) -> Harm | None:
        """Judge a URL by its host only where it is the whole site: a page on a large site may well be bad."""
        host, _, path = value.partition("://")[2].partition("/")
        if path or "?" in host:
            return None
        key = _address_key(host)
        return self._of_name(host, value) if key is None else self._of_range(key, key, value)


@cache
def benign_values() -> BenignValues:
    """Return the lists, read once a process."""
    ranges = list(_disjoint(sorted(_all_ranges())))
    hashes = sorted(_all_hashes())
    return BenignValues(
        sites=_names(SITES),
        owners=_names(OWNERS),
        lows=[lo for lo, _hi, _listed in ranges],
        highs=[hi for _lo, hi, _listed in ranges],
        range_lists=[listed for _lo, _hi, listed in ranges],
        hashes=array("Q", [key for key, _listed in hashes]),
        hash_lists=bytes(listed for _key, listed in hashes),
    )


def _entries(name: str) -> list[str]:
    spec = find_spec("pymispwarninglists")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pymispwarninglists")
    path = Path(spec.origin).parent / "data" / "misp-warninglists" / "lists" / name / "list.json"
    entries: list[str] = orjson.loads(path.read_bytes())["list"]
    return entries


def _names(lists: dict[str, str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for listed in lists:
        for entry in _entries(listed):
            name = entry.strip().strip(".").lower().removeprefix("www.")
            if name and name not in NOBODY:
                names.setdefault(name, listed)
    return names


def _all_ranges() -> Iterator[tuple[bytes, bytes, str]]:
    for listed in RANGES:
        for entry in _entries(listed):
            if entry in DOCUMENTATION:
                continue
            lo, hi = _ends(entry.strip())
            yield lo, hi, listed


def _disjoint(ranges: Iterable[tuple[bytes, bytes, str]]) -> Iterator[tuple[bytes, bytes, str]]:
    """Yield the ranges that no earlier one covers.  Prefixes nest or are apart, so the wider of equal starts wins."""
    widest: tuple[bytes, bytes, str] | None = None
    for lo, hi, listed in ranges:
        if widest is not None and lo <= widest[1]:
            widest = (widest[0], max(widest[1], hi), widest[2])
            continue
        if widest is not None:
            yield widest
        widest = (lo, hi, listed)
    if widest is not None:
        yield widest


def _all_hashes() -> Iterator[tuple[int, int]]:
    for number, listed in enumerate(FILES):
        for entry in _entries(listed):
            text = entry.strip().lower()
            if len(text) in {32, 40, 64, 128}:
                yield _hash_key(text), number


def _hash_key(text: str) -> int:
    """Return 64 bits of a hash, from both its ends."""
    return int(text[:16], 16) ^ int(text[-16:], 16)


def _ends(text: str) -> tuple[bytes, bytes]:
    """Return both ends of an address or a range in CIDR notation."""
    key = _address_key(text)
    if key is not None:
        return key, key
    network = ipaddress.ip_network(text, strict=False)
    return _mapped(network[0].packed), _mapped(network[-1].packed)


def _address_key(text: str) -> bytes | None:
    try:
        if ":" in text:
            return inet_pton(AF_INET6, text)
        return _mapped(inet_pton(AF_INET, text))
    except OSError:
        return None


def _mapped(packed: bytes) -> bytes:
    return b"\0" * 10 + b"\xff\xff" + packed if len(packed) == 4 else packed


def _network_text(network: Network) -> str:
    lo, hi = ipaddress.IPv6Address(network.lo), ipaddress.IPv6Address(network.hi)
    if lo.ipv4_mapped is not None and hi.ipv4_mapped is not None:
        return _range_text(lo.ipv4_mapped, hi.ipv4_mapped)
    return _range_text(lo, hi)


def _range_text(
    lo: ipaddress.IPv4Address | ipaddress.IPv6Address, hi: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> str:
    blocks = list(ipaddress.summarize_address_range(lo, hi))
    return str(blocks[0]) if len(blocks) == 1 else f"{lo} to {hi}"
