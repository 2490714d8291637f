"""What the demonstration says to whoever started it: where it is, who to be, what to try; or what was found.

People get tables and lines to copy; machines, with `--json`, one line of JSON.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from rich.console import Console

from mitra.demo.mailbox import SENT
from mitra.demo.roles import one_of_each_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitra.demo.cast import SignIn, Token
    from mitra.demo.check import Findings
    from mitra.demo.loading import Loaded

SHOWN_TOKENS = ("cert-th", "cert-vn", "banks-association", "bank-a", "foreign-partner", "island-telecom")
MOST_FAILURES = 50
"""Sentences that a person is shown; their number stands below."""
FIGURES = (
    ("load_seconds", "seconds to load"),
    ("objects", "objects brought in"),
    ("objects_accepted", "accepted"),
    ("objects_held", "held by a safeguard"),
    ("objects_refused", "refused as no STIX"),
    ("objects_per_second", "objects a second, intake, one batch after the other"),
    ("taxii_pages_per_second", "TAXII pages a second, one client, 1,000 objects a page"),
    ("taxii_objects_per_second", "TAXII objects a second"),
    ("look_ups_per_second", "look-ups a second, one list by the form"),
)


def invite(loaded: Loaded, url: str, home: Path, *, is_json: bool) -> None:
    """Say where it is and how to enter, once it answers."""
    if is_json:
        _line(ticket(loaded, url, home))
        return
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"\nMitra is at {url} until you press Ctrl-C; then everything about it is gone.")
    console.print("Everybody in it is invented. The malware's addresses are real: do not open them.\n")
    parts = (people_lines(loaded), token_lines(loaded), ["Try:", *things_to_try(loaded, url, home)])
    for part in parts:
        console.print("\n".join(part) + "\n")


def ticket(loaded: Loaded, url: str, home: Path) -> dict[str, object]:
    """Return what a machine needs to enter."""
    return {
        "url": url,
        "home": str(home),
        "people": [_person(person) for person in loaded.people],
        "credentials": [_credential(credential, loaded) for credential in loaded.credentials],
    }


def _person(person: SignIn) -> dict[str, str]:
    return {
        "email": person.email,
        "password": person.password,
        "organisation": person.organisation,
        "role": person.roles[0],
    }


def _credential(credential: Token, loaded: Loaded) -> dict[str, object]:
    return {
        "organisation": credential.organisation,
        "standing": loaded.standings[credential.organisation].value,
        "token": credential.token,
        "scopes": list(credential.scopes),
    }


def people_lines(loaded: Loaded) -> list[str]:
    """Return one sign-in for each role, under a line of heads."""
    people = one_of_each_role(loaded.people)
    heads = ("Sign in as", "of", "e-mail", "password")
    return aligned([heads, *((one.roles[0], one.organisation, one.email, one.password) for one in people)])


def token_lines(loaded: Loaded) -> list[str]:
    """Return a few machines whose views differ, under a line of heads."""
    first: dict[str, Token] = {}
    for credential in loaded.credentials:
        first.setdefault(credential.organisation, credential)
    rows = [(slug, loaded.standings[slug].value, first[slug].token) for slug in SHOWN_TOKENS]
    return aligned([("A machine of", "which is", "sends the token"), *rows])


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows as lines, cells under one another and none cut: they are copied from here."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def things_to_try(loaded: Loaded, url: str, home: Path) -> list[str]:
    """Return sentences and commands to copy."""
    mitra = f"MITRA_HOME={home} {program()}"
    tokens = {credential.organisation: credential.token for credential in reversed(loaded.credentials)}
    taxii = f"{url}taxii2/mitra/collections/all/objects/?limit=3"
    ask = "curl -s -H 'Accept: application/taxii+json;version=2.1' -H 'Authorization: Bearer"
    return [
        "  As duty officer, decide what a safeguard held, and open what is for you by name:",
        f"    {url}exchange/held",
        "  See why you read a record and who else does:",
        f"    {url}exchange/records/{loaded.refs['kit']}",
        "  Read as a bank, client of its CSIRT, by TAXII:",
        f"    {ask} {tokens['bank-a']}' '{taxii}'",
        "  Ask whether a value is known, as a member and as a guest:",
        f"    {mitra} lookup secure-login.example.net skidstresser.xyz --as cert-th",
        f"    {mitra} lookup secure-login.example.net skidstresser.xyz --as foreign-partner",
        "  Read what the node mailed to duty officers; nothing in it is stricter than TLP:AMBER:",
        f"    ls {home}/{SENT}",
        "  Share a list of your own with the community:",
        f"    echo 'login[.]example[.]org' | {mitra} share - --as cert-kh --tlp green",
    ]


def program() -> str:
    """Return how this program was called, to be called so again."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "mitra" else "mitra"


def report(findings: Findings, *, is_json: bool) -> None:
    """Say what the examination came to."""
    if is_json:
        _line({"asked": findings.asked, "failures": findings.failures, **findings.figures})
        return
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for sentence in findings.failures[:MOST_FAILURES]:
        console.print(f"not as expected: {sentence}")
    for name, words in FIGURES:
        if name in findings.figures:
            console.print(f"{findings.figures[name]:>10,}  {words}")
    console.print(f"{findings.asked:>10,}  expectations, {len(findings.failures)} not met")


def _line(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.buffer.flush()
