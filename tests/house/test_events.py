"""What rooms tell one another changes as GROUND 3.10 says: fields are added with a default, or it is the next version.

`events.json` beside this file is what was agreed; whoever changes an event changes it there too, by hand, after
reading what this test says.
"""

import json
from pathlib import Path

import django
import pytest

django.setup()

from mitra.pulse.facts import Event, event_classes  # noqa: E402
from mitra.pulse.schemas import schema_of  # noqa: E402

AGREED = Path(__file__).parent / "events.json"


def described(event):
    """One event as the snapshot has it: its version, and each field with its kind, `?` and `=` for None and default."""
    fields = {
        field.name: field.kind
        + ("?" if field.may_be_none else "")
        + ("=" if field.has_default else "")
        + (" " + " ".join(sorted(field.choices)) if field.choices else "")
        for field in schema_of(event)
    }
    return {"v": event.V, "fields": fields}


def faults(before, after, *, has_upcast):
    """Why one description may not become another, if it may not."""
    if after["v"] == before["v"]:
        changed = {name for name, kind in before["fields"].items() if not widens(kind, after["fields"].get(name))}
        needed = {name for name in after["fields"].keys() - before["fields"].keys() if "=" not in after["fields"][name]}
        return [f"{name} changed: that is the next version" for name in sorted(changed)] + [
            f"{name} has no default" for name in sorted(needed)
        ]
    if after["v"] != before["v"] + 1:
        return [f"version {after['v']} follows {before['v']}"]
    return [] if has_upcast else ["it cannot read its former version: it has no upcast"]


def widens(before, after):
    """Whether every value of a field's former kind is one of its present kind: codes may be added to choose from."""
    if after is None:
        return False
    (kind, *codes), (now, *more) = before.split(" "), after.split(" ")
    return kind == now and set(codes) <= set(more) and bool(codes) == bool(more)


def ours():
    return {name: kind for name, kind in event_classes().items() if kind.__module__.startswith("mitra.")}


def test_events_are_what_was_agreed():
    agreed, found = json.loads(AGREED.read_text(encoding="utf-8")), ours()
    wrong = [
        f"{name}: {fault}"
        for name, before in agreed.items()
        if name in found
        for fault in faults(
            before, described(found[name]), has_upcast=found[name].upcast.__func__ is not Event.upcast.__func__
        )
    ]
    assert wrong == []
    # Only now, with nothing wrong, may the file be changed to what this shows.
    assert {name: described(kind) for name, kind in found.items()} == agreed


CASE = {"v": 1, "fields": {"case": "number", "to": "code high low", "by": "number?="}}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, []),
        ({"since": "instant="}, []),
        ({"since": "instant?"}, ["since has no default"]),
        ({"case": None}, ["case changed: that is the next version"]),
        ({"case": "number?"}, ["case changed: that is the next version"]),
        ({"to": "code high low none"}, []),
        ({"to": "code high"}, ["to changed: that is the next version"]),
        ({"to": "code"}, ["to changed: that is the next version"]),
    ],
)
def test_a_version_only_grows(fields, said):
    after = {name: kind for name, kind in (CASE["fields"] | fields).items() if kind}
    assert faults(CASE, {"v": 1, "fields": after}, has_upcast=False) == said


@pytest.mark.parametrize(
    ("v", "has_upcast", "is_allowed"), [(2, True, True), (2, False, False), (3, True, False), (0, True, False)]
)
def test_the_next_version_reads_the_one_before(v, has_upcast, is_allowed):
    assert (faults(CASE, {"v": v, "fields": {}}, has_upcast=has_upcast) == []) is is_allowed


def test_a_description_says_everything():
    from pulse_room import CaseOpened

    assert described(CaseOpened) == {
        "v": 1,
        "fields": {"case": "number", "severity": "code?= high low", "opened_at": "instant?="},
    }
