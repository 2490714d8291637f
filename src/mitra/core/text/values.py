"""One value in, its one spelling out: the table from kind to normaliser, and what a lone value may be.

`normalise(kind, text)` trusts the kind that somebody states.  `candidates(text)` is for what a person types or pastes
and does not say: every kind it may be, likeliest first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitra.core.text.accounts import bank_account, declared_wallet, iban, wallet
from mitra.core.text.addresses import address
from mitra.core.text.domains import could_exist, domain
from mitra.core.text.hashes import BY_LENGTH, digest
from mitra.core.text.telephones import sms_sender, telephone
from mitra.core.text.urls import url

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_LENGTH = 1_024
"""Longer free text (a mutex, a file name, a registry key) is no value; URLs have their own bound."""

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`~.-]{1,64}")
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}", re.IGNORECASE)
_ASN = re.compile(r"(?:asn?)?[\s:]*([0-9]{1,10})", re.IGNORECASE)
_CVE = re.compile(r"CVE[-_ \u2010-\u2014]([0-9]{4})[-_ \u2010-\u2014]([0-9]{4,19})", re.IGNORECASE)
_APP = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+")
_SERIAL = re.compile(r"[0-9a-f]{1,64}")
_FILE = re.compile(r".*[^.\s]\.[A-Za-z0-9_]{1,8}", re.DOTALL)
_HIVES = {
    "hklm": "hkey_local_machine",
    "hkcu": "hkey_current_user",
    "hkcr": "hkey_classes_root",
    "hku": "hkey_users",
    "hkcc": "hkey_current_config",
}


def email(text: str) -> str | None:
    """Return an e-mail address with its domain in one spelling and the whole in lower case, or None."""
    local, at, host = text.strip().removeprefix("mailto:").rpartition("@")
    name = domain(host) if at and _LOCAL_PART.fullmatch(local) else None
    return None if name is None or "." not in name else f"{local.lower()}@{name}"


def mac_address(text: str) -> str | None:
    """Return twelve hexadecimal digits in pairs, or None."""
    written = text.strip().lower()
    if not _MAC.fullmatch(written):
        return None
    digits = written.translate({ord(":"): None, ord("-"): None, ord("."): None})
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def autonomous_system(text: str) -> str | None:
    """Return `AS` and the number, or None."""
    found = _ASN.fullmatch(text.strip())
    number = int(found[1]) if found else 0
    return f"AS{number}" if 0 < number < 2**32 else None


def cve(text: str) -> str | None:
    """Return a CVE id in capitals, or None."""
    found = _CVE.fullmatch(text.strip())
    return f"CVE-{found[1]}-{found[2]}" if found else None


def file_name(text: str) -> str | None:
    """Return the last part of a path in lower case, for most systems that matter do not tell cases apart."""
    name = re.split(r"[/\\]", text.strip())[-1].lower()
    return name if 0 < len(name) <= 255 else None


def mutex(text: str) -> str | None:
    """Return the name as it stands: case tells mutexes apart."""
    return text if 0 < len(text) <= MAX_LENGTH else None


def registry_key(text: str) -> str | None:
    """Return a registry key in lower case with its hive spelt out, or None."""
    hive, _, rest = re.sub(r"\\+", r"\\", text.strip().strip("\\")).lower().partition("\\")
    key = "\\".join(filter(None, (_HIVES.get(hive, hive), rest)))
    return key if 0 < len(key) <= MAX_LENGTH else None


def user_account(text: str) -> str | None:
    """Return an account's name, folded, without a leading `@`."""
    name = text.strip().removeprefix("@").casefold()
    return name if 0 < len(name) <= 256 else None


def app_id(text: str) -> str | None:
    """Return an Android package or iOS bundle id in lower case, or None."""
    written = text.strip()
    return written.lower() if len(written) <= 255 and _APP.fullmatch(written) else None


def serial_number(text: str) -> str | None:
    """Return a certificate's serial number as hexadecimal digits without separators or leading zeros."""
    written = text.strip().lower().removeprefix("0x").replace(":", "").replace(" ", "").lstrip("0")
    return written if _SERIAL.fullmatch(written) else None


def _domain_only(text: str) -> str | None:
    return None if "/" in text else domain(text)


def _address_of(kind: str) -> Callable[[str], str | None]:
    def normalise_address(text: str) -> str | None:
        found = address(text)
        return found[1] if found is not None and found[0] == kind else None

    return normalise_address


def _digest_of(kind: str) -> Callable[[str], str | None]:
    def normalise_digest(text: str) -> str | None:
        return digest(kind, text)

    return normalise_digest


def _host(text: str) -> str | None:
    found = address(text)
    return found[1] if found is not None else domain(text)


NORMALISERS: dict[str, Callable[[str], str | None]] = {
    "app-id": app_id,
    "autonomous-system": autonomous_system,
    "bank-account": bank_account,
    "crypto-wallet": declared_wallet,
    "domain-name": _domain_only,
    "email-addr": email,
    "file-name": file_name,
    "iban": iban,
    "ipv4-addr": _address_of("ipv4-addr"),
    "ipv6-addr": _address_of("ipv6-addr"),
    "mac-addr": mac_address,
    "mutex": mutex,
    "sms-sender": sms_sender,
    "ssdeep": _digest_of("ssdeep"),
    "telephone": telephone,
    "tlsh": _digest_of("tlsh"),
    "url": url,
    "url-host": _host,
    "user-account": user_account,
    "vulnerability": cve,
    "windows-registry-key": registry_key,
    "x509-serial": serial_number,
} | {kind: _digest_of(kind) for kinds in BY_LENGTH.values() for kind in kinds}


def normalise(kind: str, text: str) -> str | None:
    """Return the one spelling of a value of a stated kind, or None where the text is no such value."""
    return NORMALISERS[kind](text)


def candidates(text: str) -> tuple[tuple[str, str], ...]:
    """Return (kind, one spelling) of everything that a lone value may be, likeliest first."""
    written = text.strip()
    if not written or len(written) > 8 * MAX_LENGTH:
        return ()
    certain = _certain(written)
    found = [certain] if certain else _possible(written)
    return tuple(dict.fromkeys(found))


def _certain(written: str) -> tuple[str, str] | None:
    """Return the one thing that a value with an unmistakable form is."""
    found = address(written)
    if found is not None:
        return found
    if "://" in written:
        return _named("url", url(written))
    for kind, normaliser in (
        ("email-addr", email),
        ("vulnerability", cve),
        ("iban", iban),
        ("crypto-wallet", wallet),
    ):
        value = normaliser(written)
        if value is not None:
            return kind, value
    if written[:2].lower() == "as" and (number := autonomous_system(written)):
        return "autonomous-system", number
    if written[:2].lower() == "hk" and "\\" in written:
        return _named("windows-registry-key", registry_key(written))
    return None


def _named(kind: str, value: str | None) -> tuple[str, str] | None:
    return None if value is None else (kind, value)


def _possible(written: str) -> list[tuple[str, str]]:
    """Return what a value without such a form may be.

    A name under a known top-level domain is no account's number, nor are hexadecimal digits as many as a digest has.
    """
    kinds: list[str] = list(BY_LENGTH.get(len(written), ()))
    is_digest = bool(kinds) and not written.isdecimal() and normalise(kinds[0], written) is not None
    kinds += ["ssdeep", "tlsh", "mac-addr"]
    host, slash, _ = written.partition("/")
    name = domain(host)
    looks_like_domain = name is not None and could_exist(name)
    found: list[tuple[str, str]] = []
    if slash and looks_like_domain:
        found += [("url", whole) for scheme in ("http", "https") if (whole := url(f"{scheme}://{written}"))]
    elif looks_like_domain or (name is not None and "." in name and not _FILE.fullmatch(written)):
        kinds.append("domain-name")
    kinds += [] if slash else ["telephone"]
    kinds += ["app-id"] if written.count(".") > 1 else []
    kinds += ["file-name"]
    kinds += ["domain-name"] if name is not None and "." in name and not slash and "domain-name" not in kinds else []
    kinds += [] if is_digest or looks_like_domain else ["bank-account"]
    kinds += ["x509-serial", "sms-sender", "user-account", "mutex", "crypto-wallet"]
    found += [(kind, value) for kind in kinds if (value := normalise(kind, written)) is not None]
    return found
