"""Where a node keeps its rows: a file in its home, or the PostgreSQL that `MITRA_DATABASE_URL` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput
from mitra.store.fitness import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

_SCHEMES = ("postgres://", "postgresql://")
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
        "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
        # A batch is a thousand pages: to write each back at once costs a fifth of intake.
        "PRAGMA wal_autocheckpoint=8000;"
    ),
}
_SESSION = {
    "jit": "off",  # compiling costs more than any page
    "plan_cache_mode": "force_custom_plan",  # a plan depends on how many audiences a viewer reads
    "max_parallel_workers_per_gather": "0",  # a page is short, and workers take seconds to find out
    "random_page_cost": "1.1",  # disks that seek are gone
    "default_transaction_isolation": "read\\ committed",
    "idle_in_transaction_session_timeout": "300s",
}
"""What each session is set to; the database's own configuration may say otherwise for everybody else."""
_CONNECT_SECONDS = 10
_PARTS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def database_of(environment: Mapping[str, str], home: Path) -> dict[str, Any]:
    """Return Django's settings of the database; raises InvalidInput for an address that is none."""
    url = environment.get(VARIABLE, "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / "mitra.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": dict(_SQLITE),
        }
    said = _read(url)
    named = {setting: said.pop(part, "") for part, setting in _PARTS.items()}
    options = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    return {
        "ENGINE": "django.db.backends.postgresql",
        **named,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": "mitra",
            "prepare_threshold": 5,  # what is asked again is parsed once a connection: no pooler between
            **said,
            "options": f"{options} {said.get('options', '')}".rstrip(),
        },
    }


def _read(url: str) -> dict[str, str]:
    """Return the parts of an address as libpq knows them; what cannot be read is not shown: it may hold a password."""
    from psycopg import ProgrammingError  # noqa: PLC0415 - a node on SQLite never loads it
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        said = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError:
        said = {}
    is_address = url.startswith(_SCHEMES) and said.get("port", "0").isdecimal()
    if not is_address or not said.get("dbname"):
        message = (
            f"{VARIABLE} must read postgres://user:password@host:port/name, "
            "with %2F for a / and %40 for an @ in a password."
        )
        raise InvalidInput(message, path=VARIABLE, rule="database-url")
    return said
