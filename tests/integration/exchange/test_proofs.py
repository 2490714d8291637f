"""The proof of a share: for who reads it or shared it, pending then logged, and a file that proves it offline."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger_world import World, make_home
from mitra.community import queries as community
from mitra.core.ledger.examining import Holder, Shown, examine, examine_promise
from mitra.core.ledger.proof import read_proof
from mitra.core.ledger.receipt import read_receipt
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations, queries
from mitra.exchange.facts import Terms
from mitra.ledger.keys import log_keys, rotate
from mitra.store import acts
from mitra.store.doors import store
from mitra.store.facts import Cause, State

READS = {"amber": ["cert-vn", "cert-th", "cert-sg", "bank-a"], "clear": ["", "guest"], "red": ["cert-sg", "th-named"]}


@pytest.fixture
def log(region, tmp_path, settings):
    """The region's log, from now on in a home of its own."""
    make_home(tmp_path / "node", settings)
    world = World(tmp_path / "node")
    world.now = datetime.now(UTC)
    yield world
    world.sequencer.give_up()


def page_of(browse, viewer, ref, tail=""):
    return browse(viewer).get(f"/exchange/records/{ref}/proof{tail}")


def holder(**more):
    return Holder(keys=log_keys(), **more)


def shown(data, **more):
    found = examine(read_proof(data), holder(**more))
    return {finding.what: finding.shown.value for finding in found.findings}


ALL = dict.fromkeys(("promised", "signed", "included", "grew", "for"), "proven")


@pytest.mark.parametrize("key", READS)
def test_each_reader_takes_a_proof_of_exactly_this_record(region, log, browse, key):
    log.publish()
    secret = region.secrets[key]
    viewer = community.actor_of_operator(secret.by).viewer
    digest = bytes.fromhex(queries.get_proof(viewer, secret.ref, now=log.now).digest) if key != "red" else None
    for reader in READS[key]:
        response = page_of(browse, reader, secret.ref, "/shared")
        assert response.status_code == 200, reader
        assert response["Content-Disposition"].endswith('.tlog-proof"')
        given = {} if digest is None else {"records": [digest]}
        assert shown(response.content, **given) == ALL
        assert shown(response.content, records=[b"\x00" * 32]) == ALL | {"for": "refuted"}


def test_who_does_not_read_it_finds_no_proof(region, log, browse):
    log.publish()
    for key, viewer in [
        ("amber", "cert-my"),
        ("amber", ""),
        ("red", "th-admin"),
        ("own", "cert-th"),
        ("drill", "cert-th"),
    ]:
        for tail in ("", "/shared", "/ended"):
            assert page_of(browse, viewer, region.secrets[key].ref, tail).status_code == 404, (key, viewer, tail)


def test_a_pending_share_has_a_promise_and_then_a_proof(region, log, browse):
    ref = region.secrets["amber"].ref
    waiting = page_of(browse, "cert-vn", ref)
    assert "It is promised its place in the log." in waiting.content.decode()
    promise = page_of(browse, "cert-vn", ref, "/shared")
    assert promise["Content-Disposition"].endswith('.promise"')
    said, finding = examine_promise(promise.content, log_keys())
    assert finding.shown is Shown.PROVEN
    log.publish()
    there = page_of(browse, "cert-vn", ref).content.decode()
    assert "It stands in the log." in there
    proof = read_proof(page_of(browse, "cert-vn", ref, "/shared").content)
    assert proof.index == said.index


def test_a_record_s_page_leads_to_its_proof(region, log, browse):
    ref = region.secrets["amber"].ref
    before = browse("cert-vn").get(f"/exchange/records/{ref}").content.decode()
    log.publish()
    after = browse("cert-vn").get(f"/exchange/records/{ref}").content.decode()
    link = f'href="/exchange/records/{ref}/proof"'
    assert (link in before, link in after) == (True, True)
    assert ("promised" in before, "promised" in after) == (True, False)


def test_its_owner_has_the_receipt_of_a_withdrawal_and_nobody_else(region, log, browse):
    secret = region.secrets["amber"]
    by = community.actor_of_operator("cert-vn")
    digest = bytes.fromhex(queries.get_proof(by.viewer, secret.ref, now=log.now).digest)
    operations.withdraw(by, secret.ref, reason="ผิดพลาด", now=log.now)
    log.publish()
    assert page_of(browse, "cert-vn", secret.ref).status_code == 200
    assert "It was withdrawn" in page_of(browse, "cert-vn", secret.ref).content.decode()
    for tail in ("/shared", "/ended"):
        assert shown(page_of(browse, "cert-vn", secret.ref, tail).content, records=[digest]) == ALL
    assert page_of(browse, "cert-vn", secret.ref, "/else").status_code == 404
    for viewer in ("cert-th", ""):
        for tail in ("", "/shared", "/ended"):
            assert page_of(browse, viewer, secret.ref, tail).status_code == 404


def test_why_it_ended_is_told_to_its_owner_and_to_nobody_who_shared_it_on(region, log, browse):
    owner, other, reader = (community.actor_of_operator(slug) for slug in ("cert-my", "cert-vn", "cert-sg"))
    strict_owner = community.actor_of_operator("cert-vn")
    green, strict = region.secrets["green"].ref, region.secrets["amber"].ref
    again = operations.reshare(other, green, Terms(tlp=Tlp.GREEN), now=log.now)
    operations.withdraw(owner, green, "ລັບ: we were wrong", now=log.now)
    terms = Terms(tlp=Tlp.AMBER_STRICT, circles=frozenset({region.circles["financial"]}))
    tight = operations.tighten(strict_owner, strict, terms, now=log.now, reason="ລັບ").lines[0].ref
    log.publish()
    asked = [
        (owner, green, "ended", True),
        (other, again.ref, "ended", False),
        (strict_owner, tight, "shared", True),
        (reader, tight, "shared", False),
    ]
    for actor, ref, which, is_told in asked:
        receipt = read_receipt(read_proof(queries.get_proof_file(actor.viewer, ref, which, now=log.now).data).extra)
        assert ("ລັບ" in str(receipt), receipt.opening.aside is not None) == (is_told, is_told)
        assert receipt.opening.has_true_aside


def test_of_an_erased_share_its_owner_sees_who_erased_it_and_takes_no_file(region, log, browse):
    secret = region.secrets["amber"]
    by = community.actor_of_operator("cert-vn")
    seq = acts.get_own_share(secret.ref, by.viewer, now=log.now).seq
    why = Cause("exchange.erase", "theo yêu cầu")
    store().end_share(seq, to=State.ERASED, by=by.organisation, cause=why, now=log.now)
    log.publish()
    page = page_of(browse, "cert-vn", secret.ref).content.decode()
    assert "What it said is erased." in page
    assert "By National CSIRT (VN)," in page
    assert page_of(browse, "cert-vn", secret.ref, "/shared").status_code == 404
    ended = page_of(browse, "cert-vn", secret.ref, "/ended").content
    assert shown(ended) == ALL
    assert shown(ended, records=[b"\x01" * 32]) == ALL | {"for": "unknown"}
    assert page_of(browse, "cert-th", secret.ref).status_code == 404


def test_a_live_share_has_no_end_to_prove(region, log, browse):
    log.publish()
    assert page_of(browse, "cert-vn", region.secrets["amber"].ref, "/ended").status_code == 404


def test_the_file_shows_how_the_log_grew_from_what_one_holds(region, log, browse):
    log.publish()
    held = log.checkpoint
    log.decide(3)
    log.publish()
    ref = region.secrets["amber"].ref
    without = page_of(browse, "cert-vn", ref, "/shared").content
    assert shown(without, held=held) == ALL | {"grew": "unknown"}
    grown = page_of(browse, "cert-vn", ref, f"/shared?held={held.size}").content
    assert shown(grown, held=held) == ALL
    for wrong in ("x", "-1", "01", str(log.checkpoint.size + 1)):
        assert page_of(browse, "cert-vn", ref, f"/shared?held={wrong}").status_code == 422


def test_a_key_that_followed_the_old_one_is_trusted_through_it(region, log, browse):
    old = log_keys()
    rotate("log", now=log.now)
    log.now += timedelta(days=40)
    log.decide()
    log.publish()
    data = page_of(browse, "cert-vn", region.secrets["amber"].ref, "/shared").content
    assert {f.what: f.shown.value for f in examine(read_proof(data), Holder(keys=old)).findings} == ALL


def test_red_shows_no_word_and_no_title_on_its_proof(region, log, browse):
    log.publish()
    secret = region.secrets["red"]
    page = page_of(browse, "th-named", secret.ref).content.decode()
    assert secret.word not in page
    assert secret.stix_id not in page
