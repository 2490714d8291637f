"""Kill a node in the middle of its work, again and again, and look at what is left: `make crash`.

Four writers share without pause, two by TAXII and two by `mitra share`; a reader follows by the dates it was given.  At
random moments everything is killed by SIGKILL, or one process of the server alone, or one writer.  Then, once a server
has run to its end:

* each share that was acknowledged is there, none twice, and the reader got each once and in the feed's order;
* `mitra check` finds positions dense, and store, ledger and tallies agreeing;
* what was handed to the reader is remembered, and no reaction waits or failed.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import requests

import postgres_node
from node_process import Node, children_of, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

TAXII = "application/taxii+json;version=2.1"
GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
AT_ONCE = 20
WRITERS = ("taxii", "taxii", "command", "command")
DURABLE = ("synchronous_commit = on",)
REMEMBERED = """
import django
django.setup()
import json
from django.db.models import Sum
from mitra.community import queries as community
from mitra.pulse.models import Delivery, EventRow
from mitra.store.handed.folding import fold
from mitra.store.models import HandedPage
fold()
reader = community.actor_of_operator("cert-kh").viewer.organisation
print(json.dumps({
    "handed": HandedPage.objects.filter(organisation=reader).aggregate(n=Sum("count"))["n"] or 0,
    "untold": EventRow.objects.filter(is_told=False).count(),
    "undone": Delivery.objects.filter(state__in=Delivery.UNDONE).count(),
}))
"""


def indicator(number: int) -> dict[str, object]:
    """Return an indicator that validates, the same for the same number."""
    at = "2026-01-01T00:00:00.000Z"
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": at,
        "modified": at,
        "name": f"ตัวบ่งชี้ {number}",
        "pattern": f"[domain-name:value = 'c2-{number}.bad-domain-{number}.com']",
        "pattern_type": "stix",
        "valid_from": at,
        "object_marking_refs": [GREEN],
    }


def write(kind: str, url: str, token: str, acknowledged: Path, number: int) -> None:
    """Share batch after batch for ever; one that was not acknowledged is sent again, and counts once all the same."""
    headers = {"Authorization": f"Bearer {token}", "Accept": TAXII, "Content-Type": TAXII}
    with acknowledged.open("a") as file:
        while True:
            objects = [indicator(number + n) for n in range(AT_ONCE)]
            said = by_taxii(url, headers, objects) if kind == "taxii" else by_command(objects)
            if said:
                file.write(f"{number}\n")
                file.flush()
                number += AT_ONCE


def by_taxii(url: str, headers: dict[str, str], objects: list[dict[str, object]]) -> bool:
    inbox = f"{url}/taxii2/mitra/collections/inbox/objects/"
    try:
        answer = requests.post(inbox, json={"objects": objects}, headers=headers, timeout=60)
    except requests.RequestException:
        time.sleep(0.1)
        return False
    assert answer.status_code in {202, 503}, answer.text
    return answer.status_code == 202 and answer.json()["success_count"] == len(objects)


def by_command(objects: list[dict[str, object]]) -> bool:
    command = [sys.executable, "-m", "mitra", "share", "--as", "cert-th", "--tlp", "green", "--json", "-"]
    done = subprocess.run(command, input=json.dumps({"objects": objects}), text=True, capture_output=True, check=False)
    if done.returncode != 0:
        return False
    totals = json.loads(done.stdout.splitlines()[-1])
    return int(totals["accepted"]) + int(totals["duplicate"]) == len(objects)


@dataclass
class Reader(threading.Thread):
    """A member's machine that asks for what was added after the last date that it was told."""

    url: str
    token: str
    found: list[str] = field(default_factory=list)
    after: str = ""
    is_done: threading.Event = field(default_factory=threading.Event)
    problem: Exception | None = None

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        try:
            while True:
                was_done = self.is_done.is_set()
                if not self.read() and was_done:
                    return
        except Exception as problem:  # noqa: BLE001 - it must reach who waits
            self.problem = problem

    def read(self) -> bool:
        """Read one page; return whether anything was on it, or nothing could be asked."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": TAXII}
        words = {"limit": "50", **({"added_after": self.after} if self.after else {})}
        try:
            answer = requests.get(
                f"{self.url}/taxii2/mitra/collections/all/objects/", params=words, headers=headers, timeout=60
            )
            page = answer.json() if answer.status_code == 200 else None
        except (requests.RequestException, ValueError):
            page = None
        if page is None:
            time.sleep(0.1)
            return True
        ids = [one["id"] for one in page.get("objects", ()) if one["type"] == "indicator"]
        self.found += ids
        self.after = answer.headers.get("X-TAXII-Date-Added-Last", self.after)
        if not ids:
            time.sleep(0.1)
        return bool(ids)


class Crash:
    """One node, its writers and its reader, and how many times they were killed."""

    def __init__(self, node: Node, seed: int) -> None:
        self.node, self.random = node, Random(seed)
        node.ask("init", "--preset", "asean", "--name", "hub.example")
        self.tokens = {slug: node.token(slug) for slug in ("cert-th", "cert-kh")}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = (node.home / "serve.log").open("a")
        self.server = self.start_server()
        self.reader = Reader(self.url, self.tokens["cert-kh"])
        self.reader.start()
        self.writers = [self.start_writer(place) for place in range(len(WRITERS))]

    def start_server(self) -> subprocess.Popen[str]:
        server = self.node.start("serve", "--port", self.port, stdout=self.log, stderr=self.log, start_new_session=True)
        wait_for(f"{self.url}/healthz", server)
        return server

    def stop_server(self) -> None:
        self.server.send_signal(signal.SIGTERM)
        assert self.server.wait(60) in (0, 1)  # 1 where one of its processes was killed a moment ago

    def acknowledged(self, place: int) -> Path:
        """Return the file in which a writer says what was acknowledged to it."""
        return self.node.home / f"acknowledged-{place}"

    def start_writer(self, place: int) -> subprocess.Popen[bytes]:
        """Start a writer behind the last batch that it remembers: what came after is sent once more."""
        told = self.numbers(place)
        number = told[-1] + AT_ONCE if told else 1_000_000 * (1 + place)
        words = (WRITERS[place], self.url, self.tokens["cert-th"], str(self.acknowledged(place)), str(number))
        command = [sys.executable, __file__, "write", *words]
        return subprocess.Popen(
            command, env=self.node.environment, start_new_session=True, stdout=self.log, stderr=self.log
        )

    def numbers(self, place: int) -> list[int]:
        path = self.acknowledged(place)
        return [int(line) for line in path.read_text().splitlines()] if path.exists() else []

    def kill(self) -> str:
        """Let them work for a while, then kill; return what was killed.  Now and then they have not even begun."""
        if self.random.random() < 0.8:
            self.wait_for_work()
        time.sleep(self.random.uniform(0, 1))
        what = self.random.choice(("everything", "everything", "server", "part", "writer"))
        if what == "part":
            children = children_of(self.server.pid)
            if not children:  # it gave up after two deaths close together: whoever keeps it starts it again
                self.server.wait(60)
                self.server = self.start_server()
                return "nothing: it had given up"
            with suppress(ProcessLookupError):
                os.kill(self.random.choice(children), signal.SIGKILL)
            return what
        if what in {"everything", "server"}:
            end(self.server)
        places = range(len(WRITERS)) if what == "everything" else [self.random.randrange(len(WRITERS))]
        if what != "server":
            for place in places:
                end(self.writers[place])
        if what in {"everything", "server"}:
            self.server = self.start_server()
        if what != "server":
            for place in places:
                self.writers[place] = self.start_writer(place)
        return what

    def wait_for_work(self) -> None:
        """Wait until something more was acknowledged."""
        before, deadline = self.count(), time.monotonic() + 60
        while self.count() == before:
            assert time.monotonic() < deadline, "nothing is acknowledged any more"
            time.sleep(0.02)

    def count(self) -> int:
        return sum(len(self.numbers(place)) for place in range(len(WRITERS)))

    def finish(self) -> dict[str, int]:
        """End the writers, let everything come to its end, and return what was found; AssertionError for a fault."""
        for writer in self.writers:
            assert writer.poll() is None, "a writer ended by itself: see serve.log"
            end(writer)
        acknowledged = {
            str(indicator(number + n)["id"])
            for place in range(len(WRITERS))
            for number in self.numbers(place)
            for n in range(AT_ONCE)
        }
        self.stop_server()  # which finishes what the killed writers had asked for
        self.server = self.start_server()
        self.wait_until_ready()
        self.reader.is_done.set()
        self.reader.join(120)
        assert self.reader.problem is None, self.reader.problem
        self.stop_server()
        self.log.close()
        fed = self.feed()
        assert len(fed) == len(set(fed)), "a share is there twice"
        assert acknowledged <= set(fed), f"{len(acknowledged - set(fed))} acknowledged shares are gone"
        assert self.reader.found == fed, compared(self.reader.found, fed)
        report = json.loads(self.node.run("check", "--json").stdout)
        assert report["faults"] == [], report["faults"]
        assert report["checked"]["shares"] == len(fed)
        assert report["checked"]["log entries"] == report["checked"]["acts"]
        remembered = self.remembered()
        assert (remembered["untold"], remembered["undone"]) == (0, 0), remembered
        assert remembered["handed"] >= len(self.reader.found), "a page was handed out and not noted"
        return {"acknowledged": len(acknowledged), "shares": len(fed), "acts": report["checked"]["acts"]}

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 120
        while True:
            with suppress(requests.RequestException):
                answer = requests.get(f"{self.url}/readyz", timeout=60)
                if answer.status_code == 200 and self.is_published():
                    return
                assert time.monotonic() < deadline, answer.text
            time.sleep(0.3)

    def is_published(self) -> bool:
        headers = {"Authorization": f"Bearer {(self.node.home / 'keys/metrics').read_bytes().hex()}"}
        text = requests.get(f"{self.url}/metrics", headers=headers, timeout=60).text
        figures = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
        return all(
            figures[f"mitra_{name}"] == "0" for name in ("ledger_pending", "events_untold", "deliveries_waiting")
        )

    def feed(self) -> list[str]:
        done = self.node.run("export", "--as", "cert-kh")
        assert done.returncode == 0, done.stderr
        return [one["id"] for one in json.loads(done.stdout)["objects"] if one["type"] == "indicator"]

    def remembered(self) -> dict[str, int]:
        environment = {**self.node.environment, "DJANGO_SETTINGS_MODULE": "mitra.config.settings"}
        command = [sys.executable, "-c", REMEMBERED]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return dict(json.loads(done.stdout))


def compared(found: list[str], fed: list[str]) -> str:
    """Return in words how what a reader found differs from what it was to find."""
    missed, twice = set(fed) - set(found), len(found) - len(set(found))
    first = next((at for at, pair in enumerate(zip(found, fed, strict=False)) if pair[0] != pair[1]), None)
    place = min(map(fed.index, missed), default=None)
    return (
        f"The reader found {len(found)} of {len(fed)}: {len(missed)} are missing, the first at place {place}; {twice} "
        f"came twice; from place {first} on, it found {found[first or 0 :][:2]} instead of {fed[first or 0 :][:2]}."
    )


def end(process: subprocess.Popen) -> None:
    """Kill a process and all that it started, at once."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def new_node(folder: Path, database: str) -> Iterator[Node]:
    """Return a node on one of the databases; a PostgreSQL of its own is in a folder that its user may enter."""
    node = Node(folder / "node")
    if database == "sqlite":
        yield node
        return
    with tempfile.TemporaryDirectory(prefix="mitra-crash-", ignore_cleanup_errors=True) as data:
        Path(data).chmod(0o711)
        server = postgres_node.start(f"{data}/data", DURABLE)
        host = server.get_uri().partition("?host=")[2]
        node.environment["MITRA_DATABASE_URL"] = f"postgres://postgres@/postgres?host={host}"
        yield node
        server.cleanup()


def crash(node: Node, *, kills: int, seed: int) -> dict[str, float]:
    """Kill a node so many times; return what was found, and how long one kill took."""
    began = time.monotonic()
    run = Crash(node, seed)
    try:
        for number in range(kills):
            what = run.kill()
            sys.stderr.write(f"{number + 1} of {kills}: {what}\n")
        taken = time.monotonic() - began
        return {**run.finish(), "kills": kills, "seconds_a_kill": round(taken / kills, 2)}
    finally:
        for process in (*run.writers, run.server):
            end(process)


def main() -> None:
    """Run it on both databases and say what was found."""
    if sys.argv[1:2] == ["write"]:
        kind, url, token, acknowledged, number = sys.argv[2:]
        write(kind, url, token, Path(acknowledged), int(number))
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--kills", type=int, default=100)
    words.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    words.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    asked = words.parse_args()
    for database in asked.database or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(prefix="mitra-crash-", ignore_cleanup_errors=True) as folder:
            with new_node(Path(folder), database) as node:
                found = crash(node, kills=asked.kills, seed=asked.seed)
            sys.stdout.write(f"{json.dumps({'database': database, 'seed': asked.seed, **found})}\n")


if __name__ == "__main__":
    main()
