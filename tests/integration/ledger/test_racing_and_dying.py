"""Two sequencers at once, and one that is killed at any line: one history, every act once, none lost."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

from django.db import connection

from ledger_world import World
from mitra.core.ledger.commitment import entry
from mitra.core.ledger.tiles import TileReader
from mitra.core.ledger.tree import leaf_hash, root_at, root_of
from mitra.ledger import sequencer as room
from mitra.ledger.inspection import inspect_ledger
from mitra.ledger.models import Act, Checkpoint, Log
from mitra.ledger.sequencer import Sequencer
from mitra.ledger.turns import Turn
from mitra.store.inspection import Inspection
from node_process import ROOT

KILLS = 12


def root_of_acts():
    return root_of(leaf_hash(entry(bytes(act.commitment), act.t)) for act in Act.objects.order_by("leaf"))


def test_the_second_of_two_does_nothing(log):
    log.grow(2)
    second = World(log.home)
    second.now = log.now
    log.decide()
    assert not second.publish()
    assert log.publish()
    log.sequencer.give_up()
    log.decide()
    second.now = log.now
    assert second.publish()
    second.sequencer.give_up()


def test_whoever_lost_the_turn_meanwhile_signs_nothing(log, monkeypatch):
    """Both believe it is their turn, as on two hosts whose locks failed: compare-and-swap keeps one history."""
    log.grow(2)
    second = Sequencer(log.home)
    monkeypatch.setattr(second._turn, "is_mine", lambda: True)
    assert not second.turn(log.now)
    log.decide(3)
    write = room.LogFiles.write

    def overtaken(self, made):
        write(self, made)
        monkeypatch.setattr(room.LogFiles, "write", write)
        log.decide()
        assert second.turn(log.now)

    monkeypatch.setattr(room.LogFiles, "write", overtaken)
    assert not log.publish()
    assert (Log.objects.get().size, Log.objects.get().stopped) == (6, "")
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [2, 6]
    assert log.checkpoint.root == root_of_acts()


def test_eight_threads_that_all_take_turns_make_one_history(committed_log):
    log = committed_log
    done, faults = threading.Event(), []

    def turning():
        mine = World(log.home)
        try:
            while not done.is_set():
                mine.publish(after=3)
        except Exception as error:  # noqa: BLE001 - told below
            faults.append(error)
        finally:
            mine.sequencer.give_up()
            connection.close()

    log.sequencer.give_up()
    threads = [threading.Thread(target=turning) for _ in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(60):
        log.decide(random.randrange(1, 20))
    deadline = time.monotonic() + 30
    while Log.objects.first() is None or Log.objects.get().size < Act.objects.count():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    done.set()
    for thread in threads:
        thread.join()
    assert (faults, log.stopped) == ([], "")
    assert log.checkpoint.root == root_of_acts()


PUBLISHER = """
import json, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
import django
from django.conf import settings
settings.DATABASES["default"].update(json.loads(sys.argv[1]))
settings.MITRA_HOME = Path(sys.argv[2])
django.setup()
from ledger_world import START, NAME, World
from mitra.config.node import Node
settings.MITRA_NODE = Node(NAME, START - timedelta(days=60))
world = World(settings.MITRA_HOME)
world.now = datetime.now(UTC)
print("ready", flush=True)
while True:
    world.decide(7)
    world.publish()
"""


def test_a_publisher_that_is_killed_at_any_moment_loses_and_doubles_nothing(committed_log):
    log = committed_log
    log.sequencer.give_up()
    there = json.dumps({key: str(connection.settings_dict[key]) for key in ("NAME", "HOST", "PORT", "USER")})
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
    chance = random.Random(7)
    for _ in range(KILLS):
        command = [sys.executable, "-c", PUBLISHER, there, str(log.home)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.0, 0.25))
            process.send_signal(signal.SIGKILL)
        log.restart()
        log.publish(after=10)
        log.sequencer.give_up()
        assert log.stopped == ""
    found = log.checkpoint
    assert found.size == Act.objects.count() > 0
    assert found.root == root_of_acts() == root_at(found.size, TileReader(found.size, log.files.read))
    inspection = Inspection()
    inspect_ledger(inspection)
    assert inspection.faults == []


def test_on_postgresql_two_hosts_exclude_each_other_through_the_database(committed_log, tmp_path):
    """Their homes are not one folder, so no file tells them; on SQLite a database has one home."""
    committed_log.sequencer.give_up()
    (tmp_path / "other").mkdir()
    first, second = Turn(committed_log.home), Turn(tmp_path / "other")
    is_shared = connection.vendor == "postgresql"
    assert (first.is_mine(), second.is_mine()) == (True, not is_shared)
    assert (first.is_mine(), second.is_mine()) == (True, not is_shared)
    first.give_up()
    assert (second.is_mine(), first.is_mine()) == (True, not is_shared)
    for turn in (first, second):
        turn.give_up()
