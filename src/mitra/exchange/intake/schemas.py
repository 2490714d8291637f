"""Where the validator's schemas come from: read once from the vendored files, kept for the life of the process."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput
from mitra.core.stix.pattern import problems_in
from mitra.core.stix.validation import Validator
from mitra.vendor import vendor_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable


@cache
def stix_validator() -> Validator:
    """Return the process's validator of STIX 2.1 objects, patterns included."""
    schemas = {each.name: json.loads(each.read_text(encoding="utf-8")) for each in _schema_files()}
    return Validator(schemas, check_pattern=check_pattern)


def check_pattern(text: str) -> None:
    """Raise InvalidInput for a pattern that cannot be read, or that breaks a rule of its own."""
    for problem in problems_in(text):
        raise InvalidInput(problem.message, path="/pattern", rule=problem.rule)


def _schema_files() -> Iterator[Traversable]:
    for folder in vendor_path("stix21-schemas").iterdir():
        if folder.is_dir():
            yield from (each for each in folder.iterdir() if each.name.endswith(".json"))
