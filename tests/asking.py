"""How a door is asked: what a walker knows of a thing, one request, and the ways of making several of them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE, PUBLIC, MACHINE = "page", "public", "machine"


@dataclass(frozen=True)
class Target:
    """What a walker knows of a thing: its public ref, its STIX id, its value, its bytes."""

    ref: str
    stix_id: str
    value: str
    word: str
    object: dict
    held: str
    """The id of a held item, a UUID."""
    person: str
    """The ref of a person of another organisation."""
    credential: str
    thing: str
    """The id of a notice on the board."""
    case: str
    circle: str
    """The short name of a circle that one is not in."""
    number: str
    """The number under which people speak of it."""
    slug: str
    """The short name of an organisation or a circle."""
    task: str
    """The id of a task in a case."""
    entry: str
    """The id of an entry of a case, which only its own organisation reads."""
    letter: str
    """The ref of a message or a letter in somebody else's inbox."""

    def words(self) -> dict[str, str]:
        """Return what addresses and forms are filled with."""
        return {
            "ref": self.ref,
            "id": self.stix_id,
            "value": self.value,
            "word": self.word,
            "held": self.held,
            "person": self.person,
            "credential": self.credential,
            "slug": self.slug,
            "thing": self.thing,
            "case": self.case,
            "number": self.number,
            "circle": self.circle,
            "entry": self.entry,
            "letter": self.letter,
            "task": self.task,
        }


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    data: dict | bytes | None = None
    content_type: str = ""
    changes: bool = False
    """It may write, so it stands at the end of a walk."""


@dataclass(frozen=True)
class Door:
    """A URL by its name, who is let in at all, and the requests that are worth trying on it."""

    name: str
    kind: str
    asks: Callable[[Target], list[Ask]]


def at(*paths: str) -> Callable[[Target], list[Ask]]:
    """Ask these addresses, with the target's words filled in."""
    return lambda target: [Ask("GET", path.format(**target.words())) for path in paths]


def send(path: str, **fields: str) -> Callable[[Target], list[Ask]]:
    """Send a form to an address, with the target's words filled in."""

    def asks(target: Target) -> list[Ask]:
        words = target.words()
        data = {name: text.format(**words) for name, text in fields.items()}
        return [Ask("GET", path.format(**words)), Ask("POST", path.format(**words), data, changes=True)]

    return asks


def post_objects(collection: str) -> Callable[[Target], list[Ask]]:
    """Post what is hidden: the same bytes, and the same id with other bytes."""

    def asks(target: Target) -> list[Ask]:
        other = {**target.object, "name": "another name"}
        unsigned = {name: value for name, value in target.object.items() if name != "created_by_ref"}
        referring = {
            "type": "note",
            "spec_version": "2.1",
            "id": f"note--{uuid.uuid5(uuid.NAMESPACE_URL, target.stix_id)}",
            "created": "2026-11-20T00:00:00.000Z",
            "modified": "2026-11-20T00:00:00.000Z",
            "content": "ເບິ່ງນີ້",
            "object_refs": [target.stix_id],
        }
        return [
            Ask(
                "POST",
                f"/taxii2/mitra/collections/{collection}/objects/",
                json.dumps({"objects": [one]}).encode(),
                "application/taxii+json;version=2.1",
                changes=True,
            )
            for one in (target.object, other, unsigned, {**unsigned, "name": "another name"}, referring)
        ]

    return asks


def taxii(*paths: str) -> Callable[[Target], list[Ask]]:
    """Ask a path of each general collection."""
    return at(*(f"/taxii2/mitra/collections/{one}/{path}" for one in ("all", "quiet") for path in paths))


REST = "/api/v1/"
TEXT = "text/plain"


def sent(method: str, path: str, **said: object) -> Callable[[Target], list[Ask]]:
    """Send JSON to an address of the API, with the target's words filled in."""

    def asks(target: Target) -> list[Ask]:
        words = target.words()
        body = json.dumps(said).replace("{slug}", words["slug"]).replace("{word}", words["word"])
        return [Ask(method, REST + path.format(**words), body.encode(), "application/json", changes=True)]

    return asks


def post_to(path: str) -> Callable[[Target], list[Ask]]:
    """Send what is hidden to an address of the API: the same bytes, and the same id with other bytes."""

    def asks(target: Target) -> list[Ask]:
        bodies = (target.object, {**target.object, "name": "another name"})
        bundles = [json.dumps({"type": "bundle", "objects": [one]}).encode() for one in bodies]
        return [Ask("POST", REST + path, bundle, "application/json", changes=True) for bundle in bundles]

    return asks
