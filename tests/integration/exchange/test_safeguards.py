"""What would harm is held for its owner alone, let go with a reason, and nobody else learns that it waits."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from sharing_world import (
    GREEN,
    actor,
    blocking,
    counts,
    malware,
    person,
    reads,
    relation,
    report_of,
    sdo,
    share,
    shares_of,
)

from exchange_node import indicator, make_node
from mitra.core.errors import InvalidInput, NotFound, WrongState
from mitra.core.policy.facts import Audience, Tlp
from mitra.core.stix.markings import TLP2_IDS
from mitra.exchange import operations
from mitra.exchange.facts import Terms
from mitra.exchange.models import HeldItem

REPORT = """# Campaign against banks — ការវាយប្រហារ

TLP:AMBER

The loader talked to hxxps://login.evil-bank[.]top/a and 45[.]77[.]12[.]34, resolved by 8.8.8.8.
ตัวอย่าง: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""
FOUND = {
    "https://login.evil-bank.top/a",
    "45.77.12.34",
    "8.8.8.8",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


@pytest.fixture
def node(transactional_db, empty_store):
    return make_node()


def waiting(who):
    return HeldItem.objects.held_for(actor(who) if isinstance(who, str) else who).filter(decision="")


def release(who, item, reason="We run this host; it was taken over.", now=None):
    by = actor(who) if isinstance(who, str) else who
    return operations.release_held(by, item.pk, reason, now=now or datetime.now(UTC))


def test_benign_value_is_held_and_the_rest_goes_on(node):
    report = share("cert-th", [blocking(1, "google.com"), indicator(2)])
    assert counts(report) == {"accepted": 1, "held": 1}
    assert report.results[0].rule == "benign-value"
    assert "google.com is one of the ten thousand most-used sites" in report.results[0].reason
    assert set(reads("cert-th")) == set(reads("cert-kh")) == {indicator(2)["id"]}
    assert waiting("cert-th").get().why == {
        "value": "google.com",
        "list": "tranco10k",
        "what": "one of the ten thousand most-used sites",
    }
    assert not waiting("cert-kh").exists()


@pytest.mark.parametrize("harmless", [{"revoked": True}, {"indicator_types": ["benign"]}])
def test_what_blocks_nothing_is_not_held(node, harmless):
    assert counts(share("cert-th", [blocking(1, "google.com", **harmless)])) == {"accepted": 1}


def test_held_once_however_often_it_is_sent(node):
    for _ in range(3):
        assert counts(share("cert-th", [blocking(1, "google.com")])) == {"held": 1}
    assert waiting("cert-th").count() == 1


def test_release_shares_with_the_audience_that_was_meant(node):
    circle = Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]}), condition="ប្រយ័ត្ន")
    share("cert-th", [blocking(1, "google.com")], circle)
    item = waiting("cert-th").get()
    result = release("cert-th", item)
    shared = reads("cert-kh")[item.stix_id]
    assert (shared.ref, shared.audience.tlp, shared.condition) == (result.ref, Tlp.AMBER, "ប្រយ័ត្ន")
    assert reads("cert-vn") == {}
    item.refresh_from_db()
    assert (item.decision, item.reason) == ("released", "We run this host; it was taken over.")
    assert counts(share("cert-th", [blocking(1, "google.com")], circle)) == {"duplicate": 1}


def test_release_needs_a_reason_and_happens_once(node):
    share("cert-th", [blocking(1, "google.com")])
    item = waiting("cert-th").get()
    with pytest.raises(InvalidInput) as silent:
        release("cert-th", item, "  ")
    assert silent.value.path == "reason"
    release("cert-th", item)
    with pytest.raises(WrongState):
        release("cert-th", item)


def test_discarded_item_is_never_shared(node):
    share("cert-th", [blocking(1, "google.com")])
    item = waiting("cert-th").get()
    operations.discard_held(actor("cert-th"), str(item.pk), "A mistake of ours.", now=datetime.now(UTC))
    with pytest.raises(WrongState):
        release("cert-th", item)
    assert reads("cert-th") == {}


def test_foreign_and_unknown_held_item_answer_alike(node):
    share("cert-th", [blocking(1, "google.com")])
    item = waiting("cert-th").get()
    answers = set()
    for key in (item.pk, "00000000-0000-4000-8000-000000000000", "nonsense"):
        with pytest.raises(NotFound) as refusal:
            operations.release_held(actor("cert-kh"), key, "Mine!", now=datetime.now(UTC))
        answers.add(str(refusal.value))
    assert len(answers) == 1


def test_held_red_is_seen_by_its_author_only(node):
    author, reader = person("cert-th"), person("cert-kh")
    terms = Terms(tlp=Tlp.RED, persons=frozenset({reader.person}))
    assert counts(share(author, [blocking(1, "google.com")], terms)) == {"held": 1}
    assert waiting(author).count() == 1
    assert not waiting("cert-th").exists()
    assert not waiting(person("cert-th", "colleague")).exists()
    release(person("cert-th"), waiting(author).get())
    assert len(reads(person("cert-kh"))) == 1


def test_embargo_that_ended_while_it_was_held_holds_no_longer(node):
    until = datetime.now(UTC) + timedelta(minutes=5)
    share("cert-th", [blocking(1, "google.com")], Terms(tlp=Tlp.GREEN, embargo_until=until))
    release("cert-th", waiting("cert-th").get(), now=until + timedelta(minutes=1))
    assert len(reads("cert-kh", now=until + timedelta(minutes=1))) == 1


def test_reference_upward_within_one_file_is_held(node):
    hidden = malware(2, object_marking_refs=[TLP2_IDS["TLP:AMBER"]])
    leak = relation(3, indicator(1), hidden)
    report = share("cert-th", [leak, indicator(1), hidden])
    assert counts(report) == {"accepted": 2, "held": 1}
    assert (report.results[0].id, report.results[0].rule) == (leak["id"], "reference-upward")
    assert hidden["id"] in report.results[0].reason
    release("cert-th", waiting("cert-th").get())
    assert leak["id"] in reads("cert-kh")


def test_reference_upward_to_what_was_shared_before_is_held(node):
    financial = Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]}))
    share("cert-kh", [malware(2)], financial)
    leak = report_of(3, malware(2))
    assert counts(share("cert-th", [leak])) == {"held": 1}
    assert counts(share("cert-vn", [leak])) == {"accepted": 1}, "who may not read the end learns nothing of it"
    assert counts(share("cert-th", [leak], financial)) == {"accepted": 1}


def test_reference_to_what_is_readable_as_widely_elsewhere_passes(node):
    share("cert-th", [malware(2)], Terms(tlp=Tlp.AMBER))
    share("cert-th", [malware(2)])
    assert counts(share("cert-th", [relation(3, indicator(1), malware(2))])) == {"accepted": 1}


def test_reference_follows_the_file_that_widens_it(node):
    share("cert-th", [malware(2)], Terms(tlp=Tlp.AMBER))
    assert counts(share("cert-th", [relation(3, indicator(1), malware(2)), malware(2)])) == {"accepted": 2}


def test_author_and_markings_are_no_reference(node):
    statement = sdo("marking-definition", 5, definition_type="statement", definition={"statement": "© CERT"})
    del statement["modified"]
    author = sdo("identity", 6)
    share("cert-th", [statement, author], Terms(tlp=Tlp.AMBER_STRICT))
    obj = indicator(1, created_by_ref=author["id"], object_marking_refs=[statement["id"]])
    assert counts(share("cert-th", [obj])) == {"accepted": 1}


def test_report_in_prose_waits_for_its_owner(node):
    report = share("cert-th", REPORT.encode(), Terms(), name="report.md")
    assert counts(report) == {"held": 5}
    assert sorted(result.rule for result in report.results) == ["benign-value", *["review"] * 4]
    assert reads("cert-th") == {}


def test_report_is_understood_before_it_is_shared(node):
    understood = operations.understand(actor("cert-th"), io.BytesIO(REPORT.encode()), filename="report.md")
    assert understood.title == "Campaign against banks — ការវាយប្រហារ"
    assert understood.tlp is Tlp.AMBER
    assert {found.value for found in understood.values} == FOUND
    assert [found.value for found in understood.values if found.harm] == ["8.8.8.8"]


def test_reviewed_report_becomes_indicators_and_a_report(node):
    confirmed = frozenset(FOUND - {"8.8.8.8"})
    now = datetime.now(UTC)
    report = operations.share_report(actor("cert-th"), io.BytesIO(REPORT.encode()), Terms(), confirmed, now=now)
    assert counts(report) == {"accepted": 4}
    mine = reads("cert-th")
    assert {each.audience for each in mine.values()} == {Audience(Tlp.AMBER)}
    assert sorted(each.type for each in mine.values()) == ["indicator"] * 3 + ["report"]
    again = operations.share_report(
        actor("cert-th"), io.BytesIO(REPORT.encode()), Terms(), confirmed, now=now + timedelta(hours=1)
    )
    assert counts(again) == {"duplicate": 4}


def test_confirmed_benign_value_is_held_all_the_same(node):
    report = operations.share_report(
        actor("cert-th"), io.BytesIO(REPORT.encode()), GREEN, frozenset({"8.8.8.8"}), now=datetime.now(UTC)
    )
    assert counts(report) == {"accepted": 1, "held": 1}
    assert shares_of("cert-kh", {"id": report.results[0].id}) == []
