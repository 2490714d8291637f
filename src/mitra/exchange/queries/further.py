"""Before somebody shares, shares on or changes an audience: what the laws would say, and who would read.

A preview is a courtesy, never a permission: the operation decides again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import orjson

from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.policy import reach
from mitra.core.policy.decide import OUTSIDE
from mitra.core.policy.facts import Tlp
from mitra.core.policy.reshare import circles_inside, may_reshare, reaches_no_further
from mitra.core.stix.versions import has_versions
from mitra.exchange import words
from mitra.exchange.rules import as_of, audience_of, terms_of
from mitra.store.doors import store
from mitra.store.facts import Filter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.community.facts import Actor, Readers
    from mitra.core.policy.reshare import CircleFacts
    from mitra.exchange.facts import Terms

SOON_SHOWN = 20


class Change(StrEnum):
    """What new terms would do to a share."""

    SAME = "same"
    STRICTER = "stricter"
    WIDER = "wider"


@dataclass(frozen=True, slots=True)
class Rights:
    """What the actor may do with one record that it reads."""

    may_share_on: bool
    why: str
    """The law's sentence, either way."""
    least: Tlp
    """The loosest level at which it may be shared on."""
    is_owner: bool
    may_change: bool
    """Its owner: withdraw it, and change its audience."""
    may_write: bool
    """Its author: write its next version, or revoke it."""


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many would read at one level: organisations in their own right, clients through them, named persons."""

    organisations: int
    clients: int
    persons: int
    is_public: bool


@dataclass(frozen=True, slots=True)
class SharingPreview:
    """Who would read on these terms, how many at each level, and how many of the community would not."""

    readers: Readers
    levels: Mapping[Tlp, LevelCount]
    others: int


@dataclass(frozen=True, slots=True)
class EndingEmbargo:
    """One share of one's own that others will soon read."""

    ref: str
    title: str
    tlp: Tlp
    at: datetime
    ends_at: datetime


def get_rights(actor: Actor, ref: str, *, now: datetime) -> Rights:
    """Return what the actor may do with a record; raises NotFound when it does not read it."""
    share = store().visible_to(actor.viewer, now=now).get(ref)
    writes = EXCHANGE_SHARE in actor.scopes and actor.viewer.standing not in OUTSIDE
    if share.by == actor.organisation:
        obj = orjson.loads(share.raw)
        is_open = has_versions(obj) and obj.get("revoked") is not True and share.under is None
        return Rights(
            may_share_on=writes and share.under is None,
            why="",
            least=Tlp.CLEAR,
            is_owner=True,
            may_change=writes,
            may_write=writes and is_open,
        )
    members = community.community_members()
    inward = audience_of(terms_of(share.audience, None, ""), share.audience.tlp, realm=share.audience.realm)
    decision = may_reshare(share.audience, inward, _facts_of(inward.circles), members, by=actor.organisation, now=now)
    return Rights(
        may_share_on=writes and decision.allowed,
        why=words.reason(decision.reason),
        least=share.audience.tlp,
        is_owner=False,
        may_change=False,
        may_write=False,
    )


def _facts_of(circles: frozenset[int]) -> Mapping[int, CircleFacts]:
    return community.circles_for_resharing(circles) if circles else {}


def get_terms(actor: Actor, ref: str, *, now: datetime) -> Terms:
    """Return the terms that a share stands on today; raises NotFound."""
    share = store().visible_to(actor.viewer, now=now).get(ref)
    return terms_of(as_of(share.audience, now), share.pap, share.condition)


def preview_change(actor: Actor, ref: str, terms: Terms, *, now: datetime) -> Change:
    """Return what the terms would do to a share; raises NotFound."""
    share = store().visible_to(actor.viewer, now=now).get(ref)
    audience = audience_of(terms, share.audience.tlp if terms.tlp is None else terms.tlp, realm=actor.viewer.realm)
    if audience == as_of(share.audience, now):
        return Change.SAME
    inside = circles_inside(_facts_of(terms.circles), community.community_members())
    narrower = reaches_no_further(audience, share.audience, now=now, inside_community=inside)
    return Change.STRICTER if narrower else Change.WIDER


def preview_sharing(actor: Actor, terms: Terms, *, now: datetime) -> SharingPreview:
    """Return who would read on these terms from the end of the embargo on, and how many at each level."""
    level = Tlp.AMBER_STRICT if terms.tlp is None else terms.tlp
    realm = actor.viewer.realm
    then = max(now, terms.embargo_until) if terms.embargo_until else now
    everyone = community.community_facts(realm)
    owner = actor.organisation
    audience = audience_of(terms, level, realm=realm)
    readers = community.describe_readers(audience, share_by=owner, viewer=actor.viewer, now=then, everyone=everyone)
    if level is Tlp.RED:
        # Chosen persons become a circle only in the act of sharing; until then they are named from the form.
        chosen = community.name_people(terms.persons | ({actor.person} if actor.person else set()), actor)
        readers = replace(readers, persons=tuple(sorted({*readers.persons, *chosen.values()})))
    found = {tlp: reach.readers(audience_of(terms, tlp, realm=realm), owner, everyone, then) for tlp in Tlp}
    inside = {key for key, body in everyone.organisations.items() if body.in_community}
    return SharingPreview(
        readers=readers,
        levels={tlp: count_of(each) for tlp, each in found.items()},
        others=len(inside - found[level].organisations - found[level].clients),
    )


def count_of(found: reach.Readers) -> LevelCount:
    """Return how many read."""
    return LevelCount(len(found.organisations), len(found.clients), len(found.persons), found.is_public)


def list_ending_embargoes(actor: Actor, *, until: datetime, now: datetime) -> tuple[EndingEmbargo, ...]:
    """Return the actor's own shares whose embargo ends by then; of RED, which stays with named persons, nothing."""
    only = Filter(by=frozenset({actor.organisation}), versions="last", embargo_ends_by=until)
    page = store().visible_to(actor.viewer, now=now).latest(limit=SOON_SHOWN, only=only)
    return tuple(
        EndingEmbargo(share.ref, share.title, share.audience.tlp, share.at, share.audience.embargo_until)
        for share in page.shares
        if share.audience.embargo_until is not None
        and share.audience.embargo_until > now
        and share.audience.tlp is not Tlp.RED
    )
