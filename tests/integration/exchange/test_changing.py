"""An owner withdraws, tightens, revokes and writes the next version; nobody else does, and what rests on it follows."""

from base64 import b64decode
from datetime import UTC, datetime

import orjson
import pytest
from sharing_world import GREEN, actor, counts, person, reads, share, shares_of

from exchange_node import indicator, make_node
from mitra.core.errors import InvalidInput, NotFound, NotPermitted, WrongState
from mitra.core.ledger.act_tree import path_of, verify
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations
from mitra.exchange.facts import Terms
from mitra.exchange.models import RedReading
from mitra.exchange.operations.reading import line_of
from mitra.ledger.models import Act
from mitra.ledger.queries import find_said
from mitra.store.facts import Outcome

ONE, TWO = indicator(1), indicator(2)


@pytest.fixture
def node(transactional_db, empty_store):
    return make_node()


@pytest.fixture
def shared(node):
    """The ref of one indicator that cert-th shares with the community."""
    return share("cert-th", [ONE]).accepted[0].ref


def now():
    return datetime.now(UTC)


def test_withdrawal_ends_the_share_and_what_rests_on_it(node, shared):
    operations.reshare(actor("cert-kh"), shared, GREEN, now=now())
    assert len(shares_of("cert-vn", ONE)) == 2
    operations.withdraw(actor("cert-th"), shared, "Wrong host.", now=now())
    assert reads("cert-vn") == reads("cert-th") == reads("cert-kh") == {}


def test_only_the_owner_withdraws_and_says_why(node, shared):
    with pytest.raises(NotPermitted):
        operations.withdraw(actor("cert-kh"), shared, "Not mine.", now=now())
    with pytest.raises(NotFound):
        operations.withdraw(actor("newcomer"), shared, "What is this?", now=now())
    with pytest.raises(InvalidInput):
        operations.withdraw(actor("cert-th"), shared, "", now=now())


def test_reshare_is_never_looser_than_what_it_rests_on(node, shared):
    operations.reshare(actor("cert-kh"), shared, Terms(tlp=Tlp.CLEAR), now=now())
    assert {each.audience.tlp for each in shares_of("cert-vn", ONE)} == {Tlp.GREEN}
    assert reads("newcomer") == {}


def test_amber_is_not_shared_on(node):
    financial = Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]}))
    ref = share("cert-th", [ONE], financial).accepted[0].ref
    with pytest.raises(InvalidInput) as refusal:
        operations.reshare(actor("cert-kh"), ref, GREEN, now=now())
    assert refusal.value.rule == "only-its-owner-shares-on"


def test_tightened_share_leaves_those_it_no_longer_reaches(node, shared):
    financial = Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]}))
    with pytest.raises(InvalidInput) as wider:
        operations.tighten(actor("cert-th"), shared, Terms(tlp=Tlp.CLEAR), now=now())
    assert wider.value.rule == "not-stricter"
    operations.tighten(actor("cert-th"), shared, Terms(tlp=Tlp.AMBER), now=now())
    assert reads("cert-kh") == {}
    (mine,) = reads("cert-th").values()
    assert mine.audience.tlp is Tlp.AMBER
    with pytest.raises(InvalidInput):
        operations.tighten(actor("cert-th"), mine.ref, financial, now=now())


def test_revocation_reaches_everyone_who_read_the_object(node, shared):
    share("cert-th", [ONE], Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]})))
    report = operations.revoke(actor("cert-th"), shared, now=now())
    assert counts(report) == {"accepted": 2}
    newest = max((orjson.loads(each.raw) for each in shares_of("cert-vn", ONE)), key=lambda obj: obj["modified"])
    assert (newest["id"], newest["revoked"], newest["created"]) == (ONE["id"], True, ONE["created"])
    with pytest.raises(WrongState):
        operations.revoke(actor("cert-th"), report.accepted[0].ref, now=now())
    with pytest.raises(WrongState):
        operations.revoke(actor("cert-th"), shared, now=now())


def test_next_version_changes_words_and_not_identity(node, shared):
    report = operations.new_version(actor("cert-th"), shared, {"name": "ชื่อใหม่", "indicator_types": None}, now=now())
    assert report.totals[Outcome.ACCEPTED] == 1
    newest = max((orjson.loads(each.raw) for each in shares_of("cert-kh", ONE)), key=lambda obj: obj["modified"])
    assert newest["name"] == "ชื่อใหม่"
    assert "indicator_types" not in newest
    with pytest.raises(InvalidInput):
        operations.new_version(actor("cert-th"), shared, {"id": "indicator--x"}, now=now())


def test_next_version_must_be_stix_and_is_checked_for_harm(node, shared):
    with pytest.raises(InvalidInput) as broken:
        operations.new_version(actor("cert-th"), shared, {"pattern": "[nonsense"}, now=now())
    assert broken.value.path == "/pattern"
    harmful = {"pattern": "[domain-name:value = 'google.com']"}
    assert counts(operations.new_version(actor("cert-th"), shared, harmful, now=now())) == {"held": 1}


def test_reading_of_red_is_written_down_first(node):
    author, reader = person("cert-th"), person("cert-kh")
    terms = Terms(tlp=Tlp.RED, persons=frozenset({reader.person}))
    ref = share(author, [ONE], terms).accepted[0].ref
    opened = operations.open_red(person("cert-kh"), ref, now=now())
    assert opened.stix_id == ONE["id"]
    reading = RedReading.objects.get()
    assert (reading.person_id, reading.share_ref, reading.shared_by_id) == (reader.person, ref, author.organisation)
    for outsider in (person("cert-kh", "dara"), actor("cert-kh")):
        with pytest.raises(NotFound):
            operations.open_red(outsider, ref, now=now())
    assert RedReading.objects.count() == 1


def test_readings_of_red_are_logged_once_an_hour_and_once_each(node):
    author, other, reader = person("cert-th"), person("cert-vn"), person("cert-kh")
    terms = Terms(tlp=Tlp.RED, persons=frozenset({reader.person}))
    refs = [share(who, [obj], terms).accepted[0].ref for who, obj in ((author, ONE), (other, TWO))]
    leaves = Act.objects.count()
    for ref in (*refs, refs[0]):
        operations.open_red(person("cert-kh"), ref, now=now())
    assert Act.objects.count() == leaves
    assert (operations.log_readings(now=now()), operations.log_readings(now=now())) == (3, 0)
    act = Act.objects.order_by("leaf").last()
    assert Act.objects.count() == leaves + 1
    assert {reading.act for reading in RedReading.objects.all()} == {act.pk}
    said = find_said(act.pk)
    body = orjson.loads(said.body)
    assert (body["kind"], body["by"], body["facts"]) == ("exchange.red-read", None, {"readings": 3})
    mine = [line_of(reading) for reading in RedReading.objects.filter(shared_by=author.organisation)]
    theirs = [line_of(reading) for reading in RedReading.objects.filter(shared_by=other.organisation)]
    groups = [(orjson.dumps({"owner": who.organisation}), lines) for who, lines in ((author, mine), (other, theirs))]
    root = b64decode(body["root"])
    assert all(verify(path_of(said.seed, groups, 0, at), line, root) for at, line in enumerate(mine))
    assert not verify(path_of(said.seed, groups, 0, 0), theirs[0], root)
