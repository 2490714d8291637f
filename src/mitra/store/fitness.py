"""Whether a PostgreSQL can be used: said in one sentence that tells what to do, before anything is asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import OperationalError, connection

from mitra.core.errors import Conflict, InvalidInput, MitraError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.utils.connection import ConnectionProxy

VARIABLE = "MITRA_DATABASE_URL"
"""Where an operator says which database."""
OLDEST = 14
"""The first version that walks a hash of a set, and not the set, for each row."""
FORGETFUL = frozenset({"off", "local"})
"""Settings by which what was confirmed may be gone after a power cut, or after a fail-over."""

_ABOUT = """
SELECT current_setting('server_version_num')::int / 10000, current_database(), current_user, pg_is_in_recovery(),
       current_setting('synchronous_commit'), current_setting('fsync'),
       has_schema_privilege(current_schema(), 'CREATE') OR to_regclass('django_migrations') IS NOT NULL
"""


def check_database(connection: BaseDatabaseWrapper | ConnectionProxy[Any] = connection) -> None:
    """Reach the database, and raise what to do when it is of no use.

    Raises InvalidInput for what the address says wrongly, Unavailable for what its own administrator can mend.
    """
    if connection.vendor != "postgresql":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ABOUT)
            faults = _faults(_About(*cursor.fetchone()))
    except OperationalError as error:
        raise _refusal(str(error), connection.settings_dict) from error
    if faults:
        raise Unavailable(faults[0])


def check_emptiness(connection: BaseDatabaseWrapper | ConnectionProxy[Any] = connection) -> None:
    """Raise Conflict when a PostgreSQL holds a node already: what makes one wants a database of its own."""
    if connection.vendor == "postgresql" and "django_migrations" in connection.introspection.table_names():
        name = connection.settings_dict["NAME"]
        message = f"The database {name} holds a node already: name an empty one in {VARIABLE}, or unset it."
        raise Conflict(message)


class _About(NamedTuple):
    """What a database says of itself."""

    version: int
    name: str
    user: str
    is_replica: bool
    commit: str
    fsync: str
    may_create: bool | None


def _faults(about: _About) -> list[str]:
    """Return in sentences what of a database would lose or refuse what is written."""
    grant = f'GRANT CREATE ON SCHEMA public TO "{about.user}" in {about.name}'
    forgets = "The database forgets what it has confirmed"
    wrong = {
        f"The database is PostgreSQL {about.version}; Mitra needs {OLDEST} or later.": about.version < OLDEST,
        f"The database is a replica: {VARIABLE} must name the one that is written to.": about.is_replica,
        f"{forgets}: set synchronous_commit to on.": about.commit in FORGETFUL,
        f"{forgets}: set fsync to on.": about.fsync in FORGETFUL,
        f"The user {about.user} may not create tables: {grant}.": not about.may_create,
    }
    return [sentence for sentence, is_so in wrong.items() if is_so]


def _refusal(said: str, address: Mapping[str, Any]) -> MitraError:
    """Return what a failure to connect means, as one sentence without the password."""
    name, user = address["NAME"], address["USER"]
    at = f"{address['HOST'] or 'the local socket'}{':' + address['PORT'] if address['PORT'] else ''}"
    mistaken = {
        "password authentication failed": f"The database at {at} refuses the password of {user}",
        "no password supplied": f"The database at {at} wants a password of {user}",
        f'database "{name}" does not exist': f"There is no database {name} at {at}; create it (createdb {name})",
        f'role "{user}" does not exist': f"There is no user {user} at {at}; create it (createuser {user})",
    }
    full = {
        "too many connections": f"The database at {at} has no connection left",
        "too many clients": f"The database at {at} has no connection left",
        "connection slots": f"The database at {at} has no connection left",
        "starting up": f"The database at {at} is starting",
        "shutting down": f"The database at {at} is stopping",
    }
    for words, sentence in mistaken.items():
        if words in said:
            return InvalidInput(f"{sentence}, or mend {VARIABLE}.", path=VARIABLE, rule="database")
    for words, sentence in full.items():
        if words in said:
            return Unavailable(f"{sentence}: try again, or raise its max_connections.")
    return Unavailable(
        f"The database at {at} cannot be reached ({_first_line(said)}): is it running, is {VARIABLE} right?"
    )


def _first_line(said: str) -> str:
    """Return the reason that libpq gives, which it writes behind the address."""
    return said.strip().partition("\n")[0].removeprefix("connection failed: ").strip()
