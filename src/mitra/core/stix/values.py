"""Understand a value that a person types or pastes, and tell what to look up for it.

The value may be defanged, in any spelling, with quotes or brackets around it.  What one sees is not always one thing
(32 hexadecimal digits are an MD5 or an import hash): every atom that it may be is given, likeliest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from mitra.core.stix.atoms import atom_key, network_of
from mitra.core.stix.facts import Atom, Network
from mitra.core.text.accounts import wallet
from mitra.core.text.addresses import address_key
from mitra.core.text.defang import refang
from mitra.core.text.domains import parents
from mitra.core.text.urls import host_of
from mitra.core.text.values import candidates

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "EXACT",
    "PARENT_DOMAIN",
    "URL_HOST",
    "Probe",
    "Recognised",
    "address_key",
    "atom_key",
    "probes",
    "recognise",
]

EXACT = "exact"
PARENT_DOMAIN = "parent-domain"
URL_HOST = "url-host"

_AROUND = " \t\r\n\"'`<>«»“”‘’"
_ANY_WORD = frozenset({"sms-sender", "user-account", "mutex", "bank-account", "x509-serial", "file-name", "app-id"})
_ADDRESSES = ("ipv4-addr", "ipv6-addr")


class Probe(NamedTuple):
    """One atom to ask the store for, and how a hit relates to the value: exact, parent-domain or url-host."""

    how: str
    atom: Atom


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a typed value may be."""

    text: str
    """Refanged and trimmed."""
    atoms: tuple[Atom, ...] = ()
    networks: tuple[Network, ...] = ()
    addresses: tuple[bytes, ...] = ()
    """Keys of addresses in it (itself, or the host of a URL), for the networks that contain them."""

    def __iter__(self) -> Iterator[Atom | Network]:
        """Yield networks and atoms, likeliest first."""
        return iter((*self.networks, *self.atoms))

    @property
    def sure(self) -> Atom | Network | None:
        """What the form of the value shows it to be, or None where it may be any word or number."""
        first: Atom | Network | None = (*self.networks, *self.atoms, None)[0]
        if not isinstance(first, Atom):
            return first
        shows = {
            "crypto-wallet": wallet(first.value) is not None,
            "telephone": first.value.startswith("+"),
        }.get(first.kind, first.kind not in _ANY_WORD)
        return first if shows else None


def recognise(text: str) -> Recognised:
    """Return everything that a typed value may be; nothing for an empty or overlong one."""
    written = refang(text.strip(_AROUND)).strip(_AROUND)
    found = candidates(written)
    atoms = tuple(Atom(kind, value) for kind, value in found if not _is_range(kind, value))
    networks = tuple(network_of(value) for kind, value in found if _is_range(kind, value))
    keys = (address_key(value) for kind, value in _hosts(atoms) if kind in _ADDRESSES)
    return Recognised(written, atoms, networks, tuple(dict.fromkeys(keys)))


def probes(text: str) -> tuple[Probe, ...]:
    """Return what to look up for a typed value, exact first, then what surrounds it, each atom once.

    * a domain: itself, URLs on it, the domains above it;
    * an address: itself, URLs on it (networks that contain it: `Recognised.addresses`);
    * a URL: itself, its host, the domains above that;
    * an e-mail address: itself, its domain and the domains above.
    """
    wanted: list[Probe] = []
    for atom in recognise(text).atoms:
        wanted.append(Probe(EXACT, atom))
        wanted += _around(atom)
    return tuple({probe.atom: probe for probe in reversed(wanted)}.values())[::-1]


def _around(atom: Atom) -> list[Probe]:
    if atom.kind in _ADDRESSES:
        return [Probe(URL_HOST, Atom("url-host", atom.value))]
    if atom.kind == "domain-name":
        return [Probe(URL_HOST, Atom("url-host", atom.value)), *_above(atom.value)]
    if atom.kind == "email-addr":
        name = atom.value.rpartition("@")[2]
        return [Probe(PARENT_DOMAIN, Atom("domain-name", name)), *_above(name)]
    if atom.kind == "url":
        host = host_of(atom.value)
        if host is not None:
            above = _above(host[1]) if host[0] == "domain-name" else []
            return [Probe(URL_HOST, Atom(*host)), *above]
    return []


def _above(name: str) -> list[Probe]:
    return [Probe(PARENT_DOMAIN, Atom("domain-name", parent)) for parent in parents(name)]


def _hosts(atoms: tuple[Atom, ...]) -> list[tuple[str, str]]:
    hosts = ((atom.kind, atom.value) if atom.kind != "url" else host_of(atom.value) for atom in atoms)
    return [host for host in hosts if host is not None]


def _is_range(kind: str, value: str) -> bool:
    return kind in _ADDRESSES and "/" in value
