"""A small region with secrets in it: the members, their circles, and one canary in each thing that is shared.

Built through public operations only.  Each `Secret` carries a word that stands nowhere else (its title, its value, its
STIX id), so that a leak is found by searching what a door answered for words that this viewer may not know.
"""

from __future__ import annotations

import io
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import orjson

from mitra.cases import operations as cases
from mitra.cases import queries as queries_of_cases
from mitra.cases.facts import ENTRY
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.community import things
from mitra.community.facts import EXCHANGE_READ, EXCHANGE_SHARE, NewCircle, NewCredential, NewOrganisation, NewPerson
from mitra.core.policy.facts import Standing, Tlp
from mitra.exchange import operations as exchange
from mitra.exchange.facts import Terms
from mitra.messages import queries as inboxes
from mitra.messages.operations import letters as mails
from mitra.store.things.releasing import release
from mitra.store.things.threads import contribute
from mitra.store.words.indexing import index_words

PASSWORD = "ຄວາມລັບ-correct-horse-9"
NAMESPACE = uuid.UUID("5f0d2f8e-7d0a-4d27-9d0b-3f7f4d1c2a11")
STATES = ("th", "vn", "my", "sg")
BODIES = ("cert-th", "cert-vn", "cert-my", "cert-sg", "police-th", "bank-a", "bank-b", "press", "guest", "suspended")
"""The organisations that have one analyst and one credential each."""

IN_DRILL = "th-in-drill"
"""Who of cert-th takes part in an exercise."""

SCOPES = (EXCHANGE_READ, EXCHANGE_SHARE, "board:read", "board:write", "cases:read", "cases:write")
"""What every credential of this world holds."""

UNSIGNED = {"strict", "own", "quiet"}
"""Shared without a creator, so that anybody might send the very same bytes."""


@dataclass(frozen=True)
class Secret:
    """One shared thing and who reads it, by the names of `World.viewers`."""

    key: str
    by: str
    stix_id: str
    word: str
    value: str
    tlp: Tlp
    readers: frozenset[str]
    ref: str
    object: dict[str, object]


@dataclass(frozen=True)
class Hung:
    """A notice on the board: its id, its number, its canary, and the places where people and machines read it."""

    stix_id: str
    number: str
    word: str
    homes: frozenset[str]


@dataclass
class World:
    """Everything that a walk needs: people to sign in, tokens to ask with, secrets to look for."""

    now: datetime
    people: dict[str, str] = field(default_factory=dict)
    """viewer → e-mail."""
    tokens: dict[str, str] = field(default_factory=dict)
    """viewer → token."""
    organisations: dict[str, int] = field(default_factory=dict)
    circles: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    withdrawn: list[Secret] = field(default_factory=list)
    strangers: dict[str, Stranger] = field(default_factory=dict)
    """organisation → one of its people and credentials, by ref."""
    held: str = ""
    """The id of an item that cert-my has waiting."""
    working: dict[str, frozenset[str]] = field(default_factory=dict)
    """By the short names of working circles, the places of those who are in it or asked into it."""
    notices: list[Hung] = field(default_factory=list)
    """Things of a room, each with an answer to it."""
    cases: list[Hung] = field(default_factory=list)
    """Cases, and entries that not everybody in them reads."""
    tasks: list[Hung] = field(default_factory=list)
    """A task in each of these cases, which somebody holds and hands over."""
    letters: list[Hung] = field(default_factory=list)
    """What stands in an inbox: a message to who was asked into a case, and letters that came by mail."""

    def home_of(self, viewer: str) -> str:
        """Return the organisation of a viewer, or `''` for the public."""
        if viewer.startswith("th-"):
            return "cert-th"
        return viewer if viewer in self.organisations else ""

    def place_of(self, viewer: str) -> str:
        """Return where a viewer reads: as its organisation, or in the exercise, which is another world."""
        return viewer if viewer == IN_DRILL else self.home_of(viewer)


@dataclass(frozen=True)
class Stranger:
    """A person and a credential of another organisation, as addresses name them."""

    person: str
    credential: str


def indicator(key: str, *, now: datetime, creator: str = "", **more: object) -> dict[str, object]:
    """Return a valid indicator about a domain of its own."""
    stamp = now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    made = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid.uuid5(NAMESPACE, key)}",
        "created": stamp,
        "modified": stamp,
        "name": f"canary-{key}",
        "pattern": f"[domain-name:value = '{key}.canary.example']",
        "pattern_type": "stix",
        "valid_from": stamp,
        **more,
    }
    return {**made, "created_by_ref": creator} if creator else made


def bundle(*objects: dict[str, object]) -> io.BytesIO:
    """Return objects as a bundle's bytes."""
    return io.BytesIO(orjson.dumps({"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": list(objects)}))


def build(now: datetime | None = None) -> World:
    """Make the region and share its secrets."""
    world = World(now=now or datetime.now(UTC).replace(microsecond=0))
    _members(world)
    _circles(world)
    _people(world)
    _tokens(world)
    _secrets(world)
    _held(world)
    _notices(world)
    _cases(world)
    _letters(world)
    _working(world)
    index_words()
    for slug in world.organisations:
        actor = operator(slug)
        people, credentials = who.list_people(actor), who.list_credentials(actor)
        world.strangers[slug] = Stranger(
            person=people[0].ref if people else "nobody", credential=credentials[0].ref if credentials else "none"
        )
    return world


def _held(world: World) -> None:
    from mitra.exchange.models import HeldItem

    made = indicator("held", now=world.now, pattern="[ipv4-addr:value = '8.8.8.8']")
    report = exchange.share(operator("cert-my"), bundle(made), Terms(tlp=Tlp.GREEN), now=world.now)
    assert report.results[0].outcome.value == "held", report
    world.held = str(HeldItem.objects.get().pk)
    world.withdrawn.append(
        Secret(
            "held",
            "cert-my",
            str(made["id"]),
            "canary-held",
            "8.8.8.8",
            Tlp.GREEN,
            frozenset({"cert-my"}),
            secrets.token_urlsafe(16),
            made,
        )
    )


def _working(world: World) -> None:
    for by, asked in (("cert-th", ("police-th", "guest")), ("cert-my", ())):
        host = operator(by)
        made = community.open_working_circle(f"canary-working-{by}", purpose="ຄວາມລັບ", by=host, now=world.now)
        for slug in asked:
            community.invite(made.id, world.organisations[slug], by=host, now=world.now)
        if asked:
            community.accept(made.id, by=operator(asked[0]), now=world.now)
        world.working[made.slug] = frozenset({by, *asked})
    host = operator("cert-th", realm=world.circles["drill-realm"])
    made = community.open_working_circle("canary-working-drill", purpose="ຝຶກ", by=host, now=world.now)
    world.working[made.slug] = frozenset({IN_DRILL})


def _notices(world: World) -> None:
    """Put up a notice in the quiet circle, one that cert-th keeps to itself, one in the exercise; answer each."""
    from board.facts import NOTICE, REPLY, Notice, Reply

    drill = operator("cert-th", realm=world.circles["drill-realm"])
    for key, actor, tlp, circles, homes in (
        ("my", operator("cert-my"), Tlp.AMBER, {world.circles["quiet"]}, {"cert-my", "cert-vn"}),
        ("th", operator("cert-th"), Tlp.AMBER_STRICT, set(), {"cert-th"}),
        ("drill", drill, Tlp.CLEAR, set(), {IN_DRILL}),
    ):
        hand = things.hand_of(actor, now=world.now)
        word, number = f"canary-notice-{key}", f"BD-{key[:2].upper()}42"
        to = things.audience_in("board", actor, tlp, circles)
        made = release(NOTICE, Notice(word, f"ຄວາມລັບ {word}", number=number), to, hand)
        sheet = things.get_thing(NOTICE, made.stix_id, actor, now=world.now)
        contribute(REPLY, Reply(made.stix_id, f"{word}-reply"), to, hand, to=sheet)
        world.notices.append(Hung(made.stix_id, number, word, frozenset(homes)))


def _cases(world: World) -> None:
    """Open a case that cert-my leads with cert-vn, and one in the exercise; write to each, once for one's own only."""
    for by, actor, asked, homes in (
        ("cert-my", operator("cert-my"), ("cert-vn",), {"cert-my", "cert-vn"}),
        (IN_DRILL, operator("cert-th", realm=world.circles["drill-realm"]), (), {IN_DRILL}),
    ):
        word, invited = f"canary-incident-{by}", tuple(world.organisations[slug] for slug in asked)
        new = cases.NewCase(word, "fraud/phishing", f"ຄວາມລັບ {word}", invited=invited)
        made = cases.open_case(new, by=actor, now=world.now)
        circle = queries_of_cases.get_case(made.stix_id, actor, now=world.now).circle
        for slug in asked:
            community.accept(circle, by=operator(slug), now=world.now)
        cases.write_entry(made.stix_id, cases.NewEntry("fact", f"{word}-entry"), by=actor, now=world.now)
        own = cases.write_entry(
            made.stix_id, cases.NewEntry("note", f"canary-aside-{by}", is_own=True), by=actor, now=world.now
        )
        world.cases.append(Hung(made.stix_id, made.number, word, frozenset(homes)))
        aside = ENTRY.model.objects.visible_to(actor.viewer, now=world.now).get(number=own).stix_id
        world.cases.append(Hung(aside, own, f"canary-aside-{by}", frozenset({by})))
        task = cases.set_task(made.stix_id, cases.NewTask(f"canary-task-{by}"), by=actor, now=world.now)
        cases.take_task_step(task, "take", {}, by=actor, now=world.now)
        world.tasks.append(Hung(task, task, f"canary-task-{by}", frozenset(homes)))


def _letters(world: World) -> None:
    """Let a letter come for each of two organisations; name the message to whoever was asked into the case."""
    (asked,) = inboxes.list_inbox(operator("cert-vn"), now=world.now)
    world.letters.append(Hung(asked.ref, asked.ref, asked.ref, frozenset({"cert-vn"})))
    for slug in ("cert-vn", "cert-my"):
        word = f"canary-letter-{slug}"
        mail = f"From: a@x.example\r\nTo: mitra+{slug}@hub.example\r\nSubject: {word}\r\n\r\n{word}-text\r\n"
        mails.keep_letter(mail.encode(), now=world.now)
        (letter,) = inboxes.list_letters(operator(slug))
        world.letters.append(Hung(letter.ref, letter.ref, word, frozenset({slug})))


def _members(world: World) -> None:
    now = world.now
    centre = community.found_centre(
        NewOrganisation(slug="centre", name="Regional Centre", kind="international"), now=now
    )
    world.organisations["centre"] = centre.id
    bodies = [
        *((f"cert-{state}", f"National CSIRT ({state.upper()})", "csirt", "accredited") for state in STATES),
        ("police-th", "ตำรวจไซเบอร์ (TH)", "law-enforcement", "accredited"),
        ("bank-a", "Ngân hàng A", "private", "listed"),
        ("bank-b", "ທະນາຄານ B", "private", "listed"),
        ("press", "ដំណឹង Press", "media", "accredited"),
        ("guest", "Foreign Partner", "csirt", "listed"),
        ("suspended", "ကုမ္ပဏီ Suspended", "private", "accredited"),
    ]
    for slug, name, kind, standing in bodies:
        made = community.add_organisation(
            NewOrganisation(slug=slug, name=name, kind=kind, standing=standing), by=operator("centre"), now=now
        )
        world.organisations[slug] = made.id
    for client in ("bank-a", "bank-b"):
        community.set_sponsor(
            world.organisations[client], sponsor=world.organisations["cert-th"], by=operator("centre"), now=now
        )


def operator(slug: str, realm: int = 0):
    """Return the node's operator acting for an organisation."""
    return who.actor_of_operator(slug, realm=realm)


def _circles(world: World) -> None:
    def make(slug, members, **more):
        new = NewCircle(
            slug=slug, name=f"Circle {slug}", members=tuple(world.organisations[one] for one in members), **more
        )
        world.circles[slug] = community.make_circle(new, by=operator("centre"), now=world.now).id

    make("financial", ("cert-th", "cert-vn", "cert-sg"))
    make("quiet", ("cert-vn", "cert-my"), is_confidential=True)
    make("case", ("cert-th", "police-th", "guest"), kind="working")
    community.open_circle(
        world.circles["financial"], client=world.organisations["bank-a"], by=operator("cert-th"), now=world.now
    )
    world.circles["drill-realm"] = community.new_realm("Drill", by=operator("centre"), now=world.now)


def _people(world: World) -> None:
    def add(viewer, slug, roles, realm=0):
        email = f"{viewer}@mitra.example"
        new = NewPerson(email=email, name=f"គណនី {viewer}", roles=roles, password=PASSWORD, realm=realm)
        community.add_person(new, by=operator(slug), now=world.now)
        world.people[viewer] = email

    for slug in BODIES:
        add(slug, slug, ("analyst",))
    add("th-without-room", "cert-th", ("delegate",))
    add("th-admin", "cert-th", ("administrator",))
    add("th-named", "cert-th", ("duty-officer",))
    add(IN_DRILL, "cert-th", ("analyst",), realm=world.circles["drill-realm"])
    add("centre-auditor", "centre", ("auditor",))


def _tokens(world: World) -> None:
    def issue(viewer, slug, realm=0, scopes=SCOPES):
        new = NewCredential(label=viewer, scopes=scopes, realm=realm)
        world.tokens[viewer] = community.make_credential(new, by=operator(slug), now=world.now).token

    for slug in BODIES:
        issue(slug, slug)
    issue(IN_DRILL, "cert-th", realm=world.circles["drill-realm"])
    community.change_standing(
        world.organisations["suspended"], to=Standing.SUSPENDED, by=operator("centre"), now=world.now
    )


ORGANISATION_VIEWERS = frozenset({*BODIES, "th-named"})
EVERYBODY = ORGANISATION_VIEWERS | {"th-without-room", "th-admin", "centre-auditor", "public"}
TH = frozenset({"cert-th", "th-named"})


def _secrets(world: World) -> None:
    from mitra.community.models import Person

    circle = world.circles
    later = world.now + timedelta(hours=6)
    share = _sharer(world)
    community_readers = TH | {"cert-vn", "cert-my", "cert-sg", "police-th", "bank-a", "bank-b"}
    share("clear", "cert-sg", Terms(tlp=Tlp.CLEAR), EVERYBODY)
    share("green", "cert-my", Terms(tlp=Tlp.GREEN), community_readers)
    amber = Terms(tlp=Tlp.AMBER, circles=frozenset({circle["financial"]}))
    share("amber", "cert-vn", amber, TH | {"cert-vn", "cert-sg", "bank-a"})
    strict = Terms(tlp=Tlp.AMBER_STRICT, circles=frozenset({circle["financial"]}))
    share("strict", "cert-vn", strict, TH | {"cert-vn", "cert-sg"})
    share("quiet", "cert-my", Terms(tlp=Tlp.AMBER, circles=frozenset({circle["quiet"]})), {"cert-vn", "cert-my"})
    case = Terms(tlp=Tlp.AMBER, circles=frozenset({circle["case"]}))
    share("case", "police-th", case, TH | {"police-th", "guest"})
    share("own", "cert-my", Terms(), {"cert-my"})
    share("embargoed", "cert-sg", Terms(tlp=Tlp.GREEN, embargo_until=later), {"cert-sg"})
    person = Person.objects.get(email=world.people["th-named"])
    author = who.actor_of_person(Person.objects.get(email=world.people["cert-sg"]), now=world.now)
    red = Terms(tlp=Tlp.RED, persons=frozenset({person.pk}))
    share("red", "cert-sg", red, {"cert-sg", "th-named"}, actor=author)
    drill = operator("cert-th", realm=circle["drill-realm"])
    share("drill", "cert-th", Terms(tlp=Tlp.CLEAR), {IN_DRILL}, actor=drill)
    share("gone", "cert-vn", Terms(tlp=Tlp.GREEN), set())
    gone = world.secrets.pop("gone")
    exchange.withdraw(operator("cert-vn"), gone.ref, reason="shared by mistake", now=world.now)
    world.withdrawn.append(gone)


def _sharer(world: World):
    def share(key, by, terms, readers, actor=None):
        actor = actor or operator(by)
        made = indicator(key, now=world.now, creator="" if key in UNSIGNED else actor.organisation_stix_id)
        report = exchange.share(actor, bundle(made), terms, now=world.now, keep=10)
        (accepted,) = report.accepted
        assert accepted.ref, report
        world.secrets[key] = Secret(
            key=key,
            by=by,
            stix_id=str(made["id"]),
            word=f"canary-{key}",
            value=f"{key}.canary.example",
            tlp=terms.tlp or Tlp.AMBER_STRICT,
            readers=frozenset(readers),
            ref=accepted.ref,
            object=made,
        )

    return share
