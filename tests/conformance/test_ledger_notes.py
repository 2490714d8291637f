"""C2SP signed-note, tlog-checkpoint and tlog-cosignature: the specification's vectors, and what others have signed."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger_log import AT, LOG, LOG_ML_DSA, ORIGIN, WITNESS, grown, signed
from mitra.core.errors import InvalidInput, ProofFailed
from mitra.core.ledger.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from mitra.core.ledger.keys import Kind, Proven, Signature, Signer, VerifierKey, read_vkey
from mitra.core.ledger.note import NOTE_BYTES, Note, read_note, read_signatures, sign, verify_note, write_note
from mitra.core.ledger.tree import leaf_hash, verify_inclusion
from shared_data import SHARED

VECTORS = Path(__file__).parent / "ledger_vectors"
GO = json.loads((VECTORS / "go.json").read_text())
REKOR = json.loads((VECTORS / "rekor.json").read_text())
WYCHEPROOF = json.loads((SHARED / "ed25519-wycheproof" / "ed25519_test.json").read_text())
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
""".encode()
OWN = """mitra.example/ledger
300
rrsCfVw90Ihx7lJXemH8gxItDRQ1J5GUNjm9TBLTaUM=

— mitra.example/ledger 9h3u8byChUR7N1hZbox3w0fcgGG9PrzH8p4IWCP1J8vbnaxsFadPdpkdBurRBhDaMmZXOY/yOZInCVucZzWbtX8HUw8=
— node-b.example/witness \
43zi2AAAAABpVbkAR6OPdfoXnc62GUgHtmR2RkVJwwXvc5iHYcGgQK7DwkF8CQa5UWJr+k+p45OBCMlvHLkKao2+2tgC4QG+utuuDg==
"""
OWN_KEYS = [
    "mitra.example/ledger+f61deef1+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c",
    "node-b.example/witness+e37ce2d8+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",
]
OTHER_TEXTS = [
    "",
    "no newline",
    "example.com\n1\n",
    "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n+1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n1 \n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n1_0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n٣\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n",
    "example.com\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
    "example.com\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
    "example.com\n1\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n",
    "example.com\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n\nlines\n",
    "example.com\r\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
]


def der(private):
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_signed_note_example_verifies():
    note = read_note(EXAMPLE)
    key = read_vkey(EXAMPLE_KEY)
    assert verify_note(note, (key,)) == (Proven(key, None),)
    assert (note.text, write_note(note), key.vkey) == ("This is an example message.\n", EXAMPLE, EXAMPLE_KEY)


def test_own_vector_is_signed_and_cosigned_to_the_byte():
    assert [LOG.key.vkey, WITNESS.key.vkey] == OWN_KEYS
    assert signed(300).decode() == OWN
    keys = tuple(read_vkey(key) for key in OWN_KEYS)
    assert verify_note(read_note(OWN.encode()), keys) == (Proven(keys[0], None), Proven(keys[1], AT))
    assert len(b64decode(OWN.splitlines()[-1].split(" ")[2])) == 76
    root = grown(300)[0].root()
    assert read_checkpoint(read_note(OWN.encode()).text) == Checkpoint("mitra.example/ledger", 300, root)


def test_ml_dsa_44_stands_below_ed25519_and_either_key_is_enough():
    note = read_note(signed(300, (LOG_ML_DSA, LOG)))
    assert [len(line.blob) for line in note.signatures] == [64, 8 + 2420]
    assert verify_note(note, (LOG.key,)) == (Proven(LOG.key, None),)
    assert verify_note(note, (LOG_ML_DSA.key,)) == (Proven(LOG_ML_DSA.key, AT),)


def test_go_signs_as_we_do_and_its_cosignatures_verify():
    note = read_note(GO["proof of 123"].split("\n\n", 1)[1].encode())
    assert note.signatures[0] == read_note(OWN.encode()).signatures[0]
    keys = (LOG.key, WITNESS.key, LOG_ML_DSA.key)
    assert [proven.key for proven in verify_note(note, keys)] == list(keys)


@pytest.mark.parametrize("vector", REKOR, ids=lambda vector: vector["source"])
def test_checkpoints_of_rekor_verify_and_hold_their_entries(vector):
    note, key = read_note(vector["checkpoint"].encode()), read_vkey(vector["vkey"])
    checkpoint = read_checkpoint(note.text)
    assert verify_note(note, (key,)) == (Proven(key, None),)
    assert checkpoint.size == vector["size"]
    path = [b64decode(each) for each in vector["path"]]
    leaf = leaf_hash(b64decode(vector["entry"]))
    assert verify_inclusion(path, vector["index"], checkpoint.size, leaf, checkpoint.root)
    assert not verify_inclusion(path, vector["index"] - 1, checkpoint.size, leaf, checkpoint.root)


def wycheproof():
    for group in WYCHEPROOF["testGroups"]:
        for test in group["tests"]:
            message = bytes.fromhex(test["msg"])
            if message.isascii():
                yield pytest.param(group["publicKey"]["pk"], message.decode(), test, id=str(test["tcId"]))


@pytest.mark.parametrize(("public", "text", "test"), list(wycheproof()))
def test_ed25519_cases_of_wycheproof(public, text, test):
    key = VerifierKey("wycheproof.example", Kind.ED25519, bytes.fromhex(public))
    line = Signature(key.name, key.key_id, bytes.fromhex(test["sig"]))
    assert key.verify(text, line) is (test["result"] == "valid")


def test_there_are_wycheproof_cases_whose_message_is_text():
    assert len(list(wycheproof())) >= 40


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        EXAMPLE[:-1],
        EXAMPLE + b"\n",
        EXAMPLE.replace(b"message.\n\n", b"message.\n"),
        EXAMPLE.replace(b"\n", b"\r\n"),
        EXAMPLE.replace(b"example message", b"example\tmessage"),
        EXAMPLE.replace(b"example message", b"example\x00message"),
        EXAMPLE.replace(b"example message", b"example \xff message"),
        EXAMPLE.replace("— ".encode(), b"- "),
        EXAMPLE.replace("— ".encode(), "—\u00a0".encode()),
        EXAMPLE.replace(b"example.com/foo", b""),
        EXAMPLE.replace(b"example.com/foo", b"example.com/f+o"),
        EXAMPLE.replace(b"example.com/foo", b"example.com/f o"),
        EXAMPLE.replace(b"example.com/foo", "example.com/f\u2003o".encode()),
        EXAMPLE.replace(b"yaQM=", b"yaQN="),
        EXAMPLE.replace(b"yaQM=", b"yaQM"),
        EXAMPLE.replace(b"yaQM=", b"yaQM= "),
        EXAMPLE.replace(b"Uw2QOkn8", b"Uw2Q Okn8"),
        EXAMPLE.split(b"Uw2Q")[0] + b"\n",
        EXAMPLE.split(b"Uw2Q")[0] + b"Uw2QOg==\n",
        EXAMPLE + "— example.com/foo \n".encode(),
        b"x" * NOTE_BYTES + EXAMPLE,
        EXAMPLE + 64 * "— example.com/bar Uw2QOkk=\n".encode(),
    ],
)
def test_log12_notes_spelt_otherwise_are_refused(data):
    with pytest.raises(InvalidInput):
        read_note(data)


def test_verifier_keys_are_split_at_the_first_two_plus_signs():
    key = Signer("node-ភ.example/ledger", Kind.ED25519, b"\x0e" * 32).key
    assert "+" in key.vkey.split("+", 2)[2]
    assert read_vkey(key.vkey) == key


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        EXAMPLE_KEY + "=",
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("530d903a", "30d903a"),
        EXAMPLE_KEY.replace("example.com/foo", ""),
        EXAMPLE_KEY.replace("example.com/foo", "example.com/f o"),
        EXAMPLE_KEY.replace("+AekyeRr", "+BekyeRr"),
        "example.com/foo+530d903a",
        "example.com/foo+530d903a+",
    ],
)
def test_other_verifier_keys_are_refused(vkey):
    with pytest.raises(InvalidInput):
        read_vkey(vkey)


@pytest.mark.parametrize(
    "key",
    [
        VerifierKey("hub.example", Kind.ED25519, bytes(31)),
        VerifierKey("hub.example", Kind.COSIGNATURE, bytes(33)),
        VerifierKey("hub.example", Kind.COSIGNATURE_ML_DSA, bytes(32)),
        VerifierKey("hub.example", Kind.ECDSA, b"no key"),
        VerifierKey("hub.example", Kind.ECDSA, der(ec.derive_private_key(1, ec.SECP256K1()))),
        VerifierKey("hub.example", Kind.ECDSA, der(LOG_ML_DSA._private())),
        VerifierKey("hub.example", 5, bytes(32)),
    ],
    ids=["short", "long", "wrong-length", "no-key", "another-curve", "another-kind", "unknown-kind"],
)
def test_verifier_keys_that_are_no_keys_of_their_kind_are_refused(key):
    with pytest.raises(InvalidInput):
        read_vkey(key.vkey)


def test_unknown_keys_are_ignored_even_with_a_known_name_or_id():
    note = read_note(OWN.encode())
    same_name = Signer(ORIGIN, Kind.ED25519, b"\7" * 32).sign(note.text, at=AT)
    same_id = Signature("other.example", LOG.key.key_id, same_name.blob)
    lines = (same_name, same_id, *note.signatures)
    assert verify_note(Note(note.text, lines), (LOG.key,)) == (Proven(LOG.key, None),)


def test_one_false_signature_of_a_known_key_makes_the_note_false():
    note = read_note(OWN.encode())
    false = Signature(WITNESS.name, WITNESS.key.key_id, bytes(72))
    with pytest.raises(ProofFailed):
        verify_note(Note(note.text, (*note.signatures, false)), (LOG.key, WITNESS.key))
    with pytest.raises(ProofFailed):
        verify_note(Note(note.text + "more\n", note.signatures), (LOG.key, WITNESS.key))


def test_note_that_no_known_key_signed_is_refused():
    with pytest.raises(ProofFailed):
        verify_note(read_note(OWN.encode()), (LOG_ML_DSA.key,))


def test_sixteen_signatures_of_known_keys_are_accepted():
    signers = tuple(Signer(f"witness-{n}.example", Kind.COSIGNATURE_ML_DSA, bytes([n]) * 32) for n in range(15))
    note = read_note(signed(300, (LOG, *signers)))
    assert len(write_note(note)) <= NOTE_BYTES
    assert len(verify_note(note, tuple(signer.key for signer in (LOG, *signers)))) == 16


class Colliding:
    """A key with the name and ID of another."""

    name, key_id = "example.com/foo", bytes.fromhex("530d903a")


def test_two_keys_of_one_name_and_id_are_refused():
    with pytest.raises(InvalidInput):
        verify_note(read_note(EXAMPLE), (read_vkey(EXAMPLE_KEY), Colliding()))


def test_cosignature_is_of_a_checkpoint_and_its_time():
    for signer in (WITNESS, LOG_ML_DSA):
        with pytest.raises(InvalidInput):
            signer.sign("This is an example message.\n", at=AT)
        note = sign(write_checkpoint(Checkpoint(ORIGIN, 5, bytes(32))), (signer,), at=AT)
        line = note.signatures[0]
        later = Signature(line.name, line.key_id, (AT + 1).to_bytes(8, "big") + line.blob[8:])
        before_time = Signature(line.name, line.key_id, b"\xff" * 8 + line.blob[8:])
        for time in (-1, 2**63):
            with pytest.raises(InvalidInput):
                signer.sign(note.text, at=time)
        assert signer.key.verify(note.text, line)
        assert not signer.key.verify(note.text, later)
        assert not signer.key.verify(note.text, before_time)
        assert not signer.key.verify(note.text, Signature(line.name, line.key_id, line.blob[:-1]))
        assert not signer.key.verify(write_checkpoint(Checkpoint(ORIGIN, 6, bytes(32))), line)


def test_ml_dsa_44_commits_to_the_cosigner_and_refuses_extension_lines():
    text = write_checkpoint(Checkpoint(ORIGIN, 5, bytes(32)))
    line = LOG_ML_DSA.sign(text, at=AT)
    renamed = VerifierKey("other.example", Kind.COSIGNATURE_ML_DSA, LOG_ML_DSA.key.key)
    assert not renamed.verify(text, line)
    assert not LOG_ML_DSA.key.verify(text + "more\n", line)
    with pytest.raises(InvalidInput):
        LOG_ML_DSA.sign(text + "more\n", at=AT)
    long_origin = write_checkpoint(Checkpoint("o" * 256, 5, bytes(32)))
    with pytest.raises(InvalidInput):
        LOG_ML_DSA.sign(long_origin, at=AT)


def test_ed25519_cosignature_signs_the_extension_lines():
    text = write_checkpoint(Checkpoint(ORIGIN, 5, bytes(32), ("one", "ສອງ")))
    line = WITNESS.sign(text, at=AT)
    assert WITNESS.key.verify(text, line)
    assert not WITNESS.key.verify(text.replace("one", "two"), line)


@pytest.mark.parametrize("text", OTHER_TEXTS)
def test_checkpoints_spelt_otherwise_are_refused(text):
    with pytest.raises(InvalidInput):
        read_checkpoint(text)


@pytest.mark.parametrize("size", [0, 1, 2**63 - 1])
def test_checkpoint_sizes_go_from_0_to_2_63_minus_1(size):
    checkpoint = Checkpoint(ORIGIN, size, bytes(range(32)), ("extension",))
    assert read_checkpoint(write_checkpoint(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", 0, bytes(32)),
        Checkpoint("a\nb", 0, bytes(32)),
        Checkpoint("a", -1, bytes(32)),
        Checkpoint("a", 2**63, bytes(32)),
        Checkpoint("a", 0, bytes(31)),
        Checkpoint("a", 0, bytes(32), ("",)),
        Checkpoint("a", 0, bytes(32), ("b\nc",)),
    ],
)
def test_checkpoint_that_would_not_be_read_back_is_not_written(checkpoint):
    with pytest.raises(InvalidInput):
        write_checkpoint(checkpoint)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb"])
def test_log2_keys_with_other_names_are_not_made(name):
    with pytest.raises(InvalidInput):
        Signer(name, Kind.ED25519, bytes(32))


def test_signature_lines_stand_alone():
    lines = OWN.split("\n\n", 1)[1].encode()
    assert read_signatures(lines) == read_note(OWN.encode()).signatures
    for other in (b"", OWN.encode(), b"\n" + lines, lines[:-1], b64encode(lines) + b"\n"):
        with pytest.raises(InvalidInput):
            read_signatures(other)
