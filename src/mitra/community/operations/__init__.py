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
from mitra.community.operations.founding import found_node
from mitra.community.operations.organisations import (
    add_organisation,
    change_standing,
    found_centre,
    new_realm,
    set_sponsor,
)
from mitra.community.operations.people import (
    add_person,
    choose_password,
    close_account,
    keep_preferences,
    renew_password,
    send_password_link,
    set_roles,
)
from mitra.community.operations.working import (
    accept,
    decline,
    hand_over,
    invite,
    leave,
    name_person,
    open_working_circle,
    remove_from_working,
    take_invitation_back,
    unname_person,
)
from mitra.community.queries.states import states_of

__all__ = [
    "accept",
    "add_member",
    "add_organisation",
    "add_person",
    "change_standing",
    "choose_password",
    "circle_of_own_persons",
    "circle_of_persons",
    "close_account",
    "close_circle",
    "decline",
    "found_centre",
    "found_node",
    "hand_over",
    "invite",
    "keep_preferences",
    "leave",
    "make_circle",
    "make_credential",
    "name_person",
    "new_realm",
    "open_circle",
    "open_working_circle",
    "remove_from_working",
    "remove_member",
    "renew_password",
    "revoke_credential",
    "send_password_link",
    "set_opened_circles",
    "set_roles",
    "set_sponsor",
    "states_of",
    "take_invitation_back",
    "unname_person",
]
