"""What rooms above tell this one: what a message says, and who is on call; they fill these in their `ready()`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mitra.messages.oncall import duty_ladder

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.messages.facts import Described, Ladder
    from mitra.web.ports import Words


class Describes(Protocol):
    """Read what a message is about again, as one reader, as of now."""

    def __call__(self, abouts: Collection[str], actor: Actor, *, now: datetime) -> Mapping[str, Described]:
        """Return it by its id; without what this reader may not read, or not any more."""
        ...


@dataclass(frozen=True, slots=True)
class Teller:
    """One kind of message.  Its mail is `<room>/told/<code>.<language>.txt` among the room's templates."""

    code: str
    """As `cases.asked`."""
    scope: str
    """Who holds it reads these messages in the inbox."""
    heading: Words
    """What the inbox says of every such message: no name, no word of what it is about."""
    describe: Describes


class OnCall(Protocol):
    """Answered by directory; until then by the organisation's duty role."""

    def __call__(self, organisation: int, *, realm: int, now: datetime) -> Ladder:
        """Return who is told at once, and who next; empty where nobody is known."""
        ...


_tellers: dict[str, Teller] = {}
_on_call: list[OnCall] = []


def add_teller(teller: Teller) -> None:
    """Let a room say what messages of a code say."""
    _tellers[teller.code] = teller


def find_teller(code: str) -> Teller | None:
    """Return the teller of a code, or None where this program has none any more."""
    return _tellers.get(code)


def tellers() -> tuple[Teller, ...]:
    """Return every one."""
    return tuple(_tellers.values())


def answer_on_call(port: OnCall) -> None:
    """Let a room say who is on call."""
    _on_call[:] = [port]


def ladder_of(organisation: int, *, realm: int, now: datetime) -> Ladder:
    """Return who of an organisation is told, and who next."""
    found = _on_call[0](organisation, realm=realm, now=now) if _on_call else ()
    return found or duty_ladder(organisation, realm=realm)
