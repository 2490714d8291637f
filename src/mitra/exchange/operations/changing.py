"""What an owner does with what it shared: withdraw, tighten, revoke, write the next version.

Bytes never change.  A withdrawal ends a share and all that rests on it; a tightened share is ended and replaced in one
act; a revocation is a version like any other, that says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.errors import InvalidInput, NotPermitted, WrongState
from mitra.core.policy.facts import Decision
from mitra.core.policy.reshare import circles_inside, inherit, reaches_no_further
from mitra.core.stix.times import format_time, parse_time
from mitra.core.stix.versions import has_versions, version_key
from mitra.exchange.events import SharesEnded
from mitra.exchange.facts import Report
from mitra.exchange.intake.authorise import seat_sender
from mitra.exchange.intake.levels import Levels
from mitra.exchange.intake.mark import check_level
from mitra.exchange.intake.normalise import described, record_of
from mitra.exchange.intake.pipeline import Run
from mitra.exchange.intake.validate import check
from mitra.exchange.operations.holding import check_reason
from mitra.exchange.rules import as_of, audience_of, terms_of
from mitra.pulse.operations import emit
from mitra.store.doors import store
from mitra.store.facts import Cause, NewShare, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Terms
    from mitra.exchange.intake.batch import Stix
    from mitra.store.facts import Receipt, Share
    from mitra.store.protocol import Door

FIXED = frozenset(
    {"type", "id", "created", "created_by_ref", "spec_version", "modified", "revoked", "object_marking_refs"}
)
"""What a new version does not change: identity, authorship, and what has an operation of its own."""


def withdraw(actor: Actor, ref: str, reason: str, *, now: datetime) -> Receipt:
    """End a share of one's own, and all that rests on it; raises NotFound, NotPermitted, WrongState, InvalidInput."""
    share = own_share(actor, ref, store().visible_to(actor.viewer, now=now))
    text = check_reason(reason)
    return store().end_share(
        share.seq,
        to=State.WITHDRAWN,
        by=actor.organisation,
        cause=Cause("withdraw", text),
        now=now,
        announce=lambda written: _tell(SharesEnded(written.act, State.WITHDRAWN), actor, now),
    )


def tighten(actor: Actor, ref: str, terms: Terms, *, now: datetime, reason: str = "") -> Receipt:
    """Replace a share of one's own by one that reaches fewer, in one act.

    Raises InvalidInput where the terms reach anybody new: to widen is to share once more.
    """
    sender = seat_sender(actor, terms, store=store(), now=now)
    share = own_share(actor, ref, sender.door)
    level = share.audience.tlp if terms.tlp is None else terms.tlp
    audience = audience_of(terms, level, realm=actor.viewer.realm, named=sender.named)
    inside = circles_inside(sender.circles.facts, sender.circles.community)
    if audience == share.audience or not reaches_no_further(audience, share.audience, now=now, inside_community=inside):
        message = "This is not stricter than before: to widen an audience, share it once more."
        raise InvalidInput(message, path="tlp", rule="not-stricter")
    record = record_of(described(orjson.loads(share.raw)))
    bound = share.condition if share.under is not None or not terms.condition else ""
    kept = inherit(share.pap, bound, terms.pap, terms.condition)
    new = NewShare(record, audience, share.under, kept.pap, kept.condition)
    receipt = store().replace_share(
        share.seq,
        new,
        by=actor.organisation,
        cause=Cause("tighten", reason),
        now=now,
        announce=lambda written: _tell(SharesEnded(written.act, State.TIGHTENED, written.first_seq), actor, now),
    )
    if receipt.act is None:
        raise WrongState("You already share this with that audience; withdraw the wider share instead.")
    return receipt


def revoke(actor: Actor, ref: str, *, now: datetime) -> Report:
    """Share a version that revokes the object, with every audience of one's own that has this version.

    Raises NotPermitted to whoever is not its author, WrongState where it is revoked or has no versions.
    """
    door = store().visible_to(actor.viewer, now=now)
    share = own_share(actor, ref, door)
    obj = _next_version(share, {}, now)
    obj["revoked"] = True
    return _share_version(actor, share, obj, door, now)


def new_version(actor: Actor, ref: str, changes: Mapping[str, Any], *, now: datetime) -> Report:
    """Share the next version of an object, with every audience of one's own that has this version.

    `changes` gives properties their new value, or None to leave them out.  Raises InvalidInput for a version that is
    no STIX, NotPermitted and WrongState as `revoke` does.
    """
    fixed = sorted(FIXED & changes.keys())
    if fixed:
        message = f"“{fixed[0]}” does not change from version to version."
        raise InvalidInput(message, path=f"/{fixed[0]}", rule="fixed-property")
    door = store().visible_to(actor.viewer, now=now)
    share = own_share(actor, ref, door)
    obj = _next_version(share, changes, now)
    check(obj)
    for old in _own_shares(actor, share, door):
        check_level(obj, old.audience.tlp)
    return _share_version(actor, share, obj, door, now)


def own_share(actor: Actor, ref: str, door: Door) -> Share:
    """Return a readable share that the actor's organisation made; raises NotFound, NotPermitted."""
    actor.require(EXCHANGE_SHARE)
    share = door.get(ref)
    if share.by != actor.organisation:
        message = "Only the organisation that shared this may change that."
        raise NotPermitted(message, decision=Decision.refuse("only-its-owner-shares-on"))
    return share


def _tell(event: SharesEnded, actor: Actor, now: datetime) -> None:
    """Tell whoever listens that shares ended, in their transaction."""
    realm = actor.viewer.realm
    emit(event, subject=f"act:{event.act}", actor=actor.organisation, now=now, realm=realm)


def _next_version(share: Share, changes: Mapping[str, Any], now: datetime) -> Stix:
    """Return the object with changes and a later `modified`; raises NotPermitted, WrongState."""
    obj: Stix = orjson.loads(share.raw)
    if share.under is not None:
        raise NotPermitted("You shared this on; its author writes its next version.")
    if not has_versions(obj):
        raise WrongState("Objects of this type have no versions; withdraw it, and share another.")
    if obj.get("revoked") is True:
        raise WrongState("It is revoked, and a revoked object has no later version.")
    later = max(now, parse_time(share.modified) + timedelta(milliseconds=1))
    obj.update(changes)
    return {name: value for name, value in obj.items() if value is not None} | {"modified": format_time(later)}


def _share_version(actor: Actor, share: Share, obj: Stix, door: Door, now: datetime) -> Report:
    """Bring one new version through the later steps, once for each audience that has the present one."""
    report = Report()
    for old in _own_shares(actor, share, door):
        audience = as_of(old.audience, now)
        sender = seat_sender(actor, terms_of(audience, old.pap, old.condition), store=store(), now=now)
        run = Run(sender, store(), Levels(audience.tlp), keep=1, report=report)
        item = described(obj)
        item.audience, item.pap, item.condition = audience, old.pap, old.condition
        run.finish([item])
    return report


def _own_shares(actor: Actor, share: Share, door: Door) -> Sequence[Share]:
    """Return one's own original shares of these bytes; raises WrongState when a later version is out already."""
    mine = [other for other in door.variants(share.stix_id) if other.by == actor.organisation]
    if any(version_key(other.modified) > version_key(share.modified) for other in mine):
        raise WrongState("You shared a later version of this; open that one.")
    return [other for other in door.with_bytes_of(share) if other.by == actor.organisation and other.under is None]
