"""Every write of this room: one transaction each, by an actor, at a given now, leaving one act in the ledger."""

from __future__ import annotations

from mitra.community.operations.circles import (
    add_member,
    circle_of_own_persons,
    circle_of_persons,
    close_circle,
    make_circle,
    open_circle,
    remove_member,
    set_opened_circles,
)
from mitra.community.operations.credentials import make_credential, revoke_credential
from mitra.community.operations.founding import found_node, states_of
from mitra.community.operations.organisations import (
    add_organisation,
    change_standing,
    found_centre,
    new_realm,
    set_sponsor,
)
from mitra.community.operations.people import add_person, close_account, keep_preferences, renew_password, set_roles

__all__ = [
    "add_member",
    "add_organisation",
    "add_person",
    "change_standing",
    "circle_of_own_persons",
    "circle_of_persons",
    "close_account",
    "close_circle",
    "found_centre",
    "found_node",
    "keep_preferences",
    "make_circle",
    "make_credential",
    "new_realm",
    "open_circle",
    "remove_member",
    "renew_password",
    "revoke_credential",
    "set_opened_circles",
    "set_roles",
    "set_sponsor",
    "states_of",
]
