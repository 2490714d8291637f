"""Step 4: from a valid object to a record: canonical bytes, atoms, references, a title for lists.

The object is read here for the last time; everything later works on the record.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from mitra.core.stix.atoms import atoms_of
from mitra.core.stix.printing import print_record
from mitra.core.stix.references import references_of
from mitra.core.stix.versions import version_of
from mitra.exchange.intake.batch import Item
from mitra.store.facts import NewRecord

if TYPE_CHECKING:
    from mitra.exchange.intake.batch import Piece, Stix

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


def record_of(piece: Piece) -> Item:
    """Return the item with its record; raises InvalidInput where canonical JSON cannot say it."""
    obj = piece.obj
    printed = print_record(obj)
    atoms = atoms_of(obj)
    record = NewRecord(
        stix_id=obj["id"],
        type=obj["type"],
        modified=version_of(obj),
        created_by=obj.get("created_by_ref", ""),
        digest=printed.digest,
        raw=printed.raw,
        marking_at=printed.marking_at,
        title=title_of(obj),
        atoms=atoms.atoms,
        networks=atoms.networks,
        refs=references_of(obj),
    )
    return Item(piece.path, piece.line, obj, record)


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
