"""The least that answers a look-up: one probe of the index, for nobody in particular, as a WSGI application."""

import os
import sqlite3
import threading
from hashlib import blake2b
from pathlib import Path
from urllib.parse import parse_qs

HOME = Path(os.environ["MITRA_HOME"])
SECRET = (HOME / "keys" / "atoms").read_bytes()
local = threading.local()


def application(environ, start_response):
    """Answer with the records under one key."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(f"file:{HOME / 'mitra.sqlite3'}?mode=ro", uri=True)
    (value,) = parse_qs(environ["QUERY_STRING"]).get("value", [""])
    key = blake2b(value.encode(), key=SECRET, digest_size=16, person=b"mitra-atom").digest()
    found = local.connection.execute("SELECT record FROM atom WHERE key = ?", (key,)).fetchall()
    body = b'{"known":%s}' % (b"true" if found else b"false")
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
