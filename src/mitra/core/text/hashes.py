"""Digests and fingerprints of files and sessions: which algorithm a name means, and one spelling of each."""

from __future__ import annotations

import re

_HEX = re.compile(r"[0-9a-f]+")
_ALGORITHMS = {
    "md5": ("md5", 32),
    "sha1": ("sha1", 40),
    "sha224": ("sha224", 56),
    "sha256": ("sha256", 64),
    "sha384": ("sha384", 96),
    "sha512": ("sha512", 128),
    "sha3224": ("sha3-224", 56),
    "sha3256": ("sha3-256", 64),
    "sha3384": ("sha3-384", 96),
    "sha3512": ("sha3-512", 128),
    "imphash": ("imphash", 32),
    "authentihash": ("authentihash", 64),
    "ja3": ("ja3", 32),
    "ja3s": ("ja3s", 32),
    "jarm": ("jarm", 62),
}
_LENGTH_OF = dict(_ALGORITHMS.values())
_TLSH = re.compile(r"(?:t1)?[0-9a-f]{70}")
_SSDEEP = re.compile(r"[0-9]{1,9}:[A-Za-z0-9/+]{1,64}:[A-Za-z0-9/+]{1,64}")
BY_LENGTH = {
    32: ("md5", "imphash", "ja3", "ja3s"),
    40: ("sha1",),
    56: ("sha224", "sha3-224"),
    62: ("jarm",),
    64: ("sha256", "authentihash", "sha3-256"),
    96: ("sha384", "sha3-384"),
    128: ("sha512", "sha3-512"),
}
"""What hexadecimal digits of a length may be, likeliest first."""


def algorithm(name: str) -> str | None:
    """Return the kind that an algorithm's name means, whatever its case, hyphens and quotes."""
    plain = name.lower().replace("-", "").replace("_", "").strip("'\"")
    if plain in ("ssdeep", "tlsh"):
        return plain
    known = _ALGORITHMS.get(plain)
    return known[0] if known else None


def digest(kind: str, text: str) -> str | None:
    """Return the one spelling of a digest of this kind, or None where its form is another's."""
    written = text.strip()
    if kind == "ssdeep":
        return written if _SSDEEP.fullmatch(written) else None
    written = written.lower()
    if kind == "tlsh":
        return written.removeprefix("t1") if _TLSH.fullmatch(written) else None
    return written if len(written) == _LENGTH_OF.get(kind) and _HEX.fullmatch(written) else None
