"""Look-ups at 100,000 records: is this known, from whom, since when; half of what is asked is known, half is not.

The bare reference asks the same database for the same keys: one probe of the index a value, nothing around it, for no
reader in particular, no share, no name.

Run alone: `python bench/lookups.py`.
"""

from datetime import UTC, datetime
from random import Random

import node
from figures import Figure, by_turns, say

ROUNDS = 5
SINGLE = 400
MANY = 8_000


def main():
    with node.opened():
        from django.conf import settings

        from mitra.store.keys import Keys

        node.filled(node.RECORDS)
        keys = Keys(settings.MITRA_SECRETS["atoms"])
        known, unknown = (range(node.RECORDS), range(node.RECORDS, 2 * node.RECORDS))
        say(
            [
                figure("look-up, one by one, half known", SINGLE, (known, unknown), keys, at_once=1),
                figure("look-up of a file, half known", MANY, (known, unknown), keys, at_once=MANY),
                figure("look-up of a file, none known", MANY, (unknown,), keys, at_once=MANY),
            ]
        )


def figure(name, size, numbers, keys, *, at_once):
    from django.db import connection

    from mitra.community import queries as community
    from mitra.core.stix.values import recognise
    from mitra.exchange import queries

    chance = Random(7)
    viewer = community.actor_of_operator(node.READER).viewer
    values = [node.value(chance.choice(part)) for part in numbers for _ in range(size // len(numbers))]
    chance.shuffle(values)

    def ours():
        now = datetime.now(UTC)
        asked = (values[at : at + at_once] for at in range(0, len(values), at_once))
        answers = [known for part in asked for known in queries.look_up(viewer, part, now=now)]
        assert len(answers) == len(values)
        return len(answers)

    probes = [(atom.kind, keys.of_atom(atom.value)) for atom in (recognise(value).sure for value in values)]
    connection.ensure_connection()

    def bare():
        for probe in probes:
            connection.connection.execute("SELECT record FROM atom WHERE kind = ? AND key = ?", probe).fetchall()
        return len(probes)

    rates = by_turns(ours, bare, ROUNDS)
    return Figure(name, "values/s", *rates, "one probe of the index a value")


if __name__ == "__main__":
    main()
