"""Understand a value that a person types or pastes; `sought` tells what to look up for it.

The value may be defanged, in any spelling, with quotes or brackets around it.  What one sees is not always one thing
(32 hexadecimal digits are an MD5 or an import hash): every atom that it may be is given, likeliest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.core.stix.atoms import network_of
from mitra.core.stix.facts import Atom, Network
from mitra.core.text.accounts import wallet
from mitra.core.text.defang import refang
from mitra.core.text.turning import MARKS, TURNING
from mitra.core.text.urls import host_of
from mitra.core.text.values import candidates

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSEEN = f"\0\u200b{MARKS}{TURNING}\ufeff"
"""What comes along when somebody copies from a page or a document: it turns what it stands around, or is nothing."""
_AROUND = f" \t\r\n\"'`<>«»“”‘’{_UNSEEN}"
_ANY_WORD = frozenset({"sms-sender", "user-account", "mutex", "bank-account", "x509-serial", "file-name", "app-id"})
_ADDRESSES = ("ipv4-addr", "ipv6-addr")


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a typed value may be."""

    text: str
    """Refanged and trimmed."""
    atoms: tuple[Atom, ...] = ()
    networks: tuple[Network, ...] = ()
    addresses: tuple[str, ...] = ()
    """Addresses in it (itself, or the host of a URL), for the networks that contain them."""

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


def written(text: str) -> str:
    """Return a value without what makes it harmless, and without the quotes or brackets around it."""
    return refang(text.strip(_AROUND)).strip(_AROUND)


def recognise(text: str) -> Recognised:
    """Return everything that a typed value may be; nothing for an empty or overlong one."""
    plain = written(text)
    found = candidates(plain)
    atoms = tuple(Atom(kind, value) for kind, value in found if not _is_range(kind, value))
    networks = tuple(network_of(value) for kind, value in found if _is_range(kind, value))
    addresses = (value for kind, value in _hosts(atoms) if kind in _ADDRESSES)
    return Recognised(plain, atoms, networks, tuple(dict.fromkeys(addresses)))


def _hosts(atoms: tuple[Atom, ...]) -> list[tuple[str, str]]:
    hosts = ((atom.kind, atom.value) if atom.kind != "url" else host_of(atom.value) for atom in atoms)
    return [host for host in hosts if host is not None]


def _is_range(kind: str, value: str) -> bool:
    return kind in _ADDRESSES and "/" in value
