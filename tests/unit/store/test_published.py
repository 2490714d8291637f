"""The extension definition is STIX by our own check and by another program's, and the same on every node."""

import re
from datetime import UTC, datetime
from uuid import UUID

import jsonschema_rs
import orjson
import pytest
import stix2

from board.facts import NOTICE, REPLY, STEP, Notice
from mitra.core.errors import InvalidInput
from mitra.core.stix.reading import read_object
from mitra.exchange.intake.schemas import stix_validator
from mitra.store.things.kinds import EXTENSION, Version
from mitra.store.things.published import AUTHORS, DEFINITION, get_published, schema_of


@pytest.mark.parametrize("obj", [DEFINITION, AUTHORS], ids=["definition", "authors"])
def test_what_is_published_is_stix_by_our_check_and_by_another_program(obj):
    assert stix_validator().problems(obj) == ()
    assert read_object(stix2.parse(obj).serialize().encode()) == obj


def test_the_definition_is_the_one_that_things_name_and_its_author_is_published_beside_it():
    assert (DEFINITION["id"], DEFINITION["created_by_ref"]) == (EXTENSION, AUTHORS["id"])
    assert (get_published().definition, get_published().identity) == (DEFINITION, AUTHORS)


def test_the_definition_names_no_host():
    assert not re.search(r"://|\w\.\w+/", str(DEFINITION["schema"]))


@pytest.mark.parametrize("kind", [NOTICE, REPLY, STEP], ids=lambda kind: kind.stix_type)
def test_each_kind_has_a_schema_that_is_one(kind):
    (told,) = (one for one in get_published().types if one.type == kind.stix_type)
    assert (told.room, told.label, told.schema) == (kind.room, kind.label, schema_of(kind))
    jsonschema_rs.meta.validate(told.schema)


@pytest.mark.parametrize("facts", [Notice("ແຈ້ງການ", ""), Notice("ແຈ້ງການ", "w", places=("ວຽງຈັນ",))])
def test_what_a_thing_is_printed_as_is_stix_by_our_check(facts):
    at = datetime(2026, 11, 26, tzinfo=UTC)
    record = NOTICE.print(facts, Version(f"{NOTICE.stix_type}--{UUID(int=1, version=4)}", "", at, at))
    assert stix_validator().problems(orjson.loads(record.raw)) == ()
    assert NOTICE.read(record.raw)[0] == facts


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("words", 7),
        ("places", "ວຽງຈັນ"),
        ("valid_until", 7),
        ("valid_until", "7"),
        ("valid_until", "2026-01-01T00:00:00"),
    ],
)
def test_a_fact_that_is_nearly_one_is_refused_at_its_path(fact, said):
    with pytest.raises(InvalidInput) as refusal:
        NOTICE.check({"heading": "h", "words": "w", fact: said})
    assert refusal.value.path == f"/{fact}"
