"""The no-oracle walk: every door, every viewer, and what this viewer may not read is nowhere.

Two questions of each answer: does it hold a canary that this viewer may not know, and does it differ from the answer
about a twin that is nowhere at all?  What stands in both answers because the walker typed it is taken out first.
"""

import re
import secrets
import string
import uuid
from dataclasses import replace
from html import unescape
from urllib.parse import quote, quote_plus

import pytest
from django.test import Client

import world as region
from asking import MACHINE, PAGE, PUBLIC, Target
from doors import DOORS

CHANGING = (
    re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"'),
    re.compile(rb'name="reviewed" value="[^"]+"'),
    re.compile(rb"<time[^>]*>[^<]*</time>"),
    re.compile(rb'"request_timestamp":"[^"]+"'),
    re.compile(rb'"id":"(note--|bundle--|x-mitra-board-notice--|x-mitra-case--)?[0-9a-f-]{36}"'),
    re.compile(rb"\d\d:\d\d(:\d\d(\.\d+)?)?"),
    re.compile(rb'"ref":"[A-Za-z0-9_-]{22}","line"'),  # of a share that the asker made itself
    re.compile(rb'"size_bytes":\d+'),
    re.compile(rb'"id":"[0-9a-f]{32}"'),  # of a file that the asker sent itself
    re.compile(rb'"number":"[A-Z]{2,4}-[0-9A-Z]{5}"'),  # of a case that the asker opened itself
    re.compile(rb'"version":"[0-9a-f]{64}"'),  # the digest of the asker's own words
)
OWN_NEW_RECORD = re.compile(
    r"/(exchange/records/[A-Za-z0-9_-]{22}|(board|cases)/x-mitra-(board-notice|case)--[0-9a-f-]{36})$"
)
"""Where a share leads its author: a public ref that is drawn for it, or a new thing's id."""

HEADERS = (
    "Content-Type",
    "Location",
    "WWW-Authenticate",
    "X-TAXII-Date-Added-First",
    "X-TAXII-Date-Added-Last",
    "Cache-Control",
)


class Walker:
    """One viewer with a browser and, where it has one, a credential."""

    def __init__(self, name, world):
        self.name = name
        self.browser = Client()
        self.asked = set()
        self.twins = {}
        """One twin for each thing, so that what a walker does at one door happened to both before the next."""
        self.is_signed_in = name in world.people
        if self.is_signed_in:
            from mitra.community.models import Person

            self.browser.force_login(Person.objects.get(email=world.people[name]))
        token = world.tokens.get(name)
        self.machine = Client(headers={"Authorization": f"Bearer {token}"} if token else {})

    def ask(self, door, ask, *, changes=False):
        """Return the answer to one request."""
        client = self.machine if door.kind == MACHINE else self.browser
        accept = "application/taxii+json;version=2.1" if door.kind == MACHINE else "text/html"
        how = {"headers": {"Accept": accept}}
        if ask.content_type:
            how["content_type"] = ask.content_type
        response = getattr(client, ask.method.lower())(ask.path, ask.data or {}, **how)
        response.whole = b"".join(response.streaming_content) if response.streaming else response.content
        if changes:
            self.browser.get("/")  # what a page says once, about the last act, is said here
        return response


def walkers(world):
    return [Walker(name, world) for name in ("public", *sorted({*world.people, *world.tokens}))]


def typed_in(ask, target):
    """Return those words of a target that its asker typed into this request."""
    sent = f"{ask.path} {ask.data}"
    return {word for word in target.words().values() if word in sent}


def shape(response, typed):
    """Return what an answer comes to, without what its asker typed and what changes with the second."""
    body = response.whole
    for word in sorted(typed, key=len, reverse=True):
        for spelling in {word, quote(word), quote_plus(word), quote(word, safe=""), defanged(word)}:
            body = body.replace(spelling.encode(), b"*")
    for pattern in CHANGING:
        body = pattern.sub(b"*", body)
    headers = {name: OWN_NEW_RECORD.sub("*", response.headers.get(name, "")) for name in HEADERS}
    for word in typed:
        headers = {name: text.replace(word, "*").replace(quote(word), "*") for name, text in headers.items()}
    return response.status_code, headers, body


def defanged(word):
    return word.replace(".", "<i>[.]</i>")


def twin_of(target):
    """Return a target of the same form that is nowhere."""
    word = "canary-" + "".join(secrets.choice(string.ascii_lowercase) for _ in target.word[7:])
    stix_id = f"indicator--{uuid.uuid4()}"
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))
    value = f"{letters}.canary.example" if target.value.endswith("example") else target.value
    return replace(
        target,
        ref=secrets.token_urlsafe(16),
        stix_id=stix_id,
        value=value,
        word=word,
        held=str(uuid.uuid4()),
        person=secrets.token_urlsafe(12)[: len(target.person)],
        credential=secrets.token_urlsafe(12)[: len(target.credential)],
        slug="nowhere",
        thing=f"x-mitra-board-notice--{uuid.uuid4()}",
        case=f"x-mitra-case--{uuid.uuid4()}",
        number="BD-9ZZZ" if target.number.startswith("BD") else "MY-9ZZZZ",
        circle="wk-nwhere",
        entry=f"x-mitra-entry--{uuid.uuid4()}",
        letter=secrets.token_hex(8),
        task=f"x-mitra-task--{uuid.uuid4()}",
        object={
            **target.object,
            "id": stix_id,
            "name": word,
            "pattern": str(target.object["pattern"]).replace(target.value, value),
        },
    )


def target_of(secret, world, walker):
    of = "cert-vn" if world.home_of(walker.name) == "cert-my" else "cert-my"
    stranger = world.strangers[of]
    hung, case, entry, letter, task = (
        one_of(secret, [one for one in things if not reads_notice(walker, one, world)])
        for things in (world.notices, world.cases[::2], world.cases[1::2], world.letters, world.tasks)
    )
    return Target(
        ref=secret.ref,
        stix_id=secret.stix_id,
        value=secret.value,
        word=secret.word,
        object=secret.object,
        held=world.held if of == "cert-my" else str(uuid.uuid4()),
        person=stranger.person,
        credential=stranger.credential,
        slug=of,
        thing=hung.stix_id,
        circle=one_of(secret, hidden_circles(walker, world)),
        case=case.stix_id,
        number=one_of(secret, [hung, case]).number,
        entry=entry.stix_id,
        letter=letter.stix_id,
        task=task.stix_id,
    )


def one_of(secret, candidates):
    """Return one of several, another for other secrets."""
    return candidates[sum(secret.key.encode()) % len(candidates)]


def reads_notice(walker, notice, world):
    """Whether a walker may read a notice: in a place where it is read, holding the room."""
    return world.place_of(walker.name) in notice.homes and walker.name not in {"th-without-room", "suspended"}


def hidden_circles(walker, world):
    """Return the working circles of which a walker knows nothing."""
    return [slug for slug, places in world.working.items() if world.place_of(walker.name) not in places]


@pytest.fixture
def world(empty_store):
    return region.build()


def leaks(walker, response, world, *, typed):
    """Return the canaries in an answer that this viewer may not know and did not type itself."""
    body = unescape(response.whole.decode("utf-8", "replace")) + str(response.headers)
    refanged = body.replace("<i>[.]</i>", ".")
    hidden = [secret for secret in (*world.secrets.values(), *world.withdrawn) if walker.name not in secret.readers]
    found = {
        word
        for secret in hidden
        for word in (secret.word, secret.value, secret.stix_id, secret.ref)
        if word in refanged
    }
    notices = [
        one
        for one in (*world.notices, *world.cases, *world.tasks, *world.letters)
        if not reads_notice(walker, one, world)
    ]
    found |= {word for one in notices for word in (one.word, one.stix_id, one.number) if word in refanged}
    found |= {slug for slug in hidden_circles(walker, world) if slug in refanged}
    return found - typed


@pytest.mark.parametrize("kind", [PAGE, PUBLIC, MACHINE])
def test_nothing_hidden_shows_or_differs_on_reading(world, kind):
    faults = []
    for walker in walkers(world):
        hidden = [one for one in (*world.secrets.values(), *world.withdrawn) if walker.name not in one.readers]
        for door in (door for door in DOORS if door.kind == kind):
            for secret in hidden if door.name in ASKED_ABOUT_EACH else hidden[::3]:
                faults += compare(walker, door, target_of(secret, world, walker), world, changes=False)
    assert faults == []


def compare(walker, door, target, world, *, changes):
    """Ask a door about a hidden thing and about its twin; return what gave something away."""
    faults = []
    twin = walker.twins.setdefault(target.stix_id, twin_of(target))
    for ask, twin_ask in zip(door.asks(target), door.asks(twin), strict=True):
        if ask.changes != changes:
            continue
        if ask == twin_ask and (walker.name, ask.path) in walker.asked:
            continue
        walker.asked.add((walker.name, ask.path))
        typed = typed_in(ask, target)
        answer, other = (walker.ask(door, one, changes=changes) for one in (ask, twin_ask))
        found = leaks(walker, answer, world, typed=typed)
        if found:
            faults.append(f"{walker.name} {ask.method} {ask.path}: shows {sorted(found)}")
        seen, nowhere = shape(answer, typed), shape(other, typed_in(twin_ask, twin))
        if seen != nowhere:
            faults.append(f"{walker.name} {ask.method} {ask.path}: {seen} differs from {nowhere}")
    return faults


ASKED_ABOUT_EACH = {"exchange:record", "exchange:lookup", "taxii:object", "taxii:objects"}
"""Doors where every hidden thing is tried; at the others every third, so each viewer still meets each door."""

WRITTEN = ("strict", "own", "embargoed", "red")
"""What is written again, beside what is withdrawn and held: with a creator and without, for circles and for persons."""

WRITERS = ("cert-th", "bank-b", "press", "guest", "suspended", "th-in-drill", "th-without-room", "public")


def test_writing_what_is_hidden_answers_as_writing_what_is_nowhere(world):
    faults = []
    for walker in (one for one in walkers(world) if one.name in WRITERS):
        written = [world.secrets[key] for key in WRITTEN]
        hidden = [one for one in (*written, *world.withdrawn) if walker.name not in one.readers]
        for door in DOORS:
            for secret in hidden:
                faults += compare(walker, door, target_of(secret, world, walker), world, changes=True)
    assert faults == []
