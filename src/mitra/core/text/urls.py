"""URLs: one spelling each, by RFC 3986 section 6.2.2 and 6.2.3, and the host inside.

Scheme and host become lower-case and the host an A-label or the one spelling of an address; the scheme's default
port, dot segments and the fragment go; percent escapes are upper-case, escapes of unreserved characters are undone and
characters that may not stand are escaped.  The path keeps its case.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from mitra.core.text.addresses import address
from mitra.core.text.domains import domain

MAX_LENGTH = 8_192
_PARTS = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]{0,31})://(?:([^/?#@\\]*)@)?(\[[0-9A-Fa-f:.]+\]|[^/?#:\\\[\]]+)(?::([0-9]*))?"
    r"([/\\][^?#]*)?(\?[^#]*)?(?:#.*)?",
    re.DOTALL,
)
_PLAIN = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?-]*")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_MAY_STAND = "!$&'()*+,;=:@/?%"
_HARMLESS = {"hxxp": "http", "hxxps": "https", "fxp": "ftp"}
_DEFAULT_PORTS = {"http": "80", "https": "443", "ftp": "21", "ftps": "990", "ws": "80", "wss": "443"}


def url(text: str) -> str | None:
    """Return the one spelling of an absolute URL with a host, or None."""
    read = _read(text)
    return None if read is None else read[0]


def host_of(text: str) -> tuple[str, str] | None:
    """Return (kind, one spelling) of a URL's host: a domain or an address; None when it is neither."""
    read = _read(text)
    return None if read is None else read[1]


def url_and_host(text: str) -> tuple[str, tuple[str, str] | None] | None:
    """Return both at once, for the hot path."""
    return _read(text)


def _read(text: str) -> tuple[str, tuple[str, str] | None] | None:
    written = text.strip()
    parts = _PARTS.fullmatch(written) if len(written) <= MAX_LENGTH else None
    if parts is None:
        return None
    scheme, user, host, port, path, query = parts.groups()
    scheme = _HARMLESS.get(scheme.lower(), scheme.lower())
    host = _ESCAPE.sub(_one_escape, host) if "%" in host else host
    named = _host(host)
    shown = host.lower() if named is None else (f"[{named[1]}]" if named[0] == "ipv6-addr" else named[1])
    shown = _escaped(shown) if named is None and not host.startswith("[") else shown
    before = f"{_escaped(user).replace('(', '%28').replace(')', '%29')}@" if user else ""
    after = "" if not port or port == _DEFAULT_PORTS.get(scheme) else f":{port}"
    whole = f"{scheme}://{before}{shown}{after}{_path(path or '/')}{_escaped(query or '')}"
    return whole, named


def _host(written: str) -> tuple[str, str] | None:
    if written.startswith("["):
        return address(written[1:-1])
    found = address(written) if written[-1].isdigit() else None
    if found is not None:
        return found
    name = domain(written)
    return None if name is None else ("domain-name", name)


def _escaped(text: str) -> str:
    """Return the text with escapes in their one form."""
    if _PLAIN.fullmatch(text):
        return text
    return quote(_ESCAPE.sub(_one_escape, text), safe=_MAY_STAND, errors="replace")


def _one_escape(escape: re.Match[str]) -> str:
    digits = escape[1]
    if digits is None:
        return "%25"
    code = int(digits, 16)
    return chr(code) if code in _UNRESERVED else f"%{digits.upper()}"


def _path(written: str) -> str:
    """Return the path without dot segments (RFC 3986 section 5.2.4)."""
    path = _escaped(written.replace("\\", "/"))
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path[1:].split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
