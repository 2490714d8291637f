"""Step 2 for reports: find the values in a text, and make of those that a person confirmed indicators and one report.

What a machine found in prose is a guess.  So a report is previewed first (`understand`); without a review everything
found in it is held, and its owner lets go what is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from mitra.core.policy.facts import Tlp
from mitra.core.stix.facts import Atom
from mitra.core.stix.markings import LEVELS
from mitra.core.text.found import find_values
from mitra.core.text.report import text_of_html
from mitra.exchange.intake.batch import Piece
from mitra.exchange.intake.benign import benign_values
from mitra.exchange.intake.decode import Form, read_text
from mitra.exchange.intake.indicators import Said, is_shareable, make_object, make_report
from mitra.exchange.intake.normalise import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.exchange.intake.batch import Sender
    from mitra.exchange.intake.benign import Harm
    from mitra.exchange.intake.decode import Spooled

TITLE_CHARACTERS: Final = 120
HEAD_CHARACTERS: Final = 2_000
"""Where a text says its own level: at its head."""

_MARKING: Final = re.compile(r"\bTLP\s*[:\-]\s*(AMBER\s?\+\s?STRICT|RED|AMBER|GREEN|CLEAR|WHITE)\b", re.IGNORECASE)
_HEADING: Final = re.compile(r"^\s{0,3}#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value found in a report, as a person reviews it."""

    kind: str
    value: str
    as_written: str
    count: int
    """How often it stands there."""
    harm: Harm | None
    """Why blocking it would hurt, if it would."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a machine made of a report, for a person to look at."""

    title: str
    text: str
    tlp: Tlp | None
    """The level that the text itself states at its head."""
    values: tuple[Candidate, ...]


def understand(spool: Spooled) -> Understood:
    """Return what a report says; raises InvalidInput when it is too long or not UTF-8."""
    written = read_text(spool)
    text = text_of_html(written) if spool.form is Form.HTML else written
    return preview(text, name=spool.name)


def preview(text: str, *, name: str = "") -> Understood:
    """Return the title, level and values of a text, each value once and in order."""
    counts: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], str] = {}
    for found in find_values(text):
        key = (found.kind, found.value)
        if is_shareable(found.kind):
            counts[key] = counts.get(key, 0) + 1
            first.setdefault(key, found.as_written)
    benign = benign_values()
    values = tuple(
        Candidate(kind, value, first[kind, value], count, benign.harm_of((Atom(kind, value),), ()))
        for (kind, value), count in counts.items()
    )
    return Understood(_title(text, name), text, stated_tlp(text), values)


def stated_tlp(text: str) -> Tlp | None:
    """Return the strictest level that a text names at its head, or None."""
    words = [match[1].upper().replace(" ", "") for match in _MARKING.finditer(text[:HEAD_CHARACTERS])]
    return max((Tlp.CLEAR if word == "WHITE" else Tlp(LEVELS.index(f"TLP:{word}")) for word in words), default=None)


def objects_of(understood: Understood, confirmed: Iterable[str], sender: Sender) -> list[Piece]:
    """Return an indicator for each confirmed value, and the report that leads to them."""
    kept = frozenset(confirmed)
    tlp = "" if understood.tlp is None else understood.tlp.label
    made = [
        make_object(Said(found.kind, found.value, name=found.value, tlp=tlp), sender)
        for found in understood.values
        if found.value in kept
    ]
    report = make_report(understood.text, understood.title, [str(obj["id"]) for obj in made], sender, tlp=tlp)
    return [Piece("", None, obj) for obj in (*made, report)]


def _title(text: str, name: str) -> str:
    heading = _HEADING.search(text[:HEAD_CHARACTERS])
    if heading:
        return cut(heading[1], TITLE_CHARACTERS)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return cut(first, TITLE_CHARACTERS) or PurePath(name).stem or "Report"
