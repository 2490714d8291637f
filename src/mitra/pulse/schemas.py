"""How events are written down: each field an id, a code, an instant or a count, and nothing that could be words.

The journal outlives the code, so what was written is read by what the class is today: missing fields take their
defaults, unknown ones are left, earlier versions go through the class's `upcast`.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints
from uuid import UUID

import orjson

if TYPE_CHECKING:
    from mitra.pulse.facts import Event

CODE = re.compile(r"[a-z0-9]+(-{1,2}[a-z0-9]+)*", re.ASCII)
LONGEST_CODE = 63
"""A STIX id is a code; a SHA-256 digest, which would be a value, is too long for one."""
LARGEST = 2**53 - 1
EVENT_NAME = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """One field: its name, its kind in a word, whether it may be left out, and the codes it chooses from."""

    name: str
    kind: str
    """`number`, `flag`, `instant`, `id` or `code`."""
    may_be_none: bool
    has_default: bool
    choices: type[StrEnum] | None = None


_known: dict[type[Event], tuple[FieldSchema, ...]] = {}


def schema_of(event: type[Event]) -> tuple[FieldSchema, ...]:
    """Return an event's fields; raises TypeError for a class that could carry words."""
    found = _known.get(event)
    if found is None:
        found = _known[event] = _schema(event)
    return found


def _schema(event: type[Event]) -> tuple[FieldSchema, ...]:
    is_frozen = getattr(getattr(event, "__dataclass_params__", None), "frozen", False)
    if not is_frozen or not EVENT_NAME.fullmatch(event.NAME):
        message = f"{event.__name__} is no event: it needs a frozen dataclass and a NAME as `cases.case-opened`."
        raise TypeError(message)
    hints = get_type_hints(event)
    return tuple(
        _field(event, field.name, hints[field.name], has_default=field.default is not MISSING)
        for field in fields(event)  # type: ignore[arg-type]  # a dataclass, as was just seen
    )


def _field(event: type[Event], name: str, hint: Any, *, has_default: bool) -> FieldSchema:  # noqa: ANN401 - an annotation
    may_be_none = isinstance(hint, UnionType) and NoneType in get_args(hint)
    inner = [one for one in get_args(hint) if one is not NoneType] if may_be_none else [hint]
    kinds = {int: "number", bool: "flag", datetime: "instant", UUID: "id", str: "code"}
    if len(inner) == 1 and inner[0] in kinds:
        return FieldSchema(name, kinds[inner[0]], may_be_none, has_default)
    if len(inner) == 1 and isinstance(inner[0], type) and issubclass(inner[0], StrEnum):
        return FieldSchema(name, "code", may_be_none, has_default, inner[0])
    message = f"{event.NAME}.{name} is {hint}: an event carries ids, codes, instants and counts only."
    raise TypeError(message)


def print_fields(event: Event) -> str:
    """Return an event's fields as JSON; raises ValueError for a value that its field may not hold."""
    said = {field.name: _checked(event, field, getattr(event, field.name)) for field in schema_of(type(event))}
    return orjson.dumps(said).decode()


def _checked(event: Event, field: FieldSchema, value: Any) -> object:  # noqa: ANN401 - that is what is found out
    if value is None and field.may_be_none:
        return None
    try:
        return CHECKS[field.kind](value)
    except ValueError as error:
        message = f"{event.NAME}.{field.name} holds no {field.kind}: {error}"
        raise ValueError(message) from None


def check_code(value: object) -> str:
    """Return a code; raises ValueError for any other text, without repeating it."""
    if not isinstance(value, str) or len(value) > LONGEST_CODE or not CODE.fullmatch(value):
        raise ValueError("codes have small letters, digits and hyphens")
    return str(value)


def _check_number(value: object) -> int:
    if type(value) is not int or abs(value) > LARGEST:
        raise ValueError("numbers are whole and below 2^53")
    return value


def _check_flag(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError("it is neither true nor false")
    return value


def _check_instant(value: object) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("instants know their zone")
    return value.isoformat()


def _check_id(value: object) -> str:
    if not isinstance(value, UUID):
        raise ValueError("ids are UUIDs")  # noqa: TRY004 - one class for whatever a field may not hold
    return str(value)


CHECKS = {
    "number": _check_number,
    "flag": _check_flag,
    "instant": _check_instant,
    "id": _check_id,
    "code": check_code,
}


def read_event(event: type[Event], v: int, text: str) -> Event:
    """Return an event as its class is today; raises TypeError where the class cannot read that version."""
    said = orjson.loads(text)
    if v != event.V:
        said = event.upcast(v, said)
    return event(**{field.name: _read(field, said[field.name]) for field in schema_of(event) if field.name in said})


def _read(field: FieldSchema, value: Any) -> object:  # noqa: ANN401 - what JSON gave
    if value is None:
        return None
    if field.kind == "instant":
        return datetime.fromisoformat(value)
    if field.kind == "id":
        return UUID(value)
    return value if field.choices is None else field.choices(value)
