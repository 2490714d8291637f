"""Whatever organisations do to cases, nobody else comes to read more of what was there before: by an oracle of its own.

The oracle knows who sits in each case and to whom each entry went; rows and time lines must say the same.  Whoever
wrote something reads it for good, also after it left.
"""

import random
from datetime import timedelta

import pytest

import world as region
from mail_world import actor, now
from mitra.cases import operations, queries
from mitra.cases.facts import CASE, ENTRY, TASK
from mitra.community import operations as community
from mitra.community.models import Circle
from mitra.core.errors import InvalidInput, NotFound, NotPermitted, WrongState

pytestmark = pytest.mark.django_db
BODIES = ("cert-th", "cert-my", "cert-sg", "cert-vn")
REFUSALS = (InvalidInput, NotFound, NotPermitted, WrongState)
ACTS = 60
STEPS = (
    *("begin", "judge", "merge", "offer-merge", "accept-merge", "decline-merge", "offer-lead", "take-lead"),
    *("watch", "take-part", "number", "close", "reopen", "let-rest", "wake"),
)


class Room:
    """Cases that several organisations act on at random, and what an oracle knows of them."""

    def __init__(self, world, seed):
        self.world, self.random, self.now = world, random.Random(seed), now()
        self.members, self.asked, self.entries, self.tasks = {}, {}, {}, {}
        self.numbers, self.authors, self.done = {}, {}, []

    def act(self):
        """Let somebody do something; return who did."""
        by = self.random.choice(BODIES)
        name = self.random.choice(("open", *("write",) * 4, *("answer",) * 3, *("step",) * 5, "task", "seat", "amend"))
        self.now += timedelta(minutes=self.random.randrange(1, 90))
        try:
            getattr(self, f"_{name}")(by)
            self.done.append(name)
        except REFUSALS:
            pass
        return by

    def _case(self, by):
        return self.random.choice([case for case, inside in self.members.items() if by in inside] or [*self.members])

    def _open(self, by):
        invited = self.random.sample([body for body in BODIES if body != by], self.random.randrange(4))
        new = operations.NewCase(
            "ຄະດີ", "fraud/phishing", invited=tuple(self.world.organisations[body] for body in invited)
        )
        made = operations.open_case(new, by=actor(by), now=self.now)
        self.authors[made.stix_id] = by
        self.members[made.stix_id], self.asked[made.stix_id] = {by}, set(invited)
        self.numbers[made.stix_id] = made.number

    def _circle(self, case):
        return Circle.objects.get(purpose=self.numbers[case]).pk

    def _write(self, by):
        case, is_own = self._case(by), self.random.random() < 0.4
        new = operations.NewEntry(self.random.choice(("note", "fact", "request")), f"canary-{by}", is_own=is_own)
        number = operations.write_entry(case, new, by=actor(by), now=self.now)
        self.entries[number] = (case, by if is_own else "", by)

    def _amend(self, by):
        mine = [number for number, (_, _, author) in self.entries.items() if author == by]
        number = self.random.choice(mine or ["EN-AAAAA"])
        case, to, _ = self.entries.get(number, (self._case(by), "", by))
        if self.random.random() < 0.5:
            new = operations.NewEntry("note", f"canary-{by}", corrects=number)
            self.entries[operations.write_entry(case, new, by=actor(by), now=self.now)] = (case, to, by)
        else:
            operations.take_step(case, "take-back", {"entry": number, "why": "x"}, by=actor(by), now=self.now)
            del self.entries[number]

    def _answer(self, by):
        case = self.random.choice([case for case, asked in self.asked.items() if by in asked] or [*self.asked])
        accepts = self.random.random() < 0.8
        (community.accept if accepts else community.decline)(self._circle(case), by=actor(by), now=self.now)
        self.asked[case].discard(by)
        if accepts:
            self.members[case].add(by)

    def _step(self, by):
        case, other = self._case(by), self._case(by)
        word = self.random.choice(STEPS)
        to = actor(self.random.choice(BODIES)).organisation_stix_id
        said = {
            "why": "x",
            "severity": "3",
            "into": self.numbers[other],
            "to": to,
            "then": self.random.choice(("", "watch")),
            "resolution": "resolved",
            "number": f"{by}-1",
            "until": (self.now + timedelta(days=2)).isoformat(),
        }
        operations.take_step(case, word, said, by=actor(by), now=self.now)
        self.done.append(word)
        if word in {"merge", "accept-merge"}:
            self._note_asked()

    def _note_asked(self):
        """A merge asks those of the one case into the other; until they accept they read nothing of it."""
        for case in self.members:
            open_ones = Circle.objects.get(pk=self._circle(case)).invitations.filter(answer="")
            self.asked[case] = {line.organisation.slug for line in open_ones.select_related("organisation")}

    def _task(self, by):
        case = self._case(by)
        task = operations.set_task(case, operations.NewTask("ໜ້າວຽກ"), by=actor(by), now=self.now)
        self.tasks[task], self.authors[task] = case, by
        operations.take_task_step(task, "take", {}, by=actor(by), now=self.now)

    def _seat(self, by):
        case, other = self._case(by), self.random.choice(BODIES)
        if self.random.random() < 0.5:
            community.leave(self._circle(case), by=actor(by), now=self.now)
            self.members[case].discard(by)
        elif other in self.members[case]:
            community.remove_from_working(
                self._circle(case), self.world.organisations[other], by=actor(by), now=self.now
            )
            self.members[case].discard(other)
        else:
            operations.ask_in(case, [self.world.organisations[other]], by=actor(by), now=self.now)
            self.asked[case].add(other)

    def may_read(self, body):
        """What the oracle lets one organisation read: cases, numbers of entries, tasks."""
        inside = {case for case, members in self.members.items() if body in members}
        mine = {each for each, author in self.authors.items() if author == body}
        entries = {
            number for number, (case, to, by) in self.entries.items() if by == body or (not to and case in inside)
        }
        tasks = {task for task, case in self.tasks.items() if case in inside}
        return inside | (mine & self.members.keys()), entries, tasks | (mine & self.tasks.keys())

    def reads(self, body):
        """What the program lets it read: by rows, and by the pages of all its cases."""
        viewer = actor(body).viewer
        rows = {
            kind: {row.stix_id: row for row in kind.model.objects.visible_to(viewer, now=self.now)}
            for kind in (CASE, ENTRY, TASK)
        }
        mine = self.members.keys()
        entries = {row.number for row in rows[ENTRY].values() if row.sheet_ref in mine}
        return {*rows[CASE]} & mine, entries, {*rows[TASK]} & self.tasks.keys()

    def shown(self, body):
        """The numbers of the entries on the time lines of all its cases."""
        pages = (queries.get_case(case, actor(body), now=self.now, limit=500) for case in self.reads(body)[0])
        return {one.number for page in pages for one in page.said if one.number}


@pytest.mark.parametrize("seed", range(4))
def test_nobody_reads_more_of_what_was_there_by_what_another_does(empty_store, seed):
    room = Room(region.build(), seed)
    for body in BODIES[:3]:
        room._open(body)
    for _ in range(ACTS):
        before = {body: (room.reads(body), room.may_read(body)) for body in BODIES}
        known = {*room.members, *room.entries, *room.tasks}
        by = room.act()
        for body in BODIES:
            reads = room.reads(body)
            assert reads == room.may_read(body), (seed, body, room.done)
            if body != by:
                grown = {each for now_, then in zip(reads, before[body][0], strict=True) for each in now_ - then}
                assert not grown & known, (seed, by, body, room.done[-1])
    for body in BODIES:
        cases, entries, _ = room.reads(body)
        in_cases = {number for number in entries if room.entries[number][0] in cases}
        assert room.shown(body) == in_cases
    assert len(room.done) > ACTS / 5
