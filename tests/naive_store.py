"""The store as anybody would first write it: a list, and policy asked of every share at every question.

The oracle of the door.  It shares no code with the store but policy and the plain values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from mitra.core.policy.decide import ANYBODY, may_read
from mitra.core.policy.facts import Tlp
from mitra.core.stix.versions import VERSIONED_TYPES, version_key
from mitra.core.text.mentions import mention_asked, mentions_of
from mitra.core.text.tokens import query_of, tokens_of
from mitra.store.facts import RECORDS, State, Voice
from mitra.store.things.kinds import PREFIX


@dataclass
class Line:
    seq: int
    new: object
    by: int
    state: State = State.LIVE

    @property
    def record(self):
        return self.new.record

    @property
    def version(self):
        return version_key(self.record.modified) if self.record.type in VERSIONED_TYPES else ("", "")


@dataclass
class Arrival:
    """Lines that became readable later, for one organisation or for everybody, at positions of their own."""

    viewer: int | None
    places: dict[int, int]
    """Positions by line."""


class NaiveStore:
    def __init__(self):
        self.lines = []
        self.arrivals = []
        self.lifted = set()
        self.last = 0

    def accept(self, shares, by):
        """Return (outcome, reason) for each share."""
        live = {line.seq for line in self.lines if line.state == State.LIVE}
        replaced = set()
        outcomes = [self._accept(new, by, live, replaced) for new in shares]
        for seq in replaced:
            self.end(seq, State.SUPERSEDED)
        return outcomes

    def _accept(self, new, by, live, replaced):
        if new.under is not None and new.under not in live:
            return "refused", "under-ended"
        line = Line(self.last + 1, new, by)
        mine = [
            o
            for o in self.lines
            if o.by == by
            and o.state == State.LIVE
            and o.seq not in replaced
            and o.record.stix_id == new.record.stix_id
            and _where(o.new.audience) == _where(new.audience)
        ]
        same_version = [o for o in mine if o.version == line.version]
        if any(o.record.digest == new.record.digest and o.new.audience == new.audience for o in same_version):
            return "duplicate", "already-shared"
        others = [o for o in same_version if o.record.digest != new.record.digest]
        if others and line.record.type in VERSIONED_TYPES:
            return "refused", "version-rewritten"
        replaced.update(other.seq for other in others)
        self.lines.append(line)
        self.last += 1
        return "accepted", ""

    def end(self, seq, to):
        found = next(line for line in self.lines if line.seq == seq)
        if found.state != State.LIVE:
            return
        found.state = to
        for line in self.lines:
            if line.new.under == seq and line.state == State.LIVE:
                self.end(line.seq, to)

    def lift(self, now):
        """Let feeds see every embargo end that the clock has ended, one after the other."""
        ended = {o.new.audience for o in self.lines if _ends_by(o.new.audience.embargo_until, now)} - self.lifted
        firsts = {audience: min(o.seq for o in self.lines if o.new.audience == audience) for audience in ended}
        for audience in sorted(ended, key=lambda audience: (audience.embargo_until, firsts[audience])):
            self.lifted.add(audience)
            self._arrive(None, [o for o in self.lines if o.new.audience == audience])
        return len(ended)

    def grow(self, before, after, now):
        """Replay to one organisation what it reads in feeds now and did not before."""

        def reads(viewer, by, audience):
            return may_read(viewer, by, _in_feeds(audience, self.lifted), now=now).allowed

        def sponsor_of(viewer):
            return viewer.sponsor and viewer.sponsor.organisation

        gained, of_sponsor = [], []
        for line in self.lines:
            audience = line.new.audience
            if reads(before, ANYBODY, audience):
                continue
            if reads(after, ANYBODY, audience):
                gained.append(line)
            elif (
                line.by == sponsor_of(after)
                and reads(after, line.by, audience)
                and not (sponsor_of(before) == line.by and reads(before, line.by, audience))
            ):
                of_sponsor.append(line)
        for lines in (gained, of_sponsor):
            self._arrive(after.organisation, lines)
        return len(gained) + len(of_sponsor)

    def _arrive(self, viewer, lines):
        places = {line.seq: place for place, line in enumerate(lines, start=self.last + 1)}
        self.arrivals.append(Arrival(viewer, places))
        self.last += len(places)

    def place_of(self, line, viewer):
        """Return where a line stands in a viewer's feed."""
        if line.by == viewer.organisation:
            return line.seq
        covering = [o.places for o in self.arrivals if o.viewer in {None, viewer.organisation} and line.seq in o.places]
        return covering[-1][line.seq] if covering else line.seq

    def feed_of(self, viewer, now, only):
        """Return (position, line) of a viewer's feed, by trying every line at every place."""
        door = self.fed_to(viewer, now, self.lifted)
        placed = sorted((self.place_of(line, viewer), line.seq, line) for line in door.read)
        door.read = [line for _, _, line in placed]
        fed = set(door.feed(only))
        return [(place, line) for place, seq, line in placed if seq in fed]

    def visible_to(self, viewer, now):
        """Return what pages show: an embargo ends when the clock says so."""
        return self._door(viewer, now, lambda audience: audience)

    def fed_to(self, viewer, now, lifted=frozenset()):
        """Return what feeds give: an embargo ends when it is lifted."""
        return self._door(viewer, now, lambda audience: _in_feeds(audience, lifted))

    def found_by(self, viewer, now):
        """Return what a search looks among: records, of other rooms their things only, and nothing that is RED."""
        door = self._door(viewer, now, lambda audience: audience, rooms=None)
        door.read = [
            line
            for line in door.read
            if line.new.audience.tlp is not Tlp.RED
            and (line.new.audience.room == RECORDS or line.new.record.type.startswith(PREFIX))
        ]
        return door

    def _door(self, viewer, now, seen, rooms=(RECORDS,)):
        read = [
            line
            for line in self.lines
            if line.state == State.LIVE
            and (rooms is None or line.new.audience.room in rooms)
            and may_read(viewer, line.by, seen(line.new.audience), now=now).allowed
        ]
        return NaiveDoor(read, now)


class NaiveDoor:
    def __init__(self, read, now):
        self.read = read
        self.now = now

    def feed(self, only):
        """Return every share that passes, in order, each bytes once."""
        among = [line for line in self.read if self._among(line, only)]
        first = {}
        for line in among:
            first.setdefault(line.record.digest, line)
        return [line.seq for line in first.values() if self._passes(line, only, among)]

    def _among(self, line, only):
        audience = line.new.audience
        return (
            (not only.tlps or audience.tlp in only.tlps)
            and (not only.circles or audience.circles & only.circles)
            and (not only.by or line.by in only.by)
            and (only.embargo_ends_by is None or _ends_by(audience.embargo_until, only.embargo_ends_by))
        )

    def _passes(self, line, only, among):
        same_id = [
            o
            for o in among
            if o.record.stix_id == line.record.stix_id
            and o.new.voice <= line.new.voice
            and (o.record.created_by == line.record.created_by or o.by == line.by)
        ]
        if only.versions == "last" and any(o.version > line.version for o in same_id):
            return False
        if only.versions == "first" and any(o.version < line.version for o in same_id):
            return False
        if only.versions not in ("all", "last", "first") and version_key(line.record.modified) != version_key(
            only.versions
        ):
            return False
        return (
            (not only.types or line.record.type in only.types)
            and (not only.stix_ids or line.record.stix_id in only.stix_ids)
            and (not only.words or has_words(line, only.words))
        )

    def nearness(self, seq, text):
        """Return 0 where the title has the words, 1 where the record has them as they are asked for, else 2."""
        (line,) = [line for line in self.read if line.seq == seq]
        asked = mention_asked(text)
        if asked:
            return 0 if asked in mentions_of(line.record.title) else 1
        exact = {each.exact for each in query_of(text)}
        return 0 if exact <= title_tokens(line) else 1 if exact <= all_tokens(line) else 2

    def served_at(self, seq):
        digest = next(line.record.digest for line in self.read if line.seq == seq)
        return min(line.new.audience.tlp for line in self.read if line.record.digest == digest)

    def tallies(self):
        counted = {}
        for line in self.read:
            place = (line.record.type, int(line.new.audience.tlp))
            counted[place] = counted.get(place, 0) + 1
        return counted

    def variants(self, stix_id):
        of_id = [line for line in self.read if line.record.stix_id == stix_id]
        by_record = {}
        for line in of_id:
            by_record.setdefault(line.record.digest, []).append(line)

        def weight(lines):
            return min(o.new.voice for o in lines), -len({o.by for o in lines}), min(o.seq for o in lines)

        named = [(o.seq, o.record.created_by) for o in of_id if o.record.created_by]
        author = min(named)[1] if named else ""

        def voice(lines):
            mine = min(o.new.voice for o in lines)
            return max(mine, Voice.OTHER) if lines[0].record.created_by != author else mine

        ranked = sorted(by_record.values(), key=weight)
        ranked.sort(key=lambda lines: lines[0].version, reverse=True)
        ranked.sort(key=voice)
        return [o.seq for lines in ranked for o in sorted(lines, key=lambda o: (o.new.audience.tlp, o.seq))]

    def with_digest(self, digest):
        return [line for line in self.read if line.record.digest == digest]

    def referring_to(self, stix_id):
        first = {}
        for line in self.read:
            if stix_id in line.record.refs:
                first.setdefault(line.record.digest, line.seq)
        return sorted(first.values())

    def loosest_of(self, stix_id):
        of_id = [line for line in self.read if line.record.stix_id == stix_id]

        def weight(line):
            end = line.new.audience.embargo_until
            return end is not None and self.now < end, line.new.audience.tlp, line.seq

        return min(of_id, key=weight).new.audience if of_id else None

    def speaking_about(self, atom):
        return [line.seq for line in self.read if atom in line.record.atoms]


def _in_feeds(audience, lifted):
    if audience.embargo_until is None or audience in lifted:
        return replace(audience, embargo_until=None)
    return replace(audience, embargo_until=datetime.max.replace(tzinfo=UTC))


def _where(audience):
    """Return what one wording of a version binds: its realm, and of RED its named persons."""
    return audience.realm, audience if audience.tlp is Tlp.RED else None


def _ends_by(end, until):
    return end is not None and end <= until


def has_words(line, text):
    """Whether every word asked for stands in the title or the description, as written or without its marks.

    An address that is asked for must be mentioned whole.
    """
    if line.new.audience.tlp is Tlp.RED:
        return False
    asked = mention_asked(text)
    if asked:
        return asked in mentions_of(line.record.title) | mentions_of(description(line))
    there, wanted = all_tokens(line), query_of(text)
    return bool(wanted) and all(each.exact in there or each.folded in there for each in wanted)


def title_tokens(line):
    return set(tokens_of(line.record.title))


def all_tokens(line):
    return title_tokens(line) | set(tokens_of(description(line)))


def description(line):
    return orjson.loads(line.record.raw)["description"]
