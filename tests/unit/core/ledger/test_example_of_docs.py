"""What explanation/ledger.md shows is a real proof: it proves what the page says, and nothing once a byte differs."""

import re
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from mitra.core.ledger.commitment import commit, entry
from mitra.core.ledger.examining import Holder, Shown, examine
from mitra.core.ledger.policy import read_policy
from mitra.core.ledger.proof import read_proof
from mitra.core.ledger.receipt import read_receipt
from mitra.core.stix.printing import print_record
from mitra.core.stix.reading import read_object

DOCS = Path(__file__).resolve().parents[4] / "docs" / "explanation"
PAGE = (DOCS / "ledger.md").read_text(encoding="utf-8")
PROOF = read_proof((DOCS / "ledger-example" / "indicator.tlog-proof").read_bytes())
POLICY = read_policy((DOCS / "ledger-example" / "policy.txt").read_bytes())
RECORD = (DOCS / "ledger-example" / "indicator.json").read_bytes()
DIGEST = print_record(read_object(RECORD)).digest
HOLDER = Holder(tuple(log.key for log in POLICY.logs), None, {DIGEST})


def answers(proof, holder=HOLDER):
    return {finding.what: finding.shown for finding in examine(proof, holder).findings}


def test_page_says_what_the_proof_shows():
    rows = re.findall(r"^\| (\w+) \|[^|]+\| (\w+) \|", PAGE, re.MULTILINE)
    assert {what: Shown(shown) for what, shown in rows if what != "question"} == answers(PROOF)
    assert set(answers(PROOF).values()) == {Shown.PROVEN}


def test_page_shows_the_entry_and_the_checkpoint_of_the_proof():
    opening = read_receipt(PROOF.extra).opening
    blocks = re.findall(r"^```\w*\n(.*?)```$", PAGE, re.MULTILINE | re.DOTALL)
    assert blocks[0].encode() == entry(commit(opening.body, opening.salt), opening.t) + b"\n"
    assert blocks[1].encode() == PROOF.checkpoint


def test_example_of_another_record_is_refuted():
    other = print_record(read_object(RECORD.replace(b"phish", b"fresh"))).digest
    assert answers(PROOF, replace(HOLDER, records={other}))["for"] is Shown.REFUTED


def test_example_without_a_known_key_cannot_be_told():
    found = examine(PROOF, replace(HOLDER, keys=()))
    assert (found.shows("signed"), found.shows("included")) == (Shown.UNKNOWN, Shown.PROVEN)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"path": (bytes(32), PROOF.path[1])}, "included"),
        ({"index": 2}, "included"),
        ({"checkpoint": PROOF.checkpoint.replace(b"\n3\n", b"\n4\n")}, "signed"),
        ({"extra": PROOF.extra.replace(b64encode(b"\2" * 32), b64encode(b"\3" * 32))}, "included"),
    ],
)
def test_example_with_another_byte_is_refuted(changed, what):
    assert answers(replace(PROOF, **changed))[what] is Shown.REFUTED
