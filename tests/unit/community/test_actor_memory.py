"""What is remembered of who asks: under one epoch only, so many at most, safe among threads."""

from concurrent.futures import ThreadPoolExecutor

from mitra.community.facts import Actor
from mitra.community.queries.memory import ActorMemory, Remembered
from mitra.core.policy.facts import Viewer


def remembered(number, epoch=1):
    actor = Actor(Viewer(number), number, f"cert-{number}", f"identity--{number}", frozenset())
    return Remembered(epoch, actor)


def test_one_epoch_remembers_nothing_of_another():
    memory = ActorMemory()
    memory.keep(b"digest", remembered(1, epoch=7))
    assert memory.find(b"digest", 7) == remembered(1, epoch=7)
    assert (memory.find(b"digest", 8), memory.find(b"other", 7)) == (None, None)


def test_a_persons_number_is_nobodys_digest():
    memory = ActorMemory()
    memory.keep(1, remembered(1))
    assert memory.find(b"\x01", 1) is None


def test_who_asked_longest_ago_is_forgotten():
    memory = ActorMemory(size=3)
    for number in (1, 2, 3):
        memory.keep(number, remembered(number))
    memory.find(1, 1)
    memory.keep(4, remembered(4))
    assert [number for number in (1, 2, 3, 4) if memory.find(number, 1)] == [1, 3, 4]


def test_eight_threads_find_only_what_was_kept_and_no_more_than_so_many():
    memory = ActorMemory(size=50)

    def ask(thread):
        for number in range(2_000):
            key = (number * 7 + thread) % 200
            kept = memory.find(key, 1)
            if kept is None:
                memory.keep(key, remembered(key))
            elif kept != remembered(key):
                return key
        return None

    with ThreadPoolExecutor(8) as pool:
        wrong = list(pool.map(ask, range(8)))
    assert (wrong, len(memory)) == ([None] * 8, 50)
