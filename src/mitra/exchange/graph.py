"""Lay out what a record is tied to as a small drawing: the record in the middle, its ties at both sides.

Pure arithmetic; the template draws.  More ties than `MOST_NODES` are not drawn at all: the table says the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mitra.exchange import telling
from mitra.web.templatetags.show import disarmed

if TYPE_CHECKING:
    from mitra.exchange.queries import Relations

MOST_NODES: Final = 16
WIDTH, ROW_HEIGHT, MIDDLE = 680, 56, 340
LEFT, RIGHT = 170, 510
NAME_CHARACTERS: Final = 22
SHAPES: Final = {"campaign": "square", "report": "square", "grouping": "square", "intrusion-set": "square"}


@dataclass(frozen=True, slots=True)
class Node:
    """One tied record: where it stands, what it is called, and the words on the line to it."""

    ref: str
    name: str
    verb: str
    shape: str
    x: int
    y: int
    text_x: int
    anchor: str
    verb_x: int
    verb_y: int


@dataclass(frozen=True, slots=True)
class Graph:
    """The drawing, with its own measures."""

    height: int
    middle: int
    nodes: tuple[Node, ...]


def graph_of(relations: Relations) -> Graph | None:
    """Return the drawing, or None where there is nothing to draw or too much."""
    drawn = [(line, line.other) for line in relations.items if line.other is not None and not line.other.is_red]
    if not 1 < len(drawn) <= MOST_NODES or relations.more:
        return None
    rows = -(-len(drawn) // 2)
    height = rows * ROW_HEIGHT + 8
    middle = height // 2
    nodes = []
    for at, (line, other) in enumerate(drawn):
        is_left = at < rows
        here = rows if is_left else len(drawn) - rows
        place = at if is_left else at - rows
        y = round(middle + (place - (here - 1) / 2) * ROW_HEIGHT)
        x = LEFT if is_left else RIGHT
        nodes.append(
            Node(
                ref=other.ref,
                name=shorten(disarmed(other.title)),
                verb=telling.relation_words(line.how, is_outgoing=line.is_outgoing),
                shape=SHAPES.get(other.type, "circle"),
                x=x,
                y=y,
                text_x=x - 18 if is_left else x + 18,
                anchor="end" if is_left else "start",
                verb_x=(x + MIDDLE) // 2,
                verb_y=(y + middle) // 2 + 4,
            )
        )
    return Graph(height, middle, tuple(nodes))


def shorten(title: str) -> str:
    """Return the first words of a title, whole words where it has spaces, with a sign that it goes on."""
    if len(title) <= NAME_CHARACTERS:
        return title
    head = title[: NAME_CHARACTERS + 1].rpartition(" ")[0]
    return f"{head or clusters(title)}…"


def clusters(title: str) -> str:
    """Return the beginning of a text without spaces, cut before a sign that stands by itself, not inside one."""
    end = NAME_CHARACTERS
    while end > 1 and not title[end].isalnum():
        end -= 1
    return title[:end]
