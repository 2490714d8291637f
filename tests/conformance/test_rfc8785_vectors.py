"""RFC 8785 by the vectors of its authors (cyberphone/json-canonicalization)."""

import pytest

from mitra.core.stix.canonical import canonical
from mitra.core.stix.reading import read_json
from shared_data import SHARED

FOLDER = SHARED / "jcs"
NAMES = sorted(path.stem for path in (FOLDER / "input").iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_rfc8785_3_2_generation_of_canonical_json(name):
    printed = canonical(read_json((FOLDER / "input" / f"{name}.json").read_bytes()))
    assert printed == (FOLDER / "output" / f"{name}.json").read_bytes().strip()
    assert printed == bytes.fromhex((FOLDER / "outhex" / f"{name}.txt").read_text())


def test_there_are_vectors():
    assert len(NAMES) >= 3
