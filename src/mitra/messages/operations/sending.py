"""Send what waits: one sender a channel, a batch at a time, so that nothing is lost and nothing goes twice unmarked.

1. Claim a batch: what is urgent first, as far as each domain's rate allows; its try is counted before it leaves.
2. Read again what each is about, as whom it goes to, and send it.  What may not be read any more is not sent.
3. Write down how each went, in one transaction.

A sender that dies between 1 and 3 leaves rows that say “sending”.  The next one takes them up again, and what it then
sends says that it is a further try, under the same Message-ID, webhook-id or Topic.  Budget: 150 a second;
bench/messages.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F

from mitra.community import queries as community
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.core.errors import NotFound, NotPermitted, WrongState
from mitra.core.policy.facts import Tlp
from mitra.messages.channels.outcome import Outcome
from mitra.messages.facts import Channel, State
from mitra.messages.models import Hook, Sending
from mitra.messages.operations.telling import climb_if_unreached
from mitra.messages.ports import find_teller
from mitra.messages.rules import A_MINUTE_TO_ONE_DOMAIN, NEVER, URGENT, try_again_after
from mitra.store.doors import store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mitra.community.facts import Actor
    from mitra.messages.facts import Described
    from mitra.messages.models import Message

    Going = Sequence[tuple["Sending", "Described"]]
    Deliver = Callable[[Going, datetime], Sequence[Outcome]]
    """Send a batch; return how each went, in order."""

AT_ONCE: Final = {Channel.MAIL: 50, Channel.WEBHOOK: 400, Channel.PUSH: 400}
"""Of webhooks and browsers many, for they are called side by side, and one that never answers ends its batch last."""
MINUTE: Final = timedelta(minutes=1)
HELD_UP: Final = timedelta(seconds=5)
"""After how long something is looked at again that a domain's rate held up."""
AWAY: Final = timedelta(seconds=20)
"""The same where our own way out did not answer at all: no try of the message's."""
GIVEN_UP: Final = timedelta(days=2)


@dataclass(slots=True)
class Readers:
    """As whom messages are read again before they go, kept for as long as nobody's rights change."""

    _epoch: int = -1
    _known: dict[tuple[int, int], Actor | None] = field(default_factory=dict)

    def of(self, message: Message) -> Actor | None:
        """Return the organisation that a message is for, as a reader; None where it left."""
        whom = (message.owner, message.realm)
        if whom not in self._known:
            self._known[whom] = community.actor_of_body(*whom)
        return self._known[whom]

    def look(self) -> None:
        """Forget everybody where rights have changed since the last look."""
        epoch = store().rights_epoch()
        if epoch != self._epoch:
            self._epoch, self._known = epoch, {}


def take_up_again(channel: Channel) -> int:
    """Let what a sender that died had claimed be sent again; the new sender's first step.  Return how much."""
    return Sending.objects.filter(channel=channel, state=Sending.SENDING).update(state=Sending.QUEUED)


def has_to_send(channel: Channel, now: datetime) -> bool:
    """Return whether something waits to be sent now, or a sender that died left something."""
    waits = (Sending.QUEUED, Sending.SENDING, Sending.DEFERRED)
    return Sending.objects.filter(channel=channel, state__in=waits, next_at__lte=now).exists()


def send_some(channel: Channel, deliver: Deliver, readers: Readers, *, clock: Callable[[], datetime]) -> int:
    """Send a batch by one channel; return how many were looked at: 0 when nothing waits."""
    claimed, looked_at = claim(channel, clock())
    readers.look()
    described = _describe(claimed, readers, clock())
    going = [(way, described[way.pk]) for way in claimed if way.pk in described]
    went = dict(zip((way.pk for way, _ in going), deliver(going, clock()), strict=True))
    if claimed:
        note([(way, went.get(way.pk) or Outcome("void")) for way in claimed], now=clock())
    return looked_at


def claim(channel: Channel, now: datetime) -> tuple[list[Sending], int]:
    """Take up what is to be sent next, its try counted; return it, and how many were looked at."""
    with transaction.atomic():
        waiting = Sending.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            channel=channel, state__in=(Sending.QUEUED, Sending.DEFERRED), next_at__lte=now
        )
        found = list(waiting.select_related("message").order_by("-severity", "next_at", "id")[: AT_ONCE[channel]])
        going, held_up = _within_rates(found, now)
        Sending.objects.filter(pk__in=[way.pk for way in held_up]).update(next_at=now + HELD_UP)
        Sending.objects.filter(pk__in=[way.pk for way in going]).update(
            tries=F("tries") + 1, state=Sending.SENDING, state_at=now
        )
        for way in going:
            way.tries += 1
    return going, len(found)


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


def _describe(claimed: Iterable[Sending], readers: Readers, now: datetime) -> dict[int, Described]:
    """Return what each is about, as its organisation may read it now; without what is not to go any more."""
    groups: dict[tuple[str, int, int], list[Sending]] = {}
    for way in claimed:
        message = way.message
        if message.acknowledged_at is None and message.tlp != int(Tlp.RED):
            groups.setdefault((message.code, message.owner, message.realm), []).append(way)
    found: dict[int, Described] = {}
    for (code, *_), ways in groups.items():
        teller, reader = find_teller(code), readers.of(ways[0].message)
        if teller is not None and reader is not None:
            described = teller.describe({way.message.about for way in ways}, reader, now=now)
            found.update((way.pk, described[way.message.about]) for way in ways if way.message.about in described)
    return found


def note(went: Sequence[tuple[Sending, Outcome]], *, now: datetime) -> None:
    """Write down how a batch went, and tell the next rung of what reached nobody.

    What was reported of a way while it was being sent stands.
    """
    with transaction.atomic():
        mine = Sending.objects.filter(pk__in=[way.pk for way, _ in went], state=Sending.SENDING)
        still = set(mine.values_list("pk", flat=True))
        kept = [(way, outcome) for way, outcome in went if way.pk in still]
        void = mine.filter(pk__in=[way.pk for way, outcome in kept if outcome.state == "void"])
        void.filter(tries__gt=1).update(state=State.SENT, state_at=now)  # it went before; this time nobody is rung
        void.filter(state=Sending.SENDING).delete()
        alike: dict[tuple[str, str, datetime], list[Sending]] = {}
        for way, outcome in kept:
            if outcome.state != "void":
                _settle(way, outcome, now)
                alike.setdefault((way.state, way.said, way.next_at), []).append(way)
        for (state, said, next_at), ways in alike.items():
            rows = Sending.objects.filter(pk__in=[way.pk for way in ways])
            rows.update(state=state, state_at=now, said=said, next_at=next_at)
        failed = {way.message_id for way, _ in kept if way.state == State.BOUNCED}
        for message in sorted(failed):
            climb_if_unreached(message, now=now)


def _settle(way: Sending, outcome: Outcome, now: datetime) -> None:
    way.state, way.said = outcome.state, outcome.said[:200]
    if outcome.state != State.DEFERRED:
        return
    failed = max(1, way.tries - max(0, way.message.rung - way.rung))  # who is rung again did not fail before
    wait = AWAY if outcome.is_ours else try_again_after(failed, retry_after=outcome.retry_after)
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
            if state is State.DEFERRED:  # the other server tries on, and we do not
                way.next_at = NEVER
            way.save(update_fields=["state", "state_at", "said", "next_at"])
            if state is State.BOUNCED:
                climb_if_unreached(way.message_id, now=now)
    return True


def may_report(state: str, to: State) -> bool:
    """Return whether a report may move a way: of what left, and never away from an end."""
    return state in {State.SENT, Sending.SENDING} or (state == State.DEFERRED and to is not State.DEFERRED)


def send_again(ref: str, *, by: Actor, now: datetime) -> None:
    """Let a webhook's request be made once more, under the same id; raises NotFound, NotPermitted, WrongState."""
    if COMMUNITY_MANAGE not in by.scopes:
        raise NotPermitted("Whoever manages your organisation's connections sends it again; ask them.")
    with transaction.atomic():
        mine = Sending.objects.of(by).filter(channel=Channel.WEBHOOK, message__realm=by.viewer.realm)
        row = mine.select_for_update(of=("self",)).filter(token=ref).first()
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
