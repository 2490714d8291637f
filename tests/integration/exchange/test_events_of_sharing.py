"""What happened to shares is told once an act, in its transaction, and in numbers only."""

from datetime import UTC, datetime

import orjson
import pytest
from sharing_world import GREEN, actor, bundle, counts, share

from exchange_node import indicator, make_node
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations
from mitra.exchange.facts import Terms
from mitra.exchange.models import HeldItem
from mitra.pulse.models import EventRow

NOW = datetime.now(UTC)


@pytest.fixture
def node(transactional_db, empty_store):
    return make_node()


def told():
    """What was told of acts of sharing, and about whose."""
    rows = EventRow.objects.filter(name__startswith="exchange.shares-").order_by("id")
    return [(row.name, row.subject, row.actor, row.realm, orjson.loads(row.fields)) for row in rows]


def test_a_batch_is_one_event_and_a_repeated_one_none(node):
    report = share("cert-th", [indicator(1), indicator(2), {"type": "indicator"}])
    share("cert-th", [indicator(1), indicator(2)])
    (act,) = report.acts
    made = {"act": act, "first_seq": 1, "last_seq": 2}
    assert told() == [("exchange.shares-made", f"act:{act}", node.organisations["cert-th"], 0, made)]


def test_each_batch_of_a_long_input_tells_its_own_shares(node):
    report = share("cert-th", bundle(*(indicator(number) for number in range(700))))
    ranges = [(fields["act"], fields["first_seq"], fields["last_seq"]) for *_, fields in told()]
    assert ranges == [(report.acts[0], 1, 500), (report.acts[1], 501, 700)]


def test_an_end_is_told_with_what_it_came_to(node):
    one, two = share("cert-th", [indicator(1), indicator(2)]).accepted
    withdrawn = operations.withdraw(actor("cert-th"), one.ref, "wrong address — sai địa chỉ", now=NOW)
    tightened = operations.tighten(actor("cert-th"), two.ref, Terms(tlp=Tlp.AMBER_STRICT), now=NOW)
    assert [(name, fields) for name, *_, fields in told()[1:]] == [
        ("exchange.shares-ended", {"act": withdrawn.act, "to": "withdrawn", "instead": None}),
        ("exchange.shares-ended", {"act": tightened.act, "to": "tightened", "instead": tightened.lines[0].seq}),
    ]


def test_what_cannot_be_told_is_not_shared(node, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("the outbox is full")

    monkeypatch.setattr("mitra.exchange.intake.keep.emit", fail)
    with pytest.raises(RuntimeError, match="outbox"):
        share("cert-th", [indicator(1)], GREEN)
    monkeypatch.undo()
    assert counts(share("cert-th", [indicator(1)])) == {"accepted": 1}
    assert len(told()) == 1


def test_a_hold_is_told_to_nobody_and_its_release_is(node):
    benign = indicator(1, pattern="[domain-name:value = 'google.com']")
    assert counts(share("cert-th", [benign])) == {"held": 1}
    assert told() == []
    held = HeldItem.objects.get()
    operations.release_held(actor("cert-th"), held.pk, "We run this host.", now=NOW)
    assert [name for name, *_ in told()] == ["exchange.shares-made"]
