"""What a node answers, as typed values; what a later node adds is passed over."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

Shape = TypeVar("Shape")


class Problem(Exception):
    """What a node refused, in its own words (RFC 9457)."""

    def __init__(self, status: int, said: dict[str, Any]) -> None:
        super().__init__(str(said.get("detail") or said.get("title") or f"The node answered {status}."))
        self.status = status
        self.code = str(said.get("code", ""))
        self.path = str(said.get("path", ""))
        self.rule = str(said.get("rule", ""))
        self.said = said


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """Whom the node takes the credential for."""

    organisation: str
    name: str
    standing: str
    realm: int
    scopes: list[str]
    rooms: list[str]
    circles: list[str]
    is_in_community: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One share of one record; instants are RFC 3339 texts."""

    ref: str
    id: str
    type: str
    title: str
    tlp: str
    shared_by: str
    shared_at: str
    modified: str
    circles: list[str]
    embargo_until: str | None
    is_revoked: bool
    is_own: bool
    object: dict[str, Any] | None = None
    """Only where one record was asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of records, and the cursor of the next."""

    items: list[Record]
    next: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What is known of one value."""

    value: str
    known: bool
    records: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of an input."""

    totals: dict[str, int]
    accepted: list[dict[str, Any]]
    results: list[dict[str, Any]]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Import:
    """A long input, and how far it is."""

    id: str
    state: str
    size_bytes: int
    read_bytes: int
    totals: dict[str, int]
    error: str
    accepted: list[dict[str, Any]]
    results: list[dict[str, Any]]

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in {"done", "failed"}


def shaped(shape: type[Shape], said: dict[str, Any]) -> Shape:
    """Return an answer as its shape, without what the shape does not know."""
    names = {field.name for field in fields(shape)}  # type: ignore[arg-type]  # every shape is a dataclass
    return shape(**{name: value for name, value in said.items() if name in names})


def page_of(said: dict[str, Any]) -> Page:
    """Return a page of records."""
    return Page([shaped(Record, one) for one in said["items"]], said["next"])
