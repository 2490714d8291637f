"""Several connections at once: threads with a connection each, and one race that every way of numbering must stand."""

import threading
import time
from random import Random

from django.db import connection, connections

from mitra.core.policy.facts import Audience, Tlp
from mitra.store.facts import Filter
from store_world import CLEAR, NOW, member, record, share

WRITERS, BATCHES, SIZE = 8, 6, 20
READER = member(99, *range(1, 60))
SECONDS = 120


def in_thread(work):
    """Start the work on a connection of its own; returns the thread, whose `problem` says how it ended."""

    def run():
        try:
            work()
        except Exception as problem:  # noqa: BLE001 - a thread's failure must reach the test
            thread.problem = problem
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.problem = None
    thread.start()
    return thread


def ended(*threads):
    """Wait for threads; raise what one of them met."""
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()
        if thread.problem is not None:
            raise thread.problem


def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def write(store, writer, seed):
    """Write batches of one size; each opens an audience that no reader has met yet, and takes its time to commit."""
    drawn = Random(f"{seed} {writer}")
    for batch in range(BATCHES):
        fresh = Audience(Tlp.AMBER, frozenset({1 + batch, 20 + writer}))
        numbers = range(10_000 * writer + 100 * batch, 10_000 * writer + 100 * batch + SIZE)
        store.accept_batch(
            [share(record(n), fresh if n % 2 else CLEAR) for n in numbers],
            kind="share",
            by=1 + writer,
            now=NOW,
            announce=lambda _written: time.sleep(drawn.random() / 30),
        )


def follow(store, done, found):
    """Page for ever by the last position seen, until the writers are done and nothing more comes."""
    after = 0
    while True:
        was_done = done.is_set()
        page = store.visible_to(READER, now=NOW).feed(after=after, limit=50, only=Filter())
        found += [(row.position, row.at) for row in page.rows]
        after = found[-1][0] if found else 0
        if was_done and not page.rows:
            return


def race(make_store, seed=0):
    """Let writers race, and a reader follow; return what it met, as (position, date)."""
    found = []
    done = threading.Event()
    reader = in_thread(lambda: follow(make_store(), done, found))
    # Writers of another process have a store, and remembered sets, of their own.
    ended(*[in_thread(lambda writer=writer: write(make_store(), writer, seed)) for writer in range(WRITERS)])
    done.set()
    ended(reader)
    return found
