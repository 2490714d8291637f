"""The node as its clients find it: `mitra.client` waiting and awaiting, and schemathesis over the description."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exchange_node import indicator
from mitra.client import AsyncMitra, Mitra, Problem
from node_process import Node

pytestmark = pytest.mark.slow
CASES = int(os.environ.get("MITRA_REST_CASES", "800"))
"""How many requests schemathesis makes in all; the full proof makes 5,000."""
VIEWERS = ("cert-th", "cert-vn", "reader", "manager")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("rest") / "node")
    node.ask("init", "--preset", "asean", "--name", "hub.example")
    tokens = {slug: node.token(slug) for slug in ("cert-th", "cert-vn")}
    (reader,) = node.ask("token", "new", "--org", "cert-kh", "--scope", "exchange:read")
    (manager,) = node.ask("token", "new", "--org", "cert-la", "--scope", "community:manage")
    tokens |= {"reader": token_of(reader), "manager": token_of(manager)}
    with node.served() as url:
        with Mitra(url, tokens["cert-th"]) as mine:
            mine.share(bundle(indicator(900, name="canary-own")), tlp="AMBER+STRICT")
            mine.share(bundle(indicator(901, name="ที่ทุกคนอ่านได้")), tlp="GREEN")
        yield url, tokens


def token_of(said):
    return said["credentials"][0]["token"]


def bundle(*objects):
    return json.dumps({"type": "bundle", "objects": objects}).encode()


def wait_for(ask, seconds=30):
    until = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < until
        time.sleep(0.2)
    return found


def test_a_script_shares_finds_looks_up_and_takes_back(served):
    url, tokens = served
    with Mitra(url, tokens["cert-th"]) as mine, Mitra(url, tokens["cert-vn"]) as theirs:
        assert (mine.who_am_i().organisation, theirs.who_am_i().organisation) == ("cert-th", "cert-vn")
        said = mine.share(bundle(indicator(1, name="มิจฉาชีพ"), indicator(2)), tlp="GREEN")
        assert said.totals["accepted"] == 2
        ours = {indicator(number)["id"] for number in (1, 2, 901)}
        assert {record.id for record in theirs.records(limit=1)} == ours
        (found,) = wait_for(lambda: list(theirs.search("มิจฉาชีพ")))
        assert theirs.record(found.ref).object["name"] == "มิจฉาชีพ"
        answers = list(theirs.look_up(["c2-1.bad-domain-1.com", "nowhere.example"]))
        assert [answer.known for answer in answers] == [True, False]
        assert {line["object"]["id"] for line in theirs.export()} == ours
        with pytest.raises(Problem) as refusal:
            theirs.withdraw(found.ref, "x")
        assert (refusal.value.status, refusal.value.code) == (403, "not-permitted")
        mine.withdraw(next(one["ref"] for one in said.accepted if one["id"] == indicator(1)["id"]), "ຜິດ")
        with pytest.raises(Problem):
            theirs.record(found.ref)


def test_the_worker_works_off_an_import_while_a_script_awaits_it(served):
    url, tokens = served

    async def story():
        async with AsyncMitra(url, tokens["cert-th"]) as mine:
            begun = await mine.begin_import(bundle(*map(indicator, range(300, 340))), tlp="GREEN", filename="a.json")
            until = time.monotonic() + 60
            while not (state := await mine.import_state(begun.id)).is_over:
                assert time.monotonic() < until
                await asyncio.sleep(0.2)
            there = [record.id async for record in mine.records(limit=200)]
            return state, there

    state, there = asyncio.run(story())
    assert (state.state, state.totals["accepted"]) == ("done", 40)
    assert {indicator(number)["id"] for number in range(300, 340)} <= set(there)


@pytest.mark.parametrize("viewer", VIEWERS)
def test_whatever_is_asked_is_answered_as_described_and_never_breaks(served, viewer, tmp_path):
    url, tokens = served
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        f"{url}/api/v1/openapi.json",
        "--url",
        url,
        "-H",
        f"Authorization: Bearer {tokens[viewer]}",
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--max-examples",
        str(max(CASES // len(VIEWERS) // 18, 2)),
        "--phases",
        "examples,coverage,fuzzing",
        "--seed",
        "7",
        "--generation-database",
        "none",
        "--exclude-path-regex",
        "/export$",
        "--report",
        "har",
        "--report-dir",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    (report,) = tmp_path.glob("har-*")
    said = report.read_text()
    assert said.count('"response"') >= CASES // len(VIEWERS)
    assert ("canary-own" in said) == (viewer == "cert-th")
