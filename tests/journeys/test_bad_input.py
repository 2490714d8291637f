"""Bad input on the command line: a line for the object, the rest goes on, nothing is lost, memory stays small."""

import json
import time
from pathlib import Path

import pytest

from bad_input import BAD
from exchange_node import indicator
from node_process import Node

pytestmark = pytest.mark.slow

SHARER, OTHER = "cert-th", "cert-kh"
PEAK_BYTES = 300 * 1024 * 1024
BIG_BYTES = 60_000_000


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("bad-input") / "home")
    node.ask("init", "--preset", "asean")
    return node


@pytest.fixture
def peak_of():
    """Run a command; return what it said and the most memory that it held, as Linux counts it."""

    def run(node, *words):
        process = node.start(*words, stdout=-1)
        peak = 0
        while process.poll() is None:
            with Path(f"/proc/{process.pid}/status").open() as status:
                peak = max([peak, *(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))])
            time.sleep(0.05)
        return json.loads(process.communicate()[0]), peak

    return run


def test_each_bad_object_has_its_line_and_every_good_one_goes_in(node, tmp_path):
    """Between any two bad ones stands a good one; what only the later steps can tell stands at the end."""
    others = {one["slug"]: one["id"] for one in node.ask("org", "list")}
    lines = [line for number, bad in enumerate(BAD) for line in (json.dumps(indicator(number)).encode(), bad.data)]
    rewritten = json.dumps(indicator(1, name="ဒီ version က အဟောင်း")).encode()
    borrowed = json.dumps(indicator(501, created_by_ref=others[OTHER])).encode()
    dangling = json.dumps(indicator(502, created_by_ref="identity--00000000-0000-4000-8000-00000000dead")).encode()
    file = tmp_path / "mixed.jsonl"
    file.write_bytes(b"\n".join([*lines, rewritten, borrowed, dangling, b""]))

    began = time.monotonic()
    *told, totals = node.ask("share", file, "--as", SHARER, "--tlp", "green")

    assert time.monotonic() - began < 120, "a pattern or a nest took its time"
    assert totals == {"accepted": len(BAD) + 1, "duplicate": 0, "held": 0, "refused": len(BAD) + 2}
    told_of = {line["line"]: line for line in told}
    for number, bad in enumerate(BAD):
        line = told_of.pop(2 * number + 2)
        assert (bad.name, line["outcome"], line["path"]) == (bad.name, "refused", bad.path)
        assert line["reason"].endswith(".")
        assert "\n" not in line["reason"]
    assert [(line["id"], line["reason"]) for _, line in sorted(told_of.items())] == [
        (indicator(1)["id"], "You shared this version with other content: give the change a later `modified`."),
        (indicator(501)["id"], "It names another member as its author: only that member shares it first."),
    ]
    whole = json.loads(node.run("export", "--as", OTHER).stdout)["objects"]
    stored = {obj["id"]: obj["name"] for obj in whole if obj["type"] == "indicator"}
    wanted = [indicator(number) for number in (*range(len(BAD)), 502)]
    assert stored == {obj["id"]: obj["name"] for obj in wanted}
    (checked,) = node.ask("check")
    assert checked["faults"] == []


def test_nothing_readable_is_exit_code_2_and_a_line_each(node, tmp_path):
    contents = {
        "empty": b"",
        "packed.gz": b"\x1f\x8b\x08",
        "begun.json": b"[",
        "page.pdf": b"%PDF-1.7",
        "blank": b" \n",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    names = [*contents, "not-there", "."]

    done = node.run("share", *(tmp_path / name for name in names), "--as", SHARER)

    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(":")[1].strip() for line in done.stderr.splitlines()] == [str(tmp_path / name) for name in names]
    assert "Traceback" not in done.stderr


def test_memory_does_not_grow_with_a_big_file(node, tmp_path, peak_of):
    file = tmp_path / "big.jsonl"
    words = "ข้อมูลภัยคุกคาม " * 280
    with file.open("w") as out:
        number = 10_000
        while out.tell() < BIG_BYTES:
            out.write(json.dumps(indicator(number, description=words), ensure_ascii=False) + "\n")
            number += 1

    totals, peak = peak_of(node, "share", file, "--as", SHARER, "--tlp", "green", "--json")

    assert totals["accepted"] == number - 10_000
    assert peak < PEAK_BYTES
