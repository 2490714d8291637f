"""The door answers as the naive store does, whoever asks, for communities and shares of any shape."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds_policy import CIRCLES, NOW, ORGANISATIONS, any_viewers, audiences, moments

from mitra.core.errors import NotFound
from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import PUBLIC, Audience, Tlp
from mitra.core.stix.facts import Atom
from mitra.store.doors import store
from mitra.store.facts import Cause, Filter, NewShare, State, Voice
from mitra.store.words.indexing import index_next
from naive_store import NaiveStore
from store_world import WAYS, fed, go, record, rolled_back, stix_id

VERSIONS = ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.0001Z", "2026-02-01T00:00:00Z")
ATOMS = tuple(Atom("domain-name", f"{name}.com") for name in ("rumah", "xn--o3cw4h", "toko"))
TITLES = ("", "Chiến dịch lừa đảo", "CHIẾN dịch", "ฟิชชิงธนาคาร", "ໄພຂົ່ມຂູ່ evil[.]org")
WORDS = ("a", "b", "ផ្ញើពី https://login.evil.org/x ហើយ", "evil and then org")
IDS = [stix_id(number, kind) for kind in ("indicator", "domain-name") for number in range(3)]


@st.composite
def records(draw):
    kind = draw(st.sampled_from(["indicator", "indicator", "domain-name"]))
    number = draw(st.integers(0, 2 if kind == "domain-name" else 1))
    version = draw(st.sampled_from(VERSIONS)) if kind == "indicator" else ""
    words = draw(st.sampled_from(WORDS))
    # What an index holds follows from the bytes, as it does where records are really read.
    seed = number + len(version) + len(words) + ord(words[0])
    return record(
        number,
        kind=kind,
        version=version,
        words=words,
        title=TITLES[seed % len(TITLES)],
        atoms=ATOMS[seed % 4 :],
        refs=(IDS[seed % len(IDS)],) if seed % 2 else (),
    )


@dataclass(frozen=True)
class Step:
    by: int
    shares: tuple
    ends: int | None
    to: State


shares = st.builds(
    NewShare,
    record=records(),
    audience=st.just(Audience(Tlp.CLEAR)) | audiences,
    under=st.none() | st.integers(1, 8),
    voice=st.sampled_from(Voice),
)
steps = st.builds(
    Step,
    by=st.sampled_from(ORGANISATIONS),
    shares=st.lists(shares, min_size=1, max_size=6).map(tuple),
    ends=st.none() | st.integers(1, 12),
    to=st.sampled_from([State.WITHDRAWN, State.RECALLED]),
)


def seldom(values):
    """Mostly no narrowing, for filters that all narrow leave nothing to compare."""
    none = st.just(frozenset())
    return none | none | none | st.frozensets(st.sampled_from(list(values)), min_size=1, max_size=3)


filters = st.builds(
    Filter,
    types=seldom(["indicator", "domain-name", "malware"]),
    stix_ids=seldom(IDS),
    tlps=seldom(Tlp),
    by=seldom(ORGANISATIONS),
    circles=seldom(CIRCLES),
    versions=st.sampled_from(["all", "last", "last", "first", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00.000Z"]),
    embargo_ends_by=st.none() | st.none() | st.none() | moments,
    words=st.sampled_from(
        ["", "", "", "LỪA ĐẢO", "lua dao", "ธนาคาร", "nothing", "b", "?!", "EVIL.org", "login[.]evil.org"]
    ),
)


def play(told, naive, offset):
    """Do the steps in both stores; positions in the naive one count from 1, in the real one from after `offset`."""
    for step in told:
        real = [
            NewShare(new.record, new.audience, None if new.under is None else new.under + offset, voice=new.voice)
            for new in step.shares
        ]
        receipt = store().accept_batch(real, kind="share", by=step.by, now=NOW)
        expected = naive.accept(step.shares, step.by)
        assert [(line.outcome, line.reason) for line in receipt.lines] == expected
        owned = [line for line in naive.lines if line.seq == step.ends and line.state == State.LIVE]
        for line in owned:
            store().end_share(line.seq + offset, to=step.to, by=line.by, cause=Cause("end", "mistake"), now=NOW)
            naive.end(line.seq, step.to)


def paged(ask, size, start):
    """Every row or share of a list, page by page."""
    found = []
    while True:
        page = ask(start, size)
        some = getattr(page, "rows", None) or getattr(page, "shares", ())
        assert some or not page.more
        found += some
        if not page.more:
            return found
        start = some[-1].seq


@pytest.fixture
def offset(db):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM ledger_counter")
        return cursor.fetchone()[0]


@given(
    told=st.lists(steps, min_size=1, max_size=6),
    viewers=st.lists(any_viewers, min_size=1, max_size=4),
    only=st.lists(filters, min_size=1, max_size=4),
    size=st.integers(1, 4),
    hours=st.integers(-3, 3),
    way=st.sampled_from(list(WAYS)),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_the_door_answers_as_the_naive_store(offset, told, viewers, only, size, hours, way):
    with rolled_back(), pytest.MonkeyPatch.context() as patch:
        go(way, patch)
        naive = NaiveStore()
        play(told, naive, offset)
        while index_next(3):
            pass
        for viewer, later in product([PUBLIC, *viewers], (0, 2)):
            now = NOW + timedelta(hours=hours + later)
            door, plain = store().visible_to(viewer, now=now), naive.visible_to(viewer, now)
            for narrowed in [Filter(), *only]:
                same_feeds(door, naive.fed_to(viewer, now), replace(narrowed, words=""), size, offset)
                same_lists(door, plain, narrowed, size, offset)
                same_search(door, naive.found_by(viewer, now), narrowed, size, offset)
            same_things(door, plain, offset)


def same_feeds(door, plain, only, size, offset):
    expected = [seq + offset for seq in plain.feed(only)]
    feed = paged(lambda after, limit: door.feed(after=after, limit=limit, only=only), size, 0)
    assert [(row.position, row.seq) for row in feed] == [(seq, seq) for seq in expected]
    whole = fed(door, limit=1_000, only=only)
    assert [share.seq for share in whole] == expected
    for row, share in zip(feed, whole, strict=True):
        told = share.stix_id, share.modified, share.raw, share.marking_at, micros(share.at), share.tlp
        assert (row.stix_id, row.modified, row.raw, row.marking_at, row.at, row.tlp) == told
    assert [row.tlp for row in feed] == [plain.served_at(seq - offset) for seq in expected]


def same_lists(door, plain, only, size, offset):
    expected = [seq + offset for seq in plain.feed(only)]
    latest = paged(lambda before, limit: door.latest(before=before, limit=limit, only=only), size, None)
    assert [share.seq for share in latest] == expected[::-1]
    assert [share.tlp for share in latest] == [plain.served_at(share.seq - offset) for share in latest]
    assert door.count(only) == len(expected)
    assert door.count(only, up_to=1) == min(len(expected), 2)


def same_search(door, plain, only, size, offset):
    """A search gives what the list gives, without RED: in the title first, then as written, then without marks."""
    if not only.words:
        return
    found, after = [], None
    while True:
        page = door.search(only, after=after, limit=size)
        found += page.shares
        after = page.next
        if after is None:
            break
    numbers = [share.seq - offset for share in found]
    assert sorted(numbers) == sorted(plain.feed(only))
    assert (page.count, page.is_exact) == (len(numbers), True)
    nearness = [plain.nearness(seq, only.words) for seq in numbers]
    assert list(zip(nearness, (-seq for seq in numbers), strict=True)) == sorted(
        zip(nearness, (-seq for seq in numbers), strict=True)
    )


def same_things(door, plain, offset):
    assert door.tallies() == plain.tallies()
    everything = {line.record.digest: line for line in plain.read}
    found = door.holdings([line.record for line in everything.values()])
    assert found.keys() == everything.keys()
    for digest, line in everything.items():
        expected = [(o.seq + offset, o.by, o.new.audience, o.new.condition) for o in plain.with_digest(digest)]
        assert [(held.seq, held.by, held.audience, held.condition) for held in found[digest]] == expected
        (share,) = [share for share in door.variants(line.record.stix_id) if share.seq == line.seq + offset]
        assert [share.seq for share in door.with_bytes_of(share)] == [seq for seq, *_ in expected]
    for name in IDS:
        assert [share.seq - offset for share in door.variants(name)] == plain.variants(name)
        assert sorted(share.seq - offset for share in door.referring_to(name)) == plain.referring_to(name)
    loosest = {name: audience for name in IDS if (audience := plain.loosest_of(name)) is not None}
    assert door.strictest_of(IDS) == loosest
    known = [(hit.value, hit.how, hit.share.seq - offset) for hit in door.look_up([atom.value for atom in ATOMS])]
    expected = [(atom.value, "exact", seq) for atom in ATOMS for seq in plain.speaking_about(atom)]
    assert sorted(known) == sorted(expected)
    readable = {line.seq for line in plain.read}
    for share in door.latest(limit=50, only=Filter()).shares:
        assert door.get(share.ref) == share
        assert door.explain(share).decision.allowed
    for name, seq in zip(store()._parts.refs.names(range(offset + 1, offset + 30)), range(1, 30), strict=True):
        if seq in readable:
            assert door.get(name).seq == seq + offset
        else:
            with pytest.raises(NotFound):
                door.get(name)
