"""The alphabet that the ledger's text formats share: lines without control characters, whole numbers, base64.

Each thing has one spelling: what would be printed otherwise is refused when it is read.
"""

from __future__ import annotations

import binascii
from base64 import b64encode


def is_text(text: str) -> bool:
    """Return whether it is UTF-8 text with no control character below U+0020 but newlines."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return False
    return not any(byte < 0x20 and byte != 0x0A for byte in data)


def is_key_name(name: str) -> bool:
    """Return whether a key may have this name: not empty, no space of any script, no plus, no control character."""
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name) and is_text(name)


def read_number(digits: str, limit: int) -> int | None:
    """Return a whole number in decimal, without sign or leading zero and at most `limit`; else None."""
    if not digits.isascii() or not digits.isdigit() or len(digits) > len(str(limit)):
        return None
    number = int(digits)
    return number if str(number) == digits and number <= limit else None


def encode_base64(data: bytes) -> str:
    """Return the standard base64 of RFC 4648, section 4, padded."""
    return b64encode(data).decode()


def decode_base64(text: str) -> bytes | None:
    """Return what was encoded, or None when `encode_base64` prints it otherwise."""
    try:
        data = binascii.a2b_base64(text.encode())
    except (binascii.Error, UnicodeEncodeError):
        return None
    return data if encode_base64(data) == text else None
