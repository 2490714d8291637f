"""What messages do by themselves: the next rung is told, what waits is sent, letters are taken in."""

from __future__ import annotations

import logging
from threading import Thread
from typing import TYPE_CHECKING

from django.db import connections

from mitra.messages.channels.mail import Post
from mitra.messages.channels.site import call_hook, site
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


_sending: list[Thread] = []
"""The thread that sends, in the worker's process: a mail server or a webhook may take seconds, and nothing waits."""


@every(1, name="messages.send")
def send(*, now: datetime) -> None:
    """See to it that somebody sends what waits."""
    if _sending and _sending[0].is_alive():
        return
    if sending.has_to_send(now):
        _sending[:] = [Thread(target=send_all, name="sender", daemon=True)]
        _sending[0].start()


def send_all() -> None:
    """Send until nothing waits, as the only sender of this node."""
    post = Post(site())
    try:
        with alone("messages.sender") as is_alone:
            if is_alone:
                sending.take_up_again()
                while sending.send_some(sending.Ways(post, call_hook), clock=sending.clock):
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
