"""What the style page shows: each component's states with content as it really comes, long, foreign and awkward."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from mitra.core.policy.facts import Pap, Tlp
from mitra.web.ports import Need

if TYPE_CHECKING:
    from datetime import datetime

# Text that somebody wrote, in the region's scripts: data, not the program's words.
SCRIPTS = (
    ("th", "Thai", "ข้อความ SMS ปลอมในนามธนาคาร อย่ากดลิงก์ ให้โทรหาธนาคารของคุณ"),
    ("lo", "Lao", "ຂໍ້ຄວາມປອມໃນນາມທະນາຄານ ຢ່າກົດລິ້ງ"),
    ("km", "Khmer", "សារក្លែងក្លាយក្នុងនាមធនាគារ កុំចុចតំណ សូមទូរស័ព្ទទៅធនាគាររបស់អ្នក"),
    ("my", "Burmese", "ဘဏ်အမည်ဖြင့် အတုအယောင် စာတို၊ လင့်ခ်ကို မနှိပ်ပါနှင့်"),
    ("vi", "Vietnamese", "Tin nhắn giả danh ngân hàng: đừng bấm vào liên kết, hãy gọi cho ngân hàng của bạn"),
)

COLOURS = (
    ("paper", _("ground")),
    ("paper-sunk", _("rail, raw bytes")),
    ("sheet", _("where one writes")),
    ("ink", _("words")),
    ("ink-2", _("quiet words")),
    ("ink-3", _("signs put in for safety")),
    ("line", _("hairline")),
    ("line-2", _("edge of a control")),
    ("accent", _("act, link, here")),
    ("alarm", _("late, harm")),
    ("warn", _("held, gap")),
    ("good", _("proved, done")),
)

VALUES = (
    (_("Page"), "url", "https://secure-login.example.net/th/verify?next=%2Faccount"),
    (_("Domain"), "domain-name", "secure-login.example.net"),
    (_("Domain, in Thai"), "domain-name", "ธนาคาร.example"),
    ("IPv4", "ipv4-addr", "203.0.113.57"),
    ("IPv6", "ipv6-addr", "2001:db8:51::57"),
    (_("Sender"), "email-addr", "alert@secure-login.example.net"),
    ("SHA-256", "sha256", "9f2c61d804b7ae35c1907f4e5d2ab86c7731e0f942cd58b1a60e993418fb27d5"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A record row as lists show it."""

    tlp: Tlp
    title: str
    who: str
    at: datetime
    held: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A state on the region's map."""

    code: str
    name: str
    hour: str
    sign: str = "dot"
    count_words: str = ""
    note: str = ""
    tone: str = ""
    is_own: bool = False
    url: str = "#tilemap"


def all_of(now: datetime) -> dict[str, Any]:
    """Return every specimen as of now."""
    return {
        "colours": COLOURS,
        "scripts": SCRIPTS,
        "tlps": sorted(Tlp, reverse=True),
        "paps": sorted(Pap, reverse=True),
        "values": VALUES,
        "rows": rows(now),
        "needs": needs(now),
        "tiles": tiles(),
        "legend": (("dot", _("shared in the last week")), ("ring", _("silent")), ("warning", _("suspended"))),
        "zones": (("Asia/Bangkok", "Asia/Bangkok"), ("Asia/Dili", "Asia/Dili"), ("UTC", "UTC")),
        "states": (_("reported"), _("open"), _("closed")),
        "times": {"just": now, "minutes": now - timedelta(minutes=9), "hours": now - timedelta(hours=1, minutes=5)}
        | {"days": now - timedelta(days=3), "ahead": now + timedelta(hours=2, minutes=50)},
    }


def rows(now: datetime) -> tuple[Row, ...]:
    """Return record rows: each level, each script, one held, one that is very long."""
    ago = [timedelta(minutes=minutes) for minutes in (9, 38, 65, 112, 140, 251, 1500, 4400)]
    red = Row(
        Tlp.RED, str(_("For named persons")), str(_("Sharing room; opening it is logged, with your name")), now - ago[4]
    )
    long = "Loader with a valid signature, three samples, " + "C:\\ProgramData\\" + "WindowsUpdateAssistantService" * 3
    return (
        Row(
            Tlp.AMBER,
            "Phishing kit that imitates a bank's sign-in page",
            "National CSIRT (VN) to Financial",
            now - ago[0],
        ),
        Row(Tlp.GREEN, SCRIPTS[0][2], "National CSIRT (TH)", now - ago[1]),
        Row(Tlp.CLEAR, SCRIPTS[2][2], "National CSIRT (KH)", now - ago[2]),
        Row(Tlp.AMBER_STRICT, long, "CERT-C to Government", now - ago[3]),
        red,
        Row(Tlp.GREEN, "A list that waits", str(_("yours, you decide")), now - ago[5], held=str(_("held"))),
        Row(Tlp.CLEAR, SCRIPTS[3][2], "National CSIRT (MM)", now - ago[6]),
        Row(Tlp.AMBER, SCRIPTS[1][2], "National CSIRT (LA)", now - ago[7]),
    )


def needs(now: datetime) -> tuple[Need, ...]:
    """Return needs: late, soon, with time, without a minute."""
    held = Need(
        kind=_("held by a safeguard"),
        title="198.51.100.0/24 in your list is a shared mail host",
        body="Blocking it would stop mail for about 40,000 people. The other 211 lines of the list went out.",
        url="#need",
        act=_("Look at this line"),
        due_at=now + timedelta(minutes=11),
        due_to=_("to decide"),
        since=now - timedelta(hours=1),
        tlp=Tlp.GREEN,
        sign="held",
        tone="warn",
    )
    ends = replace(
        held, kind=_("embargo ends"), title=SCRIPTS[2][2], body="", sign="clock", tone="", act=_("Read it once more")
    )
    return (
        replace(held, due_at=now - timedelta(minutes=6), title=SCRIPTS[0][2]),
        held,
        replace(ends, due_at=now + timedelta(hours=2, minutes=50), due_to=_("until others read it"), tlp=Tlp.AMBER),
        replace(held, due_at=None, since=None, body="Nobody waits for it; it stays held until you decide."),
    )


def tiles() -> tuple[Tile, ...]:
    """Return four tiles, one a state of the tile."""
    return (
        Tile("KH", "Cambodia", "03:10"),
        Tile("TH", "Thailand", "03:10", count_words="17 records", note=str(_("you")), is_own=True),
        Tile("SG", "Singapore", "04:10", sign="warning", count_words=str(_("suspended")), tone="hot"),
        Tile("PH", "Philippines", "04:10", sign="ring", tone="dark"),
    )
