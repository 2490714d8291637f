"""Whether the site's own mail server found a mail to be from the domain that it says (RFC 8601).

What whoever relies on it may rely on:

* a field counts only under our server's own name, and of those the topmost only: lower ones came with the mail (5);
* what stands in comments, quotes and reasons is no result;
* a domain is vouched for where it, or a domain above it, signed (DKIM) or was sent from (SPF), or where our server's
  DMARC says so.  A signature by a domain *below* it is none: names below are given to others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mitra.messages.letters.addresses import outside_comments

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_RESULTS: Final = 50
_PAIR: Final = re.compile(r"([a-z0-9.-]+)(?:/[0-9]+)?[ \t]*=[ \t]*([^\s=]+)")
_IN_QUOTES: Final = re.compile(r"[\s=;]")
_SIGNS: Final = {"dkim": "header.d", "spf": "smtp.mailfrom", "dmarc": "header.from"}
"""By which property each method says whom it found (2.7)."""


def vouched_domain(results: list[str], *, by: str, domain: str) -> str:
    """Return the domain, where our mail server vouches that a mail is from there; else ''."""
    if not by or not domain:
        return ""
    for result in results:
        server, *found = _parts(result)
        if (server.split() or [""])[0] == by.lower():
            return domain if _is_vouched(found[:MOST_RESULTS], domain) else ""
    return ""


def _is_vouched(found: list[str], domain: str) -> bool:
    verdicts = [verdict for each in found if (verdict := _verdict(each))]
    if any(method == "dmarc" and said == "fail" for method, said, _ in verdicts):
        return False
    return any(
        said == "pass" and (who == domain or (method != "dmarc" and _is_above(who, domain)))
        for method, said, who in verdicts
    )


def _verdict(text: str) -> tuple[str, str, str] | None:
    """Return (method, result, domain) of one result."""
    pairs = _PAIR.findall(text)
    if not pairs or pairs[0][0] not in _SIGNS:
        return None
    method, said = pairs[0]
    who = [value for name, value in pairs[1:] if name == _SIGNS[method]]
    return (method, said, who[0].rpartition("@")[2].rstrip(".")) if len(who) == 1 else (method, said, "")


def _is_above(who: str, domain: str) -> bool:
    return "." in who and domain.endswith(f".{who}")


def _parts(result: str) -> Iterator[str]:
    """Yield what stands between the semicolons, in lower case, without comments; quoted text as one word."""
    part: list[str] = []
    for sign, is_outside in outside_comments(result.lower()):
        if not is_outside:
            part.append(" ")
        elif sign == ";":
            yield "".join(part)
            part = []
        elif len(sign) > 1 and sign[0] == '"':
            part.append(_IN_QUOTES.sub("_", sign[1:-1]))
        else:
            part.append(sign)
    yield "".join(part)
