"""A full disk: nothing is acknowledged, everybody is told to come again; once there is room, it goes on by itself."""

import errno
import json
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
import requests
from django.db import connection
from django.test import Client

from exchange_node import TAXII, indicator, make_node
from ledger_world import World, make_home
from mitra.core.errors import Unavailable
from mitra.pulse import turning
from mitra.web.away import FULL
from node_process import Node

BIG = "ຂໍ້ຄວາມຍາວ " * 20_000
INBOX = "/taxii2/mitra/collections/inbox/objects/"


@contextmanager
def full_database():
    """No page more: SQLite is told so, PostgreSQL's own error is raised where records are written."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")  # what earlier tests left free would still hold something
            cursor.execute("PRAGMA page_count")
            (pages,) = cursor.fetchone()
            cursor.execute(f"PRAGMA max_page_count = {pages}")
            yield
            cursor.execute("PRAGMA max_page_count = 1073741823")
            return
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
        )
        cursor.execute("CREATE TRIGGER no_room BEFORE INSERT ON record EXECUTE FUNCTION no_room()")
        yield
        cursor.execute("DROP TRIGGER no_room ON record")
        cursor.execute("DROP FUNCTION no_room")


@pytest.fixture
def node(empty_store):
    return make_node()


def post(node, number):
    body = json.dumps({"objects": [indicator(number, description=BIG)]})
    return Client().post(INBOX, body, content_type=TAXII, headers=node.headers("cert-th"))


def shares():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM share")
        return cursor.fetchone()[0]


def test_a_machine_is_told_to_come_again(node):
    with full_database():
        response = post(node, 1)
        assert (response.status_code, response["Retry-After"], response["Content-Type"]) == (503, "60", TAXII)
        assert response.json() == {
            "title": "Unavailable",
            "error_code": "unavailable",
            "http_status": "503",
            "description": FULL,
        }
        assert shares() == 0
    assert post(node, 1).status_code == 202
    assert shares() == 1


def test_a_person_is_told_so_on_a_page(node):
    from mitra.community import operations, queries
    from mitra.community.facts import NewPerson
    from mitra.community.models import Person

    new = NewPerson("duty@cert-th.example", "duty", ("analyst",), password="long enough to be one 7")
    by = queries.actor_of_operator("cert-th")
    operations.add_person(new, by=by, now=datetime.now(UTC))
    client = Client()
    client.force_login(Person.objects.get(email="duty@cert-th.example"))
    form = {"tlp": "GREEN", "when": "now", "zone": "Asia/Bangkok", "text": json.dumps(indicator(1, description=BIG))}
    seen = client.post("/exchange/share", {**form, "step": "understand"})
    sent = {**form, "reviewed": seen.context["content"].digest, "step": "share"}
    with full_database():
        response = client.post("/exchange/share", sent)
        assert (response.status_code, response["Retry-After"]) == (503, "60")
        assert "There is no room left on the node&#x27;s disk, so this was not confirmed." in response.content.decode()
        assert shares() == 0
    assert client.post("/exchange/share", sent).status_code == 302
    assert shares() == 1


def test_what_cannot_be_noted_is_not_handed_out(node, monkeypatch):
    """The note of a delivery is a file: the page is read, but its reader is told to come again."""
    node.share("cert-th", indicator(1))
    feed = "/taxii2/mitra/collections/all/objects/"
    write = os.write

    def no_room(file, data):
        if b"taxii" in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", no_room)
        response = Client().get(feed, headers=node.headers("cert-kh"))
        assert (response.status_code, response["Retry-After"]) == (503, "60")
        assert b"indicator--" not in response.content
    response = Client().get(feed, headers=node.headers("cert-kh"))
    assert response.status_code == 200
    assert indicator(1)["id"] in {one["id"] for one in response.json()["objects"]}


def test_the_sequencer_waits_for_room_and_goes_on(empty_store, tmp_path, settings, monkeypatch):
    """It is no fault of the log: nothing stops, and the next turn publishes what the failed one could not."""
    make_home(tmp_path / "node", settings)
    log = World(tmp_path / "node")
    log.decide(5)
    monkeypatch.setattr(turning, "AWAY_SECONDS", 0.01)
    stop, turns, fsync = threading.Event(), [], os.fsync

    def no_room(_file):
        raise OSError(errno.ENOSPC, "No space left on device")

    def turn(_now):
        monkeypatch.setattr(os, "fsync", no_room if len(turns) < 3 else fsync)
        turns.append(None)
        did = log.publish()
        stop.set()
        return did

    turning.keep_turning(turn, clock=lambda: log.now, stop=stop, end=lambda: None)
    assert (len(turns), log.checkpoint.size, log.stopped) == (4, 5, "")
    log.sequencer.give_up()


def mounted(folder):
    """Mount a disk of 64 MB; return whether this machine lets us."""
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(folder)]
    return (
        shutil.which("mount") is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if not mounted(disk):
        pytest.skip("this account may not mount a file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@contextmanager
def filled(disk):
    """Leave nothing free on a disk."""
    with (disk / "filler").open("wb") as file:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    os.write(file.fileno(), b"x" * size)
    assert shutil.disk_usage(disk).free == 0
    yield
    (disk / "filler").unlink()


def test_a_node_on_a_full_disk_recovers_by_itself(small_disk, tmp_path):
    node = Node(small_disk / "node")
    node.ask("init", "--preset", "asean", "--name", "hub.example")
    token = node.token("cert-th")
    headers = {"Authorization": f"Bearer {token}", "Accept": TAXII, "Content-Type": TAXII}
    (tmp_path / "two.json").write_text(json.dumps(indicator(2, description=BIG)))
    with node.served() as url:
        body = {"objects": [indicator(1, description=BIG)]}
        with filled(small_disk):
            answer = requests.post(f"{url}{INBOX}", json=body, headers=headers, timeout=60)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
            shared = node.run("share", "--as", "cert-th", "--tlp", "green", tmp_path / "two.json")
            assert (shared.returncode, shared.stdout, shared.stderr) == (1, "", f"mitra: {FULL}\n")
            backup = node.run("backup", small_disk / "hub.mitra")
            assert (backup.returncode, backup.stderr) == (1, f"mitra: {FULL}\n")
            assert requests.get(f"{url}/healthz", timeout=30).status_code == 200
        assert requests.post(f"{url}{INBOX}", json=body, headers=headers, timeout=60).json()["success_count"] == 1
        assert node.ask("share", "--as", "cert-th", "--tlp", "green", tmp_path / "two.json")[-1]["accepted"] == 1
    (report,) = node.ask("check")
    assert report["faults"] == []
    assert sorted(path.name for path in small_disk.iterdir()) == ["node"]


def test_room_is_told_from_other_faults_of_the_disk():
    from mitra.web.away import passing

    assert isinstance(passing(OSError(errno.ENOSPC, "x")), Unavailable)
    assert isinstance(passing(OSError(errno.EDQUOT, "x")), Unavailable)
    assert passing(OSError(errno.ENOENT, "x")) is None
    assert passing(ValueError("database or disk is full")) is None
