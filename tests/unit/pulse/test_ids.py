"""Ids of events sort by their moment and read as UUIDs of version 7."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from mitra.pulse.ids import RANDOM_BYTES, uuid7

AT = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def test_the_vector_of_rfc_9562():
    # Appendix A.6: unix_ts_ms 017F22E279B0, rand_a CC3, rand_b 18C4DC0C0C07398F
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    drawn = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(RANDOM_BYTES, "big")
    assert str(uuid7(at, drawn)) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_whatever_is_drawn_it_is_version_7():
    for drawn in (bytes(RANDOM_BYTES), bytes([255] * RANDOM_BYTES)):
        made = uuid7(AT, drawn)
        assert (made.version, made.variant) == (7, RFC_4122)
        assert made.int >> 80 == int(AT.timestamp() * 1000)


def test_a_later_millisecond_sorts_behind():
    later = AT + timedelta(milliseconds=1)
    assert uuid7(AT, bytes([255] * RANDOM_BYTES)) < uuid7(later, bytes(RANDOM_BYTES))
