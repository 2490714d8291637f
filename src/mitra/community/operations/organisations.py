"""Organisations come, rise, are suspended, leave, and stand under one another: the centre decides."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from mitra.community.models import Credential, OpenedCircle, Organisation, Realm
from mitra.community.operations.guards import deciding, organisation_row, require_centre
from mitra.community.operations.parting import part_with
from mitra.community.queries.organisations import facts_of
from mitra.community.rules import (
    FIRST_STANDINGS,
    KINDS,
    WRITES_NOTHING,
    check_choice,
    check_country,
    check_slug,
    may_become,
)
from mitra.core.errors import Conflict, InvalidInput, WrongState
from mitra.core.policy.facts import Standing
from mitra.core.text.names import check_name

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor, NewOrganisation, OrganisationFacts
    from mitra.community.operations.guards import WriteAct

IDENTITY = re.compile(r"identity--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)


def found_centre(new: NewOrganisation, *, now: datetime) -> OrganisationFacts:
    """Make the node's centre, accredited; raises Conflict when there is one.  Nobody stands above this act."""
    if Organisation.objects.filter(is_centre=True).exists():
        raise Conflict("This node has its centre already.")
    row = _row_of(new, now=now)
    row.is_centre = True
    row.standing = Standing.ACCREDITED.value
    return _insert(row, by=None, now=now)


def add_organisation(new: NewOrganisation, *, by: Actor, now: datetime) -> OrganisationFacts:
    """Add a body, proposed unless said otherwise; raises InvalidInput, or Conflict for a taken slug or STIX id."""
    require_centre(by)
    with transaction.atomic():
        added = _insert(_row_of(new, now=now), by=by, now=now)
        if new.sponsor is None:
            return added
        with deciding(now=now) as write_act:
            return _put_under(added.id, new.sponsor, by, write_act)


def _row_of(new: NewOrganisation, *, now: datetime) -> Organisation:
    stix_id = new.stix_id or f"identity--{uuid.uuid4()}"
    if not IDENTITY.fullmatch(stix_id):
        raise InvalidInput("An organisation's STIX id is identity-- and a UUID.", path="stix_id", rule="stix-id")
    return Organisation(
        slug=check_slug(new.slug),
        name=check_name(new.name),
        native_name=check_name(new.native_name, path="native_name") if new.native_name else "",
        kind=check_choice(new.kind, KINDS, path="kind"),
        country=check_country(new.country),
        standing=check_choice(new.standing, sorted(FIRST_STANDINGS), path="standing"),
        stix_id=stix_id,
        joined_at=now,
    )


def _insert(row: Organisation, *, by: Actor | None, now: datetime) -> OrganisationFacts:
    taken = f"There is an organisation called {row.slug}, or with this STIX id, already."
    with deciding(now=now, unless_taken=taken) as write_act:
        row.save(force_insert=True)
        facts = {"organisation": row.stix_id, "kind": row.kind, "standing": row.standing, "is_centre": row.is_centre}
        write_act("community.organisation-added", by.organisation if by else row.pk, facts)
    return facts_of(row)


def change_standing(
    organisation: int, *, to: Standing, by: Actor, now: datetime, reason: str = ""
) -> OrganisationFacts:
    """Move a body on the ladder; raises WrongState where no step leads there.

    Who leaves also leaves its circles, its sponsor and its clients, and its credentials are revoked.
    """
    require_centre(by)
    with deciding(now=now, grows=None if to in WRITES_NOTHING else organisation) as write_act:
        row = organisation_row(organisation)
        before = Standing(row.standing)
        if not may_become(before, to):
            message = f"{row.name} is {before.value}; from there no step leads to {to.value}."
            raise WrongState(message)
        if row.is_centre:
            raise WrongState("The centre keeps its standing while it runs this node.")
        row.standing = to.value
        if to is Standing.LEFT:
            _take_leave(row, now=now)
        row.save(update_fields=["standing", "sponsor"])
        facts = {"organisation": row.stix_id, "from": before.value, "to": to.value, "reason": reason}
        write_act("community.standing-changed", by.organisation, facts)
    return facts_of(row)


def _take_leave(row: Organisation, *, now: datetime) -> None:
    row.sponsor = None
    part_with(row.pk, now=now)
    OpenedCircle.objects.filter(client=row).delete()
    OpenedCircle.objects.filter(sponsor=row).delete()
    Organisation.objects.filter(sponsor=row).update(sponsor=None)
    Credential.objects.filter(organisation=row, revoked_at=None).update(revoked_at=now)


def set_sponsor(organisation: int, *, sponsor: int | None, by: Actor, now: datetime) -> OrganisationFacts:
    """Put a body under a sponsor, or under none; what an earlier sponsor opened to it is closed."""
    require_centre(by)
    with deciding(now=now, grows=organisation) as write_act:
        return _put_under(organisation, sponsor, by, write_act)


def _put_under(organisation: int, sponsor: int | None, by: Actor, write_act: WriteAct) -> OrganisationFacts:
    row = organisation_row(organisation)
    above = organisation_row(sponsor) if sponsor is not None else None
    if above is not None and above.pk == row.pk:
        raise InvalidInput("A body cannot be its own sponsor.", path="sponsor", rule="sponsor")
    if above is not None and above.standing != Standing.ACCREDITED:
        message = f"{above.name} is {above.standing}; only an accredited body can be a sponsor."
        raise WrongState(message)
    if row.standing == Standing.LEFT:
        raise WrongState(f"{row.name} has left.")
    if row.sponsor_id != sponsor:
        OpenedCircle.objects.filter(client=row).delete()
    row.sponsor = above
    row.save(update_fields=["sponsor"])
    facts = {"organisation": row.stix_id, "sponsor": above.stix_id if above else None}
    write_act("community.sponsor-set", by.organisation, facts)
    return facts_of(row)


def new_realm(name: str, *, by: Actor, now: datetime) -> int:
    """Make the realm of an exercise and return its number; nothing crosses between realms."""
    require_centre(by)
    clean = check_name(name)
    with deciding(now=now, unless_taken="Another realm was made at this moment; try again.") as write_act:
        number = (Realm.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        Realm.objects.create(number=number, name=clean, made_at=now)
        write_act("community.realm-made", by.organisation, {"realm": number})
    return number
