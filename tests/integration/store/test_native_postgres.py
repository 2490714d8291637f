"""PostgreSQL, natively: what goes in as one array comes out as it was, and nothing is written outside a transaction."""

import pytest
from django.db import IntegrityError, connection
from django.db.transaction import TransactionManagementError

from mitra.store.postgres.raw import Raw, numbers, texts

HARD = ["", "a,b", '"', "\\", '\\"}', "NULL", "{ }", "ไทย ខ្មែរ မြန်မာ", " ", "\n"]


@pytest.fixture
def raw(db):
    return Raw("default")


def test_texts_come_out_as_they_went_in(raw):
    assert [text for (text,) in raw.ask("SELECT unnest(%s::text[])", [texts(HARD)])] == HARD


def test_numbers_come_out_as_they_went_in(raw):
    whole = [0, -1, 2**63 - 1, -(2**63)]
    assert [number for (number,) in raw.ask("SELECT unnest(%s::int8[])", [numbers(whole)])] == whole
    assert raw.ask("SELECT unnest(%s::int8[])", [numbers([])]) == []


def test_rows_are_copied_in_a_transaction_and_its_errors_are_djangos(raw):
    raw.put("prefix", {"bits": "int4"}, [(7,), (9,)])
    assert raw.ask("SELECT bits FROM prefix ORDER BY bits") == [(7,), (9,)]
    with pytest.raises(IntegrityError):
        raw.put("prefix", {"bits": "int4"}, [(7,)])


@pytest.mark.usefixtures("transactional_db")
def test_nothing_is_copied_outside_a_transaction():
    with pytest.raises(TransactionManagementError):
        Raw("default").put("prefix", {"bits": "int4"}, [(7,)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM prefix")
        assert cursor.fetchone() == (0,)
