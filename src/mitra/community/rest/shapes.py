"""The shapes that every room's answers share: a page, a total, a problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from ninja import Schema
from pydantic import Field

Item = TypeVar("Item")

Limit = Annotated[int, Field(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str, Field(max_length=200, description="The `next` of the page before.")]


class Total(Schema):
    """How many there are that you may read; above a bound only that there are more than `value`."""

    value: int
    is_exact: bool


class PageOf(Schema, Generic[Item]):
    """A page; `next` is the cursor of what follows, null at the end."""

    items: list[Item]
    next: str | None = None
    total: Total | None = None


class Fault(Schema):
    """One thing that does not fit: where, which rule, and what to do."""

    path: str
    rule: str
    detail: str


class Problem(Schema):
    """What went wrong, as RFC 9457 writes it; served as application/problem+json."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str = ""
    path: str = ""
    rule: str = ""
    errors: Sequence[Fault] = ()
