"""Accounts that money moves through: IBANs, bank accounts and crypto wallets, each in one spelling.

Checksums are checked where the form has one (IBAN mod 97, base58check, bech32 and bech32m), so a mistyped account is
none.  Ethereum's mixed-case checksum is not held: letters become lower-case.
"""

from __future__ import annotations

import hashlib
import re

_IBAN_COUNTRIES = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29"
    " ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20"
    " LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29"
    " PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
    " YE30"
)
"""The SWIFT registry: each country's letters and the length of its IBANs."""
_IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _IBAN_COUNTRIES.split()}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT58 = {sign: value for value, sign in enumerate(_BASE58)}
_BASE58_VERSIONS = frozenset({0x00, 0x05, 0x1E, 0x16, 0x30, 0x32, 0x41, 0x4C, 0x10})
"""Bitcoin, Dogecoin, Litecoin, Tron and Dash, keys and scripts."""
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_NETWORKS = ("bc", "ltc")
_BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_SUMS = frozenset({1, 0x2BC830A3})
_HEX_WALLET = re.compile(r"0[xX][0-9a-fA-F]{40}")
_BASE58_WALLET = re.compile(r"[13DLMTX7A9][1-9A-HJ-NP-Za-km-z]{24,34}")
_BECH32_WALLET = re.compile(r"(?:bc1|ltc1)[ac-hj-np-z02-9]{38,59}", re.IGNORECASE)
_OTHER_WALLET = re.compile(r"[A-Za-z0-9_:.-]{20,128}")
_FILL = str.maketrans("", "", " -.\u00a0\u2011")


def iban(text: str) -> str | None:
    """Return an IBAN without spaces, its length and checksum checked, or None."""
    written = text.translate(_FILL).upper()
    if len(written) != _IBAN_LENGTHS.get(written[:2]) or not (written.isascii() and written.isalnum()):
        return None
    if not written[2:4].isdigit():
        return None
    turned = "".join(str(int(sign, 36)) for sign in written[4:] + written[:4])
    return written if int(turned) % 97 == 1 else None


def iban_length(country: str) -> int | None:
    """Return how long an IBAN of this country is, or None where there are none."""
    return _IBAN_LENGTHS.get(country)


def bank_account(text: str) -> str | None:
    """Return an account number without what people put between its digits, or None."""
    written = text.translate(_FILL).upper()
    plausible = 5 <= len(written) <= 34 and written.isascii() and written.isalnum()
    return written if plausible and any(sign.isdigit() for sign in written) else None


def wallet(text: str) -> str | None:
    """Return a wallet address whose form proves it, or None."""
    written = text.strip()
    if _HEX_WALLET.fullmatch(written):
        return written.lower()
    if _BASE58_WALLET.fullmatch(written):
        return written if _base58_holds(written) else None
    if _BECH32_WALLET.fullmatch(written) and written in (written.lower(), written.upper()):
        return written.lower() if _bech32_holds(written.lower()) else None
    return None


def declared_wallet(text: str) -> str | None:
    """Return what somebody declares to be a wallet: also of currencies whose addresses prove nothing."""
    written = text.strip()
    known = wallet(written)
    if known is not None:
        return known
    shaped_like_known = _BASE58_WALLET.fullmatch(written) or _BECH32_WALLET.fullmatch(written)
    return None if shaped_like_known or not _OTHER_WALLET.fullmatch(written) else written


def _base58_holds(written: str) -> bool:
    number = 0
    for sign in written:
        number = number * 58 + _DIGIT58[sign]
    if number.bit_length() > 200:
        return False
    raw = number.to_bytes(25, "big")
    check = hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()
    return check[:4] == raw[21:] and raw[0] in _BASE58_VERSIONS


def _bech32_holds(written: str) -> bool:
    network, _, data = written.rpartition("1")
    if network not in _BECH32_NETWORKS:
        return False
    values = [ord(sign) >> 5 for sign in network] + [0] + [ord(sign) & 31 for sign in network]
    values += [_BECH32.index(sign) for sign in data]
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_BECH32_GENERATORS):
            total ^= generator if top >> place & 1 else 0
    return total in _BECH32_SUMS
