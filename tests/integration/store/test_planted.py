"""Each act's root against the shares as they are: whatever was changed behind the store's back is named."""

from django.db import connection

from mitra.ledger.models import Act, ActBody
from mitra.store import planted
from mitra.store.facts import Cause, State
from mitra.store.inspection import Inspection
from store_world import AMBER, NOW, accept, record, share

WHY = Cause("exchange.withdraw", "sai địa chỉ")


def faults():
    found = Inspection()
    planted.inspect_act_trees(found)
    return found.faults


def change(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def told(store):
    """A small history of every kind of act; the acts by name."""
    made = accept(store, *(share(record(n), AMBER if n % 2 else share(record(n)).audience) for n in range(1, 6)))
    first, second, third, *_ = (line.seq for line in made.lines)
    accept(store, share(record(1), AMBER, under=first), by=4)
    over = store.end_share(first, to=State.WITHDRAWN, by=1, cause=WHY, now=NOW)
    store.end_share(first, to=State.ERASED, by=1, cause=WHY, now=NOW)
    tight = store.replace_share(second, share(record(2), AMBER), by=1, cause=WHY, now=NOW)
    accept(store, share(record(9, version="", kind="domain-name", words="a")))
    accept(store, share(record(9, version="", kind="domain-name", words="b")))
    return {"made": made, "over": over, "tight": tight, "third": third}


def leaf_of(receipt):
    return f"act {receipt.act} at leaf {receipt.leaf}"


def test_a_history_of_every_kind_of_act_agrees(store, monkeypatch):
    told(store)
    found = Inspection()
    planted.inspect_act_trees(found)
    assert (found.faults, found.checked) == ([], {"trees of acts": 6})
    monkeypatch.setattr(planted, "WINDOW", 1)
    assert faults() == []


def test_a_share_moved_to_another_act_audience_or_record_is_named(store):
    acts = told(store)
    other = f"{leaf_of(acts['made'])}: its shares are not those of its root, or its seed differs"
    for column in ("audience", "record"):
        change(f"UPDATE share SET {column} = {column} + 1 WHERE seq = %s", acts["third"])
        assert other in faults()
        change(f"UPDATE share SET {column} = {column} - 1 WHERE seq = %s", acts["third"])
    assert faults() == []
    change("UPDATE share SET record = 0 WHERE seq = %s", acts["third"])
    assert f"{leaf_of(acts['made'])}: the record of one of its shares is gone, and nothing erased it" in faults()


def test_a_flipped_seed_or_leaf_of_an_erased_line_is_named(store):
    acts = told(store)
    seed = bytes(ActBody.objects.get(act=acts["tight"].act).seed)
    ActBody.objects.filter(act=acts["tight"].act).update(seed=bytes([seed[0] ^ 1]) + seed[1:])
    assert faults() == [f"{leaf_of(acts['tight'])}: its shares are not those of its root, or its seed differs"]
    ActBody.objects.filter(act=acts["tight"].act).update(seed=seed)
    change("UPDATE ledger_erasedline SET leaf = %s WHERE act_id = %s", b"\x01" * 32, acts["made"].act)
    assert faults() == [f"{leaf_of(acts['made'])}: its shares are not those of its root, or its seed differs"]


def test_an_end_that_was_undone_by_hand_is_named(store):
    acts = told(store)
    change("UPDATE share SET ended = NULL, state = 0 WHERE ended = %s", acts["tight"].act)
    assert faults() == [f"{leaf_of(acts['tight'])}: its shares are not those of its root, or its seed differs"]
    assert Act.objects.count() == 7
