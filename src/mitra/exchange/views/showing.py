"""Bring a record into the order of its page: values, statements, times, versions, ties, each as its reader says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mitra.core.errors import InvalidInput
from mitra.core.stix.times import parse_time
from mitra.core.stix.versions import version_key
from mitra.exchange import plain, telling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mitra.exchange.plain import Statement
    from mitra.exchange.queries import RecordLine, RecordView, RelationLine

LEDE_CHARACTERS: Final = 320
"""A longer description is told below the values, in full."""

MOST_VALUES: Final = 200
FIRST_KINDS: Final = {"url": 0, "domain-name": 1, "ipv4-addr": 2, "ipv6-addr": 3, "email-addr": 4}
"""What a reader looks for first; the host of a web address is said by the address."""

MOST_RAW_BYTES: Final = 64 * 1024
MOST_TEXT: Final = 20_000

HAPPENED: Final = ("first_seen", "first_observed", "start_time", "valid_from", "published")
HOLDS: Final = "valid_until"
SAID_APART: Final = frozenset({"confidence", "created", "modified", *HAPPENED, HOLDS})
"""Statements that stand in the margin."""


@dataclass(frozen=True, slots=True)
class Told:
    """One statement as its line shows it."""

    label: str
    form: str
    texts: tuple[str, ...]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of what happened: a version going out to somebody."""

    line: RecordLine
    number: int
    is_this: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """One tie as its line shows it."""

    words: str
    line: RelationLine


@dataclass(frozen=True, slots=True)
class Shown:
    """A record in the order of its page."""

    lede: str
    statements: tuple[Told, ...]
    prose: tuple[Told, ...]
    values: tuple[tuple[str, str, str], ...]
    """(kind, its label, value)."""
    more_values: int
    version: int
    version_count: int
    moments: tuple[Moment, ...]
    later: RecordLine | None
    """A version of this that came later and that the viewer reads."""
    relations: tuple[Relation, ...]
    happened_at: datetime | None
    holds_until: datetime | None
    confidence: str
    why: str
    rule: str
    is_embargoed: bool
    raw_text: str
    """`''` when it is too much for a page."""


def shown_of(found: RecordView, *, now: datetime) -> Shown:
    """Return a record as its page shows it."""
    said = {statement.name: statement for statement in found.statements}
    description = said["description"].values[0] if "description" in said else ""
    is_short = len(description) <= LEDE_CHARACTERS and "\n" not in description.strip()
    apart = SAID_APART | ({"description"} if is_short else frozenset())
    told = [tell(each) for each in found.statements if each.name not in apart]
    numbers = version_numbers([*found.versions, found.line])
    until = found.line.embargo_until
    values = [
        (each.kind, telling.kind_label(each.kind), each.value)
        for each in sorted(found.values, key=lambda each: FIRST_KINDS.get(each.kind, len(FIRST_KINDS)))
        if each.kind != "url-host"
    ]
    return Shown(
        lede=description.strip() if is_short else "",
        statements=tuple(each for each in told if not is_prose(each)),
        prose=tuple(without_title(each, found.line.title) for each in told if is_prose(each)),
        values=tuple(values[:MOST_VALUES]),
        more_values=max(0, len(values) - MOST_VALUES),
        version=numbers.get(found.line.modified, 0),
        version_count=len(numbers),
        moments=moments_of(found, numbers),
        later=later_of(found),
        relations=tuple(
            Relation(telling.relation_words(each.how, is_outgoing=each.is_outgoing), each)
            for each in found.relations.items
            if each.other is not None or each.how != "created_by_ref"
        ),
        happened_at=next((at for name in HAPPENED if (at := instant(said.get(name)))), None),
        holds_until=instant(said.get(HOLDS)),
        confidence=said["confidence"].values[0] if "confidence" in said else "",
        why=telling.why_sentence(found.why),
        rule=telling.rule_sentence(found.why),
        is_embargoed=until is not None and until > now,
        raw_text=found.raw.decode() if len(found.raw) <= MOST_RAW_BYTES else "",
    )


def is_prose(told: Told) -> bool:
    """Return whether a statement is read as text rather than scanned as a fact."""
    return told.form == plain.TEXT and any(len(text) > LEDE_CHARACTERS or "\n" in text for text in told.texts)


def without_title(told: Told, title: str) -> Told:
    """Return a text without a first line that only says the title again, as Markdown reports have it."""
    first, _, rest = told.texts[0].lstrip().partition("\n")
    if first.lstrip("# ").strip() != title or not rest.strip():
        return told
    return replace(told, texts=(rest.strip(), *told.texts[1:]))


def tell(statement: Statement) -> Told:
    """Return a statement; an overlong text goes on in the bytes, cut at the end of a line."""
    at = instant(statement) if statement.form == plain.INSTANT else None
    form = plain.TEXT if statement.form == plain.INSTANT and at is None else statement.form
    return Told(statement.label, form, tuple(cut_at_line(text) for text in statement.values), at)


def cut_at_line(text: str) -> str:
    """Return a text that a page can carry."""
    if len(text) <= MOST_TEXT:
        return text
    head = text[:MOST_TEXT]
    return (head.rpartition("\n")[0] or head.rpartition(" ")[0] or head) + " …"


def instant(statement: Statement | None) -> datetime | None:
    """Return a statement's instant, or None where it is none."""
    return read_instant(statement.values[0]) if statement is not None and statement.values else None


def read_instant(text: str) -> datetime | None:
    """Return an instant as STIX writes it, or None."""
    try:
        return parse_time(text)
    except (InvalidInput, ValueError):
        return None


def version_numbers(lines: Sequence[RecordLine]) -> dict[str, int]:
    """Return the place of each version among those that the viewer reads; nothing for what has no versions."""
    versions = sorted({line.modified for line in lines if line.modified and not line.is_red}, key=version_key)
    return {modified: at for at, modified in enumerate(versions, start=1)}


def moments_of(found: RecordView, numbers: dict[str, int]) -> tuple[Moment, ...]:
    """Return what happened to it as far as this viewer may know, newest first."""
    lines = {line.ref: line for line in (*found.versions, *found.corroborated_by)} | {found.line.ref: found.line}
    newest_first = sorted(lines.values(), key=lambda line: line.at, reverse=True)
    return tuple(Moment(line, numbers.get(line.modified, 0), line.ref == found.line.ref) for line in newest_first)


def later_of(found: RecordView) -> RecordLine | None:
    """Return a later version of the same sharer, or None."""
    mine = [line for line in found.versions if line.by == found.line.by and line.modified]
    newest = max(mine, key=lambda line: version_key(line.modified), default=None)
    if newest is None or not found.line.modified or version_key(newest.modified) <= version_key(found.line.modified):
        return None
    return newest
