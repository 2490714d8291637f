"""Tell which values one STIX object speaks about, in one spelling each: what look-ups and correlation join on.

Read are cyber-observable objects (also those inside a STIX 2.0 observation), indicator patterns, vulnerabilities,
and custom objects whose properties have a name of `places.NAMES` (fraud's values, MISP's attributes).  Of a pattern
only what it *asserts* counts: equality and IN, not negated; ISSUBSET gives a network; LIKE and MATCHES give nothing;
ports and other properties are passed over.  References are not followed.

`atoms_of` never raises and never reads further than MAX_ATOMS values; what is malformed gives nothing.
Budget: 100,000 simple indicators a second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mitra.core.errors import InvalidInput
from mitra.core.stix.facts import Atom, Network
from mitra.core.stix.pattern import comparisons_of, parse, plain_equality
from mitra.core.stix.pattern.lexer import escaped
from mitra.core.stix.places import (
    ACCOUNT_TYPES,
    LOCAL_ACCOUNT_TYPES,
    NAMES,
    PLACES,
    TYPES,
    VALUE_KEYS,
    kind_at,
    plain_name,
)
from mitra.core.text.addresses import address, range_keys
from mitra.core.text.domains import domain
from mitra.core.text.hashes import algorithm
from mitra.core.text.kinds import KINDS
from mitra.core.text.urls import url_and_host
from mitra.core.text.values import email, normalise

__all__ = ["KINDS", "MAX_ATOMS", "NOTHING", "Atoms", "atom_key", "atoms_of", "network_of", "pattern_for"]

MAX_ATOMS = 1_000
"""Values of one object beyond these (in the order written) are not joined on; its bytes keep them."""

_PATTERN_PATHS = {
    "app-id": "x-mitra-app:value",
    "autonomous-system": "autonomous-system:number",
    "bank-account": "x-mitra-bank-account:value",
    "crypto-wallet": "x-mitra-crypto-wallet:value",
    "domain-name": "domain-name:value",
    "email-addr": "email-addr:value",
    "file-name": "file:name",
    "iban": "x-mitra-iban:value",
    "imphash": "file:extensions.'windows-pebinary-ext'.imphash",
    "ipv4-addr": "ipv4-addr:value",
    "ipv6-addr": "ipv6-addr:value",
    "ja3": "x-mitra-ja3:value",
    "ja3s": "x-mitra-ja3s:value",
    "jarm": "x-mitra-jarm:value",
    "mac-addr": "mac-addr:value",
    "md5": "file:hashes.MD5",
    "mutex": "mutex:name",
    "sms-sender": "x-mitra-sms-sender:value",
    "ssdeep": "file:hashes.SSDEEP",
    "telephone": "x-mitra-telephone:value",
    "tlsh": "file:hashes.TLSH",
    "url": "url:value",
    "user-account": "user-account:account_login",
    "vulnerability": "vulnerability:name",
    "windows-registry-key": "windows-registry-key:key",
    "x509-serial": "x509-certificate:serial_number",
} | {
    kind: f"file:hashes.'{name}'"
    for kind, name in (
        ("authentihash", "AUTHENTIHASH"),
        ("sha1", "SHA-1"),
        ("sha224", "SHA-224"),
        ("sha256", "SHA-256"),
        ("sha384", "SHA-384"),
        ("sha512", "SHA-512"),
        ("sha3-224", "SHA3-224"),
        ("sha3-256", "SHA3-256"),
        ("sha3-384", "SHA3-384"),
        ("sha3-512", "SHA3-512"),
    )
}


class Atoms(NamedTuple):
    """The values and address ranges of one object, sorted, each once."""

    atoms: tuple[Atom, ...] = ()
    networks: tuple[Network, ...] = ()


NOTHING = Atoms()


def atoms_of(obj: Mapping[str, object]) -> Atoms:
    """Return the values that a STIX object speaks about."""
    statements = _statements(obj)
    if isinstance(statements, tuple):  # an indicator of one value, which is most of them
        return _read(*statements[0]) if statements else NOTHING
    atoms: set[Atom] = set()
    networks: set[Network] = set()
    for kind, text in statements:
        read = _read(kind, text)
        atoms.update(read.atoms)
        networks.update(read.networks)
        if len(atoms) + len(networks) >= MAX_ATOMS:
            break
    return Atoms(tuple(sorted(atoms)), tuple(sorted(networks)))


def atom_key(atom: Atom) -> bytes:
    """Return the 16 bytes under which an atom of its kind is stored."""
    return hashlib.blake2b(atom.value.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def network_of(value: str) -> Network:
    """Return the range of a normalised value in CIDR notation."""
    lo, hi = range_keys(value)
    return Network(lo, hi)


def pattern_for(kind: str, value: str) -> str:
    """Return the indicator pattern that asserts one normalised value; `atoms_of` finds the value in it again."""
    if "/" in value and kind in ("ipv4-addr", "ipv6-addr"):
        return f"[{kind}:value ISSUBSET '{value}']"
    if kind == "autonomous-system":
        return f"[autonomous-system:number = {value.removeprefix('AS')}]"
    if kind == "url-host":
        kind = (address(value) or ("domain-name", value))[0]
    return f"[{_PATTERN_PATHS[kind]} = '{escaped(value)}']"


def _read(kind: str, text: str) -> Atoms:
    """Return what a text says that stands where a value of a kind, or of one of several, is expected."""
    if kind == "host":
        return _read_host(text)
    if kind == "url":
        return _read_url(text)
    if kind == "address":
        return _of_address(address(text))
    if kind == "contact":
        written = email(text) if "@" in text else None
        return _read_host(text) if written is None else Atoms((Atom("email-addr", written),))
    value = normalise(kind, text)
    return NOTHING if value is None else Atoms((Atom(kind, value),))


def _read_host(text: str) -> Atoms:
    last = text[-1:]
    found = address(text) if last.isdigit() or (last.isalnum() and ":" in text) else None
    if found is not None:
        return _of_address(found)
    name = domain(text)
    return NOTHING if name is None else Atoms((Atom("domain-name", name),))


def _of_address(found: tuple[str, str] | None) -> Atoms:
    if found is None:
        return NOTHING
    return Atoms((), (network_of(found[1]),)) if "/" in found[1] else Atoms((Atom(*found),))


def _read_url(text: str) -> Atoms:
    read = url_and_host(text if "://" in text else f"http://{text}")
    if read is None:
        return NOTHING
    whole, host = read
    return Atoms((Atom("url", whole),) if host is None else (Atom("url", whole), Atom("url-host", host[1])))


def _statements(obj: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    """Return (kind or place, text as written) of everything an object states; of at most one thing, a tuple."""
    type_name = obj.get("type")
    if type_name == "indicator":
        return _of_pattern(obj)
    if type_name == "vulnerability":
        return _of_vulnerability(obj)
    if type_name == "user-account":
        return _of_account(obj)
    if type_name == "observed-data":
        return _of_observation(obj)
    if not isinstance(type_name, str):
        return ()
    return _of_observable(type_name, obj)


def _of_pattern(obj: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    text = obj.get("pattern")
    if not isinstance(text, str) or obj.get("pattern_type", "stix") != "stix":
        return ()
    plain = plain_equality(text)
    if plain is None:
        return _of_tree(text)
    kind = kind_at(plain[0], plain[1])
    return () if kind is None else ((kind, plain[2]),)


def _of_tree(text: str) -> Iterator[tuple[str, str]]:
    try:
        pattern = parse(text)
    except InvalidInput:
        return
    for comparison in comparisons_of(pattern):
        operator, negated = comparison.operator, comparison.negated
        asserts = operator == "!=" if negated else operator in ("=", "IN", "ISSUBSET")
        kind = kind_at(comparison.path.type, comparison.path.keys) if asserts else None
        if kind is None:
            continue
        for constant in comparison.constants:
            if constant.kind in ("string", "integer"):
                yield kind, str(constant.value)


def _of_vulnerability(obj: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    name = obj.get("name")
    if isinstance(name, str):
        yield "vulnerability", name
    for reference in _list(obj.get("external_references")):
        external_id = reference.get("external_id") if isinstance(reference, Mapping) else None
        if isinstance(external_id, str):
            yield "vulnerability", external_id


def _of_account(obj: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    account_type = obj.get("account_type")
    named = account_type if isinstance(account_type, str) else ""
    if named in LOCAL_ACCOUNT_TYPES:
        return
    other = ACCOUNT_TYPES.get(plain_name(named))
    for key in ("account_login", "user_id"):
        login = obj.get(key)
        if not isinstance(login, str) or not login:
            continue
        yield other or "user-account", login
        if named and other is None:
            yield "user-account", f"{named}:{login}"


def _of_observation(obj: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    inner = obj.get("objects")
    for each in inner.values() if isinstance(inner, Mapping) else ():
        if isinstance(each, Mapping) and each.get("type") not in ("observed-data", "indicator"):
            yield from _statements(each)


def _of_observable(type_name: str, obj: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if type_name == "x-misp-attribute":
        yield from _of_misp_attribute(obj.get("x_misp_type"), None, obj.get("x_misp_value"))
        return
    for attribute in _list(obj.get("x_misp_attributes")):
        if isinstance(attribute, Mapping):
            yield from _of_misp_attribute(
                attribute.get("type"), attribute.get("object_relation"), attribute.get("value")
            )
    for keys in _PATHS_OF.get(type_name, ()):
        yield from _texts(PLACES[type_name, keys], _at(obj, keys))
    hashes = obj.get("hashes")
    for name, value in hashes.items() if isinstance(hashes, Mapping) else ():
        kind = algorithm(name) if isinstance(name, str) else None
        if kind is not None:
            yield from _texts(kind, value)
    for name, value in obj.items():
        custom = name.startswith("x_") if type_name in TYPES else type_name.startswith("x-") or name in VALUE_KEYS
        kind = kind_at(type_name, (name,)) if custom and (type_name, (name,)) not in PLACES else None
        if kind is not None:
            yield from _texts(kind, value)


def _of_misp_attribute(kind: object, relation: object, value: object) -> Iterator[tuple[str, str]]:
    for name in (relation, kind):
        known = NAMES.get(plain_name(name)) if isinstance(name, str) else None
        if known is not None:
            yield from _texts(known, value)
            return


_PATHS_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    type_name: tuple(keys for owner, keys in PLACES if owner == type_name) for type_name, _ in PLACES
}


def _at(obj: Mapping[str, object], keys: tuple[str, ...]) -> object:
    """Return what stands at a path of an object, or None."""
    here: object = obj
    for key in keys:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here


def _texts(kind: str, value: object) -> Iterator[tuple[str, str]]:
    for each in value if isinstance(value, list) else (value,):
        if isinstance(each, str) or (isinstance(each, int) and not isinstance(each, bool)):
            yield kind, str(each)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
