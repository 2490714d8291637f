"""The node's log: a line for each thing that happened, in words or as JSON, without secrets or what was shared.

An error is told by its class and where it arose, never by its words: those may quote a record, a value or a name.
"""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from mitra.core.errors import MitraError

if TYPE_CHECKING:
    from types import TracebackType

    ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

FIELDS = ("status", "method", "route", "ms", "organisation", "credential", "code", "rule", "incident")
"""What a line may say besides its sentence; passed by `extra`."""


class Words(logging.Formatter):
    """One line for a person: when, how grave, who says it, what."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with what came with it and where an error arose."""
        said = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        at = datetime.fromtimestamp(record.created, UTC)
        line = f"{at:%Y-%m-%dT%H:%M:%S.%fZ} {record.levelname} {record.name}: {_one_line(record)} {said}".rstrip()
        return "\n".join((line, *(f"    {place}" for place in _places(record.exc_info))))


class Json(logging.Formatter):
    """One JSON object for a machine."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object on one line."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _one_line(record),
            "process": record.process,
            **_fields(record),
        }
        if places := _places(record.exc_info):
            said["error"] = places
        return orjson.dumps(said, default=str).decode()


def _one_line(record: logging.LogRecord) -> str:
    return " ".join(record.getMessage().split())


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}


def _places(info: ErrorInfo | None) -> list[str]:
    """Return the class of an error and the lines that it came through; of an anticipated one its code too."""
    if info is None or info[0] is None:
        return []
    kind, error, trace = info
    code = f" {error.code}" if isinstance(error, MitraError) else ""
    frames = traceback.extract_tb(trace)
    return [f"{kind.__module__}.{kind.__qualname__}{code}", *(f"{f.filename}:{f.lineno} {f.name}" for f in frames)]


def logging_of(style: str, *, tells_access: bool) -> dict[str, Any]:
    """Return Django's settings of logging: in `json`, or else words; with a line for each request or without."""
    formatter = Json if style == "json" else Words
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "mitra": {"level": "INFO"},
            "mitra.access": {"level": "INFO" if tells_access else "WARNING"},
            # These quote what was asked for; the doors' own lines say what became of it.
            "django.request": {"level": "CRITICAL"},
            "django.security": {"level": "CRITICAL"},
        },
    }
