"""The node's one store, by the database that it is set up with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from mitra.store.schema import unknown_vendor
from mitra.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from mitra.store.protocol import Store

ALIAS = "default"


@cache
def store() -> Store:
    """Return the node's store.  Raises ImproperlyConfigured for a database that no module here knows."""
    vendor = connections[ALIAS].vendor
    if vendor != "sqlite":
        raise ImproperlyConfigured(unknown_vendor(vendor))
    return SqliteStore(refs=settings.MITRA_SECRETS["refs"], atoms=settings.MITRA_SECRETS["atoms"], alias=ALIAS)
