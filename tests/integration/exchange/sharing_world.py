"""A small node to share on: people and operators of it, and objects with everything about them variable."""

import io
import json
from datetime import UTC, datetime

from exchange_node import indicator
from mitra.community import operations as community_operations
from mitra.community import queries as community
from mitra.community.facts import NewPerson
from mitra.community.models import Person
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations
from mitra.exchange.facts import Terms
from mitra.store.doors import store
from mitra.store.facts import Filter

NOW = datetime.now(UTC)
GREEN = Terms(tlp=Tlp.GREEN)
TIMES = {"created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z"}


def actor(slug):
    return community.actor_of_operator(slug)


def person(slug, name="sok"):
    email = f"{name}@{slug}.example"
    if not Person.objects.filter(email=email).exists():
        new = NewPerson(email, name, ("analyst",), password="long enough to be one 7")
        community_operations.add_person(new, by=actor(slug), now=NOW)
    return community.actor_of_person(Person.objects.get(email=email), now=NOW)


def bundle(*objects):
    whole = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": objects}
    return json.dumps(whole, ensure_ascii=False).encode()


def sdo(kind, number, **more):
    names = {} if kind in {"relationship", "sighting"} else {"name": f"{kind} {number}"}
    stix_id = f"{kind}--00000000-0000-4000-8000-{number:012d}"
    return {"type": kind, "spec_version": "2.1", "id": stix_id, **TIMES, **names, **more}


def malware(number, **more):
    return sdo("malware", number, is_family=True, **more)


def relation(number, source, target, **more):
    ends = {"source_ref": source["id"], "target_ref": target["id"]}
    return sdo("relationship", number, relationship_type="indicates", **ends, **more)


def report_of(number, *members, **more):
    refs = [member["id"] for member in members]
    return sdo("report", number, published=TIMES["created"], object_refs=refs, **more)


def blocking(number, value, **more):
    return indicator(number, **{"pattern": f"[domain-name:value = '{value}']", **more})


def share(by, data, terms=GREEN, *, name="", now=None, **more):
    who = actor(by) if isinstance(by, str) else by
    content = data if isinstance(data, bytes) else bundle(*data)
    return operations.share(who, io.BytesIO(content), terms, filename=name, now=now or datetime.now(UTC), **more)


def counts(report):
    """The totals that are not zero."""
    return {outcome.value: count for outcome, count in report.totals.items() if count}


def reads(who, now=None):
    """What a viewer reads, by STIX id: the loosest level first."""
    viewer = (actor(who) if isinstance(who, str) else who).viewer
    page = store().visible_to(viewer, now=now or datetime.now(UTC)).latest(limit=1_000, only=Filter())
    return {each.stix_id: each for each in page.shares}


def shares_of(who, obj, now=None):
    """Every share of an object that a viewer reads."""
    viewer = (actor(who) if isinstance(who, str) else who).viewer
    door = store().visible_to(viewer, now=now or datetime.now(UTC))
    wordings = {each.digest: each for each in door.variants(obj["id"])}
    return [share for wording in wordings.values() for share in door.with_bytes_of(wording)]
