"""Whatever a kind prints fits the schema published for it; a fact of a wrong type fits neither it nor the kind."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import validator_for

from board.facts import NOTICE, REPLY, STEP, Notice, Reply
from mitra.core.errors import InvalidInput
from mitra.store.things.kinds import Version
from mitra.store.things.published import schema_of
from mitra.store.things.threads import Taken

TIMES = st.datetimes(timezones=st.just(UTC))
FACTS = {
    NOTICE: st.builds(Notice, urgency=..., valid_until=st.none() | TIMES, places=..., about_ref=..., number=...),
    REPLY: st.builds(Reply),
    STEP: st.builds(Taken, taken_at=TIMES, seen=..., said=...),
}
THINGS = st.sampled_from(list(FACTS)).flatmap(lambda kind: st.tuples(st.just(kind), FACTS[kind]))
AUTHORS = st.just("") | st.uuids().map("identity--{}".format)
WRONG = ({"a": 1}, [1], False)
"""What no fact of these kinds may be."""
NOW, SOME = datetime(2026, 11, 26, tzinfo=UTC), UUID(int=1)
COMMON = ("type", "spec_version", "id", "created", "modified", "created_by_ref", "extensions")


def fits(kind, obj):
    return validator_for(schema_of(kind), validate_formats=True, offline=True).is_valid(obj)


def printed(kind, facts, author="", at=NOW, uuid=SOME):
    return kind.print(facts, Version(f"{kind.stix_type}--{uuid}", author, at, at)).raw


@given(THINGS, AUTHORS, TIMES, st.uuids())
def test_what_is_printed_fits_its_schema_and_is_read_again(thing, author, at, uuid):
    kind, facts = thing
    raw = printed(kind, facts, author, at, uuid)
    assert fits(kind, orjson.loads(raw))
    assert kind.read(raw)[0] == facts


@given(THINGS, st.data())
def test_a_fact_of_a_wrong_type_fits_neither_the_schema_nor_the_kind(thing, data):
    kind, facts = thing
    name, wrong = data.draw(st.sampled_from(kind.names)), data.draw(st.sampled_from(WRONG))
    obj = {**orjson.loads(printed(kind, facts)), name: wrong}
    assert not fits(kind, obj)
    with pytest.raises(InvalidInput) as refusal:
        kind.read(orjson.dumps(obj))
    assert refusal.value.path.startswith(f"/{name}")


@given(THINGS, st.sampled_from(COMMON), st.sampled_from([*WRONG, "x"]))
def test_a_common_property_that_says_something_else_does_not_fit(thing, name, wrong):
    kind, facts = thing
    assert not fits(kind, {**orjson.loads(printed(kind, facts)), name: wrong})


@given(THINGS, st.text(min_size=1))
def test_what_a_later_version_adds_fits(thing, value):
    kind, facts = thing
    obj = {**orjson.loads(printed(kind, facts)), "added_later": value}
    assert fits(kind, obj)
    assert kind.read(orjson.dumps(obj))[0] == facts
