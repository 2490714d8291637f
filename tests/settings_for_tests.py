"""A node's settings with a throw-away home, cheap passwords and the room of tests, `board`.

The database is a file (in-memory SQLite has no WAL), or the session's PostgreSQL with MITRA_TEST_DATABASE=postgresql.
"""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

TEST_HOME = Path(tempfile.mkdtemp(prefix="mitra-test-home-"))
os.environ["MITRA_HOME"] = str(TEST_HOME)
os.environ.pop("MITRA_DATABASE_URL", None)

from mitra.config.node import Node  # noqa: E402
from mitra.config.settings import *  # noqa: E402, F403
from mitra.config.settings import DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402

INSTALLED_APPS += ["board"]
ROOT_URLCONF = "urls_for_tests"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if os.environ.get("MITRA_TEST_DATABASE") == "postgresql":
    from mitra.config.database import database_of
    from mitra.store.fitness import VARIABLE
    from postgres_node import url_of

    DATABASES["default"] = database_of({VARIABLE: url_of("mitra")}, TEST_HOME)
else:
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_HOME / "test.sqlite3")}
(TEST_HOME / "static").mkdir()
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
ALLOWED_HOSTS = ["*"]
MITRA_NODE = Node("hub.example", datetime(2026, 1, 1, tzinfo=UTC))
