"""The demonstration examines itself through its public doors: what each must read, it reads; what not, is not there.

Nothing here asks the database.  What is expected comes from the story, which names readers and knows no policy.

1. Machines: every credential pages through `all` over TAXII and holds exactly its ids; who may not write is refused.
2. Mail: who is silent in a case was told, and no mail says words of one.
3. People: one of each role and one of each different view signs in by the form; each scene's page and value answer or
   are not found, and no page says words of what this person may not read.
4. The public: the same, signed out.
5. Figures: what it took, small and honest: one visitor, one machine, this hour.
"""

from __future__ import annotations

import csv
import io
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.policy.facts import Standing, Tlp
from mitra.demo.cast import SignIn, Token, read_cast
from mitra.demo.contents import Pen, facts_of, sources
from mitra.demo.incidents import CASE_ROLES, INCIDENTS, words_for
from mitra.demo.mailbox import mails_in
from mitra.demo.roles import one_of_each_role
from mitra.demo.story import SCENES, machine_reads, person_reads
from mitra.demo.visitor import Answer, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mitra.demo.loading import Loaded
    from mitra.demo.steps import Scene

MAIL_SECONDS, LOOK_SECONDS = 20, 0.2
OK, FORBIDDEN, NOT_FOUND = 200, 403, 404
SHARING_ROLES = frozenset({"analyst", "duty-officer"})
CASE_CIRCLE = "wk-"
"""How the short names of circles that were opened for work begin."""
HELD_WORDS = "Asked by the app at start"
NOWHERE = "/exchange/records/nowhere-at-all-000000"
LONGEST_LIST = 190_000
"""Characters of values that one form takes."""
WITH_OWN_VIEW = frozenset(
    {
        "hanh@cert-vn.example",
        "wichai@police-th.example",
        "nattaya@bank-a.example",
        "sopheap@press.example",
        "ingrid@foreign-partner.example",
        "isko@island-telecom.example",
    }
)
"""A member of two circles named in RED, the police, a client, the press, a guest, one that is suspended."""


@dataclass(slots=True)
class Findings:
    """What was asked, what was not as expected, and what it took."""

    asked: int = 0
    failures: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def expect(self, holds: bool, sentence: str) -> None:  # noqa: FBT001 - the thing itself
        """Count an expectation, and keep its sentence where it fails."""
        self.asked += 1
        if not holds:
            self.failures.append(sentence)


def examine(loaded: Loaded, port: int, *, progress: Callable[[str], None] = lambda _: None) -> Findings:
    """Ask a started server everything that the story says, and return what was found."""
    findings = Findings()
    progress("Machines read")
    examine_machines(loaded, port, findings)
    progress("The public reads")
    reads = frozenset(scene.key for scene in SCENES if scene.tlp is Tlp.CLEAR)
    with closing(Visitor(port)) as visitor:
        examine_reader("the public", visitor, reads, loaded, findings)
    progress("Mail is read")
    examine_mail(findings)
    for person in chosen_people(loaded.people):
        progress(f"{person.name} reads")
        with closing(Visitor(port)) as visitor:
            examine_person(person, visitor, loaded, findings)
    return findings


# ── 1. Machines


def examine_machines(loaded: Loaded, port: int, findings: Findings) -> None:
    """Let every credential read all that it may, and try to write."""
    circles = {entry["slug"]: frozenset(entry["members"]) for entry in read_cast()["circle"]}
    pages, objects, seconds = 0, 0, 0.0
    for credential in loaded.credentials:
        visitor, slug = Visitor(port, credential.token), credential.organisation
        began = time.perf_counter()
        read = [page.ids for page in visitor.pages("all")]
        seconds += time.perf_counter() - began
        pages, objects = pages + len(read), objects + sum(map(len, read))
        compare(slug, {stix_id for ids in read for stix_id in ids}, machine_reads(slug), loaded, findings)
        mine = {"all", "inbox", *(circle for circle, members in circles.items() if slug in members)}
        met = visitor.collections()
        of_cases = {collection for collection in met if collection.startswith(CASE_CIRCLE)}
        findings.expect(met - of_cases == mine, f"{slug} meets other collections than its own")
        inside = sum(slug in incident.readers for incident in INCIDENTS)
        findings.expect(len(of_cases) == inside, f"{slug} meets the circles of {len(of_cases)} cases, not of {inside}")
        examine_writing(credential, loaded.standings[slug], visitor, findings)
        visitor.close()
    findings.figures["taxii_pages_per_second"] = round(pages / seconds, 1)
    findings.figures["taxii_objects_per_second"] = round(objects / seconds)


def compare(who: str, read: set[str], keys: Iterable[str], loaded: Loaded, findings: Findings) -> None:
    """Hold what was read against what the story says."""
    expected = {stix_id for key in keys for stix_id in loaded.told[key].ids}
    too_much, missing = read - expected, expected - read
    findings.expect(not too_much, f"{who} reads {len(too_much)} objects too many, as {min(too_much, default='')}")
    findings.expect(not missing, f"{who} misses {len(missing)} objects, as {min(missing, default='')}")


def examine_writing(credential: Token, standing: Standing, visitor: Visitor, findings: Findings) -> None:
    """Let those try to write that must not; nobody else, for the story stays as it is."""
    if standing is not Standing.SUSPENDED and EXCHANGE_SHARE in credential.scopes:
        return
    note = Pen(credential.organisation, datetime.now(UTC)).indicate(
        "try", "Not to be", "[ipv4-addr:value = '192.0.2.1']"
    )
    status = visitor.post_objects("inbox", [note])
    findings.expect(status == FORBIDDEN, f"{credential.organisation} may not write, but was answered {status}")


# ── 2. Mail


def examine_mail(findings: Findings) -> None:
    """Whoever was asked into a case and is silent was rung by mail, and no mail says words of a case."""
    silent = {f"{body}.example" for incident in INCIDENTS for body in incident.asked}
    home, until = Path(settings.MITRA_HOME), time.monotonic() + MAIL_SECONDS
    while not rung_in(home) >= silent and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    mails, rung = mails_in(home), rung_in(home)
    findings.expect(rung >= silent, f"of {sorted(silent)} only {sorted(rung)} were told by mail")
    said = "\n".join(f"{subject}\n{text}" for _, subject, text in mails)
    for incident in INCIDENTS:
        findings.expect(incident.heading not in said, f"a mail says what {incident.key} is about")
    findings.figures["mails"] = len(mails)


def rung_in(home: Path) -> set[str]:
    """Return the domains that were mailed to."""
    return {to.partition("@")[2] for to, *_ in mails_in(home)}


# ── 3. People


def chosen_people(people: Sequence[SignIn]) -> list[SignIn]:
    """Return one for each role, and those whose view is their own."""
    return [*one_of_each_role(people), *(person for person in people if person.email in WITH_OWN_VIEW)]


def examine_person(person: SignIn, visitor: Visitor, loaded: Loaded, findings: Findings) -> None:
    """Sign in, look around, open what must be there, look for what must not."""
    if not visitor.sign_in(person.email, person.password):
        findings.expect(False, f"{person.email} cannot sign in")  # noqa: FBT003 - the failure itself
        return
    reads = person_reads(person.email, person.organisation, person.roles)
    may_share = (
        bool(SHARING_ROLES & set(person.roles)) and loaded.standings[person.organisation] is not Standing.SUSPENDED
    )
    for path in ("/exchange/share", "/exchange/held"):
        answer = visitor.get(path)
        expected = OK if may_share else FORBIDDEN
        findings.expect(answer.status == expected, f"{person.email} is answered {answer.status} on {path}")
        is_told = HELD_WORDS in answer.text
        is_theirs = path == "/exchange/held" and person.organisation == "cert-th" and may_share
        findings.expect(is_told == is_theirs, f"{person.email} {'reads' if is_told else 'misses'} what is held")
    examine_reader(person.email, visitor, reads, loaded, findings)
    for scene in SCENES:
        if scene.tlp is Tlp.RED and scene.key in reads:
            opened = visitor.send(record_path(scene, loaded), {})
            findings.expect(scene.words in opened.text, f"{person.email} opens {scene.key} and does not read it")
    examine_cases(person, visitor, loaded, findings)
    if person.roles == ("duty-officer",):
        examine_list(person, visitor, reads, findings)


def examine_cases(person: SignIn, visitor: Visitor, loaded: Loaded, findings: Findings) -> None:
    """Open every case: whoever is in it reads what is for it, to everybody else there is none."""
    holds_room = not CASE_ROLES.isdisjoint(person.roles)
    listed = visitor.get("/cases/")
    findings.expect(listed.status == (OK if holds_room else FORBIDDEN), f"{person.email}: {listed.status} on /cases/")
    for incident in INCIDENTS:
        is_in = holds_room and person.organisation in incident.readers
        opened = visitor.get(f"/cases/{loaded.cases[incident.key]}")
        expected = OK if is_in else NOT_FOUND if holds_room else FORBIDDEN
        findings.expect(opened.status == expected, f"{person.email} is answered {opened.status} on {incident.key}")
        for words, is_theirs in words_for(incident, person.organisation):
            told = any(unescape(words) in unescape(answer.text) for answer in (listed, opened))
            findings.expect(told == (is_theirs and holds_room), f"{person.email}, {incident.key}: {words[:40]}")


# ── 2 and 3. Anybody with a browser


def examine_reader(who: str, visitor: Visitor, reads: frozenset[str], loaded: Loaded, findings: Findings) -> None:
    """Ask for every scene's page and value, and search all answers for words of what this reader may not read."""
    nowhere = visitor.get(NOWHERE)
    seen = [visitor.get("/"), visitor.get("/exchange/records")]
    findings.expect({answer.status for answer in seen} == {OK}, f"{who} does not get the front page and the list")
    findings.expect(nowhere.status == NOT_FOUND, f"{who} finds a record that is nowhere")
    for scene in SCENES:
        is_reader = scene.key in reads
        opened = visitor.get(record_path(scene, loaded))
        expected = OK if is_reader else NOT_FOUND
        findings.expect(opened.status == expected, f"{who} is answered {opened.status} on the record of {scene.key}")
        seen.append(opened)
        seen += list(looked_up(who, visitor, scene, findings, is_reader=is_reader))
    hidden = [scene for scene in SCENES if scene.words and (scene.key not in reads or scene.tlp is Tlp.RED)]
    for scene in hidden:
        told = any(scene.words in answer.text for answer in seen)
        findings.expect(not told, f"{who} meets the words of {scene.key}")
    shown = [scene for scene in SCENES if scene.words and scene.key in reads and scene.tlp is not Tlp.RED]
    for scene in shown:
        told = any(scene.words in answer.text for answer in seen)
        findings.expect(told, f"{who} nowhere meets the words of {scene.key}")


def looked_up(who: str, visitor: Visitor, scene: Scene, findings: Findings, *, is_reader: bool) -> Iterator[Answer]:
    """Look up a scene's value: it is known to its readers only."""
    if not scene.value:
        return
    answer = visitor.get("/exchange/lookup", {"q": scene.value})
    is_known = 'href="/exchange/records/' in answer.text
    findings.expect(answer.status == OK, f"{who} is answered {answer.status} on looking up {scene.value}")
    findings.expect(is_known == is_reader, f"{who} {'knows' if is_known else 'does not know'} {scene.value}")
    yield answer


def record_path(scene: Scene, loaded: Loaded) -> str:
    """Return the address of what stands for a scene."""
    return f"/exchange/records/{loaded.told[scene.key].ref}"


# ── 4. A long list


def examine_list(person: SignIn, visitor: Visitor, reads: frozenset[str], findings: Findings) -> None:
    """Look up every value of the real lists at once: those of what this person reads are known; and see how fast."""
    readable = {file for scene in SCENES if scene.key in reads for file in files_of(scene)}
    values = {file: [value for _, value in facts_of(file)] for file in sources() if file.endswith(".csv")}
    known = {value for file in readable for value in values[file]}
    every = [value for listed in values.values() for value in listed]
    rounds = LONGEST_LIST // sum(len(value) + 2 for value in every)
    began = time.perf_counter()
    answer = visitor.send("/exchange/lookups", {"values": "\n".join(every * rounds), "as": "csv"})
    seconds = time.perf_counter() - began
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    wrong = {row["value"] for row in rows if (row["known"] == "yes") != (row["value"] in known)}
    findings.expect(len(rows) == len(every) * rounds, f"{person.email} is answered {len(rows)} rows of a list")
    findings.expect(not wrong, f"{person.email} is told wrongly of {len(wrong)} values, as {min(wrong, default='')}")
    findings.figures["look_ups_per_second"] = round(len(rows) / seconds)


def files_of(scene: Scene) -> Iterator[str]:
    """Yield the file of facts that a scene's list comes from."""
    arguments = getattr(scene.content, "args", ())
    yield from (said.file for said in arguments if hasattr(said, "file"))
