"""Acts of any room: written in the transaction of what they decide, dense, and without a trace when it fails."""

import orjson
import pytest
from django.db import connection, transaction

from mitra.core.errors import NotFound
from mitra.core.ledger.commitment import commit, entry
from mitra.core.ledger.dates import micros
from mitra.ledger.models import Act, ActBody
from mitra.ledger.operations import write_act
from mitra.ledger.queries import get_receipt
from store_world import NOW


def test_an_act_needs_a_transaction(transactional_db):
    with pytest.raises(transaction.TransactionManagementError):
        write_act("circle-opened", 1, {}, now=NOW)
    assert Act.objects.count() == 0


def test_leaves_are_dense_and_a_failed_transaction_leaves_no_gap(db):
    first = write_act("circle-opened", 1, {"circle": 4}, now=NOW)
    with transaction.atomic():
        write_act("circle-opened", 1, {"circle": 5}, now=NOW)
        transaction.set_rollback(True)
    second = write_act("circle-opened", None, {}, now=NOW)
    assert (second.leaf, second.first_seq, second.dates) == (first.leaf + 1, first.first_seq, ())


def test_the_body_says_what_was_decided(db):
    written = write_act("standing", 7, {"to": "ផ្អាក"}, now=NOW)
    row = ActBody.objects.get(act=written.act)
    assert orjson.loads(bytes(row.body)) == {
        "at": micros(NOW),
        "by": 7,
        "facts": {"to": "ផ្អាក"},
        "kind": "standing",
        "root": None,
        "v": 3,
    }
    assert commit(bytes(row.body), bytes(row.salt)) == written.commitment
    assert row.seed is None


def test_two_equal_acts_are_unrelated_in_the_log(db):
    one, two = (write_act("standing", 7, {"to": "left"}, now=NOW) for _ in range(2))
    assert one.commitment != two.commitment


def test_positions_have_dates_that_end_on_a_millisecond(db):
    one = write_act("share", 1, {}, now=NOW, shares=5)
    two = write_act("share", 1, {}, now=NOW, shares=1)
    dates = (*one.dates, *two.dates)
    assert list(dates) == sorted(set(dates))
    assert (one.dates[-1] % 1_000, two.dates[-1] % 1_000, two.first_seq) == (0, 0, one.first_seq + 5)
    assert dates[0] > micros(NOW)


def test_a_receipt_is_what_the_log_shows(db):
    written = write_act("standing", 7, {}, now=NOW.replace(second=19))
    receipt = get_receipt(written.act)
    assert (receipt.leaf, receipt.commitment, receipt.logged_at) == (
        written.leaf,
        written.commitment,
        NOW.replace(second=10),
    )
    assert receipt.entry == entry(written.commitment, int(receipt.logged_at.timestamp()))
    with pytest.raises(NotFound):
        get_receipt(written.act + 1)


def test_the_counter_is_one_row(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_counter")
        assert cursor.fetchone() == (1,)
