"""The self-check notices what is wrong, in visitors that are told too much or too little."""

import re

import pytest

from mitra.core.policy.facts import Standing, Tlp
from mitra.demo import check
from mitra.demo.cast import SignIn, Token
from mitra.demo.check import Findings, compare, examine_cases, examine_list, examine_reader, examine_writing
from mitra.demo.contents import facts_of, sources
from mitra.demo.incidents import INCIDENTS, words_for
from mitra.demo.loading import Loaded, Told
from mitra.demo.story import SCENES
from mitra.demo.visitor import Answer

CLEAR = frozenset(scene.key for scene in SCENES if scene.tlp is Tlp.CLEAR)
LOADED = Loaded(
    people=(),
    credentials=(),
    told={scene.key: Told({f"report--{scene.key}": f"ref-{scene.key}"}, {}) for scene in SCENES},
    standings={},
    totals={},
    cases={incident.key: incident.key for incident in INCIDENTS},
)


class Pages:
    """A browser on a node that answers as it should, but for what it is told to answer otherwise."""

    def __init__(self, reads, *, also_opens=(), also_says="", also_knows=(), front=200):
        self.reads, self.opens, self.says = reads, reads | set(also_opens), also_says
        self.known = {scene.value for scene in SCENES if scene.key in reads or scene.key in also_knows}
        self.front = front

    def get(self, path, query=None):
        if query:
            link = '<a href="/exchange/records/x">' if query["q"] in self.known else ""
            return Answer(200, link + self.words())
        ref = re.fullmatch(r"/exchange/records/ref-(.*)", path)
        if ref:
            return Answer(200 if ref[1] in self.opens else 404, self.words() if ref[1] in self.opens else "")
        return Answer(404 if path == check.NOWHERE else self.front, self.says)

    def words(self):
        return " ".join(scene.words for scene in SCENES if scene.key in self.reads and scene.tlp is not Tlp.RED)


def failures(visitor, reads=CLEAR):
    findings = Findings()
    examine_reader("somebody", visitor, reads, LOADED, findings)
    return findings.failures


def test_a_node_that_answers_rightly_passes():
    assert failures(Pages(CLEAR)) == []


@pytest.mark.parametrize(
    ("visitor", "sentence"),
    [
        (Pages(CLEAR, also_opens=["kit"]), "somebody is answered 200 on the record of kit"),
        (Pages(CLEAR, also_says="Remcos: remote control of help desks"), "somebody meets the words of remcos"),
        (Pages(CLEAR, also_says="Intrusion at a port operator"), "somebody meets the words of port"),
        (Pages(CLEAR, also_knows=["draft"]), "somebody knows 198.51.100.77"),
        (Pages(CLEAR, front=500), "somebody does not get the front page and the list"),
    ],
)
def test_a_leak_is_a_sentence(visitor, sentence):
    assert failures(visitor) == [sentence]


class Cases:
    """A browser that is shown the cases of one organisation, and what it is told to be shown beside."""

    def __init__(self, organisation, *, shows=""):
        self.organisation, self.shows = organisation, shows

    def get(self, path):
        if path == "/cases/":
            return Answer(200, self.shows)
        (incident,) = (one for one in INCIDENTS if path == f"/cases/{one.key}")
        if self.organisation not in incident.readers:
            return Answer(404, "")
        return Answer(200, " ".join(words for words, reads in words_for(incident, self.organisation) if reads))


@pytest.mark.parametrize(
    ("visitor", "is_right"),
    [
        (Cases("cert-th"), True),
        (Cases("cert-th", shows=INCIDENTS[0].heading), False),
        (Cases("cert-my"), False),
        (Cases("cert-kh"), False),
    ],
)
def test_a_case_that_shows_too_much_or_too_little_is_a_sentence(visitor, is_right):
    person, findings = SignIn("a@cert-th.example", "", "cert-th", "A", ("analyst",), 0), Findings()
    examine_cases(person, visitor, LOADED, findings)
    assert (findings.failures == []) is is_right


def test_what_is_missing_is_a_sentence():
    assert "somebody is answered 404 on the record of mirai" in failures(Pages(frozenset()))
    assert "somebody does not know skidstresser.xyz" in failures(Pages(frozenset()))


def test_a_set_is_compared_both_ways():
    findings = Findings()
    compare("cert-th", {"report--mirai", "report--draft"}, ["mirai", "kit"], LOADED, findings)
    assert findings.failures == [
        "cert-th reads 1 objects too many, as report--draft",
        "cert-th misses 1 objects, as report--kit",
    ]
    assert findings.asked == 2


class Machine:
    """A machine whose posts are answered as told."""

    def __init__(self, status):
        self.status, self.posts = status, 0

    def post_objects(self, collection, objects):
        assert (collection, len(objects)) == ("inbox", 1)
        self.posts += 1
        return self.status


@pytest.mark.parametrize(
    ("standing", "scopes", "posts"),
    [
        (Standing.ACCREDITED, ("exchange:read", "exchange:share"), 0),
        (Standing.ACCREDITED, ("exchange:read",), 1),
        (Standing.SUSPENDED, ("exchange:read", "exchange:share"), 1),
    ],
)
def test_only_who_must_not_write_tries_to(standing, scopes, posts):
    findings, machine = Findings(), Machine(202)
    examine_writing(Token("island-telecom", scopes, "t"), standing, machine, findings)
    assert machine.posts == posts
    assert findings.failures == ["island-telecom may not write, but was answered 202"] * posts


class Lists:
    """A form that knows the values of some files, and says so."""

    def __init__(self, files):
        self.known = {value for file in files for _, value in facts_of(file)}

    def send(self, path, fields):
        assert path == "/exchange/lookups"
        rows = [f"{value},{'yes' if value in self.known else 'no'}" for value in fields["values"].split("\n")]
        return Answer(200, "\n".join(["value,known", *rows]))


def test_a_list_that_tells_of_what_is_hidden_is_a_sentence():
    person = SignIn("k@x.example", "p", "cert-th", "K", ("duty-officer",), 1)
    reads = frozenset({"mirai"})
    told = Findings()
    examine_list(person, Lists(["maltrail-elf_mirai.csv"]), reads, told)
    assert told.failures == []
    every = [file for file in sources() if file.endswith(".csv")]
    leaky = Findings()
    examine_list(person, Lists(every), reads, leaky)
    assert len(leaky.failures) == 1
    assert "told wrongly of" in leaky.failures[0]
