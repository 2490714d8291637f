"""Note what is about to be handed out, so that its owner can be told who has it, and its holders when it is recalled.

Before an answer leaves: what cannot be noted, because the disk is full, is not handed out.  What the public reads is
TLP:CLEAR, and nobody counts it; of a line about TLP:RED nothing is handed out but that it is there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from mitra.core.policy.facts import Tlp
from mitra.store.handed.facts import Channel, Recipient
from mitra.store.handed.noting import note, numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.exchange.queries.shapes import Hand, RecordView


class Line(Protocol):
    """A share as a page names it."""

    @property
    def ref(self) -> str:
        """Its public name."""

    @property
    def tlp(self) -> Tlp:
        """Its level."""


def hand_to(actor: Actor | None, channel: Channel, *, now: datetime) -> Hand:
    """Return what notes shares that are handed to this actor by one way; None is the public."""
    return partial(_hand, actor, channel, now)


def hand_lines(actor: Actor | None, lines: Iterable[Line], *, channel: Channel = Channel.PORTAL, now: datetime) -> None:
    """Note what a page says of shares, one line of notes for all."""
    if actor is not None:
        _hand(actor, channel, now, numbers_of(line.ref for line in lines if line.tlp is not Tlp.RED))


def hand_record(actor: Actor | None, found: RecordView, *, now: datetime) -> None:
    """Note the page of one record, with everything else that it names; the words of RED are open on it."""
    if actor is not None:
        ties = [line for tie in found.relations.items for line in (tie.other, tie.via) if line is not None]
        beside = [*found.versions, *found.corroborated_by, *ties]
        refs = [found.line.ref, *(line.ref for line in beside if not line.is_red)]
        _hand(actor, Channel.PORTAL, now, numbers_of(refs))


def _hand(actor: Actor | None, channel: Channel, now: datetime, seqs: Iterable[int]) -> None:
    if actor is not None:
        to = Recipient(actor.organisation, person=actor.person, credential=actor.credential)
        note(seqs, to=to, channel=channel, now=now)
