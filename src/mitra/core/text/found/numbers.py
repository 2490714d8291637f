"""Finders of numbers: addresses, ranges, MAC addresses, autonomous systems, CVE ids, telephone numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitra.core.text.addresses import address
from mitra.core.text.defang import was_defanged
from mitra.core.text.found.hit import Hit, end_of_url, stands_alone
from mitra.core.text.telephones import telephone
from mitra.core.text.urls import url_and_host
from mitra.core.text.values import autonomous_system, cve, mac_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.core.text.defang import Refanged

_IPV4 = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9]|\.[0-9A-Za-z])(/[0-9]{1,2}(?![0-9.]))?")
_VERSION_BEFORE = re.compile(
    r"(?:\bv|\bver\.?|versions?|build|release|firmware|phiên bản|versi|bersyon|เวอร์ชัน|รุ่น|ເວີຊັນ|ຮຸ່ນ|កំណែ|ជំនាន់|ဗားရှင်း)"
    r"[\s:=]{0,3}\Z|[A-Za-z]/\Z",
    re.IGNORECASE,
)
_LOOK_BACK = 16
_PATH_AFTER = re.compile(r"(?::[0-9]{1,5})?/[A-Za-z_~.?%-][!#-&(-;=?-Z_a-z~]*+")
_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
_IPV6_SIGNS = "0123456789ABCDEFabcdef:."
_RANGE_LENGTH = re.compile(r"/[0-9]{1,3}(?![0-9])")
_SHORTEST_GROUPS = 4
_MAC = re.compile(
    r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![:-]?[0-9A-Fa-f])"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![.0-9A-Za-z])"
)
_ASN = re.compile(r"[Aa][Ss](?:[Nn][ :#]{0,2}[0-9]{1,10}|[0-9]{3,10})(?![0-9A-Za-z])")
_CVE = re.compile(r"[Cc][Vv][Ee][-_ \u2010-\u2014][0-9]{4}[-_\u2010-\u2014][0-9]{4,19}(?![0-9])")
_TELEPHONE = re.compile(r"[+＋]\(?\d(?:[ ().\u00a0\u2010\u2011-]{0,3}\d){6,14}(?!\d)")
_FILL = str.maketrans({"＋": "+", "\u00a0": " ", "\u2010": "-", "\u2011": "-"})


def ipv4_addresses(plain: Refanged) -> Iterator[Hit]:
    """Yield IPv4 addresses and ranges, and URLs that begin with an address."""
    text = plain.text
    for match in _IPV4.finditer(text):
        start, end = match.span()
        if text[start - 1 : start] in (".", "_", "-") or not stands_alone(text, start, end):
            continue
        found = address(match[0])
        if found is None and match[1]:
            end = match.start(1)
            found = address(text[start:end])
        if found is None or _is_version(plain, start, end):
            continue
        path = _PATH_AFTER.match(text, end)
        url_end = end_of_url(text, start, path.end()) if path else end
        read = url_and_host(f"http://{text[start:url_end]}") if path else None
        yield Hit(start, end, *found) if read is None else Hit(start, url_end, "url", read[0])


def _is_version(plain: Refanged, start: int, end: int) -> bool:
    """Return whether four numbers rather count a program's releases; no address begins with 0."""
    if was_defanged(plain, start, end):
        return False
    return plain.text.startswith("0", start) or bool(
        _VERSION_BEFORE.search(plain.text[max(0, start - _LOOK_BACK) : start])
    )


def ipv6_addresses(plain: Refanged) -> Iterator[Hit]:
    """Yield IPv6 addresses and ranges; short forms such as `a::b` only where the first group is an address's."""
    text = plain.text
    done = 0
    for match in _COLONS.finditer(text):
        if match.start() < done:
            continue
        head = text[max(done, match.start() - 40) : match.start()]
        start = match.start() - (len(head) - len(head.rstrip(_IPV6_SIGNS)))
        tail = text[match.start() : match.start() + 45]
        end = match.start() + len(tail) - len(tail.lstrip(_IPV6_SIGNS))
        end = start + len(text[start:end].rstrip("."))
        end = end - 1 if text[end - 1] == ":" and text[end - 2] != ":" else end
        done = max(done, end)
        length = _RANGE_LENGTH.match(text, end)
        whole_end = length.end() if length else end
        found = address(text[start:whole_end])
        if found is not None and stands_alone(text, start, whole_end) and _is_likely(text[start:end]):
            yield Hit(start, whole_end, *found)


def _is_likely(written: str) -> bool:
    first = written.partition(":")[0]
    groups = sum(1 for group in written.split(":") if group)
    return groups >= _SHORTEST_GROUPS or (len(first) == 4 and first[0] in "23fF")


def mac_addresses(plain: Refanged) -> Iterator[Hit]:
    """Yield hardware addresses in the three usual forms."""
    for match in _MAC.finditer(plain.text):
        before = plain.text[match.start() - 1 : match.start()]
        value = mac_address(match[0])
        if value is not None and before not in (":", "-", ".") and stands_alone(plain.text, *match.span()):
            yield Hit(match.start(), match.end(), "mac-addr", value)


def registered_numbers(plain: Refanged) -> Iterator[Hit]:
    """Yield CVE ids and autonomous systems."""
    text = plain.text
    for kind, expression, normalise in (("vulnerability", _CVE, cve), ("autonomous-system", _ASN, autonomous_system)):
        for match in expression.finditer(text):
            value = normalise(match[0].replace("#", " "))
            if value is not None and stands_alone(text, *match.span()):
                yield Hit(match.start(), match.end(), kind, value)


def telephones(plain: Refanged) -> Iterator[Hit]:
    """Yield numbers written internationally, with `+`, in the digits of any script."""
    text = plain.text
    for match in _TELEPHONE.finditer(text):
        value = telephone(match[0].translate(_FILL))
        if value is not None and stands_alone(text, *match.span()) and text[match.start() - 1 : match.start()] != "+":
            yield Hit(match.start(), match.end(), "telephone", value)
