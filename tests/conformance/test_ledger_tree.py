"""RFC 6962, section 2.1, by its reference leaves, by the cases of transparency-dev/merkle, and by Go's own tlog."""

import json
from base64 import b64decode
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from ledger_log import grown, leaf_hashes, reader
from mitra.core.ledger.tree import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from shared_data import SHARED

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CASES = json.loads((SHARED / "merkle-rfc6962" / "proof-cases.json").read_text())
GO = json.loads((Path(__file__).parent / "ledger_vectors" / "go.json").read_text())


@pytest.mark.parametrize(("size", "root"), list(enumerate(ROOTS)))
def test_rfc6962_2_1_roots_of_the_reference_leaves(size, root):
    assert root_of(leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]).hex() == root


@pytest.mark.parametrize("case", [case for case in CASES if case["kind"] == "inclusion"], ids=lambda case: case["case"])
def test_rfc6962_2_1_1_inclusion_cases(case):
    path = [b64decode(each) for each in case["proof"] or []]
    leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
    assert verify_inclusion(path, case["leafIdx"], case["treeSize"], leaf, root) is not case["wantErr"]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["kind"] == "consistency"], ids=lambda case: case["case"]
)
def test_rfc6962_2_1_2_consistency_cases(case):
    path = [b64decode(each) for each in case["proof"] or []]
    old_root, new_root = b64decode(case["root1"]), b64decode(case["root2"])
    assert verify_consistency(path, case["size1"], case["size2"], old_root, new_root) is not case["wantErr"]


@pytest.mark.parametrize("size", [int(size) for size in GO["roots"]])
def test_roots_are_those_of_go(size):
    root = bytes.fromhex(GO["roots"][str(size)])
    assert (root_of(leaf_hashes(size)), grown(size)[0].root(), root_at(size, reader(size))) == (root, root, root)


def test_every_proof_up_to_300_is_that_of_go():
    hashes = cache(reader(300))
    included = (inclusion_path(index, size, hashes) for size in range(1, 301) for index in range(size))
    assert sha256(b"".join(map(b"".join, included))).hexdigest() == GO["inclusion to 300"]
    consistent = (consistency_path(old, size, hashes) for size in range(1, 301) for old in range(1, size + 1))
    assert sha256(b"".join(map(b"".join, consistent))).hexdigest() == GO["consistency to 300"]


def test_every_proof_up_to_300_verifies_and_with_one_flipped_bit_does_not():
    hashes, leaves, random = cache(reader(300)), leaf_hashes(300), Random(6962)
    roots = [root_at(size, hashes) for size in range(301)]
    for size in range(1, 301):
        for index in range(size):
            said = [*inclusion_path(index, size, hashes), leaves[index], roots[size]]
            assert verify_inclusion(said[:-2], index, size, *said[-2:])
            said = flipped(said, random)
            assert not verify_inclusion(said[:-2], index, size, *said[-2:])
        for old in range(size + 1):
            said = [*consistency_path(old, size, hashes), roots[size], roots[old]]
            assert verify_consistency(said[:-2], old, size, said[-1], said[-2])
            if old:
                said = flipped(said, random)
            else:  # of the empty tree and any other, nothing but its own root can be false
                said[-1] = flipped(said[-1:], random)[0]
            assert not verify_consistency(said[:-2], old, size, said[-1], said[-2])


def flipped(hashes, random):
    at, bit = random.randrange(len(hashes)), random.randrange(256)
    changed = (int.from_bytes(hashes[at], "big") ^ 1 << bit).to_bytes(32, "big")
    return [*hashes[:at], changed, *hashes[at + 1 :]]
