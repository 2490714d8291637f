"""Browsers of people: which ones may be kept, what they are told, and how a batch of them is told.

Imported by whoever tells or keeps one only, as `calling`, for the same reason.
"""

from __future__ import annotations

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils.translation import gettext, override

from mitra.client.outward import Refused, Unreachable, check_address, send
from mitra.community import queries as community
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Tlp
from mitra.messages.channels import push
from mitra.messages.channels.calling import AT_ONCE, LONGEST_URL, policy
from mitra.messages.channels.mail import site
from mitra.messages.channels.webhook import LATER, Called, wait_of
from mitra.messages.models import Browser
from mitra.messages.ports import find_teller
from mitra.messages.rules import URGENT, says_number_outside, says_words_outside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mitra.client.outward import Answer
    from mitra.messages.channels.outcome import Outcome
    from mitra.messages.facts import Described
    from mitra.messages.models import Sending

GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""The browser takes nothing more (RFC 8030, 7.3)."""
WHERE: Final = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]+)?/[!-~]*", re.ASCII | re.IGNORECASE)
"""Written so that whoever takes it apart finds the same host in it."""
NO_SUBSCRIPTION: Final = (
    "This is not what a browser says of itself; load the page again and press the button once more."
)
START_ANEW: Final = "switch push messages off for this site in your browser, load the page again and switch them on."


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser is reached, and by which keys."""

    endpoint: str
    keys: push.Keys


def read_subscription(said: str) -> Subscription:
    """Return what a browser says of itself (`PushSubscription.toJSON()`); raises InvalidInput."""
    try:
        facts = orjson.loads(said)
        endpoint, p256dh, auth = facts["endpoint"], facts["keys"]["p256dh"], facts["keys"]["auth"]
        keys = push.Keys(push.from_text(p256dh), push.from_text(auth))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _refused(NO_SUBSCRIPTION, "subscription") from error
    if not isinstance(endpoint, str) or WHERE.fullmatch(endpoint) is None:
        raise _refused(NO_SUBSCRIPTION, "endpoint")
    if len(endpoint) > LONGEST_URL:
        raise _refused(
            f"This browser's push service has an address of more than {LONGEST_URL} signs; use another.", "url"
        )
    try:
        check_address(endpoint, policy(settings.MITRA_PUSH_INTO))
    except Refused as refused:
        raise _refused(f"This browser names a push service that is not asked. {refused}", "address") from refused
    if push.find_point(keys.p256dh) is None:
        raise _refused(f"This browser's key is no point of P-256: {START_ANEW}", "p256dh")
    if len(keys.auth) != 16:
        raise _refused(f"This browser's secret is not 16 bytes long: {START_ANEW}", "auth")
    return Subscription(endpoint, keys)


def _refused(said: str, rule: str) -> InvalidInput:
    return InvalidInput(said, path="subscription", rule=rule)


def push_all(going: Sequence[tuple[Sending, Described]], now: datetime) -> list[Outcome]:
    """Tell a batch of browsers, some at once; forget those that are gone."""
    browsers = _still_told([way for way, _ in going])

    def tell(one: tuple[Sending, Described]) -> Called:
        way, described = one
        browser = browsers.get(way.to)
        if browser is None:
            return Called("bounced", "nobody is told in this browser any more")
        return _tell(browser, way, described, now)

    with ThreadPoolExecutor(AT_ONCE) as callers:
        went = list(callers.map(tell, going))
    gone = [way.to for (way, _), called in zip(going, went, strict=True) if called.code == "gone"]
    if gone:
        Browser.objects.filter(ref__in=gone).delete()
    return list(went)


def _still_told(ways: Sequence[Sending]) -> dict[str, Browser]:
    """Return the browsers of those who can still sign in for the organisation that is told.

    A ladder says who was there when it was made, and somebody may have left since; one statement an organisation.
    """
    whom = {(way.message.owner, way.message.realm) for way in ways}
    people = {one: {each.id for each in community.list_reachable(one[0], realm=one[1])} for one in whom}
    known = {row.ref: row for row in Browser.objects.filter(ref__in={way.to for way in ways})}
    return {
        way.to: known[way.to]
        for way in ways
        if way.to in known and known[way.to].person in people[way.message.owner, way.message.realm]
    }


def _tell(browser: Browser, way: Sending, described: Described, now: datetime) -> Called:
    keys = push.Keys(push.from_text(browser.p256dh), push.from_text(browser.auth))
    ours = push.key_of_node(settings.MITRA_SECRETS["push"])
    sender, salt = ec.generate_private_key(push.CURVE), secrets.token_bytes(16)
    headers = {
        "Authorization": push.vouch(browser.endpoint, ours, contact=contact(), now=now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(push.KEEP_SECONDS),
        "Topic": way.token,
        "Urgency": push.urgency_of(way.severity),
    }
    body = push.seal(write_push(way, described), keys, sender=sender, salt=salt)
    try:
        answer = send("POST", browser.endpoint, content=body, headers=headers, policy=policy(settings.MITRA_PUSH_INTO))
    except Refused as refused:
        return Called("bounced", str(refused), code="refused")
    except Unreachable as unreached:
        if unreached.answer is None:
            return Called("deferred", "its push service does not answer", code=unreached.code)
        answer = unreached.answer
    return judge(answer, now=now)


def judge(answer: Answer, *, now: datetime) -> Called:
    """Return what the answer of a push service means; of its words nothing is kept (RFC 8030, 5 and 7.3)."""
    known = {status.value: status.phrase for status in HTTPStatus}
    said = f"{answer.status} {known.get(answer.status, '')}".strip()
    if 200 <= answer.status < 300:
        return Called("sent", said)
    if answer.status >= 500 or answer.status in LATER:
        return Called("deferred", said, retry_after=wait_of(answer.headers.get("retry-after", ""), now=now))
    return Called("bounced", said, code="gone" if answer.status in GONE else "")


def write_push(way: Sending, described: Described) -> bytes:
    """Return what a browser shows: what the subject of a mail may say, in its person's language.

    Words that would make it too long for a push service stay in the portal.
    """
    message = way.message
    tlp = None if message.tlp is None else Tlp(message.tlp)
    with override(way.language):
        teller = find_teller(message.code)
        heading = str(teller.heading) if teller is not None else ""
        number = message.number if says_number_outside(tlp) else ""
        lines = [f"{number} (S{message.severity})".strip() if message.severity else number]
        if message.answer_by is not None:
            here = message.answer_by.astimezone(ZoneInfo(way.zone))
            lines.append(gettext("Answer by %(time)s (%(zone)s)") % {"time": f"{here:%H:%M}", "zone": way.zone})
    said: dict[str, Any] = {
        "heading": f"[{tlp.label}] {heading}" if tlp is not None else heading,
        "language": way.language,
        "url": f"/inbox/{message.ref}",
        "tag": message.ref,
        "stays": message.severity >= URGENT,
    }
    title = " ".join(described.title.split()) if says_words_outside(tlp) else ""
    whole = orjson.dumps({**said, "body": "\n".join(filter(None, [title, *lines]))})
    return whole if len(whole) <= push.LONGEST_BYTES else orjson.dumps({**said, "body": "\n".join(filter(None, lines))})


def contact() -> str:
    """Return whom a push service writes to about this node: the address that mail comes from, or the node itself."""
    is_on_the_web = settings.MITRA_URL.startswith("https://") and not settings.MITRA_MAIL_FROM
    return settings.MITRA_URL if is_on_the_web else f"mailto:{site().sender}"
