"""The incidents of the demonstration: who is in each, what was said and done, who reads it; and how each is played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.cases import operations, queries
from mitra.community import operations as community
from mitra.community.queries import actor_of_operator, get_organisation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

CASE_ROLES = frozenset({"analyst", "duty-officer", "legal"})
"""Roles whose people read the cases that their organisation is in."""


@dataclass(frozen=True, slots=True)
class Said:
    """One organisation writes to a case."""

    by: str
    hours_ago: float
    words: str
    kind: str = "fact"
    is_own: bool = False
    happened_hours_ago: float = 0


@dataclass(frozen=True, slots=True)
class Did:
    """One organisation takes a step of a case."""

    by: str
    hours_ago: float
    step: str
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Tasked:
    """One organisation sets a task, and what becomes of it, each by whom and when."""

    by: str
    hours_ago: float
    heading: str
    steps: tuple[tuple[str, float, str, tuple[tuple[str, str], ...]], ...] = ()
    """(who, hours ago, step, what it says)."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody of one organisation opens the page of a case."""

    by: str
    hours_ago: float


@dataclass(frozen=True, slots=True)
class Incident:
    """One case.  Bodies are named by slug."""

    key: str
    by: str
    hours_ago: float
    heading: str
    kind: str
    summary: str
    inside: tuple[str, ...]
    """Who accepts, beside the organisation that opens it."""
    asked: tuple[str, ...] = ()
    """Who is asked and has not answered."""
    impact: tuple[tuple[str, str], ...] = ()
    states: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    began_hours_ago: float = 0
    happens: tuple[Said | Did | Tasked | Looked, ...] = ()

    @property
    def readers(self) -> frozenset[str]:
        """Which bodies read it."""
        return frozenset({self.by, *self.inside})


INCIDENTS = (
    Incident(
        key="wave",
        by="cert-vn",
        hours_ago=9 * 24,
        heading="Trang giả mạo ngân hàng, gửi qua tin nhắn tới khách ở hai nước",
        kind="fraud/phishing",
        summary="Eleven sites under four names; two of them answer from Cambodia.",
        inside=("cert-kh",),
        impact=(("functional", "minor"), ("information", "personal")),
        states=("VN", "KH"),
        happens=(
            Did("cert-vn", 9 * 24 - 1, "begin"),
            Said("cert-kh", 9 * 24 - 3, "គេហទំព័រទាំងពីរត្រូវបានបិទហើយ។ The host keeps its logs for us."),
            Did("cert-vn", 8 * 24, "contain"),
            Did(
                "cert-vn",
                4 * 24,
                "close",
                (("resolution", "resolved"), ("why", "No site has answered for three days.")),
            ),
        ),
    ),
    Incident(
        key="port-case",
        by="cert-sg",
        hours_ago=5,
        heading="Ransomware at a port terminal; the way in was a mail server in Thailand",
        kind="malicious-code/infected-system",
        summary=(
            "Gate and crane systems are stopped. Ships wait. First sign at 02:20 in Singapore; the first account used "
            "belongs to a university in Thailand."
        ),
        inside=("cert-th", "cert-my", "police-th"),
        asked=("cert-id",),
        impact=(
            ("functional", "lost"),
            ("information", "credentials"),
            ("recovery", "extended"),
            ("infrastructure", "yes"),
            ("lives", "no"),
        ),
        states=("SG", "TH", "MY"),
        sectors=("transportation", "education"),
        began_hours_ago=5.7,
        happens=(
            Did("cert-sg", 4.9, "begin"),
            Said("cert-sg", 4.6, "Who holds 198.51.100.23 at night? We see it send mail still.", "request"),
            Said("cert-th", 4.4, "เครือข่ายมหาวิทยาลัยรับเรื่องแล้ว จะปิดอีเมลขาออกภายในหนึ่งชั่วโมง"),
            Did("cert-th", 4.3, "number", (("number", "th-2026-00141"),)),
            Said("cert-th", 4.2, "ข้อมูลสำรองของมหาวิทยาลัยเก่าเก้าวัน อย่าเพิ่งบอกภายนอก", "note", is_own=True),
            Said(
                "cert-my",
                3.1,
                "Two of the stolen accounts were used from 203.0.113.90, at the hour named above. Both are closed.",
                happened_hours_ago=33,
            ),
            Looked("cert-sg", 3.0),
            Tasked(
                "cert-sg",
                2.5,
                "Watch the mail server of the university through the night",
                (
                    ("cert-th", 2.4, "take", ()),
                    (
                        "cert-th",
                        0.1,
                        "hand-over",
                        (
                            ("to", "cert-my"),
                            ("stands", "ปิดอีเมลขาออกแล้ว เหลือสองบัญชีที่ยังไม่เปลี่ยนรหัส"),
                            ("next", "Ask for the log of 203.0.113.90 at 08:00."),
                            ("question", "Does the host keep its logs longer than a day?"),
                        ),
                    ),
                ),
            ),
            Said("police-th", 2.0, "We ask for the disk of the gate server, as it is, by the usual way.", "request"),
            Looked("cert-my", 1.9),
            Looked("cert-sg", 1.5),
        ),
    ),
    Incident(
        key="night-case",
        by="cert-vn",
        hours_ago=0.15,
        heading="Mail servers of two ministries answer to somebody else",
        kind="intrusions/privileged-account-compromise",
        summary="Một máy chủ ở Hà Nội, một máy ở Băng Cốc; cùng một khóa lạ trên cả hai.",
        inside=(),
        asked=("cert-th",),
        impact=(
            ("functional", "severe"),
            ("information", "credentials"),
            ("recovery", "extended"),
            ("infrastructure", "yes"),
        ),
        states=("VN", "TH"),
        happens=(Did("cert-vn", 0.14, "begin"),),
    ),
)


def play(incident: Incident, at: Callable[[float], datetime]) -> str:
    """Let one incident happen; return the id of its case."""
    leader, began = actor_of_operator(incident.by), at(incident.hours_ago)
    new = operations.NewCase(
        incident.heading,
        incident.kind,
        incident.summary,
        incident.impact,
        incident.states,
        invited=tuple(get_organisation(slug).id for slug in (*incident.inside, *incident.asked)),
        sectors=incident.sectors,
        occurred_from=at(incident.began_hours_ago) if incident.began_hours_ago else None,
    )
    made = operations.open_case(new, by=leader, now=began)
    circle = queries.get_case(made.stix_id, leader, now=began).circle
    for slug in incident.inside:
        community.accept(circle, by=actor_of_operator(slug), now=began)
    for one in incident.happens:
        happen(one, made.stix_id, at)
    return made.stix_id


def happen(one: Said | Did | Tasked | Looked, case: str, at: Callable[[float], datetime]) -> None:
    """Let one thing happen in a case."""
    actor, now = actor_of_operator(one.by), at(one.hours_ago)
    if isinstance(one, Tasked):
        perform(one, case, at)
    elif isinstance(one, Looked):
        operations.note_look(queries.get_case(case, actor, now=now).unseen, by=actor, now=now)
    elif isinstance(one, Did):
        operations.take_step(case, one.step, dict(one.said), by=actor, now=now)
    else:
        happened_at = at(one.happened_hours_ago) if one.happened_hours_ago else None
        new = operations.NewEntry(one.kind, one.words, is_own=one.is_own, happened_at=happened_at)
        operations.write_entry(case, new, by=actor, now=now)


def perform(tasked: Tasked, case: str, at: Callable[[float], datetime]) -> None:
    """Let one task be set and go its way."""
    new = operations.NewTask(tasked.heading)
    task = operations.set_task(case, new, by=actor_of_operator(tasked.by), now=at(tasked.hours_ago))
    for who, hours_ago, step, said in tasked.steps:
        spoken = {name: get_organisation(words).stix_id if name == "to" else words for name, words in said}
        operations.take_task_step(task, step, spoken, by=actor_of_operator(who), now=at(hours_ago))


def words_for(incident: Incident, organisation: str) -> Iterator[tuple[str, bool]]:
    """Yield what stands in a case, and whether this organisation reads it: how it ends, for addresses are defanged."""
    yield incident.heading[-24:], organisation in incident.readers
    for one in incident.happens:
        if isinstance(one, Said):
            yield one.words[-24:], organisation == one.by if one.is_own else organisation in incident.readers
