"""What the rows of a share say, whichever database read them: its whole value, and which of an id's is shown first."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from mitra.core.ledger.dates import instant
from mitra.core.policy.facts import Pap, Tlp
from mitra.store.facts import Share, Voice
from mitra.store.states import state_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.store.readable import Reach

_LEVELS, _PAPS, _VOICES = tuple(Tlp), tuple(Pap), tuple(Voice)

WHOLE = (
    "s.seq, s.record, r.stix_id, s.type, r.modified, r.created_by, r.digest, r.raw, r.marking_at, r.title, "
    "s.audience, s.by, s.at, s.act, s.under, s.pap, s.condition, s.state, s.voice, r.accepted_at"
)
"""The columns of a whole share `s` and its record `r`; behind them the loosest level of the record's other shares."""


def share_of(name: str, row: tuple[Any, ...], reach: Reach) -> Share:
    """Return the share that a row of WHOLE says, under its public name, as the viewer of this reach reads it."""
    audience = reach.audiences[row[10]]
    return Share(
        seq=row[0],
        ref=name,
        record=row[1],
        stix_id=row[2],
        type=row[3],
        modified=row[4],
        created_by=row[5],
        digest=row[6],
        raw=row[7],
        marking_at=row[8],
        title=row[9],
        audience_id=row[10],
        audience=audience,
        by=row[11],
        at=instant(row[12]),
        act=row[13],
        under=row[14],
        pap=None if row[15] is None else _PAPS[row[15]],
        condition=row[16],
        state=state_of(row[17]),
        voice=_VOICES[row[18]],
        accepted_at=instant(row[19]),
        tlp=audience.tlp if row[20] is None else min(audience.tlp, _LEVELS[row[20]]),
    )


class Variant(NamedTuple):
    """A share of an id, without its bytes."""

    seq: int
    record: int
    voice: int
    version: str
    by: int
    audience: int
    created_by: str


def weighed(variants: Iterable[Variant], reach: Reach) -> list[int]:
    """Return the numbers of an id's shares, the one to show first first.

    Records are weighed: the nearest voice first, then the latest version, then the one that most organisations
    shared, then the earliest.  The shares of one record follow one another, the loosest first.  Who comes later and
    names another author than the first share that names one is no nearer than anybody.
    """
    by_record: defaultdict[int, list[Variant]] = defaultdict(list)
    named: list[Variant] = []
    for variant in variants:
        by_record[variant.record].append(variant)
        if variant.created_by:
            named.append(variant)
    records = list(by_record.values())
    author = min(named).created_by if named else ""
    records.sort(key=lambda shares: (-len({share.by for share in shares}), min(share.seq for share in shares)))
    records.sort(key=lambda shares: shares[0].version, reverse=True)
    records.sort(
        key=lambda shares: min(share.voice for share in shares) if shares[0].created_by == author else Voice.OTHER
    )
    return [
        share.seq
        for shares in records
        for share in sorted(shares, key=lambda share: (reach.audiences[share.audience].tlp, share.seq))
    ]
