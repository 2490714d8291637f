"""Draw the house as SVG: a floor for each layer of the contract, and an arc for each real import."""

from __future__ import annotations

import html
import importlib
import inspect
import itertools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import grimp

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
FLOOR, HEAD, FOOT = 46, 96, 58
MARGIN, SPINE, WIDTH = 32, 268, 1040
LONGEST_SIGN = 90
PAPER, INK, QUIET, HAIR, SEA = "#fbfaf6", "#1b1a17", "#6b675d", "#d9d5ca", "#0b5a5f"
SERIF = "'Source Serif 4','Source Serif Pro',Georgia,serif"
SANS = "'Source Sans 3','Source Sans Pro','Segoe UI',Helvetica,Arial,sans-serif"


def house() -> str:
    """Return the picture."""
    layers = _layers()
    rooms = [room for layer in layers for room in layer]
    at = {room: HEAD + FLOOR * row for row, room in enumerate(rooms)}
    height = HEAD + FLOOR * len(rooms) + FOOT - FLOOR // 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="{SANS}" font-size="15">',
        "<title>The layers of Mitra: a room imports only what stands below it</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        f'<text x="{MARGIN}" y="46" font-family="{SERIF}" font-size="25" fill="{INK}">The house</text>',
        f'<text x="{SPINE + 16}" y="46" fill="{QUIET}">A room imports only what stands below it.</text>',
        *_floors(layers, at),
        *_arcs(rooms, at),
        *itertools.chain.from_iterable(_room(room, at[room]) for room in rooms),
        f'<text x="{SPINE + 16}" y="{height - 18}" font-size="13" fill="{QUIET}">An arc is an import.</text>',
        "</svg>\n",
    ]
    return "\n".join(parts)


def _layers() -> list[list[str]]:
    """Return the rooms of each layer, the highest first, as the contract has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return [[room.strip() for room in layer.split("|")] for layer in layers]


def _floors(layers: list[list[str]], at: dict[str, int]) -> Iterator[str]:
    """Yield a hairline under each layer, and a bracket where rooms stand side by side."""
    for layer in layers:
        y = at[layer[-1]] + FLOOR // 2
        yield f'<path d="M{SPINE + 16} {y}H{WIDTH - MARGIN}" stroke="{HAIR}"/>'
        if len(layer) > 1:
            top, bottom = at[layer[0]] - 13, at[layer[-1]] + 13
            yield f'<path d="M{WIDTH - 40} {top}h8v{bottom - top}h-8" fill="none" stroke="{QUIET}"/>'
            yield (
                f'<text x="{WIDTH - 50}" y="{(top + bottom) // 2 + 4}" text-anchor="end" font-size="13"'
                f' fill="{QUIET}">neither imports the other</text>'
            )


def _arcs(rooms: list[str], at: dict[str, int]) -> Iterator[str]:
    """Yield an arc from each room to each room that it imports from, with a point where it arrives."""
    graph = grimp.build_graph("mitra", cache_dir=None)
    reach = at[rooms[-1]] - at[rooms[0]]
    for upper, lower in itertools.combinations(rooms, 2):
        if not graph.direct_import_exists(importer=f"mitra.{upper}", imported=f"mitra.{lower}", as_packages=True):
            continue
        top, bottom = at[upper] + 4, at[lower] - 4
        bow = SPINE - 18 - (SPINE - MARGIN) * 1.28 * (bottom - top) / reach
        curve = f"M{SPINE} {top}C{bow:.0f} {top} {bow:.0f} {bottom} {SPINE} {bottom}"
        yield f'<path d="{curve}" fill="none" stroke="{SEA}" stroke-opacity=".55" stroke-width="1.1"/>'


def _room(room: str, y: int) -> Iterator[str]:
    """Yield a room's name and what its own docstring says first."""
    yield f'<circle cx="{SPINE}" cy="{y}" r="4.5" fill="{SEA}" stroke="{PAPER}" stroke-width="2"/>'
    yield (
        f'<text x="{SPINE + 16}" y="{y + 6}" font-family="{SERIF}" font-size="18" font-weight="600"'
        f' fill="{INK}">{room}</text>'
    )
    yield f'<text x="{SPINE + 140}" y="{y + 6}" fill="{QUIET}">{html.escape(_sign(room))}</text>'


def _sign(room: str) -> str:
    """Return the first line of a room's docstring, as many of its clauses as fit on the floor."""
    line = (inspect.getdoc(importlib.import_module(f"mitra.{room}")) or "").splitlines()[0].rstrip(".").replace("`", "")
    while (len(line) > LONGEST_SIGN or line.endswith(" and")) and ", " in line:
        line = line.rpartition(", ")[0]
    return line
