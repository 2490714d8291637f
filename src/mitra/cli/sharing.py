"""`mitra share`, `mitra lookup`, `mitra export`: give, ask, take."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, TypeVar

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from mitra.cli import say
from mitra.cli.members import Json
from mitra.cli.start import open_node
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Pap, Tlp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Report, Terms
    from mitra.exchange.queries import Known

As = Annotated[str, typer.Option("--as", metavar="ORG", help="In whose name: a slug or a STIX id.")]
Level = TypeVar("Level", Tlp, Pap)
READ_NOTHING = 2
EVERY_RESULT = sys.maxsize


def share(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="STIX, CSV or a report; '-' is standard input.")],
    as_: As,
    tlp: Annotated[
        str, typer.Option(metavar="LEVEL", help="red, amber+strict, amber, green or clear; without it, as marked.")
    ] = "",
    circle: Annotated[
        list[str] | None, typer.Option(metavar="C", help="A circle that reads it; may be repeated.")
    ] = None,
    pap: Annotated[
        str, typer.Option(metavar="P", help="What readers may do with it: red, amber, green or clear.")
    ] = "",
    embargo: Annotated[
        str, typer.Option(metavar="T", help="Nobody else reads it before: an ISO 8601 instant with zone.")
    ] = "",
    json: Json = False,
) -> None:
    """Share what files hold; each object ends accepted, duplicate, held or refused."""
    now = open_node()
    from mitra.community import queries as community
    from mitra.exchange import operations

    actor = community.actor_of_operator(as_)
    terms = _terms(actor, tlp=tlp, circles=circle or [], pap=pap, embargo=embargo)
    operations.check_terms(actor, terms, now=now)
    totals = {"accepted": 0, "duplicate": 0, "held": 0, "refused": 0}
    unread = 0
    for name in files:
        try:
            report = _share_one(name, actor, terms, now, quiet=json)
        except (InvalidInput, OSError) as error:
            unread += 1
            sys.stderr.write(f"mitra: {name}: {say.shown(_why_not(error))}\n")
            continue
        _tell(report, json=json)
        for outcome, count in report.totals.items():
            totals[outcome.value] += count
    if unread < len(files) or json:
        say.line(totals) if json else say.words(", ".join(f"{count:,} {outcome}" for outcome, count in totals.items()))
    if unread == len(files):
        raise typer.Exit(READ_NOTHING)


def lookup(
    values: Annotated[
        list[str] | None, typer.Argument(metavar="VALUE…", help="An address, name, hash…, defanged or not.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="F", help="A file with one value a line.")] = None,
    as_: Annotated[str, typer.Option("--as", metavar="ORG", help="Through whose eyes; without it, the public's.")] = "",
    json: Json = False,
) -> None:
    """Say whether a value is known, from whom and since when."""
    now = open_node()
    from mitra.community import queries as community
    from mitra.exchange import queries

    viewer = community.actor_of_operator(as_).viewer if as_ else community.PUBLIC
    asked = list(values or [])
    if file is not None:
        asked += _lines_of(file)
    if not asked:
        sys.stderr.write("mitra: give a value or a file of values to look up.\n")
        raise typer.Exit(READ_NOTHING)
    for known in queries.look_up(viewer, asked, now=now):
        records = _records(known)
        if json:
            say.line({"value": known.value, "known": bool(records), "records": records})
        elif not records:
            say.words(f"{known.value}: not known")
        else:
            say.words(f"{known.value}: known")
            for record in records:
                say.words(f"  {record['type']} from {record['shared_by']} since {record['since']}  {record['id']}")


def _records(known: Known) -> list[dict[str, object]]:
    """Return a line for each record and sharer, since its first version; nothing of RED."""
    lines: dict[tuple[str, str], dict[str, object]] = {}
    for found in sorted(known.records, key=lambda record: record.since):
        if found.id:
            line: dict[str, object] = {
                "id": found.id,
                "type": found.type,
                "shared_by": found.shared_by,
                "since": found.since.isoformat(),
            }
            lines.setdefault((found.id, found.shared_by), line)
    return list(lines.values())


def export(
    as_: As,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help="stix or csv.")] = "stix",
    json: Json = False,  # noqa: ARG001 - both formats are made for machines already
) -> None:
    """Write all that an organisation's machines may read to standard output."""
    now = open_node()
    from mitra.community import queries as community
    from mitra.exchange import queries

    formats = {"stix": queries.export_stix, "csv": queries.export_csv}
    if format_ not in formats:
        message = f"The format {format_!r} is not known: choose {' or '.join(sorted(formats))}."
        raise InvalidInput(message, path="format", rule="unknown-format")
    for chunk in formats[format_](community.actor_of_operator(as_).viewer, now=now):
        sys.stdout.buffer.write(chunk)


def _lines_of(file: Path) -> list[str]:
    """Return a file's lines that are not empty; the command ends here when it cannot be read."""
    try:
        return [line for raw in file.read_text(encoding="utf-8").splitlines() if (line := raw.strip())]
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"mitra: {file}: {_why_not(error)}\n")
        raise typer.Exit(READ_NOTHING) from None


def _why_not(error: Exception) -> str:
    """Return in words why a file was not read."""
    if isinstance(error, UnicodeDecodeError):
        return "This is not text in UTF-8; save it as UTF-8."
    return f"{error.strerror}." if isinstance(error, OSError) and error.strerror else str(error)


def _terms(actor: Actor, *, tlp: str, circles: list[str], pap: str, embargo: str) -> Terms:
    """Read the options into terms; raises InvalidInput naming the option."""
    from mitra.community import queries as community
    from mitra.exchange.facts import Terms

    return Terms(
        tlp=_level(Tlp, tlp, "--tlp") if tlp else None,
        circles=frozenset(community.find_circle(name, actor).id for name in circles),
        pap=_level(Pap, pap, "--pap") if pap else None,
        embargo_until=_instant(embargo) if embargo else None,
    )


def _level(levels: type[Level], word: str, option: str) -> Level:
    """Return the level that a person typed, in any case, with or without its protocol's name."""
    name = word.upper().removeprefix("TLP:").removeprefix("PAP:").replace("+", "_").replace("-", "_")
    try:
        return levels[name]
    except KeyError:
        known = ", ".join(level.name.replace("_", "+").lower() for level in levels)
        message = f"{option} {word!r} is not a level: choose one of {known}."
        raise InvalidInput(message, path=option, rule="unknown-level") from None


def _instant(text: str) -> datetime:
    """Return an aware instant; a text without a zone is refused, for nobody can know which hour was meant."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        message = f"--embargo {text!r} is not an instant with a zone: write it as 2026-11-26T09:00+07:00."
        raise InvalidInput(message, path="--embargo", rule="instant")
    return instant


def _share_one(name: str, actor: Actor, terms: Terms, now: datetime, *, quiet: bool) -> Report:
    from mitra.exchange import operations

    with _opened(name) as (source, size), _progress(name, size, quiet=quiet) as tick:
        return operations.share(actor, source, terms, filename=name, now=now, progress=tick, keep=EVERY_RESULT)


@contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """Open a file, or standard input for '-', with its size where there is one."""
    if name == "-":
        yield sys.stdin.buffer, None
        return
    path = Path(name)
    with path.open("rb") as file:
        yield file, path.stat().st_size


@contextmanager
def _progress(name: str, size: int | None, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Show how many bytes were read, to a person at a terminal only."""
    if quiet or not sys.stderr.isatty():
        with nullcontext():
            yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(name, total=size)
        yield lambda done: bar.update(task, completed=done)


def _tell(report: Report, *, json: bool) -> None:
    """Say a line for each object that was not accepted."""
    for result in report.results:
        if json:
            say.line(
                {
                    "id": result.id,
                    "line": result.line,
                    "outcome": result.outcome.value,
                    "reason": result.reason,
                    "path": result.path,
                }
            )
        else:
            where = f"line {result.line}" if result.line is not None else result.path
            say.words(f"{result.outcome.value:9}  {result.id or '-'}  {where}  {result.reason}")
