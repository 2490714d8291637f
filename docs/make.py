"""Write the pages of docs/ that are made from the code: commands, errors, the truth table, the house in one picture.

`python docs/make.py` writes them, `--check` says which differ; a house test calls the latter.
"""

from __future__ import annotations

import html
import importlib
import inspect
import itertools
import sys
import tomllib
from pathlib import Path

import click
import grimp
import typer

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
MADE = "*This page is made from the code by `make docs`.*\n"


def commands() -> str:
    """Return the reference of every command with its options, as the program itself says them."""
    from mitra.cli import app

    lines = [
        "# Commands\n",
        MADE,
        "Exit codes: 0 done, 1 refused, 2 nothing could be read or the command line is wrong.\n",
    ]
    root = typer.main.get_command(app)
    context = click.Context(root, info_name="mitra")
    for name, command in _walk(root, context, "mitra"):
        lines += [f"## `{name}`\n", f"{command.get_short_help_str(200)}\n", "| | |", "| --- | --- |"]
        for parameter in command.params:
            if parameter.name == "help":
                continue
            words = (
                ", ".join(f"`{word}`" for word in parameter.opts)
                if isinstance(parameter, click.Option)
                else f"`{parameter.human_readable_name}`"
            )
            lines.append(f"| {words} | {getattr(parameter, 'help', '') or ''} |")
        lines.append("")
    return "\n".join(lines)


def _walk(command, context, name):  # noqa: ANN001, ANN202 - click's own types are protocols of another package
    for sub in command.list_commands(context):
        child = command.get_command(context, sub)
        if hasattr(child, "list_commands"):
            yield from _walk(child, click.Context(child, parent=context, info_name=sub), f"{name} {sub}")
        else:
            yield f"{name} {sub}", child


def errors() -> str:
    """Return the tree of errors with code, status and meaning."""
    from mitra.core import errors as tree
    from mitra.web.errors import ANSWERS

    lines = ["# Errors\n", MADE, "| error | code | status | meaning |", "| --- | --- | --- | --- |"]
    for name, found in inspect.getmembers(tree, inspect.isclass):
        if issubclass(found, tree.MitraError):
            status = next((ANSWERS[kind].status for kind in found.__mro__ if kind in ANSWERS), "")
            lines.append(f"| {name} | `{found.code}` | {status} | {inspect.getdoc(found).splitlines()[0]} |")
    return "\n".join(lines) + "\n"


def truth() -> str:
    """Return the policy's truth table, each cell asked of `may_read` itself."""
    from mitra.core.policy import truth

    return f"# Who reads what: the truth table\n\n{MADE}\n{truth.markdown()}"


ROW = 44
LEFT = 150
WIDTH = 860


def house() -> str:
    """Return the house as SVG: a row a room, in the order of the layers' contract, and an arc for each real import."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ][0]
    rooms = [room.strip() for layer in contract["layers"] for room in layer.split("|")]
    graph = grimp.build_graph("mitra", cache_dir=None)
    at = {room: 40 + ROW * row for row, room in enumerate(rooms)}
    height = at[rooms[-1]] + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="15">',
        "<title>The layers of Mitra: a room imports only what stands below it</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fbfaf6"/>',
    ]
    parts += [
        _arc(at[upper], at[lower])
        for upper, lower in itertools.combinations(rooms, 2)
        if graph.direct_import_exists(importer=f"mitra.{upper}", imported=f"mitra.{lower}", as_packages=True)
    ]
    for room in rooms:
        parts += _row(room, at[room])
    note = "An arc is an import; each leads down."
    parts += [f'<text x="{LEFT}" y="{height - 16}" fill="#504d45">{note}</text>', "</svg>\n"]
    return "\n".join(parts)


def _arc(top: int, bottom: int) -> str:
    bow = LEFT - 12 - (bottom - top) / 3.4
    path = f"M{LEFT} {top}C{bow:.0f} {top} {bow:.0f} {bottom} {LEFT} {bottom}"
    return f'<path d="{path}" fill="none" stroke="#0b5a5f" stroke-opacity=".45"/>'


def _row(room: str, y: int) -> list[str]:
    sign = inspect.getdoc(importlib.import_module(f"mitra.{room}")).splitlines()[0].rstrip(".")
    return [
        f'<rect x="{LEFT}" y="{y - 16}" width="120" height="32" rx="2" fill="#fff" stroke="#1b1a17"/>',
        f'<text x="{LEFT + 60}" y="{y + 5}" text-anchor="middle" font-weight="600" fill="#1b1a17">{room}</text>',
        f'<text x="{LEFT + 136}" y="{y + 5}" fill="#504d45">{html.escape(sign)}</text>',
    ]


PAGES = {
    "reference/commands.md": commands,
    "reference/errors.md": errors,
    "reference/truth-table.md": truth,
    "pictures/house.svg": house,
}


def main() -> int:
    """Write or compare every page; return 1 when `--check` finds one that differs."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mitra.config.settings")
    django.setup()
    differ = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if "--check" in sys.argv:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                differ.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if differ:
        sys.stderr.write(f"run `make docs`: {', '.join(differ)} differ from the code\n")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
