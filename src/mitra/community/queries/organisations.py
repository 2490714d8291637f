"""Organisations by name, by id and in lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from mitra.community.facts import OrganisationFacts
from mitra.community.models import Organisation
from mitra.community.queries.memory import names, stix_ids
from mitra.community.rules import is_in_community
from mitra.core.errors import NotFound
from mitra.core.policy.facts import Standing
from mitra.store.doors import store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.community.facts import Actor

CHUNK = 500
"""Names asked for in one statement; stock SQLite binds at most 32,766 variables."""


def find_row(name: str) -> Organisation:
    """Return the row of an organisation by slug or STIX id; raises NotFound.  Only this room reads rows."""
    row = Organisation.objects.select_related("sponsor").filter(Q(slug=name) | Q(stix_id=name)).first()
    if row is None:
        message = f"No organisation is called “{name}”; `mitra org list` shows their short names."
        raise NotFound(message)
    return row


def facts_of(row: Organisation) -> OrganisationFacts:
    """Return what others may know of a row."""
    standing = Standing(row.standing)
    return OrganisationFacts(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        native_name=row.native_name,
        kind=row.kind,
        country=row.country,
        standing=standing,
        stix_id=row.stix_id,
        is_centre=row.is_centre,
        is_in_community=is_in_community(standing, row.kind),
        sponsor=row.sponsor_id,
        joined_at=row.joined_at,
    )


def find_organisation(slug: str) -> OrganisationFacts | None:
    """Return one organisation by its short name, or None; for the program's own work, shown to nobody."""
    row = Organisation.objects.filter(slug=slug).first()
    return None if row is None else facts_of(row)


def get_organisation(name: str | int) -> OrganisationFacts:
    """Return one organisation by slug, STIX id or row id; raises NotFound."""
    if isinstance(name, str):
        return facts_of(find_row(name))
    row = Organisation.objects.filter(pk=name).first()
    if row is None:
        raise NotFound
    return facts_of(row)


def has_centre() -> bool:
    """Return whether the node has its centre yet."""
    return Organisation.objects.filter(is_centre=True).exists()


def get_centre() -> OrganisationFacts:
    """Return the node's centre; raises NotFound before `found_centre`."""
    row = Organisation.objects.filter(is_centre=True).first()
    if row is None:
        raise NotFound("This node has no centre yet; run `mitra init`.")
    return facts_of(row)


def list_organisations(actor: Actor) -> tuple[OrganisationFacts, ...]:
    """Return the organisations that this actor may know, by name.

    The centre knows all; the community knows those that have not left; anybody else itself, its sponsor, its clients
    and the centre.
    """
    rows = Organisation.objects.order_by("name", "id")
    if actor.viewer.in_community and not actor.is_centre:
        rows = rows.exclude(standing=Standing.LEFT)
    elif not actor.is_centre:
        rows = rows.filter(
            Q(pk=actor.organisation) | Q(is_centre=True) | Q(clients=actor.organisation) | Q(sponsor=actor.organisation)
        ).distinct()
    return tuple(facts_of(row) for row in rows)


def name_organisations(ids: Iterable[int]) -> dict[int, str]:
    """Return the names of organisations by row id; an unknown id has none."""
    wanted = set(ids)
    return _names_under(store().rights_epoch(), wanted) if wanted else {}


def name_by_stix_id(asked: Iterable[str], rows: Iterable[int] = ()) -> tuple[dict[str, str], dict[int, str]]:
    """Return names by STIX id, `''` for one that is not of this node, and by row id with them; in one look."""
    wanted, named = set(asked), set(rows)
    if not wanted and not named:
        return {}, {}
    epoch = store().rights_epoch()
    known = _every_stix_id(epoch) if wanted else {}
    ids = {one: known[one] for one in wanted if one in known}
    found = _names_under(epoch, {*ids.values(), *named})
    return {one: found.get(ids.get(one, 0), "") for one in wanted}, found


def _names_under(epoch: int, wanted: set[int]) -> dict[int, str]:
    known = names.under(epoch)
    unread = sorted(wanted - known.keys())
    for start in range(0, len(unread), CHUNK):
        rows = Organisation.objects.filter(pk__in=unread[start : start + CHUNK])
        known.update(rows.values_list("id", "name"))
    return {one: known[one] for one in wanted if one in known}


def identify_organisation(organisation: int) -> str:
    """Return the STIX id of an organisation of this node; raises NotFound."""
    for stix_id, known in _every_stix_id(store().rights_epoch()).items():
        if known == organisation:
            return stix_id
    raise NotFound


def organisation_ids_by_stix_id(asked: Iterable[str]) -> dict[str, int]:
    """Return which of these STIX ids name an organisation of this node, and its row id."""
    wanted = set(asked)
    known = _every_stix_id(store().rights_epoch()) if wanted else {}
    return {one: known[one] for one in wanted if one in known}


def _every_stix_id(epoch: int) -> dict[str, int]:
    known = stix_ids.under(epoch)
    if not known:
        every = dict(Organisation.objects.values_list("stix_id", "id"))
        known.update(every)  # at once: another thread may be asking
    return known
