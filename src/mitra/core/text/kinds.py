"""The kinds of value that Mitra joins records on, and what a person calls each.

A value is a pair (kind, text) whose text is normalised: two spellings of one thing are equal.  Addresses may also be
ranges in CIDR notation (`ipv4-addr` 203.0.113.0/24), as in STIX.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "app-id": "mobile app",
        "authentihash": "Authentihash",
        "autonomous-system": "autonomous system",
        "bank-account": "bank account",
        "crypto-wallet": "crypto wallet",
        "domain-name": "domain",
        "email-addr": "e-mail address",
        "file-name": "file name",
        "iban": "IBAN",
        "imphash": "import hash",
        "ipv4-addr": "IPv4 address",
        "ipv6-addr": "IPv6 address",
        "ja3": "JA3 fingerprint",
        "ja3s": "JA3S fingerprint",
        "jarm": "JARM fingerprint",
        "mac-addr": "MAC address",
        "md5": "MD5 hash",
        "mutex": "mutex",
        "sha1": "SHA-1 hash",
        "sha224": "SHA-224 hash",
        "sha256": "SHA-256 hash",
        "sha384": "SHA-384 hash",
        "sha512": "SHA-512 hash",
        "sha3-224": "SHA3-224 hash",
        "sha3-256": "SHA3-256 hash",
        "sha3-384": "SHA3-384 hash",
        "sha3-512": "SHA3-512 hash",
        "sms-sender": "SMS sender",
        "ssdeep": "ssdeep hash",
        "telephone": "telephone number",
        "tlsh": "TLSH hash",
        "url": "URL",
        "url-host": "host of a URL",
        "user-account": "user account",
        "vulnerability": "vulnerability",
        "windows-registry-key": "registry key",
        "x509-serial": "certificate serial number",
    }
)
