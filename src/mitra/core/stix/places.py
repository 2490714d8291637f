"""Which property of which object holds which kind of value: one table for objects and for paths in patterns.

Besides the kinds of `atoms.KINDS` a place may say what is to be told apart by its form: `address` (IPv4, IPv6 or a
range), `host` (address or domain) and `contact` (host or e-mail address, what a reference leads to).
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from mitra.core.text.hashes import algorithm

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACES: Mapping[tuple[str, tuple[str, ...]], str] = MappingProxyType(
    {
        ("artifact", ("url",)): "url",
        ("autonomous-system", ("number",)): "autonomous-system",
        ("domain-name", ("value",)): "host",
        ("email-addr", ("value",)): "email-addr",
        ("email-message", ("additional_header_fields", "reply_to")): "contact",
        ("email-message", ("body_multipart", "body_raw_ref", "name")): "file-name",
        ("file", ("name",)): "file-name",
        ("file", ("path",)): "file-name",
        ("file", ("content_ref", "url")): "url",
        ("file", ("extensions", "windows-pebinary-ext", "imphash")): "imphash",
        ("ipv4-addr", ("value",)): "address",
        ("ipv6-addr", ("value",)): "address",
        ("mac-addr", ("value",)): "mac-addr",
        ("mutex", ("name",)): "mutex",
        ("network-traffic", ("extensions", "http-request-ext", "request_header", "Host")): "host",
        ("process", ("name",)): "file-name",
        ("process", ("image_ref", "name")): "file-name",
        ("process", ("binary_ref", "name")): "file-name",
        ("url", ("value",)): "url",
        ("user-account", ("account_login",)): "user-account",
        ("user-account", ("user_id",)): "user-account",
        ("vulnerability", ("name",)): "vulnerability",
        ("windows-registry-key", ("key",)): "windows-registry-key",
        ("win-registry-key", ("key",)): "windows-registry-key",
        ("x509-certificate", ("serial_number",)): "x509-serial",
    }
)

TYPES = frozenset(kind for kind, _ in PLACES) | {"directory", "email-message", "network-traffic", "software"}
"""Object types of the standard that the table knows; any other type is read by the names below."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        name: kind
        for kind, names in {
            "app-id": "app app_id package_name android_package bundle_id mobile_app mobile_application_id",
            "authentihash": "authentihash",
            "autonomous-system": "asn as_number",
            "bank-account": "bank_account bank_account_nr bank_account_number account_number",
            "crypto-wallet": "btc bitcoin bitcoin_address eth ethereum trx tron usdt xmr dash crypto_wallet wallet"
            " wallet_address cryptocurrency_wallet cryptocurrency_address",
            "email-addr": "email email_address",
            "host": "domain hostname ip ip_address",
            "iban": "iban",
            "imphash": "imphash",
            "ja3": "ja3 ja3_fingerprint_md5",
            "ja3s": "ja3s ja3s_fingerprint_md5",
            "jarm": "jarm jarm_fingerprint",
            "sms-sender": "sms_sender sms_sender_id sender_id",
            "telephone": "telephone telephone_number phone phone_number mobile mobile_number msisdn calling_number"
            " called_number",
            "url": "url",
            "vulnerability": "cve",
        }.items()
        for name in names.split()
    }
)
"""Names of properties (of custom objects, of custom properties, of MISP attributes and relations) and of custom
object types, with `_` for `-` and without the prefixes of PREFIXES."""

PREFIXES = ("x_misp_", "x_mitra_", "x_")

ACCOUNT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        **NAMES,
        "bank": "bank-account",
        "line_phone": "telephone",
        "signal": "telephone",
        "whatsapp": "telephone",
    }
)
"""Account types of `user-account` whose login is another kind of value."""

LOCAL_ACCOUNT_TYPES = frozenset({"unix", "windows-local", "windows-domain", "ldap", "nis", "kerberos", "radius"})
"""Accounts of one machine or house (root, administrator): no look-up joins on them."""

VALUE_KEYS = frozenset({"value", "number", "address", "id_value"})
"""Of a custom object, properties that are named by the object's type."""


def plain_name(name: str) -> str:
    """Return a property's or type's name as NAMES spells it."""
    plain = name.lower().replace("-", "_")
    for prefix in PREFIXES:
        if plain.startswith(prefix):
            return plain[len(prefix) :]
    return plain


@lru_cache(maxsize=256)
def kind_at(type_name: str, keys: tuple[str, ...]) -> str | None:
    """Return what kind of value stands at a path (without list indexes), or None."""
    known = PLACES.get((type_name, keys))
    if known is not None or not keys:
        return known
    last = keys[-1]
    if len(keys) > 1:
        before = keys[-2]
        if before == "hashes":
            return None if "sections" in keys else algorithm(last)
        if last == "value" and before.endswith(("_ref", "_refs")):
            return "contact"
    if type_name in TYPES:
        return NAMES.get(plain_name(last)) if last.startswith("x_") else None
    return NAMES.get(plain_name(type_name if last in VALUE_KEYS else last))
