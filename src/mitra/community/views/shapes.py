"""What REST says of the community: organisations, circles, credentials, and who is asking."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field


class Organisation(Schema):
    """One organisation, as far as you may know it."""

    slug: str
    id: str
    name: str
    native_name: str
    kind: str
    country: str
    standing: str


class Circle(Schema):
    """One circle that you are in; of a confidential one its members are only counted."""

    slug: str
    name: str
    purpose: str
    kind: str
    is_confidential: bool
    member_count: int
    members: list[str]


class Credential(Schema):
    """One machine credential of your organisation, without its token."""

    ref: str
    label: str
    scopes: list[str]
    prefix: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class FileAsked(Schema):
    """What a file is called."""

    name: Annotated[str, Field(min_length=1, max_length=255)]


class Kept(Schema):
    """A file that was kept: its id is what a thing names in `files`."""

    id: str
    name: str
    size_bytes: int
    sha256: str
    media_type: str


class NewCredential(Schema):
    """A credential to be made; it never holds more than the one that makes it."""

    label: Annotated[str, Field(min_length=1, max_length=200)]
    scopes: Annotated[list[str], Field(min_length=1, max_length=20)]
    expires_at: datetime | None = None


class Issued(Credential):
    """A new credential and its token, which is shown this once."""

    token: str


class WhoAmI(Schema):
    """Who is asking, as this node sees it."""

    organisation: str
    name: str
    standing: str
    realm: int
    scopes: list[str]
    rooms: list[str]
    circles: list[str]
    is_in_community: bool
