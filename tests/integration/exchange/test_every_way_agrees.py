"""Whatever way somebody asks — list, search, count, page, paper, REST, export — the answer is what policy lets it read.

Each seed is another community: circles that change after the sharing, records and notices of every level but RED, some
held back for a day, some taken back.  The oracle asks policy about every share and knows no index.
"""

import random
import re
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.test import Client
from sharing_world import actor, person

from board.facts import NOTICE, Notice
from exchange_node import indicator, make_node, record_of
from mitra.community import operations as community
from mitra.community import queries, things
from mitra.community.facts import NewCircle, NewCredential
from mitra.community.models import Person
from mitra.core.policy.decide import may_read
from mitra.core.policy.facts import Audience, Tlp
from mitra.exchange import operations
from mitra.store.doors import store
from mitra.store.facts import NewShare
from mitra.store.things.releasing import release
from mitra.store.things.releasing import withdraw as take_back
from mitra.store.words.indexing import index_words

pytestmark = pytest.mark.django_db
BODIES = ("centre", "cert-th", "cert-kh", "cert-vn", "newcomer")
LEVELS = (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT)
WORD = "ຕົວຊີ້ບອກ"
NAMED = re.compile(WORD + r" (\d{3})")
COUNTED = re.compile(r"id=\"answer\">(\d+) ")
FURTHER = re.compile(r'href="(\?[^"]*)" rel="next"')
RECORDS, NOTICES = 70, 20


class Community:
    """A node whose circles and shares one seed draws, and what policy is to say of each."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.node, self.now = make_node(), datetime.now(UTC)
        circles = [self._circle(number) for number in range(3)]
        self.records, self.notices = {}, {}
        for number in range(RECORDS):
            self._record(number)
        for number in range(RECORDS, RECORDS + NOTICES):
            self._notice(number)
        for name in self.draw.sample(sorted(self.records), 8):
            by, _ = self.records.pop(name)
            operations.withdraw(actor(by), self.refs_of(by)[name], reason="ຜິດ", now=datetime.now(UTC))
        for name in self.draw.sample(sorted(self.notices), 4):
            by, _, stix_id = self.notices.pop(name)
            take_back(NOTICE, stix_id, things.hand_of(actor(by), now=datetime.now(UTC)))
        for circle in circles:
            self._change(circle)
        index_words()
        self.tokens = {}
        for slug in BODIES:
            new = NewCredential(slug, ("exchange:read", "board:read"))
            self.tokens[slug] = community.make_credential(new, by=actor(slug), now=self.now).token

    def _circle(self, number):
        members = tuple(self.node.organisations[slug] for slug in self.draw.sample(BODIES[:4], self.draw.randint(1, 3)))
        new = NewCircle(f"circle-{number}", f"ວົງ {number}", members=members)
        self.node.circles[new.slug] = community.make_circle(new, by=actor("centre"), now=self.now).id
        return new.slug

    def _change(self, slug):
        """Take one body out of a circle, or put one in."""
        body, centre = self.draw.choice(BODIES[:4]), actor("centre")
        is_in = self.node.circles[slug] in self.circles_of(body)
        change = community.remove_member if is_in else community.add_member
        change(self.node.circles[slug], organisation=self.node.organisations[body], by=centre, now=self.now)

    def circles_of(self, slug):
        return actor(slug).viewer.standing_circles

    def _audience(self, by, room):
        own = sorted(self.circles_of(by))
        tlp = self.draw.choice(LEVELS if own else (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER_STRICT))
        circles = self.draw.sample(own, self.draw.randint(1, len(own))) if own and tlp >= Tlp.AMBER else []
        until = self.now + timedelta(days=1) if self.draw.random() < 0.15 else None
        return Audience(tlp, frozenset(circles), room=room, embargo_until=until)

    def _record(self, number):
        by = self.draw.choice(BODIES)
        to, name = self._audience(by, "exchange"), f"{WORD} {number:03}"
        share = NewShare(record_of(indicator(number, name=name)), to)
        organisation = self.node.organisations[by]
        store().accept_batch([share], kind="exchange.shared", by=organisation, now=datetime.now(UTC))
        self.records[name] = by, to

    def _notice(self, number):
        by = self.draw.choice(BODIES[:4])
        to, name = self._audience(by, "board"), f"{WORD} {number:03}"
        made = release(NOTICE, Notice(name, "ຄຳ"), to, things.hand_of(actor(by), now=self.now))
        self.notices[name] = by, to, made.stix_id

    def readable(self, viewer, kind):
        """Return the names of what policy lets a viewer read."""
        return {
            name
            for name, (by, to, *_) in getattr(self, kind).items()
            if may_read(viewer, self.node.organisations[by], to, now=datetime.now(UTC)).allowed
        }

    def refs_of(self, slug):
        """Return name → ref of what a body itself shared and may still read."""
        items, _ = pages_of(self.node.tokens[slug], "records?limit=50")
        return {record["title"]: record["ref"] for record in items if record["is_own"]}


def asked(token, path):
    answer = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.content
    return answer


def pages_of(token, path):
    """Return the items of every page, and how many the last of them says there are."""
    items, cursor = [], ""
    while cursor is not None:
        page = asked(token, f"{path}&cursor={cursor}").json()
        items += page["items"]
        cursor = page["next"]
    return items, page["total"]


def names_on(client, address):
    """Return the names on every page of a list, and the number in the heading of the first."""
    names, counted, path = set(), None, address.partition("?")[0]
    while address:
        answer = client.get(address)
        html = answer.content.decode()
        assert answer.status_code == 200, html
        counted = int(COUNTED.search(html)[1]) if counted is None else counted
        names |= {f"{WORD} {number}" for number in NAMED.findall(html)}
        further = FURTHER.search(html)
        address = path + further[1].replace("&amp;", "&") if further else ""
    return names, counted


@pytest.fixture(params=[1, 2, 3])
def region(request, empty_store):
    return Community(request.param)


def test_pages_counts_and_paper_show_a_person_what_policy_lets_it_read(region):
    for slug in BODIES:
        who, client = person(slug), Client()
        client.force_login(Person.objects.get(pk=who.person))
        records, notices = region.readable(who.viewer, "records"), region.readable(who.viewer, "notices")
        assert names_on(client, "/exchange/records") == (records, len(records))
        assert names_on(client, f"/exchange/records?words={WORD}") == (records, len(records))
        assert names_on(client, f"/exchange/lookup?q={WORD}") == (records | notices, len(records | notices))
        assert {f"{WORD} {number}" for number in NAMED.findall(client.get("/board/").content.decode())} == notices
        for name, (by, _) in region.draw.sample(sorted(region.records.items()), 6):
            ref = region.refs_of(by)[name]
            answers = [client.get(f"/exchange/records/{ref}{way}").status_code for way in ("", "/raw", "/print")]
            assert answers == [200 if name in records else 404] * 3


def test_rest_and_export_give_a_machine_what_policy_lets_it_read(region):
    for token in region.tokens.values():
        viewer = queries.actor_of_token(token, now=datetime.now(UTC)).viewer
        records, notices = region.readable(viewer, "records"), region.readable(viewer, "notices")
        for path, names in (
            ("records?limit=7", records),
            (f"records?limit=7&words={WORD}", records),
            (f"search?limit=7&words={WORD}", records | notices),
        ):
            items, total = pages_of(token, path)
            assert {item["title"] for item in items} == names
            assert (len(items), total) == (len(names), {"value": len(names), "is_exact": True})
        lines = b"".join(asked(token, "export?type=indicator").streaming_content).splitlines()
        assert sorted(orjson.loads(line)["object"]["name"] for line in lines) == sorted(records)
        items = asked(token, "board/notices?limit=100").json()["items"]
        assert {item["facts"]["heading"] for item in items} == notices
