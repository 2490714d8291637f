from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mitra.core.ledger.dates import dates, gaps, instant, micros


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_instants_and_microseconds_are_inverse(moment):
    assert instant(micros(moment)) == moment


@given(st.binary(max_size=50), st.integers(0, 10**16))
def test_dates_ascend_and_end_where_told(drawn, former):
    between = gaps(drawn)
    last = former + sum(between)
    found = dates(last, between)
    assert len(found) == len(drawn)
    assert list(found) == sorted(set(found))
    if found:
        assert found[0] > former
        assert found[-1] == last


def test_gaps_differ():
    assert set(gaps(range(256))) == set(range(1, 17))
