"""What messages do by themselves: the next rung is told, what waits is sent, letters are taken in."""

from __future__ import annotations

import logging
from threading import Thread
from typing import TYPE_CHECKING

from django.db import connections

from mitra.messages.channels.mail import Post, site
from mitra.messages.facts import Channel
from mitra.messages.operations import letters, sending, telling
from mitra.pulse.jobs import alone
from mitra.pulse.reactions import every, on_timer

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.pulse.facts import Ring

log = logging.getLogger("mitra.messages")


@on_timer(telling.CLIMB)
def climb(ring: Ring, *, now: datetime) -> None:
    """Tell the next rung of a message that nobody answered."""
    telling.climb(int(ring.subject.partition(":")[2]), because="unanswered", now=now)


_sending: dict[Channel, Thread] = {}
"""The threads that send, in the worker's process: another server may take seconds, and nothing waits."""


@every(1, name="messages.send")
def send(*, now: datetime) -> None:
    """See to it that somebody sends what waits, by each channel."""
    for channel in Channel:
        running = _sending.get(channel)
        if (running is None or not running.is_alive()) and sending.has_to_send(channel, now):
            _sending[channel] = Thread(target=send_all, args=[channel], name=f"sender-{channel}", daemon=True)
            _sending[channel].start()


def send_all(channel: Channel) -> None:
    """Send until nothing waits, as the only sender of this node by this channel."""
    from mitra.messages.channels.calling import call_hooks  # noqa: PLC0415 - see there
    from mitra.messages.channels.pushing import push_all  # noqa: PLC0415

    post, readers = Post(site()), sending.Readers()
    by: dict[Channel, sending.Deliver] = {
        Channel.MAIL: post,
        Channel.WEBHOOK: call_hooks,
        Channel.PUSH: push_all,
    }
    try:
        with alone(f"messages.{channel}") as is_alone:
            if is_alone:
                sending.take_up_again(channel)
                while sending.send_some(channel, by[channel], readers, clock=sending.clock):
                    pass
    finally:
        post.close()
        connections.close_all()


@every(5, name="messages.take-letters-in")
def take_letters_in(*, now: datetime) -> None:
    """Take in what the site's mail server has put down."""
    letters.take_in(now=now)


@every(86_400, name="messages.forget-letters")
def forget_letters(*, now: datetime) -> None:
    """Forget letters that are older than they are kept."""
    letters.forget(before=now - letters.KEPT)
