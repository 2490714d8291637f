"""`mitra verify` and `mitra keys`: what is proven, refuted and unknown, by exit code, line and JSON; offline too."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from exchange_node import indicator
from ledger_world import World, make_home
from mitra.community import queries as community
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations, queries
from mitra.exchange.facts import Terms
from mitra.ledger.views import policy as policy_door
from node_process import ROOT, Node

QUESTIONS = ("promised", "signed", "included", "grew", "for")


@pytest.fixture
def log(home, settings):
    """The log of the node in this home."""
    (home / "node.toml").read_text()
    make_home(home, settings)
    world = World(home)
    world.now = datetime.now(UTC)
    yield world
    world.sequencer.give_up()


@pytest.fixture
def given(log, tmp_path, rf):
    """Files as a member holds them: the policy, two proofs, their records, and how to take more of them."""
    return Given(log, tmp_path / "held", rf)


class Given:
    def __init__(self, log, folder, rf):
        self.log, self.folder, self.rf = log, folder, rf
        folder.mkdir()
        self.actor = community.actor_of_operator("cert-th")
        self.refs = []
        (folder / "policy").write_bytes(policy_door(rf.get("/ledger/policy")).content)

    def share(self, number):
        import io

        body = json.dumps({"objects": [indicator(number)], "type": "bundle", "id": "bundle--1"}).encode()
        terms = Terms(tlp=Tlp.GREEN)
        report = operations.share(self.actor, io.BytesIO(body), terms, now=self.log.now, keep=9)
        return report.accepted[0].ref

    def take(self, ref, name, held=None):
        """Take a proof file and the record's bytes; return their paths."""
        file = queries.get_proof_file(self.actor.viewer, ref, "shared", now=self.log.now, held=held)
        record = queries.get_record(self.actor.viewer, ref, now=self.log.now).raw
        suffix = file.name.rpartition(".")[2]
        (self.folder / f"{name}.{suffix}").write_bytes(file.data)
        (self.folder / f"{name}.json").write_bytes(record)
        return self.folder / f"{name}.{suffix}", self.folder / f"{name}.json"


def shown(value):
    return {what: value[what]["shown"] for what in QUESTIONS}


ALL = dict.fromkeys(QUESTIONS, "proven")


def test_a_member_verifies_offline_without_a_node(given, tmp_path):
    """In a process that never loads the node's program beyond the pure core."""
    ref = given.share(1)
    given.log.publish()
    proof, record = given.take(ref, "one")
    program = (
        "import sys; from mitra.cli import main\n"
        "try: main()\n"
        "finally: assert 'django.db' not in sys.modules and 'mitra.exchange' not in sys.modules\n"
    )
    environment = {**os.environ, "MITRA_HOME": str(tmp_path / "elsewhere"), "PYTHONPATH": str(ROOT / "src")}
    command = [
        sys.executable,
        "-c",
        program,
        "verify",
        str(proof),
        str(record),
        "--policy",
        str(given.folder / "policy"),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines = done.stdout.splitlines()
    assert first == "one.tlog-proof: proven"
    assert [line.split()[:2] for line in lines] == [[what, "proven"] for what in QUESTIONS]
    again = subprocess.run(command[:-2], env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, "the key is remembered"


def test_without_a_key_nothing_is_proven(given, mitra, monkeypatch, tmp_path):
    ref = given.share(1)
    given.log.publish()
    proof, record = given.take(ref, "one")
    monkeypatch.setenv("MITRA_HOME", str(tmp_path / "elsewhere"))
    said = mitra("verify", proof, record, "--json")
    assert said.code == 2
    assert shown(said.values[0]) == ALL | {"promised": "unknown", "signed": "unknown", "grew": "unknown"}


@pytest.fixture
def elsewhere(given, monkeypatch, tmp_path):
    """The member's own machine: no node, the policy known."""
    monkeypatch.setenv("MITRA_HOME", str(tmp_path / "elsewhere"))
    return given


def test_another_record_is_refuted(elsewhere, mitra):
    refs = [elsewhere.share(1), elsewhere.share(2)]
    elsewhere.log.publish()
    proof, _ = elsewhere.take(refs[0], "one")
    _, other = elsewhere.take(refs[1], "two")
    said = mitra("verify", proof, other, "--policy", elsewhere.folder / "policy", "--json")
    assert said.code == 1
    assert shown(said.values[0]) == ALL | {"for": "refuted"}


def test_a_record_beside_a_proven_one_is_not_proven_by_it(elsewhere, mitra):
    refs = [elsewhere.share(1), elsewhere.share(2)]
    elsewhere.log.publish()
    proof, record = elsewhere.take(refs[0], "one")
    _, other = elsewhere.take(refs[1], "two")
    said = mitra("verify", proof, record, other, "--policy", elsewhere.folder / "policy", "--json")
    assert said.code == 2
    assert shown(said.values[0]) == ALL
    assert said.values[1]["for"]["shown"] == "unknown"


def test_one_changed_byte_is_refuted_wherever_it_is(elsewhere, mitra):
    ref = elsewhere.share(1)
    elsewhere.log.publish()
    proof, record = elsewhere.take(ref, "one")
    whole = proof.read_text()
    lines = whole.split("\n")
    index, path, root = (
        next(n for n, line in enumerate(lines) if line.startswith("index ")),
        next(n for n, line in enumerate(lines) if line.startswith("index ")) + 1,
        lines.index("hub.example/ledger") + 2,
    )
    for at, change in [
        (index, lambda line: f"index {int(line.split()[1]) - 1}"),
        (path, lambda line: ("A" if line[0] != "A" else "B") + line[1:]),
        (root, lambda line: ("A" if line[0] != "A" else "B") + line[1:]),
    ]:
        changed = [change(line) if n == at else line for n, line in enumerate(lines)]
        proof.write_text("\n".join(changed))
        said = mitra("verify", proof, record, "--policy", elsewhere.folder / "policy", "--json")
        assert said.code == 1, (at, said)


def test_growth_is_asked_for_and_then_proven(elsewhere, mitra):
    policy = elsewhere.folder / "policy"
    first = elsewhere.share(1)
    elsewhere.log.publish()
    assert mitra("verify", *elsewhere.take(first, "one"), "--policy", policy).code == 0
    size = elsewhere.log.checkpoint.size
    second = elsewhere.share(2)
    elsewhere.log.publish()
    said = mitra("verify", *elsewhere.take(second, "two"))
    assert said.code == 2
    assert f"You keep a checkpoint of {size} entries" in said.out
    assert mitra("verify", *elsewhere.take(second, "two"), "--log", elsewhere.log.home / "ledger").code == 0
    third = elsewhere.share(3)
    elsewhere.log.publish()
    held = size + 1
    assert mitra("verify", *elsewhere.take(third, "three", held=held)).code == 0
    old = mitra("verify", *elsewhere.take(first, "one", held=held + 1), "--json")
    assert (old.code, shown(old.values[0])) == (0, ALL)


def test_a_log_that_shows_another_history_is_an_alarm(elsewhere, mitra):
    """The operator forges: the same entries' place, other content, signed with the log's true key."""
    from mitra.ledger.models import Act, Checkpoint, Log

    policy = elsewhere.folder / "policy"
    ref = elsewhere.share(1)
    elsewhere.log.publish()
    assert mitra("verify", *elsewhere.take(ref, "one"), "--policy", policy).code == 0
    elsewhere.log.sequencer.give_up()
    for path in sorted((elsewhere.log.home / "ledger").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    Act.objects.filter(leaf=0).update(commitment=b"\x07" * 32)
    Checkpoint.objects.all().delete()
    Log.objects.all().delete()
    world = World(elsewhere.log.home)
    world.now = elsewhere.log.now
    world.publish()
    world.sequencer.give_up()
    said = mitra("verify", *elsewhere.take(ref, "forged"), "--json")
    assert said.code == 1
    assert shown(said.values[0]) == ALL | {"grew": "refuted"}
    assert said.values[0]["grew"]["why"].startswith("Alarm: ")


def test_a_promise_alone_leaves_the_rest_unknown(elsewhere, mitra):
    ref = elsewhere.share(1)
    promise, record = elsewhere.take(ref, "one")
    assert promise.suffix == ".promise"
    said = mitra("verify", promise, record, "--policy", elsewhere.folder / "policy", "--json")
    assert said.code == 2
    assert shown(said.values[0]) == dict.fromkeys(QUESTIONS, "unknown") | {"promised": "proven"}
    promise.write_text(promise.read_text().replace("\nindex ", "\nindex 1"))
    said = mitra("verify", promise, "--policy", elsewhere.folder / "policy", "--json")
    assert (said.code, said.values[0]["promised"]["shown"]) == (1, "refuted")


def test_on_the_node_a_ref_or_a_record_is_enough(given, mitra, ask):
    ref = given.share(1)
    given.log.publish()
    _, record = given.take(ref, "one")
    for what in (ref, record):
        (value,) = ask("verify", what, "--as", "cert-th")
        assert (value["verdict"], shown(value)) == ("proven", ALL)
    said = mitra("verify", ref)
    assert (said.code, said.out, said.err) == (1, "", "mitra: There is nothing here that you may read.\n")
    assert mitra("verify", record, "--as", "bank-a").code in {0, 1}


def test_a_ref_may_begin_with_a_hyphen(mitra, home):
    said = mitra("verify", "-wZ32ILIvczVG7eSp3F1Hg", "--as", "cert-th")
    assert (said.code, said.err) == (1, "mitra: There is nothing here that you may read.\n")


def test_what_is_nothing_to_verify_is_one_sentence(mitra, tmp_path, home):
    (tmp_path / "x").write_bytes(b"hello")
    said = mitra("verify", tmp_path / "x")
    assert (said.code, said.err) == (
        1,
        f"mitra: {tmp_path / 'x'} is neither a proof, nor a promise, nor a STIX object in JSON.\n",
    )


def test_keys_are_listed_and_rotated(log, ask, mitra):
    before = ask("keys", "list")
    assert [value["role"] for value in before] == ["log", "witness", "credentials"]
    assert [value["key"].partition("+")[0] for value in before] == [
        "hub.example/ledger",
        "hub.example/witness",
        "hub.example/credentials",
    ]
    assert len({value["key"] for value in before}) == 3
    for role in ("log", "witness", "credentials"):
        (made,) = ask("keys", "rotate", role)
        assert made["key"] not in {value["key"] for value in before}
    after = ask("keys", "list")
    assert [value["role"] for value in after] == ["log"] * 2 + ["witness"] * 2 + ["credentials"] * 2
    assert {path.stat().st_mode & 0o777 for path in (log.home / "keys").glob("*-*")} == {0o600}
    said = mitra("keys", "rotate", "transport")
    assert (said.code, said.err) == (
        1,
        "mitra: There is no key 'transport': choose one of log, witness, credentials.\n",
    )


def test_a_new_node_has_keys_of_its_own_and_a_name_for_ever(tmp_path, monkeypatch):
    """LOG2: separate keys; the address at which the node is reached is in none of them."""
    node = Node(tmp_path / "node")
    node.ask("init", "--name", "hub.example")
    keys = {role: (tmp_path / "node" / "keys" / role) for role in ("log", "witness", "credentials")}
    assert {path.stat().st_mode & 0o777 for path in keys.values()} == {0o600}
    assert len({path.read_bytes() for path in keys.values()}) == 3
    before = node.ask("keys", "list")
    node.environment |= {"MITRA_HOSTS": "elsewhere.example", "MITRA_ORIGINS": "https://elsewhere.example"}
    assert node.ask("keys", "list") == before
    assert [value["key"].partition("+")[0] for value in before] == [
        "hub.example/ledger",
        "hub.example/witness",
        "hub.example/credentials",
    ]
