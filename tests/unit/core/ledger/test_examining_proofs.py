"""A holder's questions, each by itself: which of them a forged, foreign or older thing answers otherwise."""

from dataclasses import dataclass, field, replace

import orjson
import pytest

from mitra.core.ledger.act_tree import path_of, plant
from mitra.core.ledger.checkpoint import Checkpoint, write_checkpoint
from mitra.core.ledger.commitment import canonical_body, commit, entry
from mitra.core.ledger.examining import Holder, Shown, examine, examine_promise
from mitra.core.ledger.keys import Kind, Signer
from mitra.core.ledger.lines import encode_base64
from mitra.core.ledger.note import sign, write_note
from mitra.core.ledger.opening import Opening
from mitra.core.ledger.proof import Proof
from mitra.core.ledger.receipt import Growth, Receipt, read_receipt, write_receipt
from mitra.core.ledger.statements import (
    KeyChange,
    Promise,
    read_key_change,
    read_promise,
    write_key_change,
    write_promise,
)
from mitra.core.ledger.tree import consistency_path, inclusion_path, leaf_hash, root_at, root_of

ORIGIN = "hub.example/ledger"
KEY, NEXT, THIRD = (Signer(ORIGIN, Kind.ED25519, bytes([n]) * 32) for n in (1, 2, 3))
AUDIENCE = orjson.dumps({"circles": "AAAA", "embargo": None, "realm": 0, "room": "exchange", "tlp": 2})
RECORD, OTHER = b"\x51" * 32, b"\x52" * 32
QUESTIONS = ("promised", "signed", "included", "grew", "for")
ALL = dict.fromkeys(QUESTIONS, "proven")


@dataclass
class Log:
    """A log in memory: what an operator holds, and may forge."""

    entries: list = field(default_factory=list)
    signers: tuple = (KEY,)

    def hashes(self, size):
        leaves = [leaf_hash(each) for each in self.entries[:size]]
        return lambda level, index: root_of(leaves[index << level : (index + 1) << level])

    def checkpoint(self, size):
        return Checkpoint(ORIGIN, size, root_at(size, self.hashes(size)))

    def note(self, size):
        return write_note(sign(write_checkpoint(self.checkpoint(size)), self.signers, at=0))

    def act(self, salt=b"\x11" * 32, *, kind="share"):
        """Write the act that shares RECORD; return its index and opening."""
        groups = [(AUDIENCE, [RECORD])]
        tree = plant(b"\x09" * 32, groups)
        body = canonical_body({"kind": kind, "root": encode_base64(tree.root), "v": 2})
        self.entries.append(entry(commit(body, salt), 0))
        return len(self.entries) - 1, Opening(body, salt, 0, path_of(b"\x09" * 32, groups, 0, 0))

    def fill(self, count):
        self.entries += [entry(bytes([len(self.entries) % 256]) * 32, 0) for _ in range(count)]

    def promise(self, index, opening, signer=KEY):
        said = Promise(ORIGIN, index, commit(opening.body, opening.salt), opening.t)
        return write_note(sign(write_promise(said), (signer,), at=0)).decode()

    def prove(self, index, opening, *, held=None, keys=(), promise=None):
        size = len(self.entries)
        grew = None if held is None else Growth(held, tuple(consistency_path(held, size, self.hashes(size))))
        said = self.promise(index, opening) if promise is None else promise
        extra = write_receipt(Receipt(opening, said, tuple(keys), grew))
        return Proof(index, tuple(inclusion_path(index, size, self.hashes(size))), self.note(size), extra)


@pytest.fixture
def log():
    made = Log()
    made.fill(3)
    return made


def shown(proof, *, keys=(KEY.key,), **holder):
    return {each.what: each.shown.value for each in examine(proof, Holder(keys=keys, **holder)).findings}


def test_everything_holds(log):
    proof = log.prove(*log.act())
    assert shown(proof, records=[OTHER, RECORD]) == ALL
    assert examine(proof, Holder(keys=(KEY.key,))).verdict is Shown.PROVEN
    (words,) = [f.words for f in examine(proof, Holder((KEY.key,), None, [RECORD])).findings if f.what == "for"]
    assert words == f"An act of the kind share, for TLP:AMBER in exchange. It names the record {RECORD.hex()}."


def test_another_record_is_refuted(log):
    assert shown(log.prove(*log.act()), records=[OTHER]) == ALL | {"for": "refuted"}


def test_a_file_without_a_path_to_a_record_cannot_tell(log):
    index, opening = log.act()
    assert shown(log.prove(index, replace(opening, line=None)), records=[RECORD]) == ALL | {"for": "unknown"}


def test_without_a_key_nothing_of_the_log_is_shown(log):
    unknown = {"promised": "unknown", "signed": "unknown", "grew": "unknown"}
    assert shown(log.prove(*log.act()), keys=()) == ALL | unknown
    foreign = Signer("other.example/ledger", Kind.ED25519, KEY.seed).key
    assert shown(log.prove(*log.act()), keys=(foreign,)) == ALL | unknown


def test_another_key_s_log_is_refuted(log):
    log.signers = (NEXT,)
    proof = log.prove(*log.act())
    assert shown(proof) == ALL | {"signed": "refuted", "grew": "unknown"}


def test_another_place_is_refuted(log):
    index, opening = log.act()
    proof = log.prove(index, opening)
    assert shown(replace(proof, index=index - 1))["included"] == "refuted"


@pytest.mark.parametrize("of", ["place", "act", "time"])
def test_a_promise_of_another_place_act_or_time_is_refuted(log, of):
    index, opening = log.act()
    other = {
        "place": log.promise(index + 1, opening),
        "act": log.promise(index, replace(opening, salt=b"\x12" * 32)),
        "time": log.promise(index, replace(opening, t=10)),
    }[of]
    assert shown(log.prove(index, opening, promise=other)) == ALL | {"promised": "refuted"}


def test_a_promise_by_another_or_in_no_form_is_refuted_and_none_is_unknown(log):
    index, opening = log.act()
    for promise, said in [(log.promise(index, opening, NEXT), "refuted"), ("x", "refuted"), ("", "unknown")]:
        proof = log.prove(index, opening, promise=promise)
        assert shown(proof) == ALL | {"promised": said}
    assert examine(log.prove(index, opening, promise=""), Holder((KEY.key,))).verdict is Shown.PROVEN


def test_a_checkpoint_is_no_promise_and_a_promise_no_checkpoint(log):
    index, opening = log.act()
    assert shown(log.prove(index, opening, promise=log.note(4).decode()))["promised"] == "refuted"


# ── Growth


def test_growth_needs_a_path_or_the_log(log):
    held = log.checkpoint(2)
    proof = log.prove(*log.act())
    assert shown(proof, held=held) == ALL | {"grew": "unknown"}
    assert shown(proof, held=held, hashes=log.hashes) == ALL
    index, opening = log.act(b"\x13" * 32)
    assert shown(log.prove(index, opening, held=2), held=held) == ALL
    assert shown(log.prove(index, opening, held=3), held=held) == ALL | {"grew": "unknown"}


def test_an_older_file_is_held_against_the_newer_checkpoint(log):
    proof = log.prove(*log.act())
    log.fill(5)
    assert shown(proof, held=log.checkpoint(9)) == ALL | {"grew": "unknown"}
    assert shown(proof, held=log.checkpoint(9), hashes=log.hashes) == ALL


def test_two_histories_are_an_alarm(log):
    forged = Log(list(log.entries))
    forged.entries[1] = entry(b"\x66" * 32, 0)
    index, opening = log.act()
    forged.act()
    proof = forged.prove(index, opening)
    assert shown(proof, held=log.checkpoint(4)) == ALL | {"grew": "refuted"}
    assert shown(proof, held=log.checkpoint(3), hashes=forged.hashes) == ALL | {"grew": "refuted"}
    assert examine(proof, Holder((KEY.key,), log.checkpoint(4))).verdict is Shown.REFUTED


def test_a_path_that_came_along_and_a_copy_of_another_log_accuse_nobody(log):
    held = log.checkpoint(2)
    index, opening = log.act()
    proof = log.prove(index, opening, held=2)
    receipt = read_receipt(proof.extra)
    broken = replace(receipt.grew, path=(b"\x00" * 32, *receipt.grew.path[1:]))
    changed = replace(proof, extra=write_receipt(replace(receipt, grew=broken)))
    assert shown(changed, held=held) == ALL | {"grew": "unknown"}
    other = Log()
    other.fill(9)
    other.entries[0] = entry(b"\x66" * 32, 0)
    assert shown(log.prove(index, opening), held=held, hashes=other.hashes) == ALL | {"grew": "unknown"}


# ── Keys that follow one another


def change(old, new, signers, origin=ORIGIN):
    return write_note(sign(write_key_change(KeyChange(origin, old.key.vkey, new.key.vkey, 7)), signers, at=0)).decode()


def test_a_key_that_the_trusted_one_named_is_trusted_and_so_on(log):
    log.signers = (THIRD,)
    index, opening = log.act()
    keys = [change(KEY, NEXT, (KEY, NEXT)), change(NEXT, THIRD, (NEXT, THIRD))]
    proof = log.prove(index, opening, keys=keys, promise=log.promise(index, opening, THIRD))
    assert shown(proof) == ALL
    assert examine(proof, Holder((KEY.key,))).keys == (KEY.key, NEXT.key, THIRD.key)


@pytest.mark.parametrize(
    "statement",
    [
        change(KEY, NEXT, (KEY,)),
        change(KEY, NEXT, (NEXT,)),
        change(THIRD, NEXT, (THIRD, NEXT)),
        "x",
    ],
    ids=["only the old signed", "only the new signed", "by a stranger", "no statement"],
)
def test_a_key_that_nobody_trusted_named_is_not_trusted(log, statement):
    log.signers = (NEXT,)
    proof = log.prove(*log.act(), keys=[statement])
    assert shown(proof)["signed"] == "refuted"
    assert examine(proof, Holder((KEY.key,))).keys == (KEY.key,)


# ── What others made


def test_a_proof_that_carries_something_else_cannot_tell(log):
    index, opening = log.act()
    proof = log.prove(index, opening)
    for extra in (None, b"", b"{}", proof.extra + b" "):
        assert shown(replace(proof, extra=extra)) == dict.fromkeys(QUESTIONS, "unknown")


def test_a_promise_alone_is_examined_too(log):
    index, opening = log.act()
    data = log.promise(index, opening).encode()
    promise, finding = examine_promise(data, (KEY.key,))
    assert (promise.index, finding.shown) == (index, Shown.PROVEN)
    assert examine_promise(data, ())[1].shown is Shown.UNKNOWN
    assert examine_promise(data, (NEXT.key,))[1].shown is Shown.REFUTED


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_promise, write_promise(Promise(ORIGIN, 7, b"\x01" * 32, 1_772_366_400))),
        (read_key_change, write_key_change(KeyChange(ORIGIN, KEY.key.vkey, NEXT.key.vkey, 7))),
    ],
)
def test_statements_have_one_spelling(read, text):
    from mitra.core.errors import InvalidInput

    assert read(text)
    lines = text.split("\n")
    for wrong in (
        text + "\n",
        text[:-1],
        text.replace("v1", "v2"),
        "\n".join([*lines[:1], *lines[2:]]),
        "\n".join([lines[0], lines[2], lines[1], *lines[3:]]),
        text.replace(" 7\n", " 07\n"),
        text.replace("origin ", "origin  "),
    ):
        with pytest.raises(InvalidInput):
            read(wrong)
