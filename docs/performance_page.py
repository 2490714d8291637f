"""Write the page of measured figures from what `make bench` kept last: docs/reference/performance.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = Path(__file__).resolve().parent / "reference" / "performance.json"
ABOUT = """
Each figure is the median of its rounds, with the lowest and the highest behind it. Beside it stands a *bare reference*:
the least that any program must do for the same answer, written in a few lines, measured in the same run and by turns.
*Part* is what part of the reference's speed is reached: on a busy machine both fall, their ratio hardly. The load is
the machine's average over one minute when the bench began: above the number of cores, others were using it too.

Measure again: `make bench` at moderate sizes, `make bench FULL=1` at those that the targets speak of,
`make bench PEERS=1` with OpenTAXII and medallion, `make soak MINUTES=60`; one alone with the command over its table.
Then `make performance` writes this page.
"""
TIMES = 10
ANSWERS = {True: "met", False: "**missed**", None: ""}


def page(made: str) -> str:
    """Return the page."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    lines = ["# Performance\n", made, ABOUT]
    for bench in kept["benches"]:
        lines += _bench(bench)
    if kept["soak"]:
        lines += _soak(kept["soak"])
    return "\n".join(lines)


def _bench(bench: dict[str, Any]) -> Iterator[str]:
    yield f"## {bench['name'].replace('_', ' ').capitalize()}\n"
    yield f"{bench['date']}, {bench['commit']}, on {bench['machine']}.\n"
    for run in bench["runs"]:
        yield f"`{run['command']}`, {run['seconds']} s, load {run['load']}\n"
        yield "| what | unit | Mitra | bare | part | must reach | | the bare reference |"
        yield "| --- | --- | --: | --: | --: | --- | --- | --- |"
        yield from map(_row, run["figures"])
        yield ""
    yield from (f"![{_named(name)}](../pictures/{name})\n" for name in bench["pictures"])


def _row(figure: dict[str, Any]) -> str:
    part = figure["part"]
    reached = "" if part is None else f"{part:.0%}" if part < TIMES else f"{part:.0f}×"
    return (
        f"| {figure['name']} | {figure['unit']} | {_spread(figure['ours'])} | {_spread(figure['bare'])} | {reached} "
        f"| {figure['target'] or ''} | {ANSWERS[figure['is_met']]} | {figure['bare_is']} |"
    )


def _spread(rates: list[float] | None) -> str:
    if not rates:
        return ""
    middle, low, high = map(_written, rates)
    return middle if low == high else f"{middle} ({low} to {high})"


def _written(number: float) -> str:
    digits = 0 if number == int(number) or abs(number) >= 100 else 1 if abs(number) >= 10 else 2
    return f"{number:,.{digits}f}"


def _soak(soak: dict[str, Any]) -> Iterator[str]:
    yield "## Soak\n"
    yield f"{soak['date']}, {soak['commit']}, on {soak['machine']}.\n"
    yield f"`{soak['command']}`, load {soak['load']}\n"
    yield from (f"* {sentence}" for sentence in soak["sentences"])
    yield ""
    yield from (f"![{_named(name)}](../pictures/{name})\n" for name in soak["pictures"])


def _named(picture: str) -> str:
    return picture.removeprefix("bench-").removesuffix(".svg").replace("-", " ").replace("_", " ")
