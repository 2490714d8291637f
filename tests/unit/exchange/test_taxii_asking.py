from datetime import UTC, datetime, timedelta

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Viewer
from mitra.exchange.taxii.asking import MOST, OBJECTS, ONE_OBJECT, VERSIONS, Resource, read
from mitra.store.facts import Filter

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VIEWER = Viewer(organisation=3)
ALL = Resource("objects all", Filter(), OBJECTS)


def ask(parameters, resource=ALL, now=NOW):
    return read(parameters, resource, viewer=VIEWER, now=now)


def test_without_parameters_the_first_page_of_latest_versions_is_asked_for():
    asked = ask({})

    assert (asked.limit, asked.after, asked.is_empty) == (MOST, 0, False)
    assert asked.only == Filter(versions="last")


def test_match_filters_narrow_and_their_values_are_alternatives():
    asked = ask(
        {
            "match[id]": "indicator--1, indicator--2",
            "match[type]": "indicator,malware",
            "match[version]": "first",
            "match[spec_version]": "2.0,2.1",
        }
    )

    assert asked.only == Filter(
        types=frozenset({"indicator", "malware"}),
        stix_ids=frozenset({"indicator--1", "indicator--2"}),
        versions="first",
    )
    assert not asked.is_empty


def test_what_the_collection_narrows_to_stays():
    circle = Resource("objects fin", Filter(circles=frozenset({7})), OBJECTS)

    assert ask({"match[type]": "tool"}, circle).only.circles == frozenset({7})


def test_another_spec_version_leaves_nothing():
    assert ask({"match[spec_version]": "2.0"}).is_empty


@pytest.mark.parametrize(
    ("limit", "expected"), [("1", 1), ("007", 7), ("1000", 1000), ("100000", 1000), ("9" * 18, 1000)]
)
def test_limit_is_capped(limit, expected):
    assert ask({"limit": limit}).limit == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T08:00:00Z", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31T08:00:00.1Z", datetime(2026, 1, 31, 8, 0, 0, 100_000, tzinfo=UTC)),
        ("2026-01-31T08:00:00.12Z", datetime(2026, 1, 31, 8, 0, 0, 120_000, tzinfo=UTC)),
        ("2026-01-31T08:00:00.123Z", datetime(2026, 1, 31, 8, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-01-31T08:00:00.1234Z", datetime(2026, 1, 31, 8, 0, 0, 123_400, tzinfo=UTC)),
        ("2026-01-31T08:00:00.12345Z", datetime(2026, 1, 31, 8, 0, 0, 123_450, tzinfo=UTC)),
        ("2026-01-31T08:00:00.123456Z", datetime(2026, 1, 31, 8, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-01-31T08:00:00.123456999Z", datetime(2026, 1, 31, 8, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-01-31T15:00:00+07:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
    ],
)
def test_added_after_takes_any_fraction_and_never_rounds_up(text, expected):
    assert ask({"added_after": text}).only.added_after == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "abc"),
        ("limit", ""),
        ("limit", "1.5"),
        ("limit", "1_000"),
        ("limit", "٣"),
        ("limit", "9" * 400),
        ("added_after", ""),
        ("added_after", "yesterday"),
        ("added_after", "2026-01-31"),
        ("added_after", "2026-13-31T08:00:00Z"),
        ("added_after", "2026-02-30T08:00:00Z"),
        ("added_after", "0000-01-01T00:00:00Z"),
        ("added_after", "0001-01-01T00:00:00+23:59"),
        ("added_after", "2026-01-31T08:00:00"),
        ("added_after", "2026-01-31T08:00:00.Z"),
        ("match[version]", "newest"),
        ("match[version]", "first,last"),
        ("match[version]", ""),
        ("match[type]", " , "),
        ("match[name]", "emotet"),
        ("match[id", "indicator--1"),
        ("next", "x"),
        ("next", "ก" * 38),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(name, text):
    with pytest.raises(InvalidInput) as refused:
        ask({name: text})

    assert refused.value.path == name
    assert refused.value.rule in {"parameter", "cursor"}


def test_parameters_that_are_not_of_taxii_are_left_alone():
    assert ask({"utm_source": "x", "pretty": "1"}) == ask({})


def test_next_goes_on_with_the_same_question_only():
    question = {"match[type]": "indicator", "added_after": "2026-01-01T00:00:00Z", "limit": "5"}
    cursor = ask(question).next_after(99, now=NOW)

    assert ask({**question, "next": cursor}).after == 99
    assert ask({**question, "next": cursor, "limit": "900"}).after == 99
    assert ask({**question, "next": cursor, "added_after": "2026-01-01T07:00:00.000+07:00"}).after == 99
    assert ask({**question, "next": cursor}, now=NOW + timedelta(days=7)).after == 99
    for change in ({"match[type]": "malware"}, {"added_after": "2026-01-02T00:00:00Z"}, {"match[version]": "all"}):
        with pytest.raises(InvalidInput):
            ask({**question, **change, "next": cursor})
    with pytest.raises(InvalidInput):
        ask({**question, "next": cursor}, Resource("manifest all", Filter(), OBJECTS))


def test_one_object_and_its_versions_take_fewer_filters():
    one = Resource("object all", Filter(stix_ids=frozenset({"tool--1"})), ONE_OBJECT)
    versions = Resource("versions all", Filter(stix_ids=frozenset({"tool--1"})), VERSIONS)

    assert ask({"match[version]": "all"}, one).only.versions == "all"
    assert ask({}, one).only.versions == "last"
    assert ask({}, versions).only.versions == "all"
    for parameters, resource in (({"match[id]": "tool--2"}, one), ({"match[version]": "all"}, versions)):
        with pytest.raises(InvalidInput):
            ask(parameters, resource)
