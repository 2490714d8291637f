"""`mitra share`, `mitra lookup`, `mitra export`: give, ask, take."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from datetime import datetime
from itertools import chain
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
    from mitra.exchange import operations, queries
    from mitra.store.handed.facts import Channel

    actor = community.actor_of_operator(as_) if as_ else None
    viewer = community.PUBLIC if actor is None else actor.viewer
    asked = chain(map(_readable, values or ()), _lines_of(file) if file else ())
    first = next(asked, "")
    if not first:
        sys.stderr.write("mitra: give a value or a file of values to look up.\n")
        raise typer.Exit(READ_NOTHING)
    hand = operations.hand_to(actor, Channel.LOOKUP, now=now)
    answers = queries.look_up_briefly(viewer, chain([first], asked), hand=hand, now=now)
    if json:
        say.lines(answers)
        return
    for answer in answers:
        say.words(f"{answer['value']}: {'known' if answer['known'] else 'not known'}")
        for record in answer["records"]:
            since = record["since"].isoformat()
            say.words(f"  {record['type']} from {record['shared_by']} since {since}  {record['id']}")


def export(
    as_: As,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help="stix or csv.")] = "stix",
    json: Json = False,  # noqa: ARG001 - both formats are made for machines already
) -> None:
    """Write all that an organisation's machines may read to standard output."""
    now = open_node()
    from mitra.community import queries as community
    from mitra.exchange import operations, queries
    from mitra.store.handed.facts import Channel

    formats = {"stix": queries.export_stix, "csv": queries.export_csv}
    if format_ not in formats:
        message = f"The format {format_!r} is not known: choose {' or '.join(sorted(formats))}."
        raise InvalidInput(message, path="format", rule="unknown-format")
    actor = community.actor_of_operator(as_)
    hand = operations.hand_to(actor, Channel.EXPORT, now=now)
    for chunk in formats[format_](actor.viewer, hand=hand, now=now):
        sys.stdout.buffer.write(chunk)


def _lines_of(file: Path) -> Iterator[str]:
    """Yield a file's lines that are not empty, as they are read; the command ends where it cannot be read."""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            yield from filter(None, map(str.strip, lines))
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"mitra: {file}: {_why_not(error)}\n")
        raise typer.Exit(READ_NOTHING) from None


def _readable(typed: str) -> str:
    """Return a word of the command line as text, whatever its bytes were."""
    return typed.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


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
