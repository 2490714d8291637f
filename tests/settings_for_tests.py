"""A node's settings with a throw-away home, cheap passwords and a database file (in-memory SQLite has no WAL)."""

import os
import tempfile
from pathlib import Path

TEST_HOME = Path(tempfile.mkdtemp(prefix="mitra-test-home-"))
os.environ["MITRA_HOME"] = str(TEST_HOME)

from mitra.config.settings import *  # noqa: E402, F403
from mitra.config.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["TEST"] = {"NAME": str(TEST_HOME / "test.sqlite3")}
(TEST_HOME / "static").mkdir()
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
ALLOWED_HOSTS = ["*"]
