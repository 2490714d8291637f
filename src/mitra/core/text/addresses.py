"""IP addresses and ranges: one spelling each, and the 16-byte keys by which they are ordered.

IPv4 lives inside IPv6 as ::ffff:a.b.c.d, so a mapped address *is* the IPv4 address.  Leading zeros are refused: they
are octal to some programs and decimal to others.  Ranges wider than /8 (IPv4) or /16 (IPv6) speak of nobody and are
refused; a range of one address is that address.
"""

from __future__ import annotations

import ipaddress
import re

_MAPPED = 0xFFFF << 32
_WIDEST = {4: 8, 6: 16}
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_PLAIN_IPV4 = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")
"""The commonest form, read without building an address object."""
_SHAPE = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:%[0-9A-Za-z._-]{1,32})?(?:/[0-9]{1,3})?")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Range = ipaddress.IPv4Network | ipaddress.IPv6Network


def address(text: str) -> tuple[str, str] | None:
    """Return (kind, one spelling) of an address or a CIDR range, or None.  An IPv6 zone is dropped."""
    written = text.strip()
    if _PLAIN_IPV4.fullmatch(written):
        return "ipv4-addr", written
    if not _SHAPE.fullmatch(written):
        return None
    try:
        if "/" in written:
            return _range(written)
        plain = _unmapped(ipaddress.ip_address(written.partition("%")[0]))
    except ValueError:
        return None
    return f"ipv{plain.version}-addr", str(plain)


def _unmapped(plain: Address) -> Address:
    mapped = plain.ipv4_mapped if isinstance(plain, ipaddress.IPv6Address) else None
    return plain if mapped is None else mapped


def _range(written: str) -> tuple[str, str] | None:
    whole: Range = ipaddress.ip_network(written, strict=False)
    mapped = _unmapped(whole.network_address)
    if mapped.version != whole.version and whole.prefixlen >= 96:
        whole = ipaddress.ip_network((mapped, whole.prefixlen - 96))
    kind = f"ipv{whole.version}-addr"
    if whole.prefixlen == whole.max_prefixlen:
        return kind, str(whole.network_address)
    return (kind, str(whole)) if whole.prefixlen >= _WIDEST[whole.version] else None


def address_number(value: str) -> int:
    """Return the 128-bit number of one normalised address."""
    if ":" in value:
        return int(ipaddress.IPv6Address(value))
    one, two, three, four = value.split(".")
    return _MAPPED | int(one) << 24 | int(two) << 16 | int(three) << 8 | int(four)


def address_key(value: str) -> bytes:
    """Return the 16-byte big-endian key of one normalised address."""
    return address_number(value).to_bytes(16, "big")


def range_keys(value: str) -> tuple[bytes, bytes]:
    """Return the first and the last key of one normalised CIDR range."""
    whole = ipaddress.ip_network(value)
    return address_key(str(whole.network_address)), address_key(str(whole.broadcast_address))


def ranges_of(lo: bytes, hi: bytes) -> list[tuple[str, str]]:
    """Return (kind, CIDR notation) of the ranges between two 16-byte keys, both inclusive; `range_keys` goes back."""
    ends = [_unmapped(ipaddress.IPv6Address(key)) for key in (lo, hi)]
    whole = ipaddress.summarize_address_range(*ends)
    return [(f"ipv{each.version}-addr", str(each)) for each in whole]
