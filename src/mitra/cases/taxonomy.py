"""The Reference Security Incident Taxonomy, as its working group keeps it: the classes and types of incidents.

Read once from the MISP taxonomies, which `pytaxonomies` brings; a code is `class/type`, as `fraud/phishing`.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import orjson


class Type(NamedTuple):
    """One type of incident: its code, the words of its class, its own words and what it means."""

    code: str
    of: str
    words: str
    meaning: str


@cache
def types() -> dict[str, Type]:
    """Return the types by code, in the order of the taxonomy."""
    found = find_spec("pytaxonomies")
    if found is None or found.origin is None:
        raise RuntimeError("The package pytaxonomies is not installed.")
    # Its folder, without importing it: that takes seconds, and nothing of it is called.
    read = orjson.loads((Path(found.origin).parent / "data/misp-taxonomies/rsit/machinetag.json").read_bytes())
    classes = {each["value"]: each.get("expanded", each["value"]) for each in read["predicates"]}
    return {
        code: Type(
            code, classes[group["predicate"]], entry.get("expanded", entry["value"]), entry.get("description", "")
        )
        for group in read["values"]
        for entry in group["entry"]
        for code in [f"{group['predicate']}/{entry['value']}"]
    }


def words_of(code: str) -> str:
    """Return the words of a type, or the code itself where a later version of the taxonomy brought it."""
    found = types().get(code)
    return found.words if found else code
