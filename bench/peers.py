"""The same work on two peers: objects posted to a TAXII 2.1 collection, then its first page of 1,000 read again.

OpenTAXII and medallion are installed from PyPI, each into an environment of its own, in the folder that the other
benches keep (`MITRA_BENCH_FOLDER`).  Each is set up in the way that is fastest for it: OpenTAXII on SQLite behind
gunicorn with a collection that asks for no password, medallion in memory.  Ours is `mitra serve` with a credential,
everything on, each POST on the disk before it is answered.  One client, one connection, the same bodies, by turns.

Run alone: `python bench/peers.py [--opentaxii 15000] [--medallion 15000]`: how many objects each is given.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

import million
import node
from figures import Figure, by_turns, option, say
from serving import served

SETTINGS = Path(__file__).with_name("peers")
TAXII = "application/taxii+json;version=2.1"
PACKAGES = {"opentaxii": ("opentaxii==0.10.0b1", "gunicorn"), "medallion": ("medallion==3.0.0",)}
MEDALLIONS = "/root/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/objects/"
ENVELOPE = 500
PARTS = 5
PAGES = {"opentaxii": 20, "medallion": 1}
READABLE = {"opentaxii": 15_000, "medallion": 2_000}
"""How many objects there are when the page is read: medallion's takes time by the square of them."""
ROUNDS = 3
PATIENCE = 900


@dataclass
class Collection:
    """A collection's objects, and how to ask for them: one connection that stays open where the server lets it."""

    port: int
    path: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def send(self, body):
        return self.call("POST", self.path, body)

    def pages(self, times):
        for _ in range(times):
            body = self.call("GET", f"{self.path}?limit=1000")
        assert len(json.loads(body)["objects"]) == 1_000
        return times

    def call(self, method, path, body=None):
        headers = {"Accept": TAXII, "Content-Type": TAXII, **self.headers}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        said = answer.read()
        assert answer.status in {200, 202}, (self.path, answer.status, said[:300])
        return said


def main():
    sizes = {"opentaxii": option("--opentaxii", 15_000), "medallion": option("--medallion", 15_000)}
    with ExitStack() as open_:
        home = open_.enter_context(node.opened())
        from django.db import connections

        connections.close_all()
        token = json.loads((home / node.TOKENS).read_bytes())
        port = open_.enter_context(served())
        figures = []
        for name, starts in (("opentaxii", opentaxii), ("medallion", medallion)):
            ours = Collection(port, "/taxii2/mitra/collections/financial/objects/", bearer(token[node.SHARER]))
            with TemporaryDirectory(prefix=f"{name}-") as folder, starts(Path(folder)) as theirs:
                figures += compared(name, ours, theirs, sizes[name])
    say(figures)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def compared(name, ours, theirs, size):
    """Post and read on both by turns."""
    peer = PACKAGES[name][0].replace("==", " ")
    first = sum(map(ord, name)) * 1_000_000
    bodies = [orjson.dumps({"objects": [*map(node.made, range(at, at + ENVELOPE))]}) for at in envelopes(first, size)]
    held = min(size, READABLE[name])
    first_part, others = bodies[: held // ENVELOPE], bodies[held // ENVELOPE :]
    rates = posted(ours, theirs, first_part)
    yield Figure(f"objects posted, to {held:,}: {name}", "objects/s", *rates, peer)
    pages = PAGES[name]
    read = by_turns(lambda: ours.pages(pages), lambda: theirs.pages(pages), ROUNDS)
    yield Figure(f"a page of 1,000 of {held:,}: {name}", "pages/s", *read, peer)
    if others:
        rates = posted(ours, theirs, others)
        yield Figure(f"objects posted, on to {size:,}: {name}", "objects/s", *rates, peer)


def posted(ours, theirs, bodies):
    """Post to both by turns, a part at a time; return the rates."""
    part = -(-len(bodies) // PARTS)
    rates = [], []
    for at in range(0, len(bodies), part):
        for where, found in zip((ours, theirs), rates, strict=True):
            began = time.perf_counter()
            for body in bodies[at : at + part]:
                where.send(body)
            found.append(ENVELOPE * len(bodies[at : at + part]) / (time.perf_counter() - began))
    return rates


def envelopes(first, size):
    return range(first, first + size, ENVELOPE)


def installed(name):
    """Return the folder of a peer's commands, installing it once."""
    folder = million.FOLDER / "peers" / name
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES[name]], check=True, stdout=sys.stderr)
        (folder / "installed").touch()
    return folder / "bin"


def opentaxii(folder):
    """Serve a new OpenTAXII."""
    commands = installed("opentaxii")
    settings = written(folder, "opentaxii.yml")
    environment = {**os.environ, "OPENTAXII_CONFIG": str(settings), "PYTHONWARNINGS": "ignore"}
    environment.pop("PYTHONPATH", None)

    def command(name, *words):
        command = [commands / name, *words]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    command("opentaxii-add-api-root", "--title", "bench", "--default")
    root = the_id(folder, "opentaxii_api_root")
    command("opentaxii-add-collection", "--rootid", root, "--title", "bench", "--public", "--public-write")
    path = f"/taxii2/{root}/collections/{the_id(folder, 'opentaxii_collection')}/objects/"
    server = [commands / "gunicorn", "--workers", "2", "--bind", "127.0.0.1:PORT", "opentaxii.http:app"]
    server += ["--timeout", str(PATIENCE)]
    return answering(server, environment, path)


def the_id(folder, table):
    import sqlite3
    from contextlib import closing
    from uuid import UUID

    with closing(sqlite3.connect(folder / "data.db")) as database:
        ((found,),) = database.execute(f"SELECT id FROM {table}")
    return str(UUID(found))


def medallion(folder):
    """Serve a new medallion."""
    written(folder, "medallion-data.json").rename(folder / "data.json")
    command = [installed("medallion") / "medallion", "--port", "PORT", written(folder, "medallion.json")]
    headers = {"Authorization": "Basic " + b64encode(b"bench:bench").decode()}
    return answering(command, os.environ, MEDALLIONS, headers)


def written(folder, name):
    """Return a settings file that names this folder."""
    path = folder / name
    path.write_text((SETTINGS / name).read_text().replace("FOLDER", str(folder)))
    return path


@contextmanager
def answering(command, environment, path, headers=None):
    """Run a server on a free port, and give the collection there once it takes connections."""
    from node_process import free_port

    port = free_port()
    command = [str(word).replace("PORT", str(port)) for word in command]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        collection = Collection(port, path, headers or {})
        for _ in range(300):
            try:
                collection.connection.connect()
                break
            except ConnectionRefusedError:
                assert process.poll() is None, command
                time.sleep(0.1)
        yield collection
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    main()
