"""Find values in running text: plain, Markdown, or what `report.text_of_html` gives; defanged or not.

Promises: every text is read, in time linear in its length; a value next to Thai, Lao, Khmer, Burmese or Chinese
writing, which has no spaces, is found; `text[value.start:value.end] == value.as_written`; values do not overlap.

A bare name is a domain only if its top-level domain exists and it is not rather a file (`report.pdf`, `setup.py`), a
word joined to the next sentence (`done.In`) or a part of a path.  Four numbers are an address unless they are called
a version, follow a product's name and a slash, or go on with a fifth number.  Who defangs a value says that it is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from mitra.core.text.defang import Refanged, place_as_written, refanged
from mitra.core.text.found.digests import digests
from mitra.core.text.found.names import app_ids, dotted_names, email_addresses, names_in_other_scripts, whole_urls
from mitra.core.text.found.numbers import ipv4_addresses, ipv6_addresses, mac_addresses, registered_numbers, telephones
from mitra.core.text.found.wallets import ibans, wallets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mitra.core.text.found.hit import Hit

__all__ = ["FoundValue", "find_values"]

_FINDERS: tuple[Callable[[Refanged], Iterator[Hit]], ...] = (
    whole_urls,
    app_ids,
    email_addresses,
    ipv4_addresses,
    ipv6_addresses,
    mac_addresses,
    dotted_names,
    names_in_other_scripts,
    digests,
    registered_numbers,
    wallets,
    ibans,
    telephones,
)
"""Where two hits are alike, the earlier finder's counts."""


@dataclass(frozen=True, slots=True)
class FoundValue:
    """One value where it stands in a text.  A URL written without scheme gets `http`; ranges are in CIDR."""

    kind: str
    value: str
    as_written: str
    start: int
    end: int


def find_values(text: str) -> list[FoundValue]:
    """Return every value in the order of the text, repetitions too; of overlapping ones the first and longest."""
    plain = refanged(text)
    hits = sorted(chain.from_iterable(finder(plain) for finder in _FINDERS), key=_order)
    found: list[FoundValue] = []
    free_from = 0
    for hit in hits:
        if hit.start >= free_from:
            found.append(_as_written(hit, text, plain))
            free_from = hit.end
    return found


def _order(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end


def _as_written(hit: Hit, text: str, plain: Refanged) -> FoundValue:
    start, end = place_as_written(plain, hit.start), place_as_written(plain, hit.end)
    return FoundValue(hit.kind, hit.value, text[start:end], start, end)
