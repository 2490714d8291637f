"""C2SP tlog-proof and tlog-policy: a file that Go wrote, every rule of the text, verdicts that say each thing alone."""

import json
from base64 import b64encode
from itertools import product
from pathlib import Path

import pytest

from ledger_log import AT, LOG, LOG_ML_DSA, ORIGIN, WITNESS, entries, reader, signed
from mitra.core.errors import InvalidInput
from mitra.core.ledger.keys import Kind, Proven, Signer
from mitra.core.ledger.note import Note, read_note, write_note
from mitra.core.ledger.policy import Group, Log, Policy, Witness, read_policy, write_policy
from mitra.core.ledger.proof import Proof, judge, read_proof, write_proof
from mitra.core.ledger.tree import inclusion_path, leaf_hash

GO = json.loads((Path(__file__).parent / "ledger_vectors" / "go.json").read_text())["proof of 123"].encode()
WITNESSES = [Signer(f"witness.example/{n}", Kind.COSIGNATURE, bytes([n]) * 32) for n in range(1, 7)]
KEYS = [signer.key.vkey for signer in WITNESSES]
POLICY = read_policy(f"log {LOG.key.vkey}\nwitness b {WITNESS.key.vkey}\nquorum b\n".encode())
SPECIFICATION = f"""
log {LOG.key.vkey}

witness X1 {KEYS[0]}
witness X2 {KEYS[1]}
witness X3 {KEYS[2]}
group X-witnesses 2 X1 X2 X3

witness Y1 {KEYS[3]}
witness Y2 {KEYS[4]}
witness Y3 {KEYS[5]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
""".encode()


def proof(index, count=300, signers=(LOG, WITNESS)):
    return Proof(index, tuple(inclusion_path(index, count, reader(count))), signed(count, signers), b"extra")


def leaf(index):
    return leaf_hash(entries(index + 1)[index])


def test_proof_file_of_go_is_read_verified_and_written_to_the_byte():
    found = read_proof(GO)
    assert (found.index, found.extra.decode(), len(found.path)) == (123, "ຂໍ້ມູນ", 9)
    assert write_proof(found) == GO
    verdict = judge(found, leaf(123), POLICY)
    assert (verdict.is_proven, verdict.refuted, verdict.checkpoint.size) == (True, None, 300)


def test_own_vector_path_lengths():
    assert (len(proof(299).path), len(proof(0).path)) == (5, 9)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"c2sp.org/tlog-proof@v1\n", b"c2sp.org/tlog-proof@v2\n"),
        (b"c2sp.org/tlog-proof@v1\n", b""),
        (b"index 123\n", b""),
        (b"index 123\n", b"index 0123\n"),
        (b"index 123\n", b"index -1\n"),
        (b"index 123\n", b"index 9223372036854775808\n"),
        (b"index 123\n", b"index 123 \n"),
        (b"index 123\n", b"index 123\nindex 123\n"),
        (b"index 123\n", b"Index 123\n"),
        (b"extra ", b"extra  "),
        (b"extra ", b"extra !"),
        (b"extra ", b"extra x\nextra "),
        (b"fyUk=\n", b"fyUk\n"),
        (b"fyUk=\n", b"fyUl=\n"),
        (b"fyUk=\n", b"fyUk= \n"),
        (b"fyUk=\n", b"fyUk=\r\n"),
        (b"fyUk=\n", b"fyUk=\n" + b64encode(bytes(64)) + b"\n"),
        (b"fyUk=\n", b"fyUk=\n" + 64 * (b64encode(bytes(32)) + b"\n")),
        (b"fyUk=\n", b"fyUk=\n\n"),
        (b"\n\nmitra", b"\nmitra"),
        (b"\n\nmitra", b"\n\n\nmitra"),
        (b"mitra.example/ledger\n300", b"mitra.example/ledger\n0300"),
        ("— mitra".encode(), b"- mitra"),
    ],
)
def test_proof_files_spelt_otherwise_are_refused(old, new):
    assert old in GO
    with pytest.raises(InvalidInput):
        read_proof(GO.replace(old, new, 1))


def test_proof_without_extra_and_without_hashes():
    alone = Proof(0, (), signed(1))
    assert read_proof(write_proof(alone)) == alone
    assert judge(alone, leaf(0), POLICY).is_proven


@pytest.mark.parametrize("changed", [{"index": 2**63}, {"path": (b"short",)}, {"checkpoint": b"none"}])
def test_proof_that_would_not_be_read_back_is_not_written(changed):
    fields = {"index": 0, "path": (), "checkpoint": signed(1)}
    with pytest.raises(InvalidInput):
        write_proof(Proof(**fields | changed))


def test_verdict_says_signed_included_and_witnessed_each_alone():
    whole = judge(proof(7), leaf(7), POLICY)
    assert (whole.signed, whole.witnessed) == ((Proven(LOG.key, None),), (Proven(WITNESS.key, AT),))
    assert (whole.included, whole.has_quorum, whole.refuted, whole.is_proven) == (True, True, None, True)

    other = judge(proof(7), leaf(8), POLICY)
    assert (len(other.signed), other.included, other.has_quorum, other.is_proven) == (1, False, True, False)
    assert other.refuted == "The entry is not where the proof says."

    alone = judge(proof(7, signers=(LOG,)), leaf(7), POLICY)
    assert (len(alone.signed), alone.included, alone.has_quorum, alone.refuted) == (1, True, False, None)

    unsigned = judge(proof(7, signers=(WITNESS,)), leaf(7), POLICY)
    assert (unsigned.signed, unsigned.included, unsigned.has_quorum, unsigned.is_proven) == ((), True, True, False)

    strange = judge(proof(7, signers=(WITNESSES[2],)), leaf(7), POLICY)
    assert (strange.signed, strange.witnessed, strange.included, strange.refuted) == ((), (), True, None)


def test_false_signature_makes_the_whole_checkpoint_count_for_nothing():
    good = proof(7)
    note = read_note(good.checkpoint)
    first, second = note.signatures
    false = Note(note.text, (first, type(second)(second.name, second.key_id, bytes(72))))
    verdict = judge(Proof(7, good.path, write_note(false)), leaf(7), POLICY)
    assert (verdict.signed, verdict.witnessed, verdict.has_quorum, verdict.is_proven) == ((), (), False, False)
    assert verdict.refuted == f"The signature by {WITNESS.name} does not verify: do not trust this note."


def test_log_key_counts_for_its_own_origin_only():
    stranger = Signer("other.example/log", Kind.ED25519, b"\x09" * 32)
    policy = read_policy(f"log {stranger.key.vkey}\nquorum none\n".encode())
    assert judge(proof(7, signers=(stranger,)), leaf(7), policy).signed == ()
    assert policy.logs_of("other.example/log") == (stranger.key,)
    assert policy.logs_of(ORIGIN) == ()


def test_any_of_the_keys_of_an_origin_is_enough():
    policy = read_policy(f"log {LOG.key.vkey}\nlog {LOG_ML_DSA.key.vkey}\nquorum none\n".encode())
    for signers in ((LOG,), (LOG_ML_DSA,), (LOG, LOG_ML_DSA)):
        verdict = judge(proof(7, signers=signers), leaf(7), policy)
        assert [proven.key for proven in verdict.signed] == [signer.key for signer in signers]
        assert verdict.is_proven


def test_policy_of_the_specification_asks_for_two_of_x_and_one_of_y():
    policy = read_policy(SPECIFICATION)
    for chosen in product([False, True], repeat=6):
        cosigned = {signer.key for signer, taken in zip(WITNESSES, chosen, strict=True) if taken}
        assert policy.is_met(cosigned) is (sum(chosen[:3]) >= 2 and any(chosen[3:]))


def test_policy_holds_what_its_lines_say_and_is_written_in_one_form():
    policy = read_policy(
        f"# ណែនាំ\n \t# again\n\twitness \t w\u00e9 {KEYS[0]}  https://w.example/  \n\n"
        f"log {LOG.key.vkey} https://hub.example/ledger\ngroup all all w\u00e9\n  quorum\tall".encode()
    )
    key = WITNESSES[0].key
    assert policy == Policy(
        (Log(LOG.key, "https://hub.example/ledger"),),
        (Witness("w\u00e9", key, "https://w.example/"),),
        (Group("all", 1, ("w\u00e9",)),),
        "all",
    )
    assert write_policy(policy).decode() == (
        f"log {LOG.key.vkey} https://hub.example/ledger\nwitness w\u00e9 {KEYS[0]} https://w.example/\n"
        "group all 1 w\u00e9\nquorum all\n"
    )


def test_policy_names_are_octets():
    data = b"witness K\x80 " + KEYS[0].encode() + b"\nquorum K\x80\n"
    policy = read_policy(data)
    assert write_policy(policy) == data
    assert policy.is_met({WITNESSES[0].key})
    with pytest.raises(InvalidInput):
        read_policy(data.replace(b"quorum K", "quorum \u212a".encode()))


def test_minimal_policy_asks_for_nobody():
    policy = read_policy(b"quorum none\n")
    assert policy == Policy((), (), (), "none")
    assert policy.is_met(())


def test_policy_holds_128_of_each_and_no_more():
    signers = [Signer(f"w{n}.example", Kind.COSIGNATURE, n.to_bytes(32, "big")) for n in range(1, 130)]
    lines = [f"witness w{n} {signer.key.vkey}\ngroup g{n} any w{n}\n" for n, signer in enumerate(signers)]
    policy = read_policy(("".join(lines[:128]) + "quorum g127\n").encode())
    assert (len(policy.witnesses), len(policy.groups), policy.is_met({signers[127].key})) == (128, 128, True)
    with pytest.raises(InvalidInput):
        read_policy(("".join(lines) + "quorum g127\n").encode())


ONE = f"witness a {KEYS[0]}\n"
TWO = ONE + f"witness b {KEYS[1]}\n"
PLAIN = Signer("Wit1", Kind.ED25519, b"\1" * 32).key.vkey
RENAMED = Signer("impostor.example", Kind.COSIGNATURE, b"\1" * 32).key.vkey


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "policy"),
        (ONE, "policy"),
        ("quorum none\r\n", "policy"),
        ("quorum none\n\x01", "policy"),
        ("quorum none\x7f\n", "policy"),
        ("quibble a\nquorum none\n", "1"),
        ("Quorum none\n", "1"),
        ("quorum\n", "1"),
        ("quorum a\n", "1"),
        ("quorum none none\n", "1"),
        ("quorum none # why\n", "1"),
        (f"quorum a\n{ONE}", "1"),
        ("quorum none\nquorum none\n", "2"),
        ("log\nquorum none\n", "1"),
        ("log garbage\nquorum none\n", "1"),
        (f"log {KEYS[0]}\nquorum none\n", "1"),
        (f"log {PLAIN} x y\nquorum none\n", "1"),
        (f"log {PLAIN}\nlog {PLAIN} x\nquorum none\n", "2"),
        ("witness\nquorum none\n", "1"),
        ("witness a\nquorum none\n", "1"),
        (f"witness a {PLAIN}\nquorum a\n", "1"),
        (f"witness none {KEYS[0]}\nquorum none\n", "1"),
        (f"{ONE}witness a {KEYS[1]}\nquorum a\n", "2"),
        (f"{ONE}witness b {RENAMED}\nquorum a\n", "2"),
        (f"{ONE}group a any a\nquorum a\n", "2"),
        (f"{ONE}group\nquorum a\n", "2"),
        (f"{ONE}group g\nquorum a\n", "2"),
        (f"{ONE}group g 1\nquorum a\n", "2"),
        (f"{ONE}group none any a\nquorum none\n", "2"),
        (f"{ONE}group g 0 a\nquorum g\n", "2"),
        (f"{ONE}group g -1 a\nquorum g\n", "2"),
        (f"{ONE}group g 01 a\nquorum g\n", "2"),
        (f"{ONE}group g ١ a\nquorum g\n", "2"),
        (f"{ONE}group g 2 a\nquorum g\n", "2"),
        (f"{ONE}group g most a\nquorum g\n", "2"),
        (f"{ONE}group g any b\nquorum g\n", "2"),
        (f"group g any a\n{ONE}quorum g\n", "1"),
        (f"{ONE}group g any none\nquorum g\n", "2"),
        (f"{ONE}group g any g\nquorum g\n", "2"),
        (f"{ONE}group g all a a\nquorum g\n", "2"),
        (f"{TWO}group g any a b\ngroup h any a\nquorum g\n", "4"),
        (f"{TWO}group g any a b # both\nquorum g\n", "3"),
    ],
)
def test_policies_that_break_a_rule_are_refused_by_line(text, line):
    with pytest.raises(InvalidInput) as refusal:
        read_policy(text.encode())
    assert refusal.value.path == line


@pytest.mark.parametrize("name", ["", "a b", "a\tb", "a\nb", "none"])
def test_policy_that_would_not_be_read_back_is_not_written(name):
    with pytest.raises(InvalidInput):
        write_policy(Policy((), (Witness(name, WITNESSES[0].key),), (), "none"))
