"""Read what a client asks of a paged resource: limit, next, added_after and the match filters (TAXII 2.1, 3.4 and 3.5).

A parameter that cannot be read is refused, never overlooked: a client that asked for less must not get everything.
Parameters that are not TAXII's are left alone.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput
from mitra.core.stix.times import is_time
from mitra.exchange import cursors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.core.policy.facts import Viewer
    from mitra.store.facts import Filter

MOST = 1_000
"""Objects on a page: the default, and the most that a client gets however many it asks for."""

OURS = frozenset({"2.1"})
LATEST = frozenset({"last"})
"""Without match[version] only the latest version of each object is served (3.5)."""

CURSOR = "taxii"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Resource:
    """A paged resource: its name, what it narrows to by itself, and the match filters that it takes."""

    name: str
    within: Filter
    matches: frozenset[str]


OBJECTS = frozenset({"id", "type", "version", "spec_version"})
"""Of objects and of the manifest (5.4, 5.3)."""

ONE_OBJECT = frozenset({"version", "spec_version"})
VERSIONS = frozenset({"spec_version"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: which, from where on, how many; `binding` ties the next cursor to it."""

    only: Filter
    limit: int
    after: int
    binding: bytes
    is_empty: bool
    """The filters leave nothing, whatever is here: they ask for another spec_version only."""

    def next_after(self, position: int, *, now: datetime) -> str:
        """Return the sealed cursor that goes on behind a position."""
        return cursors.seal(CURSOR, position, binding=self.binding, now=now)


def read(parameters: Mapping[str, str], resource: Resource, *, viewer: Viewer, now: datetime) -> Asked:
    """Return the question; raise InvalidInput naming the parameter."""
    matches = read_matches(parameters, resource.matches)
    only = dataclasses.replace(resource.within, added_after=read_added_after(parameters.get("added_after")))
    if "type" in matches:
        only = dataclasses.replace(only, types=matches["type"])
    if "id" in matches:
        only = dataclasses.replace(only, stix_ids=matches["id"])
    if "version" in resource.matches:
        only = dataclasses.replace(only, versions=read_versions(matches.get("version", LATEST)))
    spec_versions = matches.get("spec_version", OURS)
    binding = cursors.bind(viewer, only, resource.name, *sorted(spec_versions))
    after = parameters.get("next")
    return Asked(
        only=only,
        limit=read_limit(parameters.get("limit")),
        after=cursors.open_cursor(CURSOR, after, binding=binding, now=now) if after else 0,
        binding=binding,
        is_empty=not spec_versions & OURS,
    )


def read_limit(text: str | None) -> int:
    """Return how many objects a page may hold at most."""
    if text is None:
        return MOST
    if not WHOLE.fullmatch(text) or int(text) == 0:
        raise refusal("limit", "Give a whole number above nought.")
    return min(int(text), MOST)


def read_added_after(text: str | None) -> datetime | None:
    """Return the instant, floored to microseconds: whoever writes more digits reads one object again, loses none."""
    if text is None:
        return None
    if not INSTANT.fullmatch(text):
        raise refusal("added_after", "Write it as 2026-01-31T08:00:00.000000Z.")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as impossible:
        raise refusal("added_after", "There is no such moment.") from impossible


def read_matches(parameters: Mapping[str, str], allowed: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return the match filters by name; the values of one filter are alternatives."""
    matches: dict[str, frozenset[str]] = {}
    for name, text in parameters.items():
        if not name.startswith("match["):
            continue
        field = name[len("match[") : -1]
        if not name.endswith("]") or field not in allowed:
            raise refusal(name, f"This resource is narrowed by {', '.join(sorted(allowed))}.")
        matches[field] = frozenset(value.strip() for value in text.split(",") if value.strip())
        if not matches[field]:
            raise refusal(name, "Name at least one value.")
    return matches


def read_versions(values: frozenset[str]) -> str:
    """Return which versions of an object are asked for: `last`, `first`, `all`, or one instant."""
    if "all" in values:
        return "all"
    if len(values) > 1:
        raise refusal("match[version]", "Ask for one version at a time, or for all.")
    (value,) = values
    if value not in {"first", "last"} and not is_time(value):
        raise refusal("match[version]", "Write first, last, all, or an instant.")
    return value


def refusal(name: str, sentence: str) -> InvalidInput:
    """Return the refusal of one parameter."""
    return InvalidInput(f"The parameter {name} cannot be read. {sentence}", path=name, rule="parameter")
