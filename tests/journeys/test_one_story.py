"""The one story, through public doors only: an indicator is looked up, a case is opened from it, and it ends at dawn.

Three states and a bank are in it; each sees its own picture, one is silent and is rung, a task and the lead are handed
over, and it closes with its report.  The same story runs in an exercise beside it, and nothing crosses.
"""

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape

import pypdf
import pytest
from django.test import Client

import world as region
from clock_world import World
from mail_server import mail_server
from mail_world import send
from mitra.community import operations as community
from mitra.community.facts import NewPerson
from mitra.community.models import Person
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations as exchange
from mitra.exchange.facts import Terms

NIGHT = datetime(2026, 11, 27, 18, 10, tzinfo=UTC)
INSIDE = ("cert-sg", "cert-th", "bank-a")
SILENT = "cert-my"
STRANGER = "cert-vn"
GRAVE = {
    "functional": "lost",
    "information": "credentials",
    "recovery": "impossible",
    "infrastructure": "yes",
    "lives": "yes",
}
LINK = re.compile(r'href="(/[^"]+)"')


@pytest.fixture
def box(settings):
    with mail_server() as taken:
        settings.MITRA_MAIL, settings.MITRA_URL = taken.url, "https://hub.example"
        yield taken


@pytest.fixture
def world(empty_store):
    return region.build(NIGHT)


@pytest.fixture
def time(monkeypatch):
    """A clock for the worker and for every request alike."""
    clock = World(NIGHT)

    class Told(datetime):
        @classmethod
        def now(cls, _zone=None):
            return clock.now

    monkeypatch.setattr("mitra.web.middleware.datetime", Told)
    return clock


@dataclass
class Story:
    """One telling of it: in the real world, or in an exercise."""

    world: region.World
    time: World
    box: object
    realm: int
    people: dict[str, Client] = field(default_factory=dict)
    secrets: dict[str, frozenset[str]] = field(default_factory=dict)
    """Canary → who of the cast may read it."""

    @property
    def mark(self):
        return f"r{self.realm}"

    def cast(self):
        """Let a duty officer of each body sign in, and a manager of the silent one have an address."""
        for slug in (*INSIDE, SILENT, STRANGER):
            self.people[slug] = self.sign_in(slug, f"{slug}.{self.mark}@night.example", "duty-officer")
        self.sign_in(SILENT, f"boss.{self.mark}@night.example", "administrator")

    def sign_in(self, slug, email, role):
        new = NewPerson(
            email=email, name="เวร", roles=(role,), password=region.PASSWORD, realm=self.realm, language="th"
        )
        community.add_person(new, by=region.operator(slug), now=self.time.now)
        client = Client()
        client.force_login(Person.objects.get(email=email))
        return client

    def page(self, slug, path):
        return unescape(self.people[slug].get(path).content.decode())

    def post(self, slug, path, said):
        answer = self.people[slug].post(path, said)
        assert answer.status_code == 302, (slug, path, answer.status_code)
        return answer["Location"]

    def canary(self, name, *readers):
        word = f"canary-{name}-{self.mark}"
        self.secrets[word] = frozenset(readers)
        return word

    def mailed(self, slug):
        return [one for one in self.box.taken if one.to == f"{slug}.{self.mark}@night.example"]

    def work(self, how_long=timedelta(0)):
        self.time.advance(how_long)
        send(lambda: self.time.now)


def evening(story):
    """An indicator is shared, looked up, and a case is opened from its record; everybody is told at once."""
    value = f"night-{story.mark}.canary.example"
    made = region.indicator(f"night-{story.mark}", now=NIGHT, pattern=f"[domain-name:value = '{value}']")
    by = region.operator("cert-vn", realm=story.realm)
    exchange.share(by, region.bundle(made), Terms(tlp=Tlp.GREEN if story.realm == 0 else Tlp.CLEAR), now=NIGHT)
    known = story.page("cert-sg", f"/exchange/lookup?q={value}")
    record = next(link for link in LINK.findall(known) if re.fullmatch(r"/exchange/records/[\w-]{22}", link))
    begin = next(link for link in LINK.findall(story.page("cert-sg", record)) if link.startswith("/cases/new?"))
    assert f"canary-night-{story.mark}" in story.page("cert-sg", begin)
    heading = story.canary("port", *INSIDE, SILENT)  # whoever is asked reads what it is asked into
    said = {"heading": heading, "kind": "fraud/phishing", "summary": story.canary("summary", *INSIDE), **GRAVE}
    case = story.post(
        "cert-sg", "/cases/new", {**said, "invited": ["cert-th", SILENT, "bank-a"], "states": ["SG", "TH"]}
    )
    story.work()
    for slug in ("cert-th", "bank-a", SILENT):
        assert len(story.mailed(slug)) == 1
        assert "องค์กรของท่านได้รับเชิญเข้าร่วม" in str(story.mailed(slug)[0].mail["Subject"])
        assert "1 message waits for your answer." in story.page(slug, "/inbox/")
        assert heading in story.page(slug, "/")
    return case


def night(story, case):
    """Two accept and write; the third is silent, is warned and rung, and the lead sees it."""
    for slug in ("cert-th", "bank-a"):
        circle = next(link for link in LINK.findall(story.page(slug, "/inbox/")) if link.startswith("/circles/wk-"))
        story.post(slug, circle, {"step": "accept"})
    story.work()
    assert "Nobody waits for an answer from you." in story.page("cert-th", "/inbox/")
    story.post("cert-sg", case, {"step": "begin"})
    story.post("cert-sg", case, {"words": story.canary("all", *INSIDE), "kind": "request"})
    story.post("cert-th", case, {"words": story.canary("thai", "cert-th"), "to": "own"})
    story.post("bank-a", case, {"words": story.canary("bank", *INSIDE)})
    assert "silent" not in story.page("cert-sg", case)
    story.work(timedelta(minutes=16))
    assert "silent" in story.page("cert-sg", case)
    assert len(story.mailed(SILENT)) >= 2
    assert len(story.mailed("boss")) >= 1
    assert "Somebody has not answered" in story.page("cert-sg", "/inbox/")


def dawn(story, case):
    """A task goes round, the lead is handed over, and the case closes with its report."""
    heading = story.canary("task", *INSIDE)
    story.post("cert-sg", case, {"task": "1", "heading": heading, "about": "", "due_at": ""})
    task = next(link for link in LINK.findall(story.page("cert-th", case)) if link.startswith("/cases/tasks/"))
    story.post("cert-th", task, {"step": "take"})
    bodies = {slug: region.operator(slug).organisation_stix_id for slug in INSIDE}
    said = {"stands": story.canary("stands", *INSIDE), "next": "ໂທຫາທະນາຄານ", "question": "ໃຜເກັບບັນທຶກ?"}
    story.post("cert-th", task, {"step": "hand-over", "to": bodies["bank-a"], **said})
    assert "a task is handed to you" in story.page("bank-a", "/")
    story.post("bank-a", task, {"step": "take"})
    story.work(timedelta(hours=5))
    story.post("cert-sg", case, {"step": "offer-lead", "to": bodies["cert-th"]})
    story.work()
    story.post("cert-th", case, {"step": "take-lead"})
    assert "led by National CSIRT (TH)" in story.page("bank-a", case)
    refused = story.people["cert-th"].post(case, {"step": "close", "resolution": "resolved"})
    assert (refused.status_code, "Tasks of this case are open" in refused.content.decode()) == (422, True)
    story.post("bank-a", task, {"step": "finish"})
    lessons = story.canary("lesson", *INSIDE)
    story.post("cert-th", case, {"step": "close", "resolution": "resolved", "lessons": lessons})
    for slug in INSIDE:
        paper = pypdf.PdfReader(io.BytesIO(story.people[slug].get(f"{case}/print").content))
        text = "".join(sheet.extract_text() for sheet in paper.pages)
        assert lessons in text
        assert (f"canary-thai-{story.mark}" in text) == (slug == "cert-th")


def pictures(story, case):
    """Everything that each of the cast is shown on every page of the story, and in its mails, as one text."""
    number = re.search(r"[A-Z]{2,4}-[0-9A-Z]{5}", story.page("cert-sg", case))[0]
    links = [link for link in LINK.findall(story.page("cert-sg", case)) if link.startswith("/cases/tasks/")]
    paths = ("/", "/cases/", "/inbox/", "/circles", case, f"/exchange/lookup?q={number}", *links)
    return {
        slug: "".join(story.page(slug, path) for path in paths)
        + "".join(one.raw.decode("utf-8", "replace") for one in story.mailed(slug))
        for slug in story.people
    }


def test_the_story_is_told_to_each_as_it_may_know_it_and_an_exercise_beside_it_crosses_nothing(world, time, box):
    drill = world.circles["drill-realm"]
    told = []
    for realm in (0, drill):
        time.now = NIGHT
        story = Story(world, time, box, realm)
        story.cast()
        case = evening(story)
        night(story, case)
        dawn(story, case)
        told.append((story, case))
    secrets = {word: (story.realm, readers) for story, _ in told for word, readers in story.secrets.items()}
    for story, case in told:
        for slug, picture in pictures(story, case).items():
            seen = {word for word in secrets if word in picture}
            may = {word for word, (realm, readers) in secrets.items() if realm == story.realm and slug in readers}
            assert seen <= may, (story.realm, slug, seen - may)
            if slug in INSIDE:
                assert may - {word for word in may if "lesson" in word} <= seen, (story.realm, slug, may - seen)
        assert story.people[STRANGER].get(case).status_code == 404
        assert story.people[SILENT].get(case).status_code == 404
        other = next(one for one, _ in told if one is not story)
        assert all(other.people[slug].get(case).status_code == 404 for slug in other.people)
    mails = "".join(one.raw.decode("utf-8", "replace") for one in box.taken)
    assert [word for word in secrets if word in mails] == []
