"""`mitra init`, `mitra serve`, `mitra demo`, `mitra check`: a node is made, runs, shows itself, examines itself."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mitra.cli import say
from mitra.cli.members import Json
from mitra.cli.start import choose_home, open_node, set_up
from mitra.core.errors import Conflict, InvalidInput

MOUNTS = Path("/proc/mounts")
NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "fuse.sshfs",
    "glusterfs",
    "ceph",
    "afs",
    "lustre",
}
Port = Annotated[int, typer.Option(metavar="P", min=1, max=65_535, help="The port.")]


def init(
    home: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help="The node's folder; else MITRA_HOME.")
    ] = None,
    preset: Annotated[str, typer.Option(metavar="PRESET", help="asean: the centre and eleven national CSIRTs.")] = "",
    name: Annotated[
        str, typer.Option(metavar="NAME", help="The node's name for ever, as hub.example.")
    ] = "hub.example",
    json: Json = False,
) -> None:
    """Make a node: keys, database, the centre, the first administrator."""
    from mitra.config.home import home as chosen
    from mitra.config.node import Node, check_name, find_node, write_node

    choose_home(home)
    check_name(name)
    folder = chosen()
    if find_node(folder) is not None:
        message = f"There is a node in {folder} already; give --home another folder."
        raise Conflict(message)
    refuse_network_file_system(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    set_up()
    from django.core.management import call_command

    from mitra.community import operations
    from mitra.store.fitness import check_emptiness

    check_emptiness()

    call_command("migrate", verbosity=0)
    founded = operations.found_node(name, preset=preset, now=now)
    write_node(folder, Node(name=name, made_at=now))
    person = {
        "email": founded.administrator.person.email,
        "password": founded.administrator.password,
        "organisation": founded.centre.slug,
        "role": "administrator",
    }
    if json:
        say.line({"url": None, "home": str(folder), "people": [person], "credentials": []})
        return
    say.words(f"{name} is made in {folder}, with {say.counted(len(founded.members), 'member')}.")
    say.words(f"First administrator: {person['email']}, password {person['password']} (shown this once).")
    say.words(f"Next: MITRA_HOME={folder} mitra serve" if home is not None else "Next: mitra serve")


def refuse_network_file_system(folder: Path, mounts_file: Path = MOUNTS) -> None:
    """Raise InvalidInput where SQLite's locks cannot be trusted (GROUND 2.7)."""
    try:
        mounts = [line.split()[1:3] for line in mounts_file.read_text(encoding="utf-8").splitlines()]
    except OSError:  # not Linux: nothing to read, so nothing to refuse
        return
    path = str(folder.resolve())
    under = [(point, kind) for point, kind in mounts if path == point or path.startswith(point.rstrip("/") + "/")]
    kind = max(under, key=lambda mount: len(mount[0]))[1] if under else ""
    if kind in NETWORK_FILE_SYSTEMS:
        message = f"{folder} is on a network file system ({kind}), which can lose the database: choose a local disk."
        raise InvalidInput(message, path="home", rule="network-file-system")


def serve(
    host: Annotated[str, typer.Option(metavar="H", help="The address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve the node on one port until it is told to stop."""
    open_node()
    from mitra.cli.serve import serve as run

    run(host, port)


def demo(
    port: Port = 8000,
    once: Annotated[bool, typer.Option("--once", help="Load it, check itself, report, end with 0 or 1.")] = False,
    json: Json = False,
) -> None:
    """Show a throw-away node with the region's members, real indicators and a story."""
    import signal
    import tempfile

    # Being told to stop is one way out, by whichever signal, in the background too: the server ends, the folder goes.
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="mitra-demo-") as folder:
            os.environ["MITRA_HOME"] = folder
            set_up()
            from mitra.demo.run import run
            from mitra.store.fitness import check_emptiness

            check_emptiness()

            ended = run(port=port, is_once=once, is_json=json)
    except KeyboardInterrupt:
        ended = 0
    raise typer.Exit(ended)


def check(
    json: Json = False,
    mend: Annotated[
        bool, typer.Option("--mend", help="First make rows again that do not say what their record says.")
    ] = False,
) -> None:
    """Examine what is at rest: records, rows, shares, atoms and acts agree, or it is said what does not."""
    open_node()
    from mitra.upkeep.examining import examine, mend_rows

    mended = mend_rows() if mend else 0
    report = examine()
    if json:
        say.line({"checked": report.checked, "faults": list(report.faults), "mended": mended})
    else:
        if mend:
            say.words(f"made again from its record: {mended:,} rows")
        for fault in report.faults:
            say.words(f"fault: {fault}")
        counts = ", ".join(f"{count:,} {what}" for what, count in report.checked.items())
        say.words(f"{counts}: {'all agree' if not report.faults else f'{len(report.faults)} faults'}")
    if report.faults:
        raise typer.Exit(1)
