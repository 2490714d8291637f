"""Who reads what was shared, and who would: told as far as the asking viewer may know names."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from mitra.community import queries as community
from mitra.core.policy.facts import Tlp
from mitra.exchange.rules import audience_of
from mitra.store.doors import store

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor, Readers
    from mitra.core.policy.facts import Viewer
    from mitra.exchange.facts import Terms


def who_can_see(viewer: Viewer, ref: str, *, now: datetime) -> Readers:
    """Return who reads a share today; raises NotFound when this viewer does not."""
    share = store().visible_to(viewer, now=now).get(ref)
    return community.describe_readers(share.audience, share_by=share.by, viewer=viewer, now=now)


def preview_readers(actor: Actor, terms: Terms, *, now: datetime) -> Readers:
    """Return who would read what the actor shares on these terms, from the end of the embargo on; writes nothing.

    Without a level it answers for unmarked content, which is AMBER+STRICT.
    """
    level = Tlp.AMBER_STRICT if terms.tlp is None else terms.tlp
    audience = audience_of(terms, level, realm=actor.viewer.realm)
    then = max(now, terms.embargo_until) if terms.embargo_until else now
    readers = community.describe_readers(audience, share_by=actor.organisation, viewer=actor.viewer, now=then)
    if level is not Tlp.RED or not terms.persons:
        return readers
    # Chosen persons become a circle only in the act of sharing; until then they are named from the form.
    chosen = community.name_people(terms.persons | ({actor.person} if actor.person else set()), actor)
    return dataclasses.replace(readers, persons=tuple(sorted({*readers.persons, *chosen.values()})))
