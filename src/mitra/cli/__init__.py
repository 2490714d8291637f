"""The commands of `mitra`: a thin door to queries and operations, for people and, with `--json`, for machines.

Exit codes: 0 done, 1 refused (one line says what to do), 2 nothing could be read or the command line is wrong.
"""

from __future__ import annotations

import os
import sys

import typer

from mitra.cli import members, node, proofs, realms, say, sharing, upkeep
from mitra.core.errors import MitraError

app = typer.Typer(
    name="mitra",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A regional cyber mechanism as one program: share, look up, prove.",
)
app.command("init")(node.init)
app.command("serve")(node.serve)
app.command("demo")(node.demo)
app.command("check")(node.check)
app.command("backup")(upkeep.backup)
app.command("restore")(upkeep.restore)
app.command("share")(sharing.share)
app.command("lookup")(sharing.lookup)
app.command("export")(sharing.export)
# A public name of a share may begin with a hyphen.
app.command("verify", context_settings={"ignore_unknown_options": True})(proofs.verify)
app.add_typer(members.organisations, name="org")
app.add_typer(members.circles, name="circle")
app.add_typer(members.tokens, name="token")
app.add_typer(realms.realms, name="realm")
app.add_typer(proofs.keys, name="keys")


def what_passes() -> tuple[type[Exception], ...]:
    """Return the errors among which one may be that passes by itself; Django's only where Django was needed."""
    if "django.db" not in sys.modules:
        return (OSError,)
    from django.db import DatabaseError, InterfaceError

    return (OSError, DatabaseError, InterfaceError)


def main() -> None:
    """Run one command; an anticipated error becomes one line on standard error."""
    os.umask(0o077)  # what a node keeps, its database first, is for the node's own account
    try:
        app()
    except MitraError as error:
        sys.stderr.write(f"mitra: {say.shown(str(error))}\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except what_passes() as error:
        from mitra.web.away import passing

        away = passing(error)
        if away is None:
            raise
        sys.stderr.write(f"mitra: {away}\n")
        sys.exit(1)
