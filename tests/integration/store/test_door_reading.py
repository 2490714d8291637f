"""What the door promises beyond the naive store's answers: positions, dates, embargoes, rights that change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mitra.core.errors import NotFound
from mitra.core.policy.facts import PUBLIC, Audience, Standing, Tlp
from mitra.store.facts import Filter, Voice
from mitra.store.readable import SightMemory
from mitra.store.words.indexing import index_words
from store_world import (
    AMBER,
    CLEAR,
    ELSEWHERE,
    GREEN,
    NOW,
    WAYS,
    accept,
    fed,
    go,
    member,
    record,
    seqs,
    share,
    stix_id,
)

EVERYTHING = Filter()


def read(store, viewer, now=NOW, only=EVERYTHING):
    return fed(store.visible_to(viewer, now=now), limit=1_000, only=only)


def on_pages(store, viewer, now):
    return seqs(store.visible_to(viewer, now=now).latest(limit=1_000, only=EVERYTHING))


def test_an_embargo_ends_by_itself_on_pages_and_with_its_arrival_in_feeds(store):
    ends = NOW + timedelta(hours=1)
    accept(store, share(record(1), Audience(Tlp.CLEAR, embargo_until=ends)), by=1)
    moments = [NOW, ends - timedelta(microseconds=1), ends, NOW, ends + timedelta(days=1)]
    assert [len(on_pages(store, PUBLIC, moment)) for moment in moments] == [0, 0, 1, 0, 1]
    assert [len(on_pages(store, member(1), moment)) for moment in moments] == [1] * 5
    assert [len(read(store, PUBLIC, now=moment)) for moment in moments] == [0] * 5
    assert [store.lift_embargoes(now=moment) for moment in moments] == [0, 0, 1, 0, 0]
    assert [len(read(store, viewer, now=ends)) for viewer in (PUBLIC, member(1))] == [1, 1]


def test_a_first_share_to_an_audience_is_read_at_once(store):
    viewer = member(2, 1)
    assert read(store, viewer) == []
    accept(store, share(record(1), AMBER), by=1)
    assert len(read(store, viewer)) == 1
    accept(store, share(record(2), ELSEWHERE), by=1)
    assert len(read(store, viewer)) == 1
    accept(store, share(record(3), ELSEWHERE), by=2)
    assert len(read(store, viewer)) == 2


def test_rights_are_the_viewers_of_this_question(store):
    accept(store, share(record(1), AMBER), share(record(2), CLEAR), by=1)
    insider = member(2, 1)
    assert len(read(store, insider)) == 2
    assert len(read(store, replace(insider, standing=Standing.SUSPENDED))) == 1
    assert len(read(store, replace(insider, rooms=frozenset()))) == 1
    assert len(read(store, replace(insider, realm=1))) == 0
    assert len(read(store, insider)) == 2


def test_red_is_read_by_its_persons_alone(store):
    accept(store, share(record(1), Audience(Tlp.RED, frozenset({5}))), by=1)
    person = member(1, 5, person=3, person_circles=frozenset({5}))
    assert len(read(store, person)) == 1
    others = [member(1), replace(person, is_machine=True), replace(person, person=None), member(2, 5), PUBLIC]
    assert [len(read(store, viewer)) for viewer in others] == [0] * 5


def test_an_owners_named_person_reads_its_red_under_an_embargo_and_a_colleague_does_not(store):
    audience = Audience(Tlp.RED, frozenset({5}), embargo_until=NOW + timedelta(hours=1))
    accept(store, share(record(1), audience), by=1)
    named = member(1, 5, person=3, person_circles=frozenset({5}))
    viewers = [named, member(1, person=4), member(2, 5, person=9, person_circles=frozenset({5}))]
    assert [len(on_pages(store, viewer, NOW)) for viewer in viewers] == [1, 0, 0]


def test_dates_are_positions_too(store):
    accept(store, *(share(record(number)) for number in range(20)))
    accept(store, *(share(record(number)) for number in range(20, 30)))
    everything = read(store, member(2))
    for at, one in enumerate(everything):
        later = read(store, member(2), only=Filter(added_after=one.at))
        assert seqs(later) == seqs(everything[at + 1 :])
    door = store.visible_to(member(2), now=NOW)
    floored = everything[19].at.replace(microsecond=everything[19].at.microsecond // 1_000 * 1_000)
    assert door.count(Filter(added_after=floored)) == 10
    assert seqs(door.latest(limit=3, only=Filter(added_after=everything[26].at))) == seqs(everything[:-4:-1])


@pytest.mark.parametrize("size", [1, 7, 64, 1_000])
@pytest.mark.parametrize("way", WAYS)
def test_pages_put_together_are_one_page(store, monkeypatch, size, way):
    go(way, monkeypatch)
    for batch in range(4):
        audiences = (AMBER, ELSEWHERE, ELSEWHERE, CLEAR, AMBER)
        accept(store, *(share(record(100 * batch + at), audiences[at % 5]) for at in range(60)), by=1 + batch % 2)
    for viewer, only in ((member(9, 1), EVERYTHING), (PUBLIC, EVERYTHING), (member(9, 1), Filter(by=frozenset({2})))):
        door = store.visible_to(viewer, now=NOW)
        whole = seqs(door.feed(limit=1_000, only=only))
        found, after, before, backwards = [], 0, None, []
        while (page := door.feed(after=after, limit=size, only=only)).rows:
            found += seqs(page)
            after = found[-1]
            assert page.more == (len(found) < len(whole))
        while (page := door.latest(before=before, limit=size, only=only)).shares:
            backwards += seqs(page)
            before = backwards[-1]
        assert found == backwards[::-1] == whole
        assert len(whole) in (144, 48, 72)


def test_names_lead_to_shares_and_nothing_else_does(store):
    accept(store, share(record(1), AMBER), by=1)
    (mine,) = read(store, member(1, 1))
    assert store.visible_to(member(2, 1), now=NOW).get(mine.ref) == mine
    outside = store.visible_to(member(2), now=NOW)
    answers = set()
    for name in (mine.ref, "A" * 22, "", "ชื่อ", str(mine.seq), mine.ref + "A", mine.ref[:-1]):
        with pytest.raises(NotFound) as refused:
            outside.get(name)
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_the_creators_words_come_first_and_its_latest_first_of_all(store):
    versions = [f"2026-0{month}-01T00:00:00.000Z" for month in range(1, 6)]
    for by, version, voice in (
        (3, 4, Voice.OTHER),
        (1, 1, Voice.CREATOR),
        (4, 3, Voice.SHIPPED),
        (1, 2, Voice.CREATOR),
        (5, 0, Voice.OTHER),
    ):
        accept(store, share(record(1, version=versions[version], words=str(by)), CLEAR, voice=voice), by=by)
    found = store.visible_to(PUBLIC, now=NOW).variants(stix_id(1))
    assert [(one.by, versions.index(one.modified)) for one in found] == [(1, 2), (1, 1), (4, 3), (3, 4), (5, 0)]
    assert [one.by for one in store.visible_to(PUBLIC, now=NOW).variants(stix_id(1), limit=2)] == [1, 1]
    last = read(store, PUBLIC, only=Filter(versions="last"))
    assert [(one.by, versions.index(one.modified)) for one in last] == [(3, 4), (4, 3), (1, 2)]


def test_a_version_that_comes_later_replaces_what_was_there_alone(store):
    versions = [record(1, version=f"2026-0{month}-01T00:00:00.000Z") for month in range(1, 4)]
    for version in (versions[1], versions[2], versions[0]):
        accept(store, share(version, CLEAR))
    found = {which: read(store, PUBLIC, only=Filter(versions=which)) for which in ("last", "first")}
    assert {which: [one.modified for one in shares] for which, shares in found.items()} == {
        "last": [versions[2].modified],
        "first": [versions[0].modified],
    }


def test_of_one_version_the_wording_that_most_shared_comes_first(store):
    for by, words in ((1, "a"), (2, "b"), (3, "b")):
        accept(store, share(record(1, words=words), CLEAR), by=by)
    found = store.visible_to(PUBLIC, now=NOW).variants(stix_id(1))
    assert [one.by for one in found] == [2, 3, 1]


def test_bytes_are_served_at_the_loosest_level_that_one_may_read(store):
    accept(store, share(record(1), AMBER), by=1)
    accept(store, share(record(1), GREEN), by=2)
    accept(store, share(record(1), CLEAR), by=3)
    (one,) = read(store, member(9, 1))
    assert (one.by, one.audience, one.tlp) == (1, AMBER, Tlp.CLEAR)
    (of_circle,) = read(store, member(9, 1), only=Filter(circles=frozenset({1})))
    assert (of_circle.by, of_circle.tlp) == (1, Tlp.CLEAR)
    (public,) = read(store, PUBLIC)
    assert (public.by, public.tlp) == (3, Tlp.CLEAR)


def test_a_reader_on_its_way_does_not_step_over_a_first_share_to_an_audience(store, monkeypatch):
    accept(store, share(record(1), CLEAR), by=1)
    door = store.visible_to(member(2, 1), now=NOW)
    find = SightMemory.find

    def find_while_another_commits(memory, *asked):
        monkeypatch.undo()
        found = find(memory, *asked)
        accept(store, share(record(2), AMBER), share(record(3), CLEAR), by=1)
        return found

    monkeypatch.setattr(SightMemory, "find", find_while_another_commits)
    first = door.feed(limit=9, only=EVERYTHING)
    rest = door.feed(after=first.rows[-1].position, limit=9, only=EVERYTHING)
    assert [row.stix_id for row in (*first.rows, *rest.rows)] == [stix_id(1), stix_id(2), stix_id(3)]


def test_words_are_found_without_case_in_any_script(store):
    titles = ["Chiến dịch LỪA ĐẢO", "ฟิชชิงธนาคาร", "การฟิชชิง", "ဖစ်ရှင်း", ""]
    accept(store, *(share(record(at, title=title), CLEAR) for at, title in enumerate(titles)))
    index_words()
    door = store.visible_to(PUBLIC, now=NOW)
    found = {words: door.count(Filter(words=words)) for words in ("lừa đảo", "ฟิชชิง", "ဖစ်", "%", "_")}
    assert found == {"lừa đảo": 1, "ฟิชชิง": 2, "ဖစ်": 1, "%": 0, "_": 0}
    decomposed = "lừa"
    assert door.count(Filter(words=decomposed)) == 1


def test_many_things_are_asked_in_runs(store):
    accept(store, *(share(record(number, kind="domain-name", version=""), CLEAR) for number in range(900)))
    door = store.visible_to(PUBLIC, now=NOW)
    ids = [stix_id(number, "domain-name") for number in range(1_000)]
    assert len(door.strictest_of(ids)) == 900
    assert len(door.holdings(record(number, kind="domain-name", version="") for number in range(1_000))) == 900
    assert len(read(store, PUBLIC, only=Filter(stix_ids=frozenset(ids)))) == 900


def test_what_is_under_embargo_is_stricter_than_what_is_not(store):
    embargoed = Audience(Tlp.CLEAR, embargo_until=NOW + timedelta(hours=1))
    accept(store, share(record(1), embargoed), share(record(1), GREEN), by=1)
    assert store.visible_to(member(1), now=NOW).strictest_of([stix_id(1)]) == {stix_id(1): GREEN}
