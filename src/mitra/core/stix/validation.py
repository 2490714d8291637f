"""Tell whether an object is STIX 2.1, and if not, what is wrong, where, in a sentence its sender can act on.

First the OASIS schemas (`mitra.vendor`, read by the caller: nothing here does I/O), one compiled validator a type; then
`mitra.core.stix.rules`; then, when asked, the grammar of an indicator's pattern.  Recommendations of the standard
(SHOULD, open vocabularies) refuse nothing.  Nothing is ever fetched: a schema that refers outside the given ones fails.

Hot path (bench: 100,000 indicators a second on one core).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from jsonschema_rs import Registry, ValidationError, ValidationErrorKind, validator_for

from mitra.core.errors import InvalidInput
from mitra.core.stix.rules import TIME_NAMES, Problem, broken_rules, plainly_keeps_rules, unknown_type
from mitra.core.stix.versions import STIX_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from mitra.core.stix.shape import Shape

MOST_PROBLEMS = 10
"""A sender mends the first few; a hostile object gets no longer answer."""

_NAMES = "properties"
_PLAIN_NAME = re.compile(r"id|[a-z][a-z0-9_]{2,249}+(?<!_bin)(?<!_hex)")
_DOMAIN_CORE = "core"
_OBSERVABLE_CORE = "cyber-observable-core"
_KIND_IN_WORDS = {"array": "a list", "integer": "a whole number", "object": "an object {…}", "boolean": "true or false"}


class Validator:
    """Judges objects by the schemas it was made with: a mapping from any name to a schema with an `$id`."""

    def __init__(
        self, schemas: Mapping[str, Mapping[str, object]], *, check_pattern: Callable[[str], object] | None = None
    ) -> None:
        by_id = {str(schema["$id"]): dict(schema) for schema in schemas.values()}
        self._ids = {each.rpartition("/")[2].removesuffix(".json"): each for each in by_id}
        self._registry = Registry(by_id.items())
        self._validators: dict[str, Any] = {}
        without_names = {each: {"$id": each} if each == self._ids[_NAMES] else schema for each, schema in by_id.items()}
        self._registry_without_names = Registry(without_names.items())
        self._short_validators: dict[str, Any] = {}
        self._plain_names = _plain_names(by_id.values())
        self._check_pattern = check_pattern
        missing = STIX_TYPES - self._ids.keys()
        if missing:
            raise ValueError(f"no schema for {', '.join(sorted(missing))}")

    def problems(self, obj: Mapping[str, object], shape: Shape | None = None) -> tuple[Problem, ...]:
        """Return what is wrong with the object, nothing when it is valid; bounded, the first to show."""
        kind = obj.get("type")
        if not isinstance(kind, str):
            return (Problem("/type", "stix-required", "“type” is missing: it says what kind of object this is."),)
        if kind == "bundle":
            return (Problem("/type", "bundle-within", "A bundle is a wrapping, not an object; send what it holds."),)
        if kind not in STIX_TYPES:
            unknown = unknown_type(obj)
            if unknown is not None:
                return (unknown,)
        name = kind if kind in STIX_TYPES else _schema_name(obj)
        has_plain_names = shape is not None and not shape.has_holes and self._plain_names.issuperset(obj)
        if not (has_plain_names and self._short_validator(name).is_valid(obj)):
            validator = self._validator(name)
            if not validator.is_valid(obj):
                return tuple(_problem(error) for error in islice(validator.iter_errors(obj), MOST_PROBLEMS))
        problems = [] if plainly_keeps_rules(obj) else list(islice(broken_rules(obj), MOST_PROBLEMS))
        if self._check_pattern is not None and kind == "indicator" and obj["pattern_type"] == "stix":
            try:
                self._check_pattern(str(obj["pattern"]))
            except InvalidInput as refusal:
                problems.append(Problem("/pattern", refusal.rule, refusal.message))
        return tuple(problems)

    def check(self, obj: Mapping[str, object], shape: Shape | None = None) -> None:
        """Raise InvalidInput with the first problem, if there is one; `shape` is the object's, where it is known."""
        for problem in self.problems(obj, shape):
            raise InvalidInput(problem.message, path=problem.path, rule=problem.rule)

    def _validator(self, name: str) -> Any:  # noqa: ANN401  # jsonschema_rs has one class a draft
        found = self._validators.get(name)
        if found is None:
            found = self._validators[name] = self._made(name, self._registry)
        return found

    def _short_validator(self, name: str) -> Any:  # noqa: ANN401
        """Return the validator without the rule about names and holes, which is half the work."""
        found = self._short_validators.get(name)
        if found is None:
            found = self._short_validators[name] = self._made(name, self._registry_without_names)
        return found

    def _made(self, name: str, registry: Registry) -> Any:  # noqa: ANN401
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": self._ids[name]}
        return validator_for(schema, registry=registry, offline=True)


def _plain_names(schemas: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """Return the names of the standard that any property may have which is neither null nor an empty list.

    Those that say how their value is encoded are left out, and what holds objects to which the same rule applies.
    """
    found: set[str] = set()
    waiting: list[object] = list(schemas)
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            properties = node.get("properties")
            found.update(properties if isinstance(properties, dict) else ())
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return frozenset(name for name in found if _PLAIN_NAME.fullmatch(name)) - {"extensions"}


def _schema_name(obj: Mapping[str, object]) -> str:
    """Return the schema of a type that is not STIX's own: only what all objects, or all observables, have."""
    extensions = obj.get("extensions")
    is_observable = isinstance(extensions, dict) and any(
        isinstance(each, dict) and each.get("extension_type") == "new-sco" for each in extensions.values()
    )
    return _OBSERVABLE_CORE if is_observable or not ("created" in obj or "modified" in obj) else _DOMAIN_CORE


def _problem(error: ValidationError) -> Problem:
    """Put a schema's error into a sentence; the object's own words are quoted only briefly."""
    path = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in error.instance_path)
    names = [step for step in error.instance_path if isinstance(step, str)]
    subject = f"“{names[-1][:60]}”" if names else "This object"
    kind = error.kind
    match kind:
        case ValidationErrorKind.OneOfNotValid() | ValidationErrorKind.AnyOf() if any(kind.context):
            problem = _nearest_problem([errors for errors in kind.context if errors], path)
        case ValidationErrorKind.Required():
            problem = Problem(f"{path}/{kind.property}", "stix-required", f"“{kind.property[:60]}” is missing.")
        case ValidationErrorKind.Pattern():
            problem = _form_problem(path, names[-1] if names else "", kind.pattern)
        case _:
            problem = Problem(path, *_in_words(kind, subject))
    return problem


def _nearest_problem(branches: list[list[ValidationError]], path: str) -> Problem:
    """Take the form most nearly met for the one that was meant; where only names are missing, give the choice."""
    fewest = min(len(errors) for errors in branches)
    nearest = [errors[0] for errors in branches if len(errors) == fewest]
    missing = [error.kind.property for error in nearest if isinstance(error.kind, ValidationErrorKind.Required)]
    if len(missing) > 1 and len(missing) == len(nearest):
        choices = " or ".join(f"“{name}”" for name in dict.fromkeys(missing[:12]))
        return Problem(path, "stix-required", f"One of these is missing: {choices}.")
    return _problem(nearest[0])


def _in_words(kind: ValidationErrorKind, subject: str) -> tuple[str, str]:
    """Return the rule and its sentence."""
    match kind:
        case ValidationErrorKind.AdditionalProperties():
            words = ("stix-name", f"“{kind.unexpected[0][:60]}” is not a name that a property may have here.")
        case ValidationErrorKind.Type():
            kinds = " or ".join(_KIND_IN_WORDS.get(each, f"a {each}") for each in kind.types)
            words = ("stix-type", f"{subject} must be {kinds}.")
        case ValidationErrorKind.Enum():
            choices = ", ".join(f"“{each}”" for each in kind.options[:8])
            words = ("stix-choice", f"{subject} must be one of {choices}.")
        case ValidationErrorKind.MinItems() | ValidationErrorKind.MinProperties():
            words = ("stix-empty", f"{subject} is empty; leave it out instead.")
        case ValidationErrorKind.Minimum() | ValidationErrorKind.Maximum():
            words = ("stix-range", f"{subject} is outside the range that STIX 2.1 allows.")
        case _:
            words = ("stix-alternatives", f"{subject} has none of the forms that STIX 2.1 allows here.")
    return words


def _form_problem(path: str, name: str, pattern: str) -> Problem:
    """Say what form is meant, where one sentence can."""
    if name in TIME_NAMES:
        return Problem(path, "timestamp", f"“{name}” is not a STIX timestamp; write it as 2026-01-31T13:05:00.000Z.")
    if name == "id" and pattern.endswith("--"):
        return Problem(path, "id-type", f"The id here begins with “{pattern.removeprefix('^')}”.")
    if name == "id":
        return Problem(path, "id-form", "A STIX id is a type, two hyphens and a UUID.")
    return Problem(path, "stix-form", f"“{name[:60]}” is not written in the form that STIX 2.1 gives it.")
