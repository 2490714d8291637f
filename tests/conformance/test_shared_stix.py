"""All real STIX at hand goes in through the real intake, or is refused for a stated reason that is right.

What went in is what is served: the stored bytes are RFC 8785 of the object that came, and export and TAXII give it back
equal but for its TLP.  A file's totals, and the reason for whatever was not accepted, stand in one table.
"""

import gzip
import hashlib
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import rfc8785
import stix2

from exchange_node import make_node, nobody
from mitra.community import queries as community
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Tlp
from mitra.core.stix.lifting import lift
from mitra.exchange import operations, queries
from mitra.exchange.facts import Terms
from mitra.exchange.operations import sharing
from mitra.store.doors import store
from mitra.store.facts import Filter, Outcome
from shared_data import SHARED

ATTACK = "attack/enterprise-attack-18.stix21.json.gz"
SCHEMAS = "stix-examples/cti-stix2-json-schemas"
DOCUMENTATION = "stix-examples/cti-documentation"
ONE_PAGE = 1_000


@dataclass(frozen=True)
class Ends:
    """How many of a file's objects are accepted, and how often each rule stops one of the others."""

    accepted: int
    stopped: dict[str, int] = field(default_factory=dict)


BENIGN = "held benign-value"
FILES = {
    ATTACK: Ends(21_503),
    "attack/ics-attack-18.1.stix21.json.gz": Ends(1_826),
    "attack/capec.stix21.json.gz": Ends(2_683),
    "stix-amnesty/cytrox.stix2.json": Ends(687),
    "stix-amnesty/pegasus.stix2.json": Ends(3_099),
    "stix-unit42/boggyserpens.stix20.json.gz": Ends(815),
    "stix-unit42/darkside-ransomware.stix20.json.gz": Ends(515),
    "stix-unit42/rancortaurus.stix20.json.gz": Ends(702),
    "stix-unit42/report-Netwalker_TA.stix20.json.gz": Ends(458),
    # Three identities whose `identity_class` is null: no type of STIX has a null.
    "stix-unit42/report-qakbotmalware.stix20.json.gz": Ends(324, {"refused stix-type": 3}),
    "stix-unit42/shallowtaurus.stix20.json.gz": Ends(543),
    "stix-unit42/statelytaurus.stix20.json.gz": Ends(3_134),
    f"{DOCUMENTATION}/defining-campaigns-threat-actors-intrusion-sets.json": Ends(26),
    f"{DOCUMENTATION}/indicator-for-malicious-url.json": Ends(3),
    f"{DOCUMENTATION}/sighting-of-an-indicator.json": Ends(4),
    f"{DOCUMENTATION}/threat-actor-leveraging-attack-patterns-and-malware.json": Ends(7),
    # It brings TLP's own marking along, and warns of 10.0.0.0, a private network.
    f"{DOCUMENTATION}/using-marking-definitions.json": Ends(2, {"duplicate built-in": 1, BENIGN: 1}),
    # Mandiant's report lists whole networks, two of which hold a large provider's mail hosts.
    f"{SCHEMAS}/apt1.json": Ends(74, {BENIGN: 2}),
    f"{SCHEMAS}/indicator-for-c2-ip-address.json": Ends(0, {BENIGN: 1}),
    f"{SCHEMAS}/indicator-to-campaign-relationship.json": Ends(2, {BENIGN: 1}),
    f"{SCHEMAS}/indicators-for-C2-with-COA.json": Ends(7, {BENIGN: 1}),
    f"{SCHEMAS}/infrastructure.json": Ends(10),
    # TLP:RED goes to persons, and a command has none to name.
    f"{SCHEMAS}/interop-objectmarking-test.json": Ends(0, {"refused red-needs-a-person": 1}),
    f"{SCHEMAS}/malicious-email-indicator-with-attachment.json": Ends(6),
    f"{SCHEMAS}/poisonivy.json": Ends(155),
    "misp-stix/test_attributes_collection_stix21.json": Ends(15),
    "misp-stix/test_event1_stix20.json": Ends(9),
    "misp-stix/test_event1_stix21.json": Ends(9),
    "misp-stix/test_events_collection_stix21.json": Ends(20),
    "misp-stix/test_objects_collection_stix21.json": Ends(18),
    "tlp2/tlp2-marking-definitions.stix21.json": Ends(0, {"duplicate built-in": 5}),
}
NO_TYPE = "“type” is missing: it says what kind of object this is."
NO_STIX = {
    "citizenlab/201611_KeyBoy_misp.json": NO_TYPE,
    "citizenlab/201909_MissingLink_misp.json": NO_TYPE,
    "misp-stix/test_attributes_collection_1.json": NO_TYPE,
    "misp-stix/test_events_collection_1.json": NO_TYPE,
    "misp-stix/test_objects_collection_1.json": NO_TYPE,
}
STIX_1 = "citizenlab/201510_NGO_Burma_stix.xml"


def content(name):
    data = (SHARED / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


def share(name, *, by="cert-th"):
    actor = community.actor_of_operator(by)
    source, when = io.BytesIO(content(name)), datetime.now(UTC)
    return operations.share(actor, source, Terms(tlp=Tlp.GREEN), filename=name, now=when, keep=100_000)


TLP_IDS = {
    *(one["id"] for one in json.loads(content("tlp2/tlp2-marking-definitions.stix21.json"))["objects"]),
    *(one.id for one in (stix2.v21.TLP_WHITE, stix2.v21.TLP_GREEN, stix2.v21.TLP_AMBER, stix2.v21.TLP_RED)),
}


def without_tlp(obj):
    """The object without its TLP references; without an empty list of references, which STIX does not know."""
    others = [ref for ref in obj.get("object_marking_refs", []) if ref not in TLP_IDS]
    rest = {name: value for name, value in obj.items() if name != "object_marking_refs"}
    return {**rest, "object_marking_refs": others} if others else rest


MADE = {
    ATTACK: "043ce4cf18d3fa58",
    "attack/ics-attack-18.1.stix21.json.gz": "91838ca8b1dd7749",
    "attack/capec.stix21.json.gz": "c87e4ad7bb07e69d",
    "stix-amnesty/cytrox.stix2.json": "34c8821592b1fc35",
    "stix-amnesty/pegasus.stix2.json": "0dba8236205e9006",
    "stix-unit42/boggyserpens.stix20.json.gz": "34e04b14856b745d",
    "stix-unit42/darkside-ransomware.stix20.json.gz": "451af97844a6e631",
    "stix-unit42/rancortaurus.stix20.json.gz": "b99a579abf9d3a2d",
    "stix-unit42/report-Netwalker_TA.stix20.json.gz": "ba0a5dd16e832ce0",
    "stix-unit42/report-qakbotmalware.stix20.json.gz": "407d5de1dda0adf8",
    "stix-unit42/shallowtaurus.stix20.json.gz": "1e9d63cc7c85b2b8",
    "stix-unit42/statelytaurus.stix20.json.gz": "d6a607034674c0ed",
    "stix-examples/cti-documentation/defining-campaigns-threat-actors-intrusion-sets.json": "0593a6fbcecc86de",
    "stix-examples/cti-documentation/indicator-for-malicious-url.json": "63625bcc75fda9b9",
    "stix-examples/cti-documentation/sighting-of-an-indicator.json": "0fa8584ca3ac4adf",
    "stix-examples/cti-documentation/threat-actor-leveraging-attack-patterns-and-malware.json": "e2f132538f67256e",
    "stix-examples/cti-documentation/using-marking-definitions.json": "b826a4cc4ddec70f",
    "stix-examples/cti-stix2-json-schemas/apt1.json": "987684b9c49fa5b6",
    "stix-examples/cti-stix2-json-schemas/indicator-for-c2-ip-address.json": "9d1f157e3e0814cf",
    "stix-examples/cti-stix2-json-schemas/indicator-to-campaign-relationship.json": "aa4e1f5afe6085d6",
    "stix-examples/cti-stix2-json-schemas/indicators-for-C2-with-COA.json": "04b3c4cc6ad47de8",
    "stix-examples/cti-stix2-json-schemas/infrastructure.json": "7e1ee37afb9a18ab",
    "stix-examples/cti-stix2-json-schemas/interop-objectmarking-test.json": "ad78fcc1e7db2bb1",
    "stix-examples/cti-stix2-json-schemas/malicious-email-indicator-with-attachment.json": "f0d3d8f67259f10d",
    "stix-examples/cti-stix2-json-schemas/poisonivy.json": "01ac1df74263d2cb",
    "misp-stix/test_attributes_collection_stix21.json": "932adee429c06933",
    "misp-stix/test_event1_stix20.json": "39f639a3a97fb2de",
    "misp-stix/test_event1_stix21.json": "3f78cb936169d5b4",
    "misp-stix/test_events_collection_stix21.json": "88ddf50362ba26d1",
    "misp-stix/test_objects_collection_stix21.json": "c7a73acbb364f91b",
    "tlp2/tlp2-marking-definitions.stix21.json": "0318922692841e4c",
}
"""What intake made of each file and said of each object, as the first release did it, one object after the other."""


class Recorder:
    """The store, and beside it what it was given."""

    def __init__(self, inner):
        self.inner, self.shares = inner, []

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def accept_batch(self, shares, **more):
        self.shares += shares
        return self.inner.accept_batch(shares, **more)


def digest_of(shares, report):
    """Everything that a record is and is found by, to whom it goes, and how each object ended, in order."""
    made = []
    for share in shares:
        record, audience = share.record, share.audience
        atoms = [[atom.kind, atom.value] for atom in record.atoms]
        networks = [[network.lo, network.hi] for network in record.networks]
        names = ("stix_id", "type", "modified", "created_by", "digest", "raw", "marking_at", "title")
        terms = [share.under, share.pap, share.condition, int(share.voice)]
        spoken = [atoms, networks, list(record.refs)]
        to = [int(audience.tlp), sorted(audience.circles)]
        made.append([*(getattr(record, name) for name in names), *spoken, *to, *terms])
    told = [
        [end.outcome.value, end.id, end.line, end.reason, end.rule, end.path, end.version]
        for end in (*report.results, *report.accepted)
    ]
    return hashlib.sha256(json.dumps([made, told], default=bytes.hex).encode()).hexdigest()[:16]


def came_in(name, report):
    """What the file holds as STIX 2.1, by id and version, without what the report says was stopped."""
    whole = json.loads(content(name))
    objects = whole["objects"] if whole["type"] == "bundle" else [whole]
    places = [f"/objects/{at}" for at in range(len(objects))] if whole["type"] == "bundle" else [""]
    stopped = {("/".join(result.path.split("/")[:3]), result.id) for result in report.results}
    return {
        (obj["id"], obj.get("modified", "")): without_tlp(obj)
        for place, came in zip(places, objects, strict=True)
        for obj in lift(came)
        if (place, obj["id"]) not in stopped
    }


def stored(slug):
    """The bytes that an organisation reads, as the door gives them."""
    door = store().visible_to(community.actor_of_operator(slug).viewer, now=datetime.now(UTC))
    after, more = 0, True
    while more:
        page = door.feed(after=after, limit=ONE_PAGE, only=Filter())
        yield from (row.raw for row in page.rows)
        after, more = page.rows[-1].position if page.rows else after, page.more


def exported(slug):
    """The objects of an organisation's export, but for the TLP definitions that it brings along."""
    viewer = community.actor_of_operator(slug).viewer
    whole = json.loads(b"".join(queries.export_stix(viewer, hand=nobody, now=datetime.now(UTC))))
    return [obj for obj in whole["objects"] if obj["id"] not in TLP_IDS]


def polled(client, headers):
    """The objects that a TAXII client collects, page by page."""
    query = {"match[version]": "all"}
    while True:
        page = client.get("/taxii2/mitra/collections/all/objects/", query, headers=headers).json()
        yield from page.get("objects", [])
        if not page.get("more"):
            return
        query["next"] = page["next"]


@pytest.fixture
def node(db):
    return make_node()


def names():
    return [pytest.param(name, marks=pytest.mark.slow) if name == ATTACK else name for name in FILES]


@pytest.mark.parametrize("name", names())
def test_a_real_file_goes_in_and_is_served_as_it_came(node, client, name):
    report = share(name)

    stopped = Counter(f"{result.outcome.value} {result.rule}" for result in report.results)
    ends = Ends(report.totals[Outcome.ACCEPTED], dict(stopped))
    assert ends == FILES[name]
    assert report.read == ends.accepted + stopped.total()
    came = came_in(name, report)
    assert set(stored("cert-kh")) == {rfc8785.dumps(obj) for obj in came.values()}
    served = exported("cert-kh")
    assert {(obj["id"], obj.get("modified", "")): without_tlp(obj) for obj in served} == came
    assert len(served) == len(came) == ends.accepted
    if name != ATTACK:  # pages are the export's pieces; twenty-two more of them would show nothing new
        assert list(polled(client, node.headers("cert-kh"))) == served
    assert exported("newcomer") == []


@pytest.mark.parametrize("name", names())
def test_a_real_file_becomes_what_it_always_became(node, monkeypatch, name):
    recorder = Recorder(store())
    monkeypatch.setattr(sharing, "store", lambda: recorder)
    report = share(name)
    assert digest_of(recorder.shares, report) == MADE[name]


@pytest.mark.parametrize("name", NO_STIX)
def test_what_is_no_stix_says_so(node, name):
    report = share(name)
    assert [(result.outcome, result.reason) for result in report.results] == [(Outcome.REFUSED, NO_STIX[name])]
    assert report.read == 1


def test_stix_1_says_that_it_is_too_old(node):
    with pytest.raises(InvalidInput, match=r"^This is XML: STIX is read from version 2\.0 on, which is JSON\.$"):
        share(STIX_1)


def test_one_sender_of_reports_that_disagree_about_a_version_shares_the_first(node):
    """Unit 42's reports were exported at different times: some objects have one version and two contents."""
    first, unread = {}, set()
    for name in (name for name in FILES if name.startswith("stix-unit42/")):
        report = share(name)
        whole = {obj["id"]: without_tlp(obj) for came in json.loads(content(name))["objects"] for obj in lift(came)}
        for result in report.results:
            known = first.get((result.id, result.version))
            if result.rule == "version-rewritten":
                assert known not in {None, rfc8785.dumps(whole[result.id])}
            elif result.rule == "already-shared":
                assert known == rfc8785.dumps(whole[result.id])
            else:
                assert result.rule == "stix-type"
                unread.add(result.id)
        for obj in whole.values():
            first.setdefault((obj["id"], obj.get("modified", "")), rfc8785.dumps(obj))
    assert set(stored("cert-kh")) == {raw for (stix_id, _), raw in first.items() if stix_id not in unread}
