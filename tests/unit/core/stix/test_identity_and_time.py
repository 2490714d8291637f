import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
import stix2

from mitra.core.errors import InvalidInput
from mitra.core.stix.ids import CONTRIBUTING, is_id, make_id, observable_id, parse_id, type_of_id
from mitra.core.stix.times import digits_of, format_time, is_time, parse_time, time_key
from mitra.core.stix.versions import (
    OBSERVABLE_TYPES,
    STIX_TYPES,
    VERSIONED_TYPES,
    has_versions,
    is_revoked,
    version_key,
    version_of,
)

SOME = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"


def test_id_is_taken_apart_and_put_together():
    kind, uuid = parse_id(SOME)
    assert make_id(kind, uuid) == SOME
    assert type_of_id(SOME) == "indicator"


@pytest.mark.parametrize(
    "text",
    ["", "indicator", "indicator--1", SOME + "x", SOME.replace("i", "I", 1), SOME.replace("--", "-", 1), SOME + "\n"],
)
def test_other_forms_are_no_ids(text):
    assert not is_id(text)
    with pytest.raises(InvalidInput) as caught:
        parse_id(text)
    assert (caught.value.rule, caught.value.path) == ("id-form", "/id")


@pytest.mark.parametrize(
    "made",
    [
        stix2.v21.DomainName(value="ตัวอย่าง.th"),
        stix2.v21.IPv4Address(value="203.0.113.7"),
        stix2.v21.URL(value="https://example.com/a?b=c"),
        stix2.v21.AutonomousSystem(number=4788),
        stix2.v21.File(name="ឯកសារ.doc", hashes={"SHA-256": "aa" * 32, "MD5": "bb" * 16}),
        stix2.v21.File(hashes={"SHA-256": "aa" * 32, "SHA-1": "cc" * 20}),
        stix2.v21.EmailAddress(value="a@example.com", display_name="A"),
        stix2.v21.Mutex(name="m"),
        stix2.v21.WindowsRegistryKey(key="HKLM\\x", values=[{"name": "a", "data": "b", "data_type": "REG_SZ"}]),
        stix2.v21.UserAccount(user_id="1001", account_login="x"),
        stix2.v21.Software(name="Word", vendor="V", version="1"),
        stix2.v21.NetworkTraffic(
            src_ref=stix2.v21.IPv4Address(value="203.0.113.7"), dst_port=443, protocols=["ipv4", "tcp"]
        ),
        stix2.v21.X509Certificate(serial_number="00:11"),
    ],
    ids=lambda made: made["type"],
)
def test_observable_id_is_what_stix2_makes(made):
    assert observable_id(json.loads(made.serialize())) == made["id"]


def test_observable_that_nothing_identifies_has_no_id_of_its_own():
    assert observable_id({"type": "process", "pid": 1}) is None
    assert observable_id({"type": "artifact", "mime_type": "text/plain"}) is None
    assert observable_id({"type": "x-custom", "value": 1}) is None
    assert CONTRIBUTING.keys() == OBSERVABLE_TYPES


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T13:05:00Z", datetime(2026, 1, 31, 13, 5, tzinfo=UTC)),
        ("2026-01-31T13:05:00.1Z", datetime(2026, 1, 31, 13, 5, 0, 100_000, tzinfo=UTC)),
        ("2026-01-31T13:05:00.123456789Z", datetime(2026, 1, 31, 13, 5, 0, 123_456, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2024-02-29T00:00:00.000Z", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_timestamp_is_an_instant(text, moment):
    assert parse_time(text) == moment
    assert is_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T00:00:00Z",
        "2026-01-31 13:05:00Z",
        "2026-01-31T13:05:00",
        "2026-01-31T13:05:00+00:00",
        "2026-01-31T24:00:00Z",
        "2026-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-01-31T13:05:00.Z",
        "2026-01-31T13:05:00Z\n",
        "9999-12-31T23:59:60Z",
        "๒๐๒๖-01-31T13:05:00Z",
        "",
    ],
)
def test_other_forms_are_no_timestamps(text):
    assert not is_time(text)
    with pytest.raises(InvalidInput) as caught:
        parse_time(text, path="/created")
    assert (caught.value.rule, caught.value.path) == ("timestamp", "/created")


def test_timestamp_is_written_in_utc_to_the_digit_asked_for():
    moment = datetime(2026, 1, 31, 20, 5, 0, 123_999, tzinfo=timezone(timedelta(hours=7)))
    assert format_time(moment) == "2026-01-31T13:05:00.123Z"
    assert format_time(moment, digits=6) == "2026-01-31T13:05:00.123999Z"
    assert format_time(moment, digits=0) == "2026-01-31T13:05:00Z"
    assert [digits_of(format_time(moment, digits=digits)) for digits in range(7)] == list(range(7))
    assert format_time(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000Z"


def test_version_is_modified_else_created_else_nothing():
    both = {"type": "indicator", "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-02T00:00:00.000Z"}
    assert version_of(both) == "2026-01-02T00:00:00.000Z"
    assert version_of({"created": "2026-01-01T00:00:00.000Z"}) == "2026-01-01T00:00:00.000Z"
    assert version_of({"type": "ipv4-addr"}) == ""
    assert version_key("2026-01-01T00:00:00Z") == version_key("2026-01-01T00:00:00.000Z") > version_key("")
    assert time_key("2026-01-01T00:00:00.1Z") > time_key("2026-01-01T00:00:00.0999999999Z")


def test_types_with_versions():
    assert has_versions({"type": "indicator"})
    assert has_versions({"type": "x-mitra-case", "modified": "2026-01-01T00:00:00.000Z"})
    assert not has_versions({"type": "marking-definition", "modified": "2026-01-01T00:00:00.000Z"})
    assert not has_versions({"type": "ipv4-addr"})
    assert len(STIX_TYPES) == 42
    assert len(VERSIONED_TYPES) == 23


def test_only_true_revokes():
    assert is_revoked({"revoked": True})
    assert not is_revoked({"revoked": "true"})
    assert not is_revoked({})


def test_a_made_up_uuid_is_kept():
    assert make_id("note", UUID(int=5)) == "note--00000000-0000-0000-0000-000000000005"
