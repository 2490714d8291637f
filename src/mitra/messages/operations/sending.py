"""Send what waits: one sender a node, a batch at a time, so that nothing is lost and nothing goes twice unmarked.

1. Claim a batch: what is urgent first, as far as each domain's rate allows; its try is counted before it leaves.
2. Read again what each is about, as whom it goes to, and send it.  What may not be read any more is not sent.
3. Write down how each went, in one transaction.

A sender that dies between 1 and 3 leaves rows that say “sending”.  The next one takes them up again, and what it then
sends says that it is a further try, under the same Message-ID or webhook-id.  Budget: 150 a second; bench/messages.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from mitra.community import queries as community
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.core.errors import NotFound, NotPermitted, WrongState
from mitra.core.policy.facts import Tlp
from mitra.messages.channels.outcome import Outcome
from mitra.messages.facts import Channel, State
from mitra.messages.models import Hook, Sending
from mitra.messages.operations.telling import climb_if_unreached
from mitra.messages.ports import find_teller
from mitra.messages.rules import A_MINUTE_TO_ONE_DOMAIN, URGENT, try_again_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mitra.community.facts import Actor
    from mitra.messages.facts import Described

    Deliver = Callable[["Sending", "Described", datetime], Outcome]

AT_ONCE: Final = 50
MINUTE: Final = timedelta(minutes=1)
HELD_UP: Final = timedelta(seconds=5)
"""After how long something is looked at again that a domain's rate held up."""
AWAY: Final = timedelta(seconds=20)
"""The same where our own way out did not answer at all: no try of the message's."""
GIVEN_UP: Final = timedelta(days=2)


def take_up_again() -> int:
    """Let what a sender that died had claimed be sent again; the new sender's first step.  Return how much."""
    return Sending.objects.filter(state=Sending.SENDING).update(state=Sending.QUEUED)


def has_to_send(now: datetime) -> bool:
    """Return whether something waits to be sent now, or a sender that died left something."""
    return Sending.objects.filter(
        state__in=(Sending.QUEUED, Sending.SENDING, Sending.DEFERRED), next_at__lte=now
    ).exists()


def send_some(deliver: Deliver, *, clock: Callable[[], datetime]) -> int:
    """Send a batch; return how many were taken up."""
    claimed = claim(clock())
    went: list[tuple[Sending, Outcome]] = []
    readers: dict[tuple[int, int], Actor | None] = {}
    for way in claimed:
        described = _describe(way, readers, clock())
        went.append((way, deliver(way, described, clock()) if described is not None else Outcome("void")))
    if went:
        note(went, now=clock())
    return len(claimed)


def claim(now: datetime) -> list[Sending]:
    """Take up what is to be sent next, its try counted."""
    with transaction.atomic():
        waiting = Sending.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state__in=(Sending.QUEUED, Sending.DEFERRED), next_at__lte=now
        )
        found = list(waiting.select_related("message").order_by("-severity", "next_at", "id")[:AT_ONCE])
        going, held_up = _within_rates(found, now)
        Sending.objects.filter(pk__in=[way.pk for way in held_up]).update(next_at=now + HELD_UP)
        for way in going:
            way.tries += 1
            way.state, way.state_at = Sending.SENDING, now
        Sending.objects.bulk_update(going, ["tries", "state", "state_at"])
    return going


def _within_rates(found: Sequence[Sending], now: datetime) -> tuple[list[Sending], list[Sending]]:
    """Return what may go now, and what waits because its domain had enough within a minute."""
    domains = {way.domain for way in found if way.domain and way.severity < URGENT}
    recent = Sending.objects.filter(domain__in=domains, channel=Channel.MAIL, state_at__gt=now - MINUTE).exclude(
        state=Sending.QUEUED
    )
    had = Counter(recent.values_list("domain", flat=True)) if domains else Counter()
    going, held_up = [], []
    for way in found:
        if way.domain in domains and way.severity < URGENT and had[way.domain] >= A_MINUTE_TO_ONE_DOMAIN:
            held_up.append(way)
        else:
            had[way.domain] += 1
            going.append(way)
    return going, held_up


def _describe(way: Sending, readers: dict[tuple[int, int], Actor | None], now: datetime) -> Described | None:
    """Return what a message is about, as its organisation may read it now; None where it is not to go any more."""
    message = way.message
    teller = find_teller(message.code)
    if teller is None or message.acknowledged_at is not None or message.tlp == int(Tlp.RED):
        return None
    whom = (message.owner, message.realm)
    if whom not in readers:
        readers[whom] = community.actor_of_body(*whom)
    reader = readers[whom]
    return None if reader is None else teller.describe([message.about], reader, now=now).get(message.about)


def note(went: Iterable[tuple[Sending, Outcome]], *, now: datetime) -> None:
    """Write down how a batch went, and tell the next rung of what reached nobody."""
    with transaction.atomic():
        failed: set[int] = set()
        for way, outcome in went:
            if outcome.state == "void":
                Sending.objects.filter(pk=way.pk).delete()
                continue
            _settle(way, outcome, now)
            if way.state == State.BOUNCED:
                failed.add(way.message_id)
        kept = [way for way, outcome in went if outcome.state != "void"]
        Sending.objects.bulk_update(kept, ["state", "state_at", "next_at", "said", "tries"])
        for message in sorted(failed):
            climb_if_unreached(message, now=now)


def _settle(way: Sending, outcome: Outcome, now: datetime) -> None:
    way.state, way.state_at, way.said = outcome.state, now, outcome.said[:200]
    if outcome.state != State.DEFERRED:
        return
    wait = AWAY if outcome.is_ours else try_again_after(way.tries, retry_after=outcome.retry_after)
    if wait is None or now - way.message.at > GIVEN_UP:
        way.state = State.BOUNCED
    else:
        way.next_at = now + wait


def note_report(token: str, action: str, said: str, *, now: datetime) -> bool:
    """Note what a mail server reported of one way, by its token; return whether there is such a way."""
    state = {"failed": State.BOUNCED, "delivered": State.DELIVERED, "delayed": State.DEFERRED}.get(action)
    with transaction.atomic():
        way = Sending.objects.select_for_update().filter(token=token, channel=Channel.MAIL).first()
        if way is None:
            return False
        if state is not None and may_report(way.state, state):
            way.state, way.state_at, way.said = state, now, said[:200]
            if state is State.DEFERRED:  # the other server tries on; we only note it
                way.next_at = now + GIVEN_UP
            way.save(update_fields=["state", "state_at", "said", "next_at"])
            if state is State.BOUNCED:
                climb_if_unreached(way.message_id, now=now)
    return True


def may_report(state: str, to: State) -> bool:
    """Return whether a report may move a way: of what left, and never away from an end."""
    return state == State.SENT or (state == State.DEFERRED and to is not State.DEFERRED)


def send_again(ref: str, *, by: Actor, now: datetime) -> None:
    """Let a webhook's request be made once more, under the same id; raises NotFound, NotPermitted, WrongState."""
    if COMMUNITY_MANAGE not in by.scopes:
        raise NotPermitted("Whoever manages your organisation's connections sends it again; ask them.")
    with transaction.atomic():
        row = (
            Sending.objects.select_for_update()
            .filter(token=ref, owner=by.organisation, channel=Channel.WEBHOOK)
            .first()
        )
        if row is None:
            raise NotFound
        if row.state in {Sending.QUEUED, Sending.SENDING}:
            raise WrongState("It waits to be sent already.")
        if not Hook.objects.of(by).filter(ref=row.to).exists():
            raise WrongState("This webhook is gone; set one up first.")
        row.state, row.state_at, row.next_at = Sending.QUEUED, now, now
        row.save(update_fields=["state", "state_at", "next_at"])


def clock() -> datetime:
    """Return the time: a sender is an edge of its own, as a request is."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Ways:
    """What delivers by each channel."""

    mail: Deliver
    webhook: Deliver

    def __call__(self, way: Sending, described: Described, now: datetime) -> Outcome:
        """Deliver by the channel of a way."""
        return (self.mail if way.channel == Channel.MAIL else self.webhook)(way, described, now)
