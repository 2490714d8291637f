"""What a sender shares already ends early, and as it would have ended; nothing else takes the short way."""

import json
from datetime import UTC, datetime

import pytest
from sharing_world import GREEN, TIMES, bundle, counts, malware, relation, sdo, share

from exchange_node import indicator, make_node
from mitra.core.policy.facts import Tlp
from mitra.core.stix.markings import TLP2_IDS
from mitra.exchange.facts import Terms
from mitra.exchange.intake import pipeline, safeguard
from store_world import rolled_back

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADDRESS = {"type": "ipv4-addr", "spec_version": "2.1", "id": "ipv4-addr--b4e29b62-2053-47c4-bab4-bbce39e5ed67"}
KNOWN = [
    indicator(1),
    malware(2, object_marking_refs=[TLP2_IDS["TLP:GREEN"]]),
    {**ADDRESS, "value": "45.77.12.34"},
    relation(3, indicator(1), malware(2)),
    indicator(4, pattern="[domain-name:value = 'google.com']"),
]
"""A member's first batch: one of it is held."""


@pytest.fixture
def node(transactional_db, empty_store):
    return make_node()


def ends(report):
    """How each object ended, in the order told; of what was accepted only that, for its ref is new."""
    told = [(end.outcome.value, end.id, end.rule, end.reason, end.path, end.ref) for end in report.results]
    return counts(report), told, [end.id for end in report.accepted]


def both_ways(monkeypatch, data, terms=GREEN):
    """How a batch ends by the short way, and by the long way that knows no repeats; the store is as before."""
    with rolled_back():
        short = ends(share("cert-th", data, terms, now=WHEN))
    with monkeypatch.context() as patched, rolled_back():
        patched.setattr(pipeline, "repeated", lambda *_: None)
        long = ends(share("cert-th", data, terms, now=WHEN))
    return short, long


BATCHES = {
    "the same": KNOWN,
    "in another order": [*reversed(KNOWN)],
    "with news": [indicator(7), *KNOWN, indicator(8), relation(9, indicator(7), KNOWN[2])],
    "another wording": [*KNOWN[1:], indicator(1, name="ตัวอื่น")],
    "both wordings": [indicator(1, name="ตัวอื่น"), indicator(1), indicator(1)],
    "values that replace one another": [{**KNOWN[2], "defanged": True}, KNOWN[2], {**KNOWN[2], "defanged": False}],
    "values that come back": [KNOWN[2], {**KNOWN[2], "defanged": True}, KNOWN[2]],
    "an empty list of markings": [{**indicator(1), "object_marking_refs": []}],
    "another TLP": [{**indicator(1), "object_marking_refs": [TLP2_IDS["TLP:AMBER+STRICT"]]}],
    "no level": [{**indicator(1), "labels": ["tlp:ทอง"]}],
    "nothing valid": [{**indicator(1), "valid_from": "yesterday"}, {"type": "indicator"}, {"type": ["x"], "id": []}],
    "another's name": [{**indicator(1), "created_by_ref": sdo("identity", 5)["id"]}],
}


@pytest.mark.parametrize("name", BATCHES)
@pytest.mark.parametrize("terms", [GREEN, Terms(tlp=Tlp.CLEAR), Terms()], ids=["same", "wider", "unsaid"])
def test_the_short_way_ends_as_the_long_way(node, monkeypatch, name, terms):
    share("cert-th", KNOWN, now=WHEN)
    share("cert-kh", [indicator(1), KNOWN[2], indicator(7)], now=WHEN)
    short, long = both_ways(monkeypatch, bundle(*BATCHES[name]), terms)
    assert short == long


def test_a_collection_that_is_sent_again_ends_as_the_long_way_batch_after_batch(node, monkeypatch):
    objects = [indicator(number) for number in range(1_200)]
    share("cert-th", objects[:1_100], now=WHEN)
    backwards = {**indicator(1_300), "modified": "2025-01-01T00:00:00.000Z"}
    unmarked = {**indicator(5), "object_marking_refs": []}
    short, long = both_ways(monkeypatch, bundle(*objects[6:1_100], backwards, unmarked, *objects[1_100:], *objects[:5]))
    assert short == long
    assert short[0] == {"duplicate": 1_099, "accepted": 100, "refused": 2}


def test_a_repeat_is_told_by_the_name_of_the_share_that_stands(node):
    first = share("cert-th", [indicator(1)]).accepted[0]
    again = share("cert-th", [indicator(1)]).results[0]
    assert (again.outcome.value, again.rule, again.ref) == ("duplicate", "already-shared", first.ref)


def test_what_is_shared_already_is_not_looked_into_again(node, monkeypatch):
    objects = [indicator(number) for number in range(1_500)]
    share("cert-th", objects)
    looked = []
    check = pipeline.check
    monkeypatch.setattr(pipeline, "check", lambda obj, shape: looked.append(obj["id"]) or check(obj, shape))
    assert counts(share("cert-th", objects)) == {"duplicate": 1_500}
    assert looked == []


def test_what_is_new_is_looked_into_as_it_comes_once_the_first_were_glanced_at(node, monkeypatch):
    objects = [indicator(number) for number in range(40)]
    looked = []
    check = pipeline.check
    monkeypatch.setattr(pipeline, "check", lambda obj, shape: looked.append(obj["id"]) or check(obj, shape))
    assert counts(share("cert-th", objects)) == {"accepted": 40}
    first = pipeline.GLANCE_OBJECTS
    assert looked == [obj["id"] for obj in (*objects[first:], *objects[:first])]


def test_what_another_member_shares_does_not_shorten_the_way(node, monkeypatch):
    share("cert-kh", [indicator(1)])
    looked = []
    hold = safeguard.hold_benign
    monkeypatch.setattr(safeguard, "hold_benign", lambda item: looked.append(item.stix_id) or hold(item))
    assert counts(share("cert-th", [indicator(1)])) == {"accepted": 1}
    assert looked == [indicator(1)["id"]]


def test_a_repeat_is_told_with_the_version_that_was_sent(node):
    obj = {**sdo("campaign", 1), **TIMES}
    share("cert-th", [obj])
    told = share("cert-th", json.dumps(obj).encode()).results[0]
    assert (told.id, told.version) == (obj["id"], obj["modified"])
