"""Finders of names: URLs, e-mail addresses, domains and app ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitra.core.text.defang import was_defanged
from mitra.core.text.domains import could_exist, domain
from mitra.core.text.found.hit import Hit, end_of_url, stands_alone
from mitra.core.text.urls import url_and_host
from mitra.core.text.values import app_id, email

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.core.text.defang import Refanged

_LATIN = "A-Za-z0-9_\u00c0-\u024f\u0300-\u036f\u0370-\u052f\u1e00-\u1eff"
"""Letters of scripts that have spaces between words and whose names stand in domains."""
_OTHER = (
    "\u0600-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u17db-\u17f9"
    "\u3040-\u30ff\u4e00-\u9fff\uaa60-\uaa7f\uac00-\ud7a3"
)
"""Letters of scripts in which a sentence runs on without spaces, or whose domains stand apart."""
_SCHEMES = frozenset(
    ("http", "https", "ftp", "ftps", "sftp", "tftp", "ssh", "telnet", "tcp", "udp", "ws", "wss", "smb", "ldap", "rdp")
)
_SCHEME_BEFORE = re.compile(r"[A-Za-z]{2,6}\Z")
_AUTHORITY = rf"(?:\[[0-9A-Fa-f:.]{{2,45}}\]|[{_LATIN}.%-]+|[{_OTHER}.-]+(?:\.[A-Za-z]+)?)(?::[0-9]{{1,5}}(?![0-9]))?"
_TAIL = r"[!#-&(-;=?-Z_a-z~]*+"
"""What may follow the host of a URL: printable ASCII without quotes, brackets of markup and the table bar."""
_REST = re.compile(rf"(?:[!#-&(-.0-;=A-Z_a-z~]{{1,64}}@)?{_AUTHORITY}(?:[/?#]{_TAIL})?")
_PATH = re.compile(rf"(?::[0-9]{{1,5}})?/{_TAIL}")

_LOCAL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&*+=?^_`~.-"
_MAIL_HOST = re.compile(rf"[{_LATIN}-]{{1,63}}(?:\.[{_LATIN}-]{{1,63}})+")

_DOTTED = re.compile(rf"(?<![{_LATIN}-])-*+([{_LATIN}][{_LATIN}-]*+(?:\.[{_LATIN}][{_LATIN}-]*+)++)")
_OTHER_NAME = re.compile(
    rf"(?<![{_OTHER}.])[{_OTHER}]{{1,63}}+(?=\.)(?:\.[{_OTHER}]{{1,63}}+){{0,5}}(?:\.[A-Za-z]{{2,24}})?"
)
_LONGEST_OTHER_NAME = 24
"""Characters of a name in an unspaced script before a Latin ending; longer is a sentence."""
_FILE_ENDINGS = frozenset({"zip", "mov", "py", "sh", "md", "ps", "pm", "cab", "java", "name", "prof", "so"})
"""Top-level domains that as the end of a bare name of two labels are rather a file's or a field's."""
_INNER_FILE_ENDINGS = frozenset(
    ("exe", "dll", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "rar", "zip", "tar", "gz", "iso", "lnk", "js")
)
_REVERSED = frozenset({"com", "org", "net", "edu", "gov"})
_NOT_NAMES = frozenset({"asp.net", "vb.net", "ado.net", "ml.net"})
_APP_LABELLED = re.compile(
    r"(?:[Pp]ackage(?: [Nn]ame| ID| id)?|[Aa]pp(?:lication)? ?I[Dd]|applicationId|[Bb]undle ?I[Dd](?:entifier)?)"
    r"[\s:=`'\"]{1,4}([A-Za-z]\w{0,63}(?:\.\w{1,63}){1,8})",
)


def whole_urls(plain: Refanged) -> Iterator[Hit]:
    """Yield URLs that have a scheme; one inside another is a part of it."""
    text = plain.text
    at = text.find("://")
    while at >= 0:
        before = _SCHEME_BEFORE.search(text, max(0, at - 6), at)
        scheme = _known_scheme(before[0].lower()) if before else None
        rest = _REST.match(text, at + 3) if scheme else None
        if scheme and rest:
            start, end = at - len(scheme), end_of_url(text, at + 3, rest.end())
            read = url_and_host(text[start:end])
            if read is not None and read[1] is not None and not read[1][1].isalnum():
                yield Hit(start, end, "url", read[0])
        at = text.find("://", rest.end() if rest else at + 3)


def _known_scheme(letters: str) -> str | None:
    """Return the scheme that the letters are, or that they end with where a word runs into it."""
    if letters in _SCHEMES:
        return letters
    return next((scheme for scheme in ("https", "http") if letters.endswith(scheme)), None)


def email_addresses(plain: Refanged) -> Iterator[Hit]:
    """Yield e-mail addresses whose domain could exist."""
    text = plain.text
    at = text.find("@")
    while at >= 0:
        head = text[max(0, at - 64) : at]
        local = head[len(head.rstrip(_LOCAL)) :].lstrip(".*`&=?")
        host = _MAIL_HOST.match(text, at + 1) if local else None
        if host is not None:
            value = email(f"{local}@{host[0]}")
            if value is not None and could_exist(value.rpartition("@")[2]):
                yield Hit(at - len(local), host.end(), "email-addr", value)
        at = text.find("@", at + 1)


def dotted_names(plain: Refanged) -> Iterator[Hit]:
    """Yield domains, and URLs written without a scheme."""
    text = plain.text
    for match in _DOTTED.finditer(text):
        written = match[1]
        start, end = match.span(1)
        name = domain(written)
        if name is None or not could_exist(name):
            continue
        if was_defanged(plain, start, end) or _is_meant_as_domain(written, name, text[start - 1 : start]):
            if text[start - 1 : start] == "%" and written[:2].isalnum():
                start, name = start + 2, name[2:]
            path = _PATH.match(text, end)
            whole = _url_without_scheme(text, start, path.end()) if path else None
            yield whole or Hit(start, end, "domain-name", name)


def _url_without_scheme(text: str, start: int, end: int) -> Hit | None:
    end = end_of_url(text, start, end)
    read = url_and_host(f"http://{text[start:end]}")
    return None if read is None else Hit(start, end, "url", read[0])


def _is_meant_as_domain(written: str, name: str, before: str) -> bool:
    """Return whether a bare dotted name is rather a domain than a file, a field or two sentences."""
    labels = name.split(".")
    ending = written.rpartition(".")[2]
    if before in ("/", "\\", "$", "#") or name in _NOT_NAMES or "_" in labels[-2]:
        return False
    if not written.isupper() and (ending.istitle() or ending.isupper()):
        return False
    if len(labels) == 2:
        return labels[1] not in _FILE_ENDINGS
    reversed_name = labels[0] in _REVERSED and len(labels[-1]) > 2
    return not reversed_name and not (labels[-1] in _FILE_ENDINGS and labels[-2] in _INNER_FILE_ENDINGS)


def names_in_other_scripts(plain: Refanged) -> Iterator[Hit]:
    """Yield domains whose labels are in an unspaced script, where the place shows that they are meant."""
    for match in _OTHER_NAME.finditer(plain.text):
        written = match[0]
        ending = written.rpartition(".")[2]
        if ending.isascii() and (len(written) > _LONGEST_OTHER_NAME or not stands_alone(plain.text, *match.span())):
            continue
        name = domain(written)
        if name is not None and could_exist(name):
            yield Hit(match.start(), match.end(), "domain-name", name)


def app_ids(plain: Refanged) -> Iterator[Hit]:
    """Yield package names that are called so."""
    for match in _APP_LABELLED.finditer(plain.text):
        value = app_id(match[1])
        if value is not None:
            yield Hit(match.start(1), match.end(1), "app-id", value)
