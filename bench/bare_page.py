"""The least that serves a page of raw objects: one query and one concatenation, as a WSGI application for granian."""

import os
import sqlite3
import threading
from pathlib import Path
from urllib.parse import parse_qs

PAGE = 1_000
QUERY = """
SELECT s.seq, r.raw FROM share s JOIN record r ON r.id = s.record
WHERE s.seq > ? AND s.state = 0 ORDER BY s.seq LIMIT ?
"""
local = threading.local()


def application(environ, start_response):
    """Answer with the objects behind a position, and the position of the last."""
    if not hasattr(local, "connection"):
        database = Path(os.environ["MITRA_HOME"]) / "mitra.sqlite3"
        local.connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    after = int(parse_qs(environ["QUERY_STRING"]).get("next", ["0"])[0])
    rows = local.connection.execute(QUERY, (after, PAGE)).fetchall()
    last = rows[-1][0] if rows else 0
    body = b'{"more":true,"next":"%d","objects":[' % last + b",".join(raw for _, raw in rows) + b"]}"
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
