"""What opens a leaf: an act's body and salt, and a reader's path to a record; the `extra` of Mitra's proof files.

Nothing in it is believed: body, salt and time must hash to the leaf, the record to the root that the body names.  So
whoever changes a byte of it, or of the record, proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from mitra.core.errors import InvalidInput
from mitra.core.ledger.act_tree import HASH_BYTES, TreePath, verify
from mitra.core.ledger.commitment import SALT_BYTES, canonical_body, commit, entry
from mitra.core.ledger.lines import decode_base64, encode_base64
from mitra.core.ledger.tree import leaf_hash

OPENING_BYTES = 524_288


@dataclass(frozen=True, slots=True)
class Aside:
    """What the author's organisation alone is told of an act, with the salt under which the body commits to it."""

    words: str
    salt: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """An act's canonical body, its salt and its coarse time; `line` leads from one record to the root in the body."""

    body: bytes
    salt: bytes
    t: int
    line: TreePath | None = None
    aside: Aside | None = None

    @property
    def leaf(self) -> bytes:
        """The leaf hash of the act: what a proof must lead from."""
        return leaf_hash(entry(commit(self.body, self.salt), self.t))

    @property
    def root(self) -> bytes | None:
        """The root of the act's own tree, as its body names it; None when it names none."""
        said = _parsed(self.body)
        root = decode_base64(said["root"]) if isinstance(said, dict) and isinstance(said.get("root"), str) else None
        return root if root is not None and len(root) == HASH_BYTES else None

    @property
    def has_true_aside(self) -> bool:
        """Return whether the body commits to the aside that is given; True where none is given."""
        said = _parsed(self.body)
        given = self.aside
        if given is None or not isinstance(said, dict):
            return given is None
        return said.get("aside") == encode_base64(commit(given.words.encode(), given.salt))

    def names(self, digest: bytes) -> bool:
        """Return whether the act names the record of this SHA-256 digest, for the audience of the line."""
        root = self.root
        return self.line is not None and root is not None and verify(self.line, digest, root)


def write_opening(opening: Opening) -> bytes:
    """Return the RFC 8785 bytes of an opening; InvalidInput when they would not be read back."""
    try:
        data = canonical_body(_said(opening))
    except (ValueError, orjson.JSONEncodeError):
        raise _refused() from None
    if len(data) > OPENING_BYTES or len(opening.salt) != SALT_BYTES or opening.t < 0:
        raise _refused()
    return data


def _said(opening: Opening) -> dict[str, object]:
    line, aside = opening.line, opening.aside
    said: dict[str, object] = {
        "body": opening.body.decode(),
        "line": None if line is None else _printed_line(line),
        "salt": encode_base64(opening.salt),
        "t": opening.t,
        "v": 1,
    }
    if aside is not None:
        said["aside"] = {"salt": encode_base64(aside.salt), "words": aside.words}
    return said


def read_opening(data: bytes) -> Opening:
    """Return what an opening holds, none of it checked against a leaf; InvalidInput unless it is printed as here."""
    said = _parsed(data) if len(data) <= OPENING_BYTES else None
    try:
        opening = _opening(said) if isinstance(said, dict) else None
        if opening is None or write_opening(opening) != data:
            raise _refused()
    except (KeyError, UnicodeEncodeError):
        raise _refused() from None
    return opening


def _opening(said: dict[str, object]) -> Opening:
    body, t, line = said["body"], said["t"], said["line"]
    if not isinstance(body, str) or type(t) is not int or not isinstance(line, dict | None):
        raise _refused()
    aside = said.get("aside")
    if not isinstance(aside, dict | None):
        raise _refused()
    return Opening(
        body.encode(),
        _bytes(said["salt"]),
        t,
        None if line is None else _read_line(line),
        None if aside is None else _read_aside(aside),
    )


def _read_aside(aside: dict[str, object]) -> Aside:
    words = aside["words"]
    if not isinstance(words, str):
        raise _refused()
    return Aside(words, _bytes(aside["salt"]))


def _printed_line(line: TreePath) -> dict[str, object]:
    return {
        "audience": encode_base64(line.audience),
        "line_place": line.line_place,
        "line_salt": encode_base64(line.line_salt),
        "line_siblings": [encode_base64(each) for each in line.line_siblings],
        "node_place": line.node_place,
        "node_salt": encode_base64(line.node_salt),
        "node_siblings": [encode_base64(each) for each in line.node_siblings],
    }


def _read_line(line: dict[str, object]) -> TreePath:
    return TreePath(
        audience=_bytes(line["audience"]),
        line_salt=_bytes(line["line_salt"]),
        line_place=_place(line["line_place"]),
        line_siblings=_hashes(line["line_siblings"]),
        node_salt=_bytes(line["node_salt"]),
        node_place=_place(line["node_place"]),
        node_siblings=_hashes(line["node_siblings"]),
    )


def _place(value: object) -> int:
    if type(value) is not int:
        raise _refused()
    return value


def _hashes(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise _refused()
    return tuple(_bytes(each) for each in value)


def _bytes(value: object) -> bytes:
    data = decode_base64(value) if isinstance(value, str) else None
    if data is None:
        raise _refused()
    return data


def _parsed(data: bytes) -> object:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def _refused() -> InvalidInput:
    message = "What comes with this proof does not open an act of Mitra: take the proof again from the node."
    return InvalidInput(message, path="extra", rule="opening")
