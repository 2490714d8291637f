"""An hour of mixed work on one node: intake, TAXII pages, look-ups and a signed-in person's pages, all at once.

Each 15 seconds the memory and the open files of every process, the sizes of the database and of its log of writes, and
the latency of each kind of work are written down.  At the end it says whether anything grew in the second half.

Run alone: `python bench/soak.py [--minutes 60]`; the figures and two plots go to bench-results/.
"""

import json
import os
import sys
import time
from collections import defaultdict
from contextlib import ExitStack
from http.client import HTTPConnection
from multiprocessing import get_context
from random import Random
from statistics import linear_regression, mean, median
from urllib.parse import urlencode

import orjson
import requests

import node
from figures import option
from plots import Line, plot
from run import RESULTS, stamp
from watching import family, handles, memory, serving

MINUTES = 60
EVERY = 15
"""Seconds between looks; a short run looks more often."""
RECORDS = 20_000
ENVELOPE = 100
PAUSES = {"intake": 0.5, "page": 0.02, "lookup": 0.002, "web": 0.05}
"""Seconds that each kind of work waits after an answer, so that an hour does not fill the disk."""
TAXII = "application/taxii+json;version=2.1"
EMAIL, PASSWORD = "bench@cert-kh.example", "ប្រាសាទ-ponhea-yat-7731"
GROWTH = 0.05
"""What part of its mean a process may seem to grow in the second half and still be called flat: it is noise."""
SLACK = {"MB": 4, "handles": 4}


def main():
    seconds = 60 * option("--minutes", MINUTES)
    os.environ.pop("MITRA_HOME", None)
    with ExitStack() as open_:
        home = open_.enter_context(node.opened())
        from django.db import connections

        from node_process import Node

        node.filled(RECORDS)
        Node(home).add_people((EMAIL, node.READER, PASSWORD))
        connections.close_all()
        port, process = open_.enter_context(serving(home))
        samples = soak(home, port, process.pid, seconds)
    found = verdict(samples)
    keep(samples, found)
    for sentence in found["sentences"]:
        print(sentence)
    sys.exit(0 if found["is_flat"] else 1)


def soak(home, port, pid, seconds):
    """Let every kind of work go on for so long; return what each look saw."""
    tokens = json.loads((home / node.TOKENS).read_bytes())
    context = get_context("spawn")
    answered, stop = context.SimpleQueue(), context.Event()
    kinds = [context.Process(target=work, args=(kind, port, tokens, answered, stop)) for kind in PAUSES]
    for kind in kinds:
        kind.start()
    began, samples, waits = time.monotonic(), [], defaultdict(list)
    step = min(EVERY, seconds / 12)
    try:
        while (passed := time.monotonic() - began) < seconds:
            time.sleep(max(0, min(step * (len(samples) + 1), seconds) - passed))
            while not answered.empty():
                kind, taken = answered.get()
                waits[kind] += taken
            samples.append(look(home, pid, time.monotonic() - began, waits))
            assert all(kind.is_alive() for kind in kinds), [kind.exitcode for kind in kinds]
            waits.clear()
    finally:
        stop.set()
        ends = time.monotonic() + 30
        for kind in kinds:
            while kind.is_alive() and time.monotonic() < ends:
                while not answered.empty():
                    answered.get()
                kind.join(0.2)
            kind.kill()
    return samples


def look(home, pid, at, waits):
    """Return what there is to see at this moment, and how long each kind of work waited since the last."""
    processes = family(pid)
    database = home / "mitra.sqlite3"
    log = database.with_name(database.name + "-wal")
    seen = {
        "at": round(at, 1),
        "rss": {name: memory(child)[0] for name, child in processes.items()},
        "anonymous": {name: memory(child)[1] for name, child in processes.items()},
        "handles": {name: handles(child) for name, child in processes.items()},
        "database": database.stat().st_size / 1e6,
        "wal": log.stat().st_size / 1e6 if log.exists() else 0,
        "load": os.getloadavg()[0],
    }
    for kind, taken in waits.items():
        ordered = sorted(taken)
        cut = {"median": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)], "answers": len(ordered)}
        seen.setdefault("waits", {})[kind] = cut
    return seen


def work(kind, port, tokens, answered, stop):
    """Ask one kind of question after another until told to stop; tell each second how long the answers took."""
    ask = {"intake": intake, "page": pages, "lookup": look_ups, "web": web}[kind](port, tokens)
    taken, told = [], time.monotonic()
    while not stop.is_set():
        began = time.perf_counter()
        next(ask)
        taken.append((time.perf_counter() - began) * 1_000)
        if time.monotonic() - told > 1:
            answered.put((kind, taken))
            taken, told = [], time.monotonic()
        time.sleep(PAUSES[kind])


def answer(connection, method, path, headers, body=None):
    """Return an answer that must be a good one: its head and its body."""
    connection.request(method, path, body, headers)
    found = connection.getresponse()
    said = found.read()
    assert found.status in {200, 202}, (path, found.status, said[:200])
    return found, said


def connected(port):
    return HTTPConnection("127.0.0.1", port, timeout=60)


def bearer(token):
    return {"Authorization": f"Bearer {token}", "Accept": TAXII}


def intake(port, tokens):
    """Post objects that nobody has, an envelope at a time."""
    connection, first = connected(port), 100_000_000
    headers = {**bearer(tokens[node.SHARER]), "Content-Type": TAXII}
    while True:
        body = orjson.dumps({"objects": [*map(node.made, range(first, first + ENVELOPE))]})
        answer(connection, "POST", "/taxii2/mitra/collections/financial/objects/", headers, body)
        first += ENVELOPE
        yield


def pages(port, tokens):
    """Read a collection from its beginning to its end, again and again."""
    connection, query = connected(port), {}
    while True:
        path = f"/taxii2/mitra/collections/all/objects/?{urlencode({'limit': 1000, **query})}"
        _, said = answer(connection, "GET", path, bearer(tokens[node.READER]))
        page = orjson.loads(said)
        query = {"next": page["next"]} if page.get("more") else {}
        yield


def look_ups(port, tokens):
    """Look up one value a request, half of them known."""
    connection, chance = connected(port), Random(7)
    while True:
        query = urlencode({"value": node.value(chance.randrange(2 * RECORDS))})
        answer(connection, "GET", f"/api/v1/lookup?{query}", bearer(tokens[node.READER]))
        yield


def web(port, tokens):  # noqa: ARG001 - a person signs in by a password
    """Walk through the pages as a person who signed in."""
    browser = requests.Session()
    address = f"http://127.0.0.1:{port}"
    browser.get(f"{address}/sign-in", timeout=60)
    form = {"login": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    signed_in = browser.post(f"{address}/sign-in", data=form, headers={"Referer": address}, timeout=60)
    assert "sessionid" in browser.cookies, signed_in.status_code
    headers = {"Cookie": "; ".join(f"{each.name}={each.value}" for each in browser.cookies)}
    connection, chance = connected(port), Random(7)
    while True:
        value = node.value(chance.randrange(2 * RECORDS))
        for path in (
            "/",
            "/exchange/records",
            "/exchange/records?tlp=GREEN&type=indicator",
            f"/exchange/records?{urlencode({'words': value[:4]})}",
            f"/exchange/lookup?{urlencode({'value': value})}",
        ):
            answer(connection, "GET", path, headers)
            yield


def verdict(samples):
    """Say of every process whether its memory and its open files grew in the second half."""
    half = samples[len(samples) // 2 :]
    sentences, is_flat = [], True
    for what, unit in (("anonymous", "MB"), ("handles", "handles")):
        for name in half[-1][what]:
            points = [(look["at"], look[what][name]) for look in half if name in look[what]]
            if len(points) < 2:
                continue
            slope = linear_regression(*zip(*points, strict=True)).slope
            grew = slope * (points[-1][0] - points[0][0])
            flat = grew <= max(SLACK[unit], GROWTH * mean(value for _, value in points))
            is_flat = is_flat and flat
            word = "flat" if flat else "GROWS"
            sentences.append(f"{name}: {points[-1][1]:.0f} {unit}, {slope * 3600:+.1f} an hour: {word}")
    for kind in PAUSES:
        first, second = (
            median(look["waits"][kind]["p99"] for look in part if kind in look.get("waits", {}))
            for part in (samples[: len(samples) // 2], half)
        )
        answers = sum(look["waits"][kind]["answers"] for look in samples if kind in look.get("waits", {}))
        sentences.append(f"{kind}: {answers:,} answers, p99 {first:.0f} ms, then {second:.0f} ms")
    return {"is_flat": is_flat, "sentences": sentences}


def keep(samples, found):
    """Write the samples and two plots."""
    RESULTS.mkdir(exist_ok=True)
    load = round(median(look["load"] for look in samples), 1)
    command = f"make soak MINUTES={option('--minutes', MINUTES)}"
    facts = {**stamp(), "command": command, "load": load, **found, "samples": samples}
    (RESULTS / "soak.json").write_text(json.dumps(facts, ensure_ascii=False) + "\n")
    minutes = [look["at"] / 60 for look in samples]
    memories = [
        Line(name, [(at, look["rss"].get(name, 0)) for at, look in zip(minutes, samples, strict=True)], ink)
        for ink, name in enumerate(samples[-1]["rss"])
    ]
    (RESULTS / "soak-memory.svg").write_text(plot("Memory of each process", "minutes", "MB", memories))
    waits = [
        Line(
            f"{kind}, {cut}",
            [
                (at, look["waits"][kind][cut])
                for at, look in zip(minutes, samples, strict=True)
                if kind in look.get("waits", {})
            ],
            ink,
            is_reference=cut == "median",
        )
        for ink, kind in enumerate(PAUSES)
        for cut in ("p99", "median")
    ]
    (RESULTS / "soak-latency.svg").write_text(plot("How long each answer took", "minutes", "ms", waits))


if __name__ == "__main__":
    main()
