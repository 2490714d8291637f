"""A log to publish in: a home of its own, acts on demand, a sequencer, and a reader that has only what is served."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction

from mitra.config.node import Node
from mitra.core.ledger.checkpoint import read_checkpoint
from mitra.core.ledger.note import read_note
from mitra.ledger.files import LogFiles
from mitra.ledger.models import Act, Log
from mitra.ledger.operations import write_act
from mitra.ledger.sequencer import Sequencer

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME = "hub.example"
ORIGIN = "hub.example/ledger"


def make_home(folder, settings):
    """Let the node of the tests live in this folder, with keys of its own."""
    (folder / "keys").mkdir(parents=True)
    for role in ("log", "witness", "credentials"):
        (folder / "keys" / role).write_bytes(secrets.token_bytes(32))
    settings.MITRA_HOME = folder
    settings.MITRA_NODE = Node(NAME, START - timedelta(days=60))


class World:
    """One log, its clock, and the sequencer whose turn it is."""

    def __init__(self, home):
        self.home = home
        self.sequencer = Sequencer(home)
        self.now = START

    def decide(self, count=1, kind="standing"):
        """Write acts of one transaction; return them."""
        with transaction.atomic():
            return [write_act(kind, 7, {"to": "ផ្អាក", "n": n}, now=self.now) for n in range(count)]

    def fill(self, size):
        """Bring the log to so many acts, whose bodies nobody asks for."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT leaf FROM ledger_counter")
            (have,) = cursor.fetchone()
            Act.objects.bulk_create(
                [
                    Act(leaf=leaf, commitment=sha256(b"%d" % leaf).digest(), t=leaf // 10 * 10)
                    for leaf in range(have, size)
                ],
                batch_size=1_000,
            )
            cursor.execute("UPDATE ledger_counter SET leaf = %s", [size])

    def publish(self, *, after=3):
        """Take a turn some seconds later; return whether a checkpoint was signed."""
        self.now += timedelta(seconds=after)
        return self.sequencer.turn(self.now)

    def grow(self, *counts):
        """Write so many acts and publish them, each time."""
        for count in counts:
            self.decide(count)
            assert self.publish(), self.stopped

    def restart(self):
        """End this sequencer's process and start another."""
        self.sequencer.give_up()
        self.sequencer = Sequencer(self.home)

    @property
    def files(self):
        return LogFiles(self.home / "ledger")

    @property
    def checkpoint(self):
        """What the served checkpoint says."""
        return read_checkpoint(read_note(self.files.checkpoint()).text)

    @property
    def stopped(self):
        """Why nothing is signed, '' while it is."""
        return Log.objects.get().stopped
