"""The least that serves a page of raw objects: one query, one splice and one concatenation, for one reader's part.

For each part the fastest statement that we know: no condition for who reads all, a walk that tests a byte of a set for
who reads much, and a listing by audience for who reads little.  It decides nothing: its sets are given.
"""

import json
import os
import sqlite3
import threading
from pathlib import Path
from urllib.parse import parse_qs

PAGE = 1_000
GREEN = b'"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],'
READ = "SELECT s.seq, r.raw, r.marking_at FROM"
WALKED = f"{READ} share s CROSS JOIN record r ON r.id = s.record WHERE s.seq > :after AND s.state = 0"
LISTED = f"""
{READ} (SELECT seq FROM share INDEXED BY share_audience
        WHERE audience IN (SELECT value FROM json_each(:ids)) AND seq > :after ORDER BY seq LIMIT {PAGE}) f
CROSS JOIN share s ON s.seq = f.seq CROSS JOIN record r ON r.id = s.record WHERE s.state = 0
"""
ALL, FEW = 0.99, 0.01
local = threading.local()
sets = {}


def connection():
    if not hasattr(local, "connection"):
        database = Path(os.environ["MITRA_HOME"]) / "mitra.sqlite3"
        local.connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        local.connection.executescript("PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;")
    return local.connection


def way(circle):
    """Return the statement for who is in a circle, and the values that stay."""
    if circle not in sets:
        ask = connection().execute
        ids = [key for (key,) in ask("SELECT audience_id FROM store_audience_circle WHERE circle = ?", [circle])]
        ((last,),) = ask("SELECT max(id) FROM store_audience").fetchall()
        levels = bytearray(last)
        for key in ids:
            levels[key - 1] = 1
        if len(ids) > ALL * last:
            sets[circle] = f"{WALKED} ORDER BY s.seq LIMIT {PAGE}", {}
        elif len(ids) > FEW * last:
            read = f"{WALKED} AND substr(:levels, s.audience, 1) > x'00' ORDER BY s.seq LIMIT {PAGE}"
            sets[circle] = read, {"levels": bytes(levels)}
        else:
            sets[circle] = LISTED, {"ids": json.dumps(ids)}
    return sets[circle]


def application(environ, start_response):
    """Answer with the objects behind a position, and the position of the last."""
    asked = parse_qs(environ["QUERY_STRING"])
    if "circle" not in asked:
        start_response("200 OK", [])
        return [b"{}"]
    statement, values = way(int(asked["circle"][0]))
    after = int(asked.get("next", ["0"])[0])
    rows = connection().execute(statement, {**values, "after": after}).fetchall()
    last = rows[-1][0] if rows else 0
    objects = b",".join([raw[:at] + GREEN + raw[at:] for _, raw, at in rows])
    body = b'{"more":true,"next":"%d","objects":[' % last + objects + b"]}"
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
