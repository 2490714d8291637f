"""The kinds of thing that rooms share: a frozen dataclass of facts, its STIX type, and the model that holds its rows.

A room registers its kinds in `AppConfig.ready()`; from then on records of their types are written by `releasing` only.
The bytes of a thing are a STIX object of a type of ours, by the extension definition that Mitra publishes, and its
facts stand beside the common properties.  Facts, bytes and row say the same: each can be made from the others.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

import orjson
from django.db.models import JSONField
from pydantic import TypeAdapter, ValidationError

from mitra.core.errors import InvalidInput
from mitra.core.stix.ids import type_of_id
from mitra.core.stix.printing import print_record
from mitra.core.stix.references import references_of
from mitra.core.stix.times import format_time, parse_time
from mitra.store.facts import NewRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import Field

    from django.utils.functional import Promise

    from mitra.store.things.rows import SharedRow

EXTENSION: Final = "extension-definition--0b1f0b1d-6a0f-4c6e-9a35-6f2f1a8a7c11"
"""Our published extension definition: under it our types are what STIX 2.1, section 7.3, calls a new SDO."""
PREFIX: Final = "x-mitra-"
COMMON: Final = frozenset(
    {
        "type",
        "spec_version",
        "id",
        "created",
        "modified",
        "created_by_ref",
        "revoked",
        "labels",
        "confidence",
        "lang",
        "external_references",
        "object_marking_refs",
        "granular_markings",
        "extensions",
    }
)
"""The common properties of STIX: no fact is called so."""
EMPTY: Final[tuple[object, ...]] = ((), [], {}, frozenset())
MOST_BYTES: Final = 1 << 20
"""How large the bytes of one thing may be; what is larger is a file."""

F = TypeVar("F")


class Version(NamedTuple):
    """What a record of a thing says beside its facts: which thing, whose, and which version."""

    stix_id: str
    author: str
    """The STIX id of the organisation whose words these are; `''` where nobody is to be known."""
    created: datetime
    modified: datetime


@dataclass(frozen=True)
class Kind(Generic[F]):
    """One kind of thing.  Raises ValueError where its facts cannot be bytes and a row at once."""

    stix_type: str
    """Its STIX type, `x-mitra-…`."""
    room: str
    """Who holds this room may read it."""
    facts: type[F]
    """A frozen dataclass; a later version of it only adds fields, with a default."""
    model: type[SharedRow]
    """Has a column of the same name for each fact, JSON for what is no plain value."""
    title: Callable[[F], str]
    """What a list calls it."""
    label: str | Promise = ""
    """What people call a thing of this kind: “notice”."""
    address: Callable[[str], str] | None = None
    """The page of one thing, by its id; what has none is in no list of other rooms."""

    def __post_init__(self) -> None:
        if not self.stix_type.startswith(PREFIX):
            message = f"The type {self.stix_type!r} does not begin with {PREFIX!r}."
            raise ValueError(message)
        for name in self.names:
            if name in COMMON:
                message = f"{self.facts.__name__}.{name} is a common property of STIX; call it otherwise."
                raise ValueError(message)
            self._column(name)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of its facts."""
        return tuple(field.name for field in fields(self.facts))  # type: ignore[arg-type]  # a dataclass, see above

    @cached_property
    def adapter(self) -> TypeAdapter[F]:
        """What checks facts and puts them into words of JSON and back."""
        return TypeAdapter(self.facts)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the thing's own properties."""
        return self.adapter.json_schema()

    # ── Facts and bytes

    def print(self, facts: F, version: Version) -> NewRecord:
        """Return the record that says these facts; raises InvalidInput where they are more than a record holds."""
        said = {name: value for name, value in self._said(facts).items() if not self._is_left_out(name, value)}
        obj: dict[str, object] = {
            **said,
            "type": self.stix_type,
            "spec_version": "2.1",
            "id": version.stix_id,
            "created": format_time(version.created, digits=6),
            "modified": format_time(version.modified, digits=6),
            "extensions": {EXTENSION: {"extension_type": "new-sdo"}},
        }
        if version.author:
            obj["created_by_ref"] = version.author
        printed = print_record(obj)
        if len(printed.raw) > MOST_BYTES:
            message = f"This is longer than {MOST_BYTES >> 20} MiB; shorten it, or attach the rest as a file."
            raise InvalidInput(message, rule="too-large")
        return NewRecord(
            version.stix_id,
            self.stix_type,
            str(obj["modified"]),
            version.author,
            printed.digest,
            printed.raw,
            printed.marking_at,
            " ".join(self.title(facts).split())[:200],
            refs=references_of(obj),
        )

    def read(self, raw: bytes) -> tuple[F, Version]:
        """Return what the bytes of a record say; raises InvalidInput where they are none of this kind.

        Properties that a later version added are passed over: the bytes keep them.
        """
        obj = orjson.loads(raw)
        if obj.get("type") != self.stix_type or type_of_id(str(obj.get("id"))) != self.stix_type:
            message = f"This is no {self.stix_type}."
            raise InvalidInput(message, path="/type", rule="other-type")
        version = Version(
            obj["id"],
            obj.get("created_by_ref", ""),
            parse_time(obj.get("created", ""), path="/created"),
            parse_time(obj.get("modified", ""), path="/modified"),
        )
        return self.check({name: obj[name] for name in self.names if name in obj}), version

    def check(self, said: Mapping[str, object]) -> F:
        """Return the facts that words of JSON say; raises InvalidInput with the path of the first that does not fit."""
        try:
            facts = self.adapter.validate_json(orjson.dumps(dict(said)), strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            path = "".join(f"/{part}" for part in first["loc"])
            message = f"{first['msg']}."
            raise InvalidInput(message, path=path, rule=first["type"].replace("_", "-")) from error
        for name in self.names:
            value = getattr(facts, name)
            if isinstance(value, datetime) and (
                value.tzinfo is None or "T" not in str(said.get(name, value.isoformat()))
            ):
                raise InvalidInput("Say this time with its zone, as 2026-11-26T09:00Z.", path=f"/{name}", rule="zone")
        return facts

    # ── Facts and rows

    def columns(self, facts: F) -> dict[str, object]:
        """Return what a row holds of facts, by column."""
        said = self._said(facts)
        return {
            name: said[name] if isinstance(self._column(name), JSONField) else self._plain(getattr(facts, name))
            for name in self.names
        }

    def facts_of(self, row: SharedRow) -> F:
        """Return the facts that a row holds."""
        return self.adapter.validate_python({name: getattr(row, name) for name in self.names})

    @cached_property
    def _empty(self) -> frozenset[str]:
        """The names of the lists and tables that are empty unless something is said."""
        return frozenset(each.name for each in fields(self.facts) if _default_of(each) in EMPTY)  # type: ignore[arg-type]  # a dataclass, see above

    def _is_left_out(self, name: str, value: object) -> bool:
        """Whether bytes say nothing of it: STIX writes neither null nor an empty list."""
        return value is None or (name in self._empty and not value)

    def _column(self, name: str) -> object:
        """Return the model's column for a fact; raises Django's FieldDoesNotExist."""
        return self.model._meta.get_field(name)  # noqa: SLF001 -- Django's own way to ask

    def _said(self, facts: F) -> dict[str, Any]:
        said: dict[str, Any] = self.adapter.dump_python(facts, mode="json")
        return said

    @staticmethod
    def _plain(value: object) -> object:
        """Return the value of a code as its text: a row holds no enumerations."""
        return str(value) if isinstance(value, str) else value


def _default_of(fact: Field[Any]) -> object:
    """Return what a fact is unless it is said, or MISSING."""
    return fact.default if fact.default_factory is MISSING else fact.default_factory()


_kinds: dict[str, Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    """Let a kind be known; a second one of the same type replaces the first."""
    _kinds[kind.stix_type] = kind


def kinds() -> tuple[Kind[Any], ...]:
    """Return every kind that a room registered."""
    return tuple(_kinds.values())


def find_kind(stix_type: str) -> Kind[Any] | None:
    """Return the kind of a type, or None where records of that type are nobody's things."""
    return _kinds.get(stix_type)


def is_thing(stix_type: str) -> bool:
    """Return whether records of a type are a room's things: no door of the exchange takes or gives them."""
    return stix_type in _kinds
