"""What every write of this room asks first, and how a name that is taken is told."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from mitra.community.facts import COMMUNITY_MANAGE
from mitra.community.models import Organisation, Realm
from mitra.community.rules import WRITES_NOTHING
from mitra.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from mitra.core.policy.facts import REAL_REALM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.community.facts import Actor


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
def transaction_unless_taken(sentence: str) -> Iterator[None]:
    """Run a transaction, and raise Conflict with this sentence when a unique name or pair in it is taken."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Conflict(sentence) from error
