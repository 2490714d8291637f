"""`mitra backup`, `mitra restore`: what an operator keeps, and gets back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mitra.cli import say
from mitra.cli.members import Json
from mitra.cli.start import choose_home, open_node, set_up

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def backup(file: BackupFile, json: Json = False) -> None:
    """Write a backup of the node while it is in use; it holds the node's keys, so keep it as you keep them."""
    now = open_node()
    from mitra.config.home import home
    from mitra.config.node import get_node
    from mitra.upkeep.backup import write_backup

    with say.doing("Backing up", is_shown=not json) as told:
        made = write_backup(file.resolve(), name=get_node(home()).name, now=now, told=told)
    size = file.stat().st_size
    if json:
        say.line({"file": str(file), "bytes": size, "seq": made.seq, "leaf": made.leaf, "made_at": made.made_at})
    else:
        say.words(f"{file}: {size / 1e6:,.0f} MB, {made.seq:,} shares, {made.leaf:,} acts.")


def restore(
    file: BackupFile,
    home: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help="The empty folder; else MITRA_HOME.")
    ] = None,
    json: Json = False,
) -> None:
    """Restore a backup into an empty home, whole or not at all."""
    from mitra.config.database import database_of
    from mitra.config.home import home as chosen
    from mitra.upkeep.restoring import unpacked_home

    choose_home(home)
    folder = chosen()
    vendor = database_of(os.environ, folder)["ENGINE"].rpartition(".")[2].removesuffix("3")
    with (
        say.doing("Restoring", is_shown=not json) as told,
        unpacked_home(file, folder, database=vendor, told=told) as facts,
    ):
        set_up()
        from mitra.upkeep.databases import load  # Django is up only now

        load(folder, facts.migrations)
    if json:
        say.line({"home": str(folder), "seq": facts.seq, "leaf": facts.leaf, "made_at": facts.made_at})
        return
    say.words(f"{facts.name} as of {facts.made_at:%Y-%m-%d %H:%M:%S} UTC: {facts.seq:,} shares, {facts.leaf:,} acts.")
    say.words("What came after that is not in it. Next: mitra check, then mitra serve.")
