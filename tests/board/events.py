"""What happened on the board."""

from dataclasses import dataclass

from mitra.pulse.facts import Event


@dataclass(frozen=True, slots=True)
class NoticeWritten(Event):
    """A notice, or something about one, was shared, changed or taken back."""

    NAME = "board.notice-written"

    stix_id: str
    act: int
