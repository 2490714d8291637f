"""PostgreSQL goes away under a node and comes back: 503 meanwhile, and then it goes on without a restart."""

import time

import pytest
import requests

from exchange_node import TAXII, indicator
from mitra.web.away import AWAY
from node_process import Node

SECONDS = 90


@pytest.fixture
def node(postgres, tmp_path):
    made = Node(tmp_path / "node")
    made.environment["MITRA_DATABASE_URL"] = postgres.new_url()
    made.ask("init", "--preset", "asean", "--name", "hub.example")
    return made


def wait_for(ask, wanted):
    """Ask until it answers so."""
    deadline = time.monotonic() + SECONDS
    while (answer := ask()) != wanted:
        assert time.monotonic() < deadline, answer
        time.sleep(0.2)


def test_it_comes_back_without_a_restart(node, postgres):
    headers = {"Authorization": f"Bearer {node.token('cert-th')}", "Accept": TAXII, "Content-Type": TAXII}
    with node.served() as url:
        inbox, feed = (f"{url}/taxii2/mitra/collections/{name}/objects/" for name in ("inbox", "all"))

        def share(number):
            return requests.post(inbox, json={"objects": [indicator(number)]}, headers=headers, timeout=60)

        def ready():
            answer = requests.get(f"{url}/readyz", timeout=60)
            return answer.status_code, answer.json()["problems"]

        assert share(1).status_code == 202
        wait_for(ready, (200, []))
        with postgres.away():
            for answer in (share(2), requests.get(feed, headers=headers, timeout=60)):
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
                assert answer.json()["description"] == AWAY
            page = requests.get(f"{url}/exchange/lookup?q=203.0.113.9", timeout=60)
            assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
            assert "cannot be reached just now" in page.text
            assert ready() == (503, ["database-away"])
            assert requests.get(f"{url}/healthz", timeout=60).status_code == 200
            command = node.run("org", "list")
            assert command.returncode == 1
            assert command.stderr.count("\n") == 1
        wait_for(lambda: share(2).status_code, 202)
        wait_for(ready, (200, []))
        wait_for(lambda: requests.get(feed, headers=headers, timeout=60).status_code, 200)
        read = requests.get(feed, headers=headers, timeout=60).json()["objects"]
        assert [one["id"] for one in read if one["type"] == "indicator"] == [indicator(n)["id"] for n in (1, 2)]
        (report,) = node.ask("check")
        wait_for(lambda: node.ask("check")[0]["checked"]["log entries"], report["checked"]["acts"])
    assert node.ask("check")[0]["faults"] == []
