"""`mitra realm`: the realms of exercises; the real one is 0 and is not made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mitra.cli import say
from mitra.cli.members import Json
from mitra.cli.start import open_node

if TYPE_CHECKING:
    from mitra.community.facts import Actor

realms = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Realms of exercises; 0 is the real one.")

REAL = {"number": 0, "name": "real"}


def _centre() -> Actor:
    from mitra.community import queries

    return queries.actor_of_operator(queries.get_centre().slug)


@realms.command("new")
def new_realm(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The exercise's name, in any script.")],
    json: Json = False,
) -> None:
    """Make the realm of an exercise: what is shared in it, nobody reads outside it."""
    now = open_node()
    from mitra.community import operations, queries

    number = operations.new_realm(name, by=_centre(), now=now)
    made = next(realm for realm in queries.list_realms(_centre()) if realm.number == number)
    if json:
        say.line({"number": made.number, "name": made.name})
    else:
        say.words(f"Realm {made.number}: {made.name}")


@realms.command("list")
def list_realms(json: Json = False) -> None:
    """List the realms of this node, the real one first."""
    open_node()
    from mitra.community import queries

    lines = [REAL, *({"number": one.number, "name": one.name} for one in queries.list_realms(_centre()))]
    if json:
        say.lines(lines)
    else:
        say.table(("number", "name"), ((str(one["number"]), str(one["name"])) for one in lines))
