"""The node's one store, by the database that it is set up with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from mitra.store.schema import unknown_vendor

if TYPE_CHECKING:
    from mitra.store.protocol import Store

ALIAS = "default"


@cache
def store() -> Store:
    """Return the node's store.  Raises ImproperlyConfigured for a database that no module here knows."""
    secrets = {name: settings.MITRA_SECRETS[name] for name in ("refs", "atoms")}
    vendor = connections[ALIAS].vendor
    if vendor == "sqlite":
        from mitra.store.sqlite import SqliteStore  # noqa: PLC0415 - a node loads the module of its own database

        return SqliteStore(**secrets, alias=ALIAS)
    if vendor == "postgresql":
        from mitra.store.postgres.store import PostgresStore  # noqa: PLC0415

        return PostgresStore(**secrets, alias=ALIAS)
    raise ImproperlyConfigured(unknown_vendor(vendor))
