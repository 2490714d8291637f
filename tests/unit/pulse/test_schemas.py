"""Events carry ids, codes, instants and counts; what could be words is refused before it is written."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

import pytest

from mitra.core.errors import InvalidInput
from mitra.pulse import facts
from mitra.pulse.attempt import told_of
from mitra.pulse.facts import Event
from mitra.pulse.schemas import print_fields, read_event, schema_of

BANGKOK = timezone(timedelta(hours=7))


class Level(StrEnum):
    AMBER_STRICT = "amber-strict"


@dataclass(frozen=True, slots=True)
class Everything(Event):
    NAME = "tests.everything-happened"

    number: int
    flag: bool
    at: datetime
    id: UUID
    code: str
    level: Level
    maybe: str | None = None


WHOLE = Everything(
    -3, True, datetime(2026, 3, 1, 19, tzinfo=BANGKOK), UUID(int=7), "indicator--0c0f-17", Level.AMBER_STRICT, None
)


def changed(**fields):
    return Everything(**{field: getattr(WHOLE, field) for field in Everything.__dataclass_fields__} | fields)


@pytest.mark.parametrize("event", [WHOLE, changed(maybe="th-7k3m"), changed(flag=False, number=2**53 - 1)])
def test_what_is_written_reads_back(event):
    assert read_event(Everything, 1, print_fields(event)) == event


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "two words"),
        ("code", "ລະຫັດ"),
        ("code", "Capital"),
        ("code", ""),
        ("code", "evil.example"),
        ("code", "203.0.113.7"),
        ("code", "user@example"),
        ("code", "a" * 64),
        ("code", "-a"),
        ("code", "a\n"),
        ("code", None),
        ("code", 7),
        ("maybe", "some words"),
        ("level", "some words"),
        ("number", 2**53),
        ("number", -(2**53)),
        ("number", True),
        ("number", 1.5),
        ("number", "7"),
        ("flag", 1),
        ("at", datetime(2026, 3, 1)),  # noqa: DTZ001 - that is what is refused
        ("at", "2026-03-01"),
        ("id", "0c0f3f0e-7f33-4c55-8a11-25a1a3bb0c01"),
    ],
)
def test_a_value_that_its_field_may_not_hold_is_refused(field, value):
    with pytest.raises(ValueError, match=f"tests.everything-happened.{field} holds no") as refusal:
        print_fields(changed(**{field: value}))
    assert not value or str(value) not in str(refusal.value) or len(str(value)) < 3


def refused(make):
    """The refusal of a class's schema; the class is forgotten again."""
    before = dict(facts._classes)
    try:
        with pytest.raises(TypeError) as refusal:
            schema_of(make())
        return str(refusal.value)
    finally:
        facts._classes.clear()
        facts._classes.update(before)
        gc.collect()


@pytest.mark.parametrize("hint", [float, bytes, list, "tuple[int, ...]", "int | str", "dict[str, int]", object])
def test_a_field_of_another_kind_is_no_fields(hint):
    def make():
        namespace = {"NAME": "tests.wrong", "__annotations__": {"field": hint}}
        return dataclass(frozen=True)(type("Wrong", (Event,), namespace))

    assert "tests.wrong.field is" in refused(make)


@pytest.mark.parametrize("name", ["tests.Wrong", "wrong", "tests.wrong_name", "tests.wrong.more", "ຫ້ອງ.wrong"])
def test_an_event_is_named_by_room_and_fact(name):
    assert "is no event" in refused(lambda: dataclass(frozen=True)(type("Wrong", (Event,), {"NAME": name})))


def test_an_event_does_not_change():
    assert "is no event" in refused(lambda: dataclass(type("Wrong", (Event,), {"NAME": "tests.wrong"})))


def test_a_name_is_one_class():
    with pytest.raises(TypeError, match="Two events are called tests"):
        type("Another", (Event,), {"NAME": Everything.NAME})


@dataclass(frozen=True, slots=True)
class Moved(Event):
    NAME = "tests.case-moved"
    V = 2

    case: int
    to: str
    by: int = 0

    @classmethod
    def upcast(cls, v, fields):
        assert v == 1
        return {"case": fields["number"], "to": fields["to"]}


def test_an_earlier_version_is_read_by_its_upcast():
    assert read_event(Moved, 1, '{"number": 7, "to": "closed"}') == Moved(7, "closed")


def test_a_field_that_was_added_has_its_default_and_one_that_is_unknown_is_left():
    assert read_event(Moved, 2, '{"case": 7, "to": "closed", "later": 1}') == Moved(7, "closed")


@pytest.mark.parametrize("v", [2, 0])
def test_a_version_without_an_upcast_is_not_guessed(v):
    with pytest.raises(TypeError, match="cannot be read"):
        read_event(Everything, v, print_fields(WHOLE))


def test_an_error_is_told_by_where_it_arose_in_a_room():
    from mitra.core.stix.times import parse_time

    with pytest.raises(InvalidInput, match="words of a record") as caught:
        parse_time("words of a record")
    said, line = told_of(caught.value).rsplit(":", 1)
    assert said == "InvalidInput (invalid-input) at core/stix/times.py"
    assert line.isdecimal()


def test_the_moment_of_utc_is_kept():
    assert read_event(Everything, 1, print_fields(WHOLE)).at.astimezone(UTC).hour == 12
