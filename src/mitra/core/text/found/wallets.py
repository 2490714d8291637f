"""Finders of accounts that prove themselves by a checksum: crypto wallets and IBANs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitra.core.text.accounts import iban, iban_length, wallet
from mitra.core.text.found.hit import Hit, stands_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.core.text.defang import Refanged

_WALLET = re.compile(
    r"[13DLMTX7A9][1-9A-HJ-NP-Za-km-z]{24,34}(?![0-9A-Za-z])"
    r"|0x[0-9A-Fa-f]{40}(?![0-9A-Za-z])"
    r"|(?:bc1|BC1|ltc1)[0-9A-Za-z]{38,59}(?![0-9A-Za-z])"
)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}(?:[ \u00a0-]?[0-9A-Z]){11,30}+")


def wallets(plain: Refanged) -> Iterator[Hit]:
    """Yield wallets of Bitcoin, Ethereum and their relatives."""
    for match in _WALLET.finditer(plain.text):
        if stands_alone(plain.text, *match.span()):
            value = wallet(match[0])
            if value is not None:
                yield Hit(match.start(), match.end(), "crypto-wallet", value)


def ibans(plain: Refanged) -> Iterator[Hit]:
    """Yield IBANs, with or without spaces; what follows on the line may be capitals too."""
    text = plain.text
    for match in _IBAN.finditer(text):
        length = iban_length(match[0][:2])
        end = _end_of(match[0], length) if length else None
        if end is None or not stands_alone(text, match.start(), match.start() + end):
            continue
        value = iban(match[0][:end])
        if value is not None:
            yield Hit(match.start(), match.start() + end, "iban", value)


def _end_of(written: str, length: int) -> int | None:
    """Return where the given number of letters and digits is reached."""
    counted = 0
    for place, sign in enumerate(written):
        counted += sign.isalnum()
        if counted == length:
            return place + 1
    return None
