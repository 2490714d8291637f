"""Webhooks of organisations: whom they may reach, what they are told, and how a batch of them is called.

Imported by whoever calls only: the client behind it takes a tenth of a second to load, and every command would wait.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.conf import settings

from mitra.client.outward import Policy, Refused, check_address
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Tlp
from mitra.core.stix.times import format_time
from mitra.messages.channels import webhook
from mitra.messages.models import Hook
from mitra.messages.rules import says_number_outside, says_words_outside

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mitra.messages.channels.outcome import Outcome
    from mitra.messages.facts import Described
    from mitra.messages.models import Message, Sending

AT_ONCE: Final = 16
"""Requests that are under way together."""
ANSWERS_WITHIN: Final = 6.0
"""Seconds: whoever is slower is asked again later, and fifty organisations are told within ten all the same."""
LONGEST_URL: Final = 500


def policy(into: Iterable[str]) -> Policy:
    """Return where requests may go: the internet over https, and the internal networks that the operator opened."""
    inside = tuple(ip_network(one, strict=False) for one in into)
    return Policy(allowed=inside, allows_http=bool(inside), deadline_seconds=ANSWERS_WITHIN)


def check_hook(url: str) -> None:
    """Raise InvalidInput where an address can be seen to be none that a webhook may have."""
    if len(url) > LONGEST_URL:
        raise InvalidInput(f"Write an address of at most {LONGEST_URL} signs.", path="url", rule="too-long")
    try:
        check_address(url, policy(settings.MITRA_WEBHOOKS_INTO))
    except Refused as refused:
        raise InvalidInput(str(refused), path="url", rule="address") from refused


def call_hooks(going: Sequence[tuple[Sending, Described]], now: datetime) -> list[Outcome]:
    """Make a batch of signed requests, some at once, as one that never answers holds nobody else up."""
    hooks = {hook.ref: hook for hook in Hook.objects.filter(ref__in={way.to for way, _ in going})}
    where = policy(settings.MITRA_WEBHOOKS_INTO)

    def call(one: tuple[Sending, Described]) -> webhook.Called:
        way, described = one
        hook = hooks.get(way.to)
        if hook is None:
            return webhook.Called("bounced", "the webhook was taken away")
        body = orjson.dumps(payload(way.message, described))
        called = webhook.deliver(hook.url, [hook.secret], f"msg_{way.token}", now, body, policy=where)
        return only_status(called) if where.allowed else called

    with ThreadPoolExecutor(AT_ONCE) as callers:
        went = list(callers.map(call, going))
    for (way, _), called in zip(going, went, strict=True):
        _keep_state(hooks.get(way.to), called)
    return list(went)


def only_status(called: webhook.Called) -> webhook.Called:
    """Return an answer without its words: whoever may name an internal address reads nothing of what stands there."""
    is_answer = called.code in {"", "gone"}
    return replace(called, said=called.said.partition(": ")[0]) if is_answer else called


def _keep_state(hook: Hook | None, called: webhook.Called) -> None:
    if hook is None:
        return
    state = "gone" if called.code == "gone" else "works" if called.state == "delivered" else "fails"
    if (state, called.said[:200]) != (hook.state, hook.said):
        hook.state, hook.said = state, called.said[:200]
        Hook.objects.filter(pk=hook.pk).update(state=hook.state, said=hook.said)


def payload(message: Message, described: Described) -> dict[str, Any]:
    """Return what a webhook is told: never words that are stricter than TLP:AMBER."""
    tlp = None if message.tlp is None else Tlp(message.tlp)
    data: dict[str, Any] = {
        "message": message.ref,
        "severity": message.severity,
        "url": f"{settings.MITRA_URL}{described.url}",
    }
    if tlp is not None:
        data["tlp"] = tlp.label
    if message.number and says_number_outside(tlp):
        data["number"] = message.number
    if says_words_outside(tlp):
        data["title"] = described.title
    if message.answer_by is not None:
        data["answer_by"] = format_time(message.answer_by)
    return {"type": message.code, "timestamp": format_time(message.at), "data": data}
