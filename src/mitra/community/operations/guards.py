"""What every write of this room asks first, and the one way in which it decides about rights.

A decision is one transaction, however many rows it changes: rights that somebody remembers are forgotten, an act is
written, and what an organisation may read from now on, and could not before, is replayed in its feeds.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol

from django.db import IntegrityError, transaction

from mitra.community.facts import COMMUNITY_MANAGE, EXCHANGE_SHARE
from mitra.community.models import Organisation, Realm
from mitra.community.queries.bodies import viewers_of_body_and_clients
from mitra.community.rules import READS_NOWHERE, WRITES_NOTHING, speaks_for_its_body
from mitra.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from mitra.core.policy.facts import REAL_REALM, Standing
from mitra.ledger.operations import write_act
from mitra.store.doors import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from mitra.community.facts import Actor


class WriteAct(Protocol):
    """Write the act of the decision that is being taken: its kind, who decides, and what."""

    def __call__(self, kind: str, by: int, facts: Mapping[str, object]) -> object:
        """Write it."""


def require_centre(actor: Actor) -> None:
    """Raise NotPermitted unless the actor manages the community for the centre."""
    actor.require(COMMUNITY_MANAGE)
    if actor.viewer.realm != REAL_REALM:
        raise NotPermitted("An exercise changes nothing of the real community.")
    if not actor.is_centre:
        raise NotPermitted("Only the centre decides this; ask its secretariat.")


def require_manager(actor: Actor) -> None:
    """Raise NotPermitted unless the actor manages its own organisation, and that organisation may write."""
    actor.require(COMMUNITY_MANAGE)
    if actor.viewer.standing in WRITES_NOTHING:
        raise NotPermitted("Your organisation is suspended, so it changes nothing here; ask the centre.")


def require_opener(by: Actor) -> None:
    """Raise NotPermitted unless the actor may open a working circle."""
    require_writer(by)
    if by.viewer.standing is not Standing.ACCREDITED:
        raise NotPermitted("Accredited organisations open circles; ask one of them, or the centre.")


def require_voice(by: Actor) -> None:
    """Raise NotPermitted unless the actor shares for its organisation, or manages it."""
    if not speaks_for_its_body(by.scopes):
        by.require(EXCHANGE_SHARE)


def require_writer(by: Actor) -> None:
    """Raise NotPermitted unless the actor speaks for an organisation that may write."""
    require_voice(by)
    if by.viewer.standing in WRITES_NOTHING:
        raise NotPermitted("Your organisation is suspended, so it changes nothing here; ask the centre.")


def check_reads_in_circles(name: str, standing: Standing, *, path: str) -> None:
    """Raise InvalidInput for a body that nobody asks into a circle as it stands now."""
    if standing in READS_NOWHERE:
        message = f"{name} is {standing}, and reads in no circle until that changes."
        raise InvalidInput(message, path=path, rule="standing")


def organisation_row(organisation: int) -> Organisation:
    """Return an organisation's row for a write; raises NotFound."""
    row = Organisation.objects.filter(pk=organisation).first()
    if row is None:
        raise NotFound("There is no such organisation; `mitra org list` shows them.")
    return row


def check_realm(realm: int) -> int:
    """Return the realm's number, or raise InvalidInput when no exercise has it."""
    if realm != REAL_REALM and not Realm.objects.filter(number=realm).exists():
        raise InvalidInput(f"There is no realm {realm}; `mitra realm list` shows them.", path="realm", rule="realm")
    return realm


def realm_within(realm: int, actor: Actor) -> int:
    """Return the realm in which the actor makes something: who acts in an exercise stays in it; raises InvalidInput."""
    return check_realm(realm) if actor.viewer.realm == REAL_REALM else actor.viewer.realm


@contextmanager
def deciding(*, now: datetime, grows: int | None = None, unless_taken: str = "") -> Iterator[WriteAct]:
    """Take one decision about rights in one transaction; yield what writes its act, the last thing that it does.

    `grows` is the organisation that may read more afterwards, itself or its clients; who only loses, or is new, needs
    no replay.  `unless_taken` is the Conflict to raise when a unique name or pair is taken.

    1. Every process forgets the rights that it remembers.  That row stays locked until commit, so decisions follow one
       another: each compares with what the one before it left.
    2. What machines of the organisation and of its clients read is asked before anything changes.
    3. The caller changes rows and writes the act.
    4. What they read more than before is replayed to them, above everything that they have paged past.
    """
    try:
        with transaction.atomic():
            store().raise_rights()
            before = {} if grows is None else viewers_of_body_and_clients(grows)
            yield partial(write_act, now=now)
            after = {} if grows is None else viewers_of_body_and_clients(grows)
            for place, viewer in after.items():
                if viewer != before[place]:
                    store().replay_growth(before[place], viewer, now=now)
    except IntegrityError as error:
        if not unless_taken:
            raise
        raise Conflict(unless_taken) from error
