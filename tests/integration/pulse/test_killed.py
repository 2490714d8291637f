"""A worker that is killed at any moment loses nothing and does nothing twice; several share the work where they may."""

import random
import signal
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from mitra.pulse.facts import event_classes
from mitra.pulse.models import Delivery, EventRow, Subject
from mitra.pulse.operations import emit
from mitra.pulse.schemas import read_event
from pulse_process import events, start

LINES, NUMBERS, KILLS = 10, 150, 10
WAIT_SECONDS = 60
TOLD, HEARD = (event_classes().get(f"tests.{name}") for name in ("told", "heard"))
if TOLD is None:
    TOLD, HEARD = events()


@pytest.fixture
def told(transactional_db):
    """Ten lines of events, each of them in order."""
    now = datetime.now(UTC)
    for number in range(NUMBERS):
        with transaction.atomic():
            for line in range(LINES):
                emit(TOLD(line, number), subject=f"line:{line}", actor=1, now=now)


@pytest.fixture
def workers(tmp_path):
    """A way to start workers, which are gone at the end."""
    with ExitStack() as ending:

        def begin(name):
            home = tmp_path / name
            home.mkdir(exist_ok=True)
            process = start(home, connection)
            ending.callback(process.wait)
            ending.callback(process.kill)
            return process

        yield begin


def wait_until(holds):
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "the workers do not come on"
        time.sleep(0.002)


def done():
    return Delivery.objects.filter(state=Delivery.DONE).count()


def heard():
    """What was heard, as (line, number) in the order of writing, and how often each."""
    rows = EventRow.objects.filter(name=HEARD.NAME).order_by("id").values_list("v", "fields")
    return [(event.line, event.number) for event in (read_event(HEARD, v, text) for v, text in rows)]


def assert_all_was_heard_once_and_in_order():
    found = heard()
    assert len(found) == len(set(found)) == LINES * NUMBERS
    for line in range(LINES):
        assert [number for one, number in found if one == line] == list(range(NUMBERS))
    assert set(Delivery.objects.values_list("state", "tries")) == {("done", 0)}
    assert set(Subject.objects.filter(subject__startswith="heard:").values_list("nr", flat=True)) == {1}


@pytest.mark.slow
def test_a_worker_killed_at_any_moment_loses_nothing_and_repeats_nothing(told, workers):
    rng = random.Random(17)
    for _ in range(KILLS):
        process = workers("home")
        target = done() + rng.randint(1, LINES * NUMBERS // KILLS)
        wait_until(lambda target=target: done() >= target)
        time.sleep(rng.random() / 1000)
        process.send_signal(signal.SIGKILL)
        process.wait()
    last = workers("home")
    wait_until(lambda: done() == LINES * NUMBERS)
    last.send_signal(signal.SIGTERM)
    assert last.wait(WAIT_SECONDS) == 0
    assert_all_was_heard_once_and_in_order()


@pytest.mark.slow
def test_several_workers_share_the_work_and_keep_the_order(told, workers):
    several = [workers(f"home-{number}") for number in range(3 if connection.vendor == "postgresql" else 1)]
    wait_until(lambda: done() == LINES * NUMBERS)
    for process in several:
        process.send_signal(signal.SIGTERM)
    assert {process.wait(WAIT_SECONDS) for process in several} == {0}
    assert_all_was_heard_once_and_in_order()
