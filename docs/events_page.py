"""Write the page of events, timers and jobs: what happens here is told to whom, as the program itself has it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.pulse.facts import Event
    from mitra.pulse.schemas import FieldSchema

KINDS = {"number": "number", "flag": "true or false", "instant": "instant", "id": "UUID", "code": "code"}
HEAD = """
Rooms tell one another what happened by *events*, written in the transaction of the fact and brought to each reaction
by the worker: once for rows, in the order of their subject, and tried again when a reaction fails. An event carries
ids, codes, instants and counts, never words, names or values: whoever hears it reads the thing itself, as of now.
Around each there is an envelope: id, name, version, subject, the organisation that did it, audience, realm, instant,
and the event that caused it. Events are kept for 400 days, deliveries for 30.

A *timer* rings for a subject when it is due; whoever hears it looks again whether anything is still to be done. No
state hangs on a ring: what a thing is at an instant follows from its rows and the clock (`state(rows, now)`) and is
right with the worker stopped; the ring only announces it. Every timer runs by the node's clock, an exercise's too.

A *job* runs again and again, one at a time in the whole node; one that fails is told on the page “Node” and runs in its
next turn.
"""


def page(made: str) -> str:
    """Return the page; where there is nothing of a kind, it says so."""
    return "\n".join((f"# Events, timers and jobs\n\n{made}{HEAD}", *_events(), *_timers(), *_jobs()))


def _events() -> Iterator[str]:
    from mitra.pulse.facts import event_classes
    from mitra.pulse.reactions import listeners

    found = {name: event for name, event in event_classes().items() if event.__module__.startswith("mitra.")}
    yield "## Events\n"
    if not found:
        yield "No room tells of anything yet.\n"
    for name, event in found.items():
        yield f"### `{name}`, version {event.V}\n"
        yield f"{_first_paragraph(event)}\n"
        yield from ("| field | kind | |", "| --- | --- | --- |")
        yield from map(_row, _schema(event))
        heard = ", ".join(f"`{listener}`" for listener in listeners(name)) or "nobody yet"
        yield f"\nHeard by: {heard}.\n"


def _schema(event: type[Event]) -> tuple[FieldSchema, ...]:
    from mitra.pulse.schemas import schema_of

    return schema_of(event)


def _row(field: FieldSchema) -> str:
    kind = KINDS[field.kind]
    if field.choices is not None:
        kind = "one of " + ", ".join(f"`{code}`" for code in field.choices)
    return f"| `{field.name}` | {kind} | {'may be none' if field.may_be_none else ''} |"


def _first_paragraph(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())


def _timers() -> Iterator[str]:
    from mitra.pulse.reactions import ring_of, timer_names

    names = [name for name in timer_names() if getattr(ring_of(name), "__module__", "").startswith("mitra.")]
    yield "## Timers\n"
    if not names:
        yield "Nothing rings yet.\n"
        return
    yield from ("| timer | what follows |", "| --- | --- |")
    yield from (f"| `{name}` | {_first_paragraph(ring_of(name))} |" for name in names)
    yield ""


def _jobs() -> Iterator[str]:
    from mitra.pulse.reactions import jobs

    yield "## Jobs\n"
    yield from ("| job | how often | what it does |", "| --- | --- | --- |")
    for name, job in sorted(jobs().items()):
        if getattr(job.call, "__module__", "").startswith("mitra."):
            yield f"| `{name}` | {_often(job.seconds)} | {_first_paragraph(job.call)} |"
    yield ""


def _often(seconds: int) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if seconds % length == 0:
            count = seconds // length
            return f"each {unit}" if count == 1 else f"every {count} {unit}s"
    return ""
