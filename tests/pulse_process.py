"""A worker in a process of its own, on the database of a test: `python pulse_process.py HOME`, its connection on stdin.

It hears what tests tell of and writes down that it did, as an event of its own: one of each, or the worker is broken.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parent
CONNECTION = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS", "CONN_MAX_AGE")


def start(home, connection, **how):
    """Start a worker of this home on the database of a connection, and return its process."""
    environment = {**os.environ, "MITRA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "mitra.config.settings"}
    environment["PYTHONPATH"] = os.pathsep.join((str(TESTS.parent / "src"), str(TESTS)))
    process = subprocess.Popen(
        [sys.executable, str(TESTS / "pulse_process.py")], env=environment, stdin=subprocess.PIPE, **how
    )
    settings = {key: connection.settings_dict[key] for key in CONNECTION}
    process.stdin.write(json.dumps(settings, default=str).encode())
    process.stdin.close()
    return process


def events():
    """The two events: a line was told, and heard.  Made when Django is up."""
    from mitra.pulse.facts import Event

    @dataclass(frozen=True, slots=True)
    class Told(Event):
        NAME = "tests.told"

        line: int
        number: int

    @dataclass(frozen=True, slots=True)
    class Heard(Event):
        NAME = "tests.heard"

        line: int
        number: int

    return Told, Heard


def run():
    """Work as `mitra.cli.work` does, with one reaction more."""
    from django.conf import settings

    settings.DATABASES["default"] = json.load(sys.stdin)
    import django

    django.setup()
    from mitra.cli.work import Part, pulse_part, work
    from mitra.pulse.jobs import Rota
    from mitra.pulse.operations import emit
    from mitra.pulse.reactions import on

    told, heard = events()

    @on(told, name="tests.hear")
    def hear(event, envelope, *, now):
        subject = f"heard:{event.line}-{event.number}"
        emit(heard(event.line, event.number), subject=subject, actor=None, now=now)

    sys.exit(0 if work([pulse_part(), Part("jobs", Rota().turn)], parent=None) else 1)


if __name__ == "__main__":
    run()
