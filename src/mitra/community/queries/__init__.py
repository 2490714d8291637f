"""Every read of this room; others import these names and no deeper."""

from __future__ import annotations

from mitra.community.queries.actors import (
    actor_of_credential,
    actor_of_operator,
    actor_of_person,
    actor_of_token,
    machine_beside,
    preferences_of,
)
from mitra.community.queries.bodies import viewer_of_body
from mitra.community.queries.circles import find_circle, list_circles, list_circles_with, list_clients, name_circles
from mitra.community.queries.organisations import (
    get_centre,
    get_organisation,
    has_centre,
    identify_organisation,
    list_organisations,
    name_organisations,
    organisation_ids_by_stix_id,
)
from mitra.community.queries.people import (
    bodies_with_readers,
    find_addressees,
    get_credential,
    get_person,
    list_addressees,
    list_credentials,
    list_people,
    name_people,
    persons_who_read,
)
from mitra.community.queries.readers import (
    circles_for_resharing,
    community_facts,
    community_members,
    describe_readers,
    name_readers,
)
from mitra.community.queries.realms import list_realms
from mitra.community.queries.working import (
    CirclePreview,
    CircleView,
    InvitationLine,
    get_circle,
    list_askable,
    list_invitable,
    list_invitations,
    list_nameable,
    preview_circle,
)
from mitra.core.policy.facts import PUBLIC

__all__ = [
    "PUBLIC",
    "CirclePreview",
    "CircleView",
    "InvitationLine",
    "actor_of_credential",
    "actor_of_operator",
    "actor_of_person",
    "actor_of_token",
    "bodies_with_readers",
    "circles_for_resharing",
    "community_facts",
    "community_members",
    "describe_readers",
    "find_addressees",
    "find_circle",
    "get_centre",
    "get_circle",
    "get_credential",
    "get_organisation",
    "get_person",
    "has_centre",
    "identify_organisation",
    "list_addressees",
    "list_askable",
    "list_circles",
    "list_circles_with",
    "list_clients",
    "list_credentials",
    "list_invitable",
    "list_invitations",
    "list_nameable",
    "list_organisations",
    "list_people",
    "list_realms",
    "machine_beside",
    "name_circles",
    "name_organisations",
    "name_people",
    "name_readers",
    "organisation_ids_by_stix_id",
    "persons_who_read",
    "preferences_of",
    "preview_circle",
    "viewer_of_body",
]
