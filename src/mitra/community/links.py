"""One-time links: a room says what a kind of link does, sends one to whoever has no other way in, and it acts once.

Nobody signs in to follow one.  Looking acts on nothing, for mail is looked through by machines: the page asks, and its
POST acts.  The act uses the link up in its own transaction, so of many at once one is done, and what is refused leaves
the link as it was.  What a link says stands in `mitra.core.links`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.urls import reverse

from mitra.community.models import SentLink
from mitra.core.errors import InvalidInput, NotFound, WrongState
from mitra.core.links import SECRET_BYTES, Kept, Token, check, digest_of, print_token, read_token
from mitra.web.told import ToldForm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.web.ports import Words

KEPT: Final = timedelta(days=30)
"""How long after its end it is still said that a link was used or is over."""


@dataclass(frozen=True, slots=True)
class Following:
    """Somebody presses the button of a link now."""

    now: datetime
    link: int
    """The row of what was sent."""

    def use_up(self) -> None:
        """Let the link work no more; raises WrongState where somebody else was first."""
        if not SentLink.objects.filter(pk=self.link, used_at=None).update(used_at=self.now):
            raise WrongState("This link was used just now; ask for a new one if you need it again.")


@dataclass(frozen=True, slots=True)
class Use:
    """What links of one purpose do."""

    purpose: str
    heading: Callable[[str], Words]
    """What the page asks, by the link's subject."""
    lede: Words
    button: Words
    done: Words
    act: Callable[[str, Mapping[str, Any], Following], None]
    """Given the subject, and what was typed: calls `use_up` in the transaction in which it acts."""
    form: type[ToldForm] = ToldForm


@dataclass(frozen=True, slots=True)
class Sent:
    """A link that was made: its address on this node, shown this once, and its end."""

    path: str
    ends: datetime


_uses: dict[str, Use] = {}


def answer_links(use: Use) -> None:
    """Let a room say what links of a purpose do."""
    _uses[use.purpose] = use


def send_link(purpose: str, subject: str, *, lasts: timedelta, by: Actor, now: datetime) -> Sent:
    """Make a link about a subject; whatever was sent for the same before works no more."""
    ends = (now + lasts).replace(microsecond=0)
    token = Token(purpose, subject, ends, secrets.token_bytes(SECRET_BYTES))
    with transaction.atomic():
        void_links(purpose, subject)
        SentLink.objects.filter(ends__lt=now - KEPT).delete()
        SentLink.objects.create(
            owner=by.organisation, purpose=purpose, subject=subject, digest=digest_of(token), ends=ends
        )
    return Sent(reverse("community:link", args=[print_token(token)]), ends)


def void_links(purpose: str, subject: str) -> None:
    """Let no link that was sent for this work any more."""
    SentLink.objects.filter(purpose=purpose, subject=subject, used_at=None).delete()


def open_link(text: str, *, now: datetime) -> tuple[Use, str]:
    """Return what a link does, and about what; raises NotFound, and WrongState for one that is used or over."""
    use, token, _ = _read(text, now)
    return use, token.subject


def follow_link(text: str, said: Mapping[str, Any], *, now: datetime) -> None:
    """Do what a link is for; raises as `open_link`, and what the act raises."""
    use, token, row = _read(text, now)
    use.act(token.subject, said, Following(now, row.pk))


def _read(text: str, now: datetime) -> tuple[Use, Token, SentLink]:
    try:
        token = read_token(text)
    except InvalidInput:
        raise NotFound from None
    row, use = SentLink.objects.filter(digest=digest_of(token)).first(), _uses.get(token.purpose)
    if row is None or use is None:
        raise NotFound
    refusal = check(Kept(bytes(row.digest), row.used_at), token, now, purpose=use.purpose)
    if refusal:
        raise WrongState(refusal)
    return use, token, row
