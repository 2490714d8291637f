"""Telephone numbers and the names that short messages come from, each in one spelling.

An international number is `+` and its digits (E.164).  A national one stays digits alone: nothing here guesses a
country.  Digits of any script (Thai, Lao, Khmer, Burmese) are read.
"""

from __future__ import annotations

import re
import unicodedata

_SHORTEST, _LONGEST = 3, 15
_SHORTEST_ABROAD = 7
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_SHAPE = re.compile(r"(?:tel:|callto:)?\s*\+?[0-9()\s./-]*[0-9]\s*", re.IGNORECASE)
_ABROAD = re.compile(r"00[1-9][0-9]{8,13}")
_COUNTRY = re.compile(
    r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|"
    r"(?:2[1-689]|3[578]|42|5[09]|6[789]|8[0578]|9[679])[0-9]"
)
_SENDER = re.compile(r"[^\x00-\x1f]{1,32}")


def western_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as 0–9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def telephone(text: str) -> str | None:
    """Return `+` and digits for an international number, digits for a national one, or None."""
    written = _TRUNK_ZERO.sub("", western_digits(text)).strip()
    if not _SHAPE.fullmatch(written):
        return None
    digits = "".join(sign for sign in written if sign.isdigit())
    if "+" in written:
        plausible = _SHORTEST_ABROAD <= len(digits) <= _LONGEST and _COUNTRY.match(digits)
        return f"+{digits}" if plausible else None
    if _ABROAD.fullmatch(digits):
        return f"+{digits[2:]}"
    return digits if _SHORTEST <= len(digits) <= _LONGEST else None


def sms_sender(text: str) -> str | None:
    """Return the name or number a short message shows as its sender, folded, or None."""
    name = " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return name if _SENDER.fullmatch(name) else None
