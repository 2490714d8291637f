"""What the tests of sharing stand on: objects, a small community, records put in without intake, credentials."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from mitra.community import operations, queries
from mitra.community.facts import EXCHANGE_READ, EXCHANGE_SHARE, NewCircle, NewCredential, NewOrganisation
from mitra.core.policy.facts import Audience, Tlp
from mitra.core.stix.atoms import atoms_of
from mitra.core.stix.printing import print_record
from mitra.core.stix.versions import version_of
from mitra.store.doors import store
from mitra.store.facts import NewRecord, NewShare

TAXII = "application/taxii+json;version=2.1"
START = datetime(2026, 3, 1, tzinfo=UTC)


def indicator(number, *, name="", modified="2026-01-01T00:00:00.000Z", **more):
    """An indicator that validates, the same for the same number."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": modified,
        "name": name or f"ตัวบ่งชี้ {number}",
        "indicator_types": ["malicious-activity"],
        "pattern": f"[domain-name:value = 'c2-{number}.bad-domain-{number}.com']",
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
        **more,
    }


def nobody(_seqs):
    """Note of nothing that it is handed out."""


def record_of(obj, refs=()):
    atoms = atoms_of(obj)
    printed = print_record(obj)
    return NewRecord(
        stix_id=obj["id"],
        type=obj["type"],
        modified=version_of(obj),
        created_by=obj.get("created_by_ref", ""),
        digest=printed.digest,
        raw=printed.raw,
        marking_at=printed.marking_at,
        title=obj.get("name", ""),
        atoms=atoms.atoms,
        networks=atoms.networks,
        refs=refs,
    )


@dataclass
class Node:
    """Who is on the node: ids of organisations and circles, tokens of credentials, by short name."""

    organisations: dict[str, int] = field(default_factory=dict)
    circles: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def share(self, by, *objects, tlp=Tlp.GREEN, circle=None, now=None, **audience):
        """Put objects in as one act of an organisation."""
        circles = frozenset({self.circles[circle]} if circle else ())
        to = Audience(tlp, circles, **audience)
        shares = [NewShare(record_of(obj), to) for obj in objects]
        when = now or datetime.now(UTC)
        return store().accept_batch(shares, kind="exchange.shared", by=self.organisations[by], now=when)

    def headers(self, name, **more):
        """Headers of a request by one credential."""
        return {"Authorization": f"Bearer {self.tokens[name]}", "Accept": TAXII, **more}


def make_node():
    """Return a centre, four bodies, a circle of two; a credential each, one that only reads, one that only manages."""
    now = datetime.now(UTC)
    made = Node()
    centre = operations.found_centre(NewOrganisation("centre", "Centre", "international"), now=now)
    made.organisations["centre"] = centre.id
    by = queries.actor_of_operator("centre")
    for slug, name, standing in (
        ("cert-th", "ThaiCERT", "accredited"),
        ("cert-kh", "CamCERT", "accredited"),
        ("cert-vn", "VNCERT", "accredited"),
        ("newcomer", "Newcomer", "listed"),
    ):
        new = NewOrganisation(slug, name, "csirt", standing=standing)
        made.organisations[slug] = operations.add_organisation(new, by=by, now=now).id
    members = (made.organisations["cert-th"], made.organisations["cert-kh"])
    financial = operations.make_circle(NewCircle("financial", "การเงิน", members=members), by=by, now=now)
    made.circles["financial"] = financial.id
    for slug in made.organisations:
        made.tokens[slug] = token(slug, EXCHANGE_READ, EXCHANGE_SHARE)
    made.tokens["reader"] = token("cert-th", EXCHANGE_READ)
    made.tokens["manager"] = token("cert-th", "community:manage")
    return made


def token(slug, *scopes):
    actor = queries.actor_of_operator(slug)
    return operations.make_credential(NewCredential("test", scopes), by=actor, now=datetime.now(UTC)).token
