"""Step 3: from an object to a record: canonical bytes first, then atoms, references and a title for lists."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Audience, Tlp
from mitra.core.stix.atoms import atoms_of
from mitra.core.stix.printing import print_record
from mitra.core.stix.references import references_of
from mitra.core.stix.versions import version_of
from mitra.exchange.intake.batch import Item, Piece
from mitra.store.facts import NewRecord

if TYPE_CHECKING:
    from mitra.core.stix.shape import Shape
    from mitra.exchange.intake.batch import Stix

OWN: Final = Audience(Tlp.AMBER_STRICT)
"""Nobody but the owner: the audience of an item that has none yet."""

TITLE_CHARACTERS: Final = 200
TITLES: Final = (
    "name",
    "pattern",
    "value",
    "abstract",
    "subject",
    "path",
    "key",
    "display_name",
    "account_login",
    "user_id",
    "content",
    "explanation",
    "command_line",
    "relationship_type",
    "opinion",
    "serial_number",
)
"""What names an object in a list, likeliest first."""

_JOINERS: Final = "\u200c\u200d"


def item_of(piece: Piece) -> Item:
    """Return the object as bytes; raises InvalidInput where canonical JSON cannot say it, or it has no type or id."""
    obj = piece.obj
    stix_id, kind = obj.get("id"), obj.get("type")
    if not isinstance(stix_id, str) or not isinstance(kind, str):
        raise InvalidInput("A STIX object has a type and an id.", rule="stix-required")
    raw, marking_at, digest = print_record(obj, piece.shape)
    author, has_empty_markings = obj.get("created_by_ref", ""), obj.get("object_marking_refs") == []
    return Item(
        piece.path,
        piece.line,
        stix_id,
        kind,
        version_of(obj),
        author,
        digest,
        raw,
        marking_at,
        has_empty_markings,
        OWN,
    )


def describe(item: Item, obj: Stix, shape: Shape | None) -> None:
    """Put down what is asked of an item later: its title, what it speaks about and refers to, whether it blocks."""
    item.title = title_of(obj)
    item.said = atoms_of(obj)
    item.refs = references_of(obj, shape)
    if item.type == "indicator":
        kinds = obj.get("indicator_types")
        item.would_block = obj.get("revoked") is not True and not (isinstance(kinds, list) and "benign" in kinds)


def described(obj: Stix) -> Item:
    """Return an object that was read before, with everything that its record needs."""
    item = item_of(Piece("", None, obj))
    describe(item, obj, None)
    return item


def record_of(item: Item) -> NewRecord:
    """Return the record that the item becomes."""
    return NewRecord(
        item.stix_id,
        item.type,
        item.modified,
        item.created_by,
        item.digest,
        item.raw,
        item.marking_at,
        item.title,
        item.said.atoms,
        item.said.networks,
        item.refs,
    )


def title_of(obj: Stix) -> str:
    """Return a few words for a list, never cut within a letter and its marks."""
    for name in TITLES:
        text = obj.get(name)
        if isinstance(text, str) and text.strip():
            return cut(" ".join(text.split()), TITLE_CHARACTERS)
    hashes = obj.get("hashes")
    if isinstance(hashes, dict) and hashes:
        return cut(str(next(iter(hashes.values()))), TITLE_CHARACTERS)
    number = obj.get("number")
    return f"AS{number}" if isinstance(number, int) else ""


def _leans(sign: str) -> bool:
    """Return whether a sign belongs to the letter before it."""
    return sign in _JOINERS or unicodedata.category(sign).startswith("M")


def cut(text: str, characters: int) -> str:
    """Return at most so many characters; a letter is never parted from its vowel signs, tones and joiners."""
    if len(text) <= characters:
        return text
    end = characters - 1
    while end and (_leans(text[end]) or text[end - 1] in _JOINERS):
        end -= 1
    return text[:end].rstrip() + "…"
