"""The store as anybody would first write it: a list, and policy asked of every share at every question.

The oracle of the door.  It shares no code with the store but policy and the plain values.
"""

from __future__ import annotations

from dataclasses import dataclass

from mitra.core.policy.decide import may_read
from mitra.core.policy.facts import Tlp
from mitra.core.stix.versions import VERSIONED_TYPES, version_key
from mitra.store.facts import State, Voice


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


class NaiveStore:
    def __init__(self):
        self.lines = []

    def accept(self, shares, by):
        """Return (outcome, reason) for each share."""
        live = {line.seq for line in self.lines if line.state == State.LIVE}
        return [self._accept(new, by, live) for new in shares]

    def _accept(self, new, by, live):
        if new.under is not None and new.under not in live:
            return "refused", "under-ended"
        line = Line(len(self.lines) + 1, new, by)
        mine = [
            o
            for o in self.lines
            if o.by == by
            and o.state == State.LIVE
            and o.record.stix_id == new.record.stix_id
            and _where(o.new.audience) == _where(new.audience)
        ]
        same_version = [o for o in mine if o.version == line.version]
        if any(o.record.digest == new.record.digest and o.new.audience == new.audience for o in same_version):
            return "duplicate", "already-shared"
        others = [o for o in same_version if o.record.digest != new.record.digest]
        if others and line.record.type in VERSIONED_TYPES:
            return "refused", "version-rewritten"
        for other in others:
            self.end(other.seq, State.SUPERSEDED)
        self.lines.append(line)
        return "accepted", ""

    def end(self, seq, to):
        found = next(line for line in self.lines if line.seq == seq)
        if found.state != State.LIVE:
            return
        found.state = to
        for line in self.lines:
            if line.new.under == seq and line.state == State.LIVE:
                self.end(line.seq, to)

    def visible_to(self, viewer, now):
        read = [
            line
            for line in self.lines
            if line.state == State.LIVE and may_read(viewer, line.by, line.new.audience, now=now).allowed
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
            and only.words.casefold() in line.record.title.casefold()
        )

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
        return [line.seq for line in self.read if line.record.digest == digest]

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


def _where(audience):
    """Return what one wording of a version binds: its realm, and of RED its named persons."""
    return audience.realm, audience if audience.tlp is Tlp.RED else None


def _ends_by(end, until):
    return end is not None and end <= until
