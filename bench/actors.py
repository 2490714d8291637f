"""Who asks: from a machine's token to its organisation, its circles and what it may read; remembered, and not.

The bare reference hashes the token and reads one row by its key, on the same connection: the least that anybody must
do who lets rights end at once.  A decision of the community, which makes everybody forget, is measured beside it.

Run alone: `python bench/actors.py [--json]`.
"""

import hashlib
import json
from datetime import UTC, datetime

import node
from figures import Figure, by_turns, say

ROUNDS = 5
WARM, COLD, DECISIONS = 20_000, 500, 100
PER_SECOND = "actors/s"


def main():
    with node.opened() as home:
        token = json.loads((home / node.TOKENS).read_bytes())[node.READER]
        say(list(figures(token)))


def figures(token):
    from mitra.community.queries import actor_of_token
    from mitra.community.queries import actors as asking
    from mitra.community.queries.memory import ActorMemory

    now = datetime.now(UTC)

    def warm():
        for _ in range(WARM):
            actor_of_token(token, now=now)
        return WARM

    def cold():
        for _ in range(COLD):
            asking.actors = ActorMemory()
            actor_of_token(token, now=now)
        return COLD

    bare = bare_read(token)
    hash_and_read = "hash the token, read one row"
    yield Figure("token to actor, remembered", PER_SECOND, *by_turns(warm, bare, ROUNDS), hash_and_read)
    yield Figure("token to actor, not remembered", PER_SECOND, *by_turns(cold, bare, ROUNDS), hash_and_read)
    yield Figure("decisions on rights", "acts/s", *by_turns(decisions(now), bare, ROUNDS), hash_and_read)


def bare_read(token):
    from django.db import connection

    connection.ensure_connection()
    native = connection.connection

    def read():
        for _ in range(WARM):
            digest = hashlib.sha256(token.encode()).hexdigest()
            native.execute("SELECT id FROM community_credential WHERE digest = ?", [digest]).fetchall()
        return WARM

    return read


def decisions(now):
    """Let a body join a circle and leave it again; each replays what became readable."""
    from mitra.community import operations, queries

    centre = queries.actor_of_operator("centre")
    circle = queries.find_circle("financial", centre).id
    change = {"organisation": queries.get_organisation(node.OUTSIDER).id, "by": centre, "now": now}

    def decide():
        for _ in range(DECISIONS // 2):
            operations.add_member(circle, **change)
            operations.remove_member(circle, **change)
        return DECISIONS

    return decide


if __name__ == "__main__":
    main()
