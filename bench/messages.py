"""Messages: how many a second leave while their sender is killed, and how soon fifty organisations know of a case.

Mails of one case wait for the node's worker, which is killed by SIGKILL at random moments and started again at once.
None may be lost, and one that goes twice says so, as a further try under the same Message-ID; else this bench fails.
All seconds count, those of starting Python anew too; what a sender does while it lives stands beside it.
Then a grave case is opened with fifty organisations asked in: the time from that call until the last duty officer's
mail and the last webhook are taken, and every inbox shows it.
The bare reference hands over as many bytes by smtplib, and requests by http.client, to the same server.

Run alone: `python bench/messages.py` on 1,000 mails and 3 kills, with `--full` on 10,000 and 10.
"""

import http.client
import os
import smtplib
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from threading import Thread

import node
from figures import Figure, say

BODIES, DOMAINS, BATCH, ROUNDS = 50, 500, 500, 5
SHORT, FULL = (1_000, 3), (10_000, 10)
LEAST = 100
"""Of fewer mails than these no rate is taken."""
WAIT_SECONDS = 600
LONGEST_PAUSE = 0.1
SILENT, SILENT_SECONDS = "silent", 40
"""An organisation whose webhook takes connections and never answers, and after how long it hangs up."""
GRAVE = (
    ("functional", "lost"),
    ("information", "credentials"),
    ("recovery", "extended"),
    ("infrastructure", "yes"),
    ("lives", "yes"),
)


def main():
    if "--take" in sys.argv:
        take(*sys.argv[sys.argv.index("--take") + 1 :])
    messages, kills = FULL if "--full" in sys.argv else SHORT
    os.environ.pop("MITRA_HOME", None)  # a worker's home of our own, not the one that benches share
    with taking() as taken, node.opened():
        bodies = community(taken)
        say([*sent(taken, bodies, messages, kills), *told(taken, bodies)])


# ── What takes: a mail server and a web server in a process of their own


def take(path, mail_port, hook_port):
    """Take mails and requests until killed, and write a line of each: when, to whom, its id, its try, its size."""
    from email.parser import BytesHeaderParser
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from aiosmtpd.controller import Controller

    file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def note(*said):
        os.write(file, ("\t".join(map(str, (time.time(), *said))) + "\n").encode())

    class Mails:
        async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd asks so
            head = BytesHeaderParser().parsebytes(envelope.content)
            for to in envelope.rcpt_tos:
                note(to, head["Message-ID"], head.get("X-Mitra-Try", "1"), len(envelope.content))
            return "250 OK"

    class Requests(BaseHTTPRequestHandler):
        def do_POST(self):
            size = int(self.headers["Content-Length"])
            self.rfile.read(size)
            if self.path == f"/{SILENT}":
                time.sleep(SILENT_SECONDS)
                return
            note(self.path, self.headers.get("webhook-id", ""), 1, size)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    Controller(Mails(), hostname="127.0.0.1", port=int(mail_port)).start()
    ThreadingHTTPServer(("127.0.0.1", int(hook_port)), Requests).serve_forever()


@dataclass
class Taken:
    """What came so far, as it is written down."""

    path: Path
    mail_port: int
    hook_port: int
    lines: list = field(default_factory=list)
    whom: set = field(default_factory=set)
    at: int = 0

    def look(self):
        """Return every line so far: when, to whom, its id, its try, its size."""
        with self.path.open("rb") as file:
            file.seek(self.at)
            new = file.read()
        new = new[: new.rfind(b"\n") + 1]  # the last line may be half written
        self.at += len(new)
        came = [line.split("\t") for line in new.decode().splitlines()]
        self.lines += came
        self.whom.update(line[1] for line in came)
        return self.lines

    def forget(self):
        """Begin with none."""
        self.look()
        self.lines.clear()
        self.whom.clear()

    def wait_for(self, holds, process=None):
        """Return once something holds of the lines so far."""
        until = time.monotonic() + WAIT_SECONDS
        while not holds(self.look()):
            assert time.monotonic() < until, "it does not come"
            assert process is None or process.poll() is None, "the worker ended by itself"
            time.sleep(0.02)


@contextmanager
def taking():
    """Run the servers, and have nodes of this process and below send to them."""
    sys.path.insert(0, str(node.ROOT / "tests"))
    from tempfile import TemporaryDirectory

    from node_process import free_port

    with TemporaryDirectory(prefix="mitra-bench-taken-") as folder:
        taken = Taken(Path(folder) / "lines", free_port(), free_port())
        taken.path.touch()
        os.environ["MITRA_MAIL"] = f"smtp://127.0.0.1:{taken.mail_port}"
        os.environ["MITRA_MAIL_FROM"] = "mitra@bench.example"
        os.environ["MITRA_WEBHOOKS_INTO"] = "127.0.0.0/8"
        command = [sys.executable, __file__, "--take", str(taken.path), str(taken.mail_port), str(taken.hook_port)]
        process = subprocess.Popen(command)
        try:
            wait_until_open(taken.mail_port, taken.hook_port)
            yield taken
        finally:
            process.kill()
            process.wait()


def wait_until_open(*ports):
    import socket

    until = time.monotonic() + 30
    for port in ports:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < until, "nothing takes"
                time.sleep(0.05)


def start_worker():
    """Start the worker of the node as `mitra serve` does."""
    environment = {**os.environ, "PYTHONPATH": str(node.ROOT / "src")}
    return subprocess.Popen([sys.executable, "-m", "mitra.cli.work"], env=environment)


@contextmanager
def working():
    """Have a worker of the node that has looked for work already."""
    from mitra.pulse import queries

    process = start_worker()
    try:
        until = time.monotonic() + 60
        while queries.health(now()).alive_since is None:
            assert time.monotonic() < until, "no worker comes"
            time.sleep(0.05)
        time.sleep(2)
        yield process
    finally:
        process.terminate()
        process.wait(60)


# ── Who is there


def now():
    return datetime.now(UTC)


def community(taken):
    """Make fifty organisations, one case that all are in, then a duty officer and a webhook of each; return their ids.

    The case comes first: of what was asked there nobody is told by mail.
    """
    from mitra.cases import operations as cases
    from mitra.cases import queries as of_cases
    from mitra.community import operations, queries
    from mitra.community.facts import NewOrganisation, NewPerson
    from mitra.messages import operations as messages

    actor, slugs = queries.actor_of_operator, [f"body-{nth}" for nth in range(BODIES)]
    ids = {}
    for slug in ("lead", SILENT, *slugs):
        new = NewOrganisation(slug, slug, "csirt", standing="accredited")
        ids[slug] = operations.add_organisation(new, by=actor("centre"), now=now()).id
    lead, silent = actor("lead"), ids[SILENT]
    ids = {slug: ids[slug] for slug in slugs}
    case = cases.NewCase("ຄະດີໃຫຍ່", "fraud/phishing", invited=tuple(ids.values()))
    made = cases.open_case(case, by=lead, now=now())
    circle = of_cases.get_case(made.stix_id, lead, now=now()).circle
    for slug in slugs:
        operations.accept(circle, by=actor(slug), now=now())
        person = NewPerson(f"duty@{slug}.example", "ເຈົ້າໜ້າທີ່ເວນ", ("duty-officer",))
        operations.add_person(person, by=actor(slug), now=now())
    for slug in (SILENT, *slugs):
        messages.make_hook(f"http://127.0.0.1:{taken.hook_port}/{slug}", by=actor(slug), now=now())
    return Bodies(made.stix_id, ids, silent)


@dataclass(frozen=True)
class Bodies:
    """A case, the organisations that are in it by their short names, and one more, which is told and never answers."""

    case: str
    ids: dict
    silent: int


# ── Mails, and a sender that is killed


def sent(taken, bodies, messages, kills):
    wait_in_line(bodies, messages)
    began, rates = time.perf_counter(), []
    for end in [*sorted(Random(11).sample(range(messages // 20, messages), kills)), None]:
        rates += life(taken, end, messages)
    overall = messages / (time.perf_counter() - began)
    copies = judged(taken.look(), messages)
    size = int(median(int(line[4]) for line in taken.lines))
    bare = [bare_mails(taken, messages // 10, size) for _ in range(ROUNDS)]
    name, what = f"{messages:,} mails, {kills} kills", f"smtplib, {messages // 10:,} mails by one connection"
    return [
        Figure(f"overall: {name}", "each/s", [overall], bare, what),
        Figure(f"while one lives: {name}", "each/s", rates, bare, what),
        Figure(f"twice, and marked: {name}", "mails", [float(copies)], [], ""),
    ]


def wait_in_line(bodies, messages):
    """Tell so many messages of the case, each by one mail to an address of its own."""
    from django.db import transaction

    from mitra.core.policy.facts import Tlp
    from mitra.messages.facts import Address, Channel, Rung, Telling
    from mitra.messages.operations import tell

    to = list(bodies.ids.values())
    for first in range(0, messages, BATCH):
        with transaction.atomic():
            for nth in range(first, min(first + BATCH, messages)):
                address = Address(Channel.MAIL, f"duty-{nth}@domain-{nth % DOMAINS}.example")
                telling = Telling(
                    f"bench:{nth}",
                    "cases.news",
                    to[nth % BODIES],
                    bodies.case,
                    number="TH-7K3M",
                    tlp=Tlp.AMBER_STRICT,
                    severity=2,
                )
                tell(telling, (Rung((address,)),), now=now())


def life(taken, end, messages):
    """Run one sender until so many mails were taken, then kill it, or until all are sent; return its own rate."""
    process = start_worker()
    first = len(taken.look())
    taken.wait_for(lambda lines: len(lines) > first, process)
    began, first = time.perf_counter(), len(taken.look())
    try:
        if end is None:
            taken.wait_for(lambda _: len(taken.whom) == messages, process)
            wait_until_noted()
        else:
            taken.wait_for(lambda lines: len(lines) >= end, process)
            time.sleep(Random(end).random() * LONGEST_PAUSE)
    finally:
        process.kill()
        process.wait()
    done = len(taken.look()) - first
    return [done / (time.perf_counter() - began)] if done >= LEAST else []


def wait_until_noted():
    from mitra.messages.models import Sending

    while Sending.objects.filter(state__in=("queued", "sending", "deferred")).exists():
        time.sleep(0.05)


def judged(lines, messages):
    """Return how many mails came twice; fails where one is lost, or came twice without its sign."""
    came = {}
    for _at, to, message_id, nth_try, _size in lines:
        came.setdefault(to, []).append((message_id, int(nth_try)))
    assert len(came) == messages, f"{messages - len(came)} mails are lost"
    for to, copies in came.items():
        assert len({message_id for message_id, _ in copies}) == 1, f"{to} has two Message-IDs"
        tries = [nth_try for _, nth_try in copies]
        assert tries == sorted(set(tries)), f"{to} came twice without a sign: tries {tries}"
    return len(lines) - messages


def bare_mails(taken, mails, size):
    """Return how many mails of this size one connection hands over a second."""
    body = b"Message-ID: <bare@bench.example>\r\n\r\n" + b"\r\n".join([b"x" * 70] * (size // 72))
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", taken.mail_port) as server:
        for nth in range(mails):
            server.sendmail("bare@bench.example", [f"bare-{nth}@bench.example"], body)
    return mails / (time.perf_counter() - began)


# ── A case that fifty are asked into


def told(taken, bodies):
    with working():
        ours = [opened(taken, bodies) for _ in range(ROUNDS)]
        beside_silence, _ = opened(taken, bodies, bodies.silent)
    bare = [bare_telling(taken) for _ in range(ROUNDS)]
    name = f"a case for {BODIES}"
    return [
        Figure(f"{name}: until all are told", "s", [whole for whole, _ in ours], bare, "50 mails and 50 requests"),
        Figure(f"{name}: until all inboxes show it", "s", [shown for _, shown in ours], [], ""),
        Figure(f"{name}, beside a webhook that hangs", "s", [beside_silence], [], ""),
    ]


def opened(taken, bodies, *more):
    """Open a grave case; return the seconds until all were told by every way, and until all inboxes show it."""
    from mitra.cases import operations as cases
    from mitra.community.queries import actor_of_operator
    from mitra.messages import queries

    taken.forget()
    invited = (*more, *bodies.ids.values())
    case = cases.NewCase("ransomware ໃນທ່າເຮືອ", "fraud/phishing", impact=GRAVE, invited=invited)
    lead, began = actor_of_operator("lead"), time.time()
    made = cases.open_case(case, by=lead, now=now())
    for slug in bodies.ids:
        inbox = queries.list_inbox(actor_of_operator(slug), now=now())
        assert made.number in {line.number for line in inbox if line.asks}, slug
    shown = time.time() - began
    taken.wait_for(lambda lines: len(lines) >= 2 * BODIES)
    assert taken.whom == {one for slug in bodies.ids for one in (f"duty@{slug}.example", f"/{slug}")}
    return max(shown, max(float(line[0]) for line in taken.lines) - began), shown


def bare_telling(taken):
    """Return the seconds that as many mails and requests take, with nothing around them."""
    began = time.perf_counter()
    thread = Thread(target=bare_mails, args=(taken, BODIES, 1_000))
    thread.start()
    for nth in range(BODIES):
        connection = http.client.HTTPConnection("127.0.0.1", taken.hook_port)
        connection.request("POST", f"/bare-{nth}", body=b"x" * 400)
        connection.getresponse().read()
        connection.close()
    thread.join()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
