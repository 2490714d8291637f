"""What happened to messages, as others may hear it: ids and codes, never words."""

from __future__ import annotations

from dataclasses import dataclass

from mitra.pulse.facts import Event


@dataclass(frozen=True, slots=True)
class MessageTold(Event):
    """An organisation was told something."""

    NAME = "messages.message-told"
    ONCE = True

    message: int


@dataclass(frozen=True, slots=True)
class LetterCame(Event):
    """A mail came in and was put where it belongs, or lies unmatched."""

    NAME = "messages.letter-came"
    ONCE = True

    letter: int
    is_matched: bool
