"""Transactions are Django's: native statements neither begin nor end one, and machine-scale writes have one way in."""

import re

from house import PACKAGE, python_files, short

OWN_TRANSACTION = re.compile(
    r"\bBEGIN\b|\bCOMMIT\b|\bROLLBACK\b|\bSAVEPOINT\b|executescript|\.commit\(\)|\.rollback\(\)|set_autocommit"
)
NATIVE = re.compile(r"\.cursor\(\)|connection\.connection|\.executemany\(")
KEEPERS = {"store", "ledger", "pulse", "upkeep"}


def kept(path):
    return path.relative_to(PACKAGE).parts[0] in KEEPERS


def test_store_ledger_and_pulse_neither_begin_nor_end_a_transaction_by_hand():
    found = [
        f"{short(path)}: {match.group(0)}"
        for path in python_files(*(PACKAGE / keeper for keeper in sorted(KEEPERS)))
        if (match := OWN_TRANSACTION.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_native_statements_stand_where_data_is_kept_only():
    found = [
        short(path) for path in python_files() if not kept(path) and NATIVE.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_walls_see_what_they_are_for():
    assert all(
        OWN_TRANSACTION.search(line)
        for line in ("raw.execute('BEGIN IMMEDIATE')", "raw.executescript(x)", "connection.commit()")
    )
    assert not OWN_TRANSACTION.search("with transaction.atomic(durable=True):")
