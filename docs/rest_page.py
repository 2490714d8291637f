"""The page of REST, from the API's own description."""

from __future__ import annotations

HEAD = """\
`/api/v1/openapi.json` is the whole description (OpenAPI 3.1), `/api/v1/docs` the same as a page of the node.

```
curl -H "Authorization: Bearer $TOKEN" https://YOUR-NODE/api/v1/records?type=indicator&limit=10
curl -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(uuidgen)" --data-binary @report.json \\
     "https://YOUR-NODE/api/v1/shares?tlp=AMBER&circle=financial"
```
"""
TAIL = """\
## What holds everywhere

* A credential opens rooms by its scopes, and machines only: a browser's session opens nothing here.
* A list is a page; `next` is the cursor of what follows, null at the end. A cursor opens only for the question that it
  was made for, and decides nothing: what is read from it is decided anew.
* What is read carries an `ETag`; send it as `If-None-Match` and what has not changed is answered 304.
* A write with an `Idempotency-Key` is done once in a day, and answered the same again with `Idempotent-Replayed: true`.
* A refusal is a problem (RFC 9457), `application/problem+json`, with `code`, and where something can be mended `path`
  and `rule`. Nothing tells what you may not read from what is not there.
* While others ask too, a credential has at most half of a process's workers; above, 429 with `Retry-After`.
* Long inputs go to `imports`: they are kept at once and worked off while you ask how far they are.
"""


def page(made: str) -> str:
    """Return the page: a line an operation, with its parameters."""
    from mitra.config.api import description

    told = description()
    lines = ["# REST: /api/v1/\n", made, told["info"]["description"], HEAD, "## Operations\n"]
    lines += ["| operation | what it does | parameters |", "| --- | --- | --- |"]
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            words = ", ".join(f"`{one['name']}`" for one in operation.get("parameters", ()))
            summary = operation["description"].splitlines()[0]
            lines.append(f"| `{method.upper()} {path.removeprefix('/api/v1/')}` | {summary} | {words} |")
    return "\n".join([*lines, "", TAIL])
