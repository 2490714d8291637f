"""The demonstration as a node that browsers may visit: its story loaded once, served by `mitra serve`, ended by pid."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass

from node_process import Node

LOAD = """
import json, sys
from pathlib import Path
import django
django.setup()
from mitra.demo.run import furnish
loaded, _ = furnish(Path(sys.argv[1]), lambda _: None)
passwords = {person.email: person.password for person in loaded.people}
print(json.dumps({"passwords": passwords, "refs": dict(loaded.refs)}))
"""


@dataclass(frozen=True)
class Demo:
    """Where the demonstration is, how each person signs in, and the ref of each scene."""

    url: str
    passwords: dict
    refs: dict


@contextmanager
def demonstration(shared, own):
    """Serve the demonstration from the folder `own`; processes that name the same folder `shared` load it once."""
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = shared / "demo.json"
        if not ready.exists():
            ready.write_text(loaded(shared / "demo"))
    shutil.copytree(shared / "demo", own)
    node = Node(own)
    node.environment["MITRA_MAIL_FOLDER"] = str(own / "mail")
    with node.served() as url:
        yield Demo(url + "/", **json.loads(ready.read_text()))


def loaded(home):
    """Load the story into a home that does not exist yet; return what opens its doors."""
    home.mkdir(mode=0o700)
    ours = {name: text for name, text in os.environ.items() if not name.startswith(("DJANGO", "MITRA", "PYTEST"))}
    environment = {**ours, "MITRA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "mitra.config.settings"}
    command = [sys.executable, "-c", LOAD, str(home)]
    done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
