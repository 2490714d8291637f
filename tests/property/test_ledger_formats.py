"""Promises of the ledger for all inputs: what is written is read back, what is proven verifies, noise is refused."""

from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger_log import (
    AT,
    LOG,
    LOG_ML_DSA,
    ORIGIN,
    WITNESS,
    grown,
    leaf_hashes,
    obvious_consistency,
    obvious_inclusion,
    obvious_root,
    reader,
    signed,
)
from mitra.core.errors import InvalidInput, ProofFailed
from mitra.core.ledger.act_tree import TreePath, path_of, plant
from mitra.core.ledger.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from mitra.core.ledger.commitment import canonical_body
from mitra.core.ledger.keys import Kind, Signature, Signer, read_vkey
from mitra.core.ledger.lines import decode_base64, encode_base64, read_number
from mitra.core.ledger.note import Note, read_note, read_signatures, verify_note, write_note, write_signatures
from mitra.core.ledger.opening import Opening, read_opening, write_opening
from mitra.core.ledger.policy import Group, Log, Policy, Witness, read_policy, write_policy
from mitra.core.ledger.proof import Proof, judge, read_proof, write_proof
from mitra.core.ledger.tiles import ENTRIES, Edge, Tile, read_bundle, read_tile_path, tile_path, tiles_of, write_bundle
from mitra.core.ledger.tree import (
    Frontier,
    consistency_path,
    inclusion_path,
    root_of,
    verify_consistency,
    verify_inclusion,
)

hashes = st.binary(min_size=32, max_size=32)
line = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=[chr(n) for n in range(32)]), min_size=1)
name = line.filter(lambda text: "+" not in text and not any(sign.isspace() for sign in text))
word = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=" #"), min_size=1, max_size=9)
sizes = st.integers(0, 2**63 - 1)
signatures = st.lists(st.builds(Signature, name, st.binary(min_size=4, max_size=4), st.binary(min_size=1)), min_size=1)
checkpoints = st.builds(Checkpoint, line, sizes, hashes, st.lists(line, max_size=3).map(tuple))
seeds = st.integers(1, 2**64).map(lambda number: number.to_bytes(32, "big"))


@given(st.integers(0, 40), st.data())
def test_a_log_grown_in_any_steps_is_the_same_log(size, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, size * 20), max_size=5)))
    leaves, edge, frontier, made = leaf_hashes(800)[: size * 20], Edge(), Frontier(), {}
    for start, end in zip([0, *cuts], [*cuts, size * 20], strict=True):
        made |= edge.grow(leaves[start:end])
        edge = Edge.read(end, made.__getitem__)
        frontier.extend(leaves[start:end])
        frontier = Frontier(frontier.size, frontier.peaks)
    assert edge.root() == frontier.root() == root_of(leaves)
    assert {tile: made[tile] for tile in tiles_of(size * 20)} == grown(size * 20)[1]


@given(st.integers(1, 70), st.data())
def test_proofs_are_those_of_the_rfc_and_verify(size, data):
    leaves, index, old = leaf_hashes(size), data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, path = obvious_root(leaves), inclusion_path(index, size, reader(size))
    assert path == obvious_inclusion(index, leaves)
    assert verify_inclusion(path, index, size, leaves[index], root)
    path = consistency_path(old, size, reader(size))
    assert path == obvious_consistency(old, leaves)
    assert verify_consistency(path, old, size, obvious_root(leaves[:old]), root)


@given(st.lists(st.binary(max_size=33) | hashes, max_size=9), st.integers(), st.integers(), hashes, hashes)
def test_noise_proves_nothing(path, first, second, left, right):
    is_its_own_root = not path and left == right
    assert verify_inclusion(path, first, second, left, right) is (is_its_own_root and (first, second) == (0, 1))
    assert verify_consistency(path, first, second, left, right) is (is_its_own_root and first == second > 0)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundles_are_read_back(entries):
    assert read_bundle(write_bundle(entries), len(entries)) == entries


@given(st.integers(ENTRIES, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_tile_paths_are_read_back(level, index, width):
    assert read_tile_path(tile_path(Tile(level, index, width))) == Tile(level, index, width)


@given(checkpoints)
def test_checkpoints_are_read_back(checkpoint):
    assert read_checkpoint(write_checkpoint(checkpoint)) == checkpoint


@given(st.lists(line, max_size=3).map(lambda lines: "\n".join([*lines, ""])) | st.just("\n"), signatures)
def test_notes_are_read_back(text, lines):
    assume(text)
    note = Note(text, tuple(lines))
    assert read_note(write_note(note)) == note
    assert read_signatures(write_signatures(note.signatures)) == note.signatures


@given(name, st.sampled_from([Kind.ED25519, Kind.COSIGNATURE, Kind.COSIGNATURE_ML_DSA]), seeds, checkpoints)
def test_what_is_signed_verifies(key_name, kind, seed, checkpoint):
    assume(len(key_name.encode()) < 256 and len(checkpoint.origin.encode()) < 256)
    signer = Signer(key_name, kind, seed)
    text = write_checkpoint(Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root))
    assert signer.key.verify(text, signer.sign(text, at=AT))
    assert read_vkey(signer.key.vkey) == signer.key


@given(sizes, st.lists(hashes, max_size=63).map(tuple), st.none() | st.binary())
def test_proofs_are_read_back(index, path, extra):
    proof = Proof(index, path, signed(3), extra)
    assert read_proof(write_proof(proof)) == proof


@st.composite
def policies(draw):
    names = draw(st.lists(word.filter(lambda text: text != "none"), unique=True, max_size=6))
    keys = [Signer("w", Kind.COSIGNATURE, bytes([n + 1]) * 32).key for n in range(6)]
    cut = draw(st.integers(0, len(names)))
    witnesses = [Witness(each, key, draw(st.none() | word)) for each, key in zip(names[:cut], keys, strict=False)]
    groups, free = [], names[:cut]
    for each in names[cut:]:
        if members := draw(st.lists(st.sampled_from(free), unique=True)) if free else []:
            groups.append(Group(each, draw(st.integers(1, len(members))), tuple(members)))
            free = [other for other in free if other not in members] + [each]
    logs = draw(st.sampled_from([(), (Log(LOG.key),), (Log(LOG.key), Log(LOG_ML_DSA.key, "https://hub.example/"))]))
    quorum = draw(st.sampled_from(["none", *(each.name for each in (*witnesses, *groups))]))
    return Policy(logs, tuple(witnesses), tuple(groups), quorum)


@given(policies(), st.data())
def test_policies_are_read_back_and_more_witnesses_never_lose_a_quorum(policy, data):
    assert read_policy(write_policy(policy)) == policy
    keys = [witness.key for witness in policy.witnesses]
    few = data.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
    assert policy.is_met(keys)
    assert not policy.is_met(few) or policy.is_met([*few, WITNESS.key])


@given(st.binary(max_size=200) | st.text().map(str.encode), st.integers(0, 2**53 - 1), st.data())
def test_openings_are_read_back_and_name_their_record(record, t, data):
    digests = data.draw(st.lists(hashes, min_size=1, max_size=9))
    at, seed = data.draw(st.integers(0, len(digests) - 1)), bytes(range(32))
    tree = plant(seed, [(b"x", [digest(record)]), ("ບໍ່".encode(), digests)])
    body = canonical_body({"root": encode_base64(tree.root), "kind": "ແບ່ງປັນ"})
    opening = Opening(body, seed, t, path_of(seed, [(b"x", [digest(record)]), ("ບໍ່".encode(), digests)], 1, at))
    assert read_opening(write_opening(opening)) == opening
    assert opening.names(digests[at])
    assert not opening.names(digest(digests[at]))


def digest(data):
    return sha256(data).digest()


@given(st.text() | st.text("ABab01+/=\n ", max_size=9))
def test_base64_has_one_spelling(text):
    data = decode_base64(text)
    assert data is None or (encode_base64(data), b64decode(text, validate=True)) == (text, data)


@given(st.text() | st.from_regex(r"[+-]?[0-9]{1,20}\n?", fullmatch=True))
def test_numbers_have_one_spelling(text):
    number = read_number(text, 2**63 - 1)
    assert number is None or (str(number) == text and 0 <= number < 2**63)


SAMPLES = {
    "note": signed(300),
    "proof": write_proof(Proof(7, tuple(leaf_hashes(9)), signed(300), b"extra")),
    "policy": f"log {LOG.key.vkey}\nwitness a {WITNESS.key.vkey} u\ngroup g 1 a\nquorum g\n".encode(),
    "vkey": LOG.key.vkey.encode(),
    "path": b"tile/0/x001/x234/067.p/8",
    "checkpoint": f"{ORIGIN}\n5\n{'A' * 43}=\nextension\n".encode(),
    "bundle": write_bundle([b"one", b"", b"three"]),
    "opening": write_opening(
        Opening(b'{"root":null}', bytes(32), 0, TreePath(b"a", bytes(32), 0, (bytes(32),), bytes(32), 1, (b"",)))
    ),
}
READERS = {
    "note": lambda data: verify_note(read_note(data), (LOG.key, WITNESS.key)),
    "proof": lambda data: judge(read_proof(data), leaf_hashes(1)[0], read_policy(SAMPLES["policy"])),
    "policy": lambda data: read_policy(data).is_met((WITNESS.key,)),
    "vkey": lambda data: read_vkey(data.decode(errors="surrogateescape")).verify("x", Signature("x", b"", data)),
    "path": lambda data: read_tile_path(data.decode(errors="surrogateescape")),
    "checkpoint": lambda data: read_checkpoint(data.decode(errors="surrogateescape")),
    "bundle": lambda data: read_bundle(data, 3),
    "opening": lambda data: (read_opening(data).leaf, read_opening(data).names(bytes(32))),
}


@st.composite
def noise(draw, sample):
    """Random bytes, or the sample with some of its bytes cut, doubled or changed."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    data = bytearray(sample)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 1, 2, 40])))
        middle = draw(
            st.sampled_from([b"", b"\n", b" ", b"\xff", b"0", b"+", bytes(data[start:end] * 2)]) | st.binary(max_size=3)
        )
        data[start:end] = middle
    return bytes(data)


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=400)
@given(data=st.data())
def test_noise_raises_nothing_but_what_is_promised(kind, data):
    given_bytes = data.draw(noise(SAMPLES[kind]))
    try:
        READERS[kind](given_bytes)
    except (InvalidInput, ProofFailed):
        assert given_bytes != SAMPLES[kind]
