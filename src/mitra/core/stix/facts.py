"""What the rest of the program knows about one STIX object after it has been read once.

A record's bytes are canonical JSON (RFC 8785) without TLP markings and are never rebuilt; `marking_at` is the byte
offset at which the audience's TLP 2.0 reference is spliced in when the record is served.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Atom(NamedTuple):
    """One normalised observable value that a record speaks about.

    `kind` is one of `mitra.core.stix.atoms.KINDS`; `value` is the normalised text (lower-case A-label domain,
    compressed IPv6, lower-case hex hash, …).  Two spellings of one thing give equal atoms.
    """

    kind: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Network:
    """An address range, both ends inclusive, as 16-byte big-endian keys; IPv4 is mapped (::ffff:a.b.c.d)."""

    lo: bytes
    hi: bytes


class Printed(NamedTuple):
    """The bytes of one record: what is stored, served and digested."""

    raw: bytes
    marking_at: int
    digest: bytes
    """SHA-256 over `raw`."""
