"""The loop of a worker: it outlives a database that is away, ends by what nobody foresaw, wakes when others write."""

from threading import Event, Thread

import pytest
from django.db import InterfaceError, OperationalError, connection

from clock_world import NOW
from mitra.pulse import turning
from mitra.pulse.turning import change_mark, keep_turning
from pulse_room import tell

pytestmark = pytest.mark.django_db(transaction=True)


class Turns:
    """A turn that does what it is told, one thing after the other, and stops the loop at the end."""

    def __init__(self, *deeds):
        self.deeds, self.stop, self.ends = list(deeds), Event(), []

    def __call__(self, _now):
        if len(self.deeds) == 1:
            self.stop.set()
        deed = self.deeds.pop(0)
        if isinstance(deed, Exception):
            raise deed
        return deed

    def keep(self):
        keep_turning(self, clock=lambda: NOW, stop=self.stop, end=lambda: self.ends.append(True))


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(turning, "AWAY_SECONDS", 0)
    monkeypatch.setattr(turning, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(turning, "LOOK_SECONDS", 0.001)


@pytest.mark.parametrize("away", [OperationalError(), InterfaceError(), OSError(28, "No space left on device")])
def test_a_database_or_a_disk_that_is_away_is_waited_for(away):
    turns = Turns(True, away, away, False, True)
    turns.keep()
    assert (turns.deeds, turns.ends) == ([], [True])


def test_what_nobody_foresaw_ends_the_loop():
    turns = Turns(LookupError(), True)
    with pytest.raises(LookupError):
        turns.keep()
    assert (turns.deeds, turns.ends) == ([True], [])


def test_a_write_of_another_changes_the_mark():
    def write():
        tell(1, now=NOW)
        connection.close()

    before = change_mark()
    assert (change_mark() == before) is (connection.vendor == "sqlite")
    other = Thread(target=write)
    other.start()
    other.join()
    assert change_mark() != before
