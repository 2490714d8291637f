"""Media types of TAXII 2.1 (section 1.6.8): what a request may accept and carry.

The specification asks for the version; many clients leave it out or put a space before it.  Both are served.
"""

from __future__ import annotations

import re

TAXII = "application/taxii+json;version=2.1"
STIX = "application/stix+json;version=2.1"
NOUGHT = re.compile(r"0(\.0*)?")
WILDCARDS = frozenset({"*/*", "application/*"})


def accepts_taxii(header: str) -> bool:
    """Return whether an Accept header leaves room for TAXII 2.1; a missing one does not."""
    return any(is_accepted(part) for part in header.split(","))


def is_taxii(header: str) -> bool:
    """Return whether a Content-Type says TAXII 2.1, with or without its version."""
    name, parameters = split(header)
    return name == "application/taxii+json" and parameters.get("version", "2.1") == "2.1"


def is_accepted(part: str) -> bool:
    """Return whether one range of an Accept header covers TAXII 2.1 and is not weighed with nought."""
    name, parameters = split(part)
    is_wanted = not NOUGHT.fullmatch(parameters.get("q", "1"))
    return is_wanted and (name in WILDCARDS or is_taxii(part))


def split(text: str) -> tuple[str, dict[str, str]]:
    """Return a media type's name and parameters, lower-cased, quotes and spaces off."""
    name, *rest = text.lower().split(";")
    pairs = (item.partition("=") for item in rest)
    return name.strip(), {key.strip(): value.strip().strip('"') for key, _, value in pairs}
