"""Print a record once, so that every later serving is a concatenation.

A record's bytes are the object's canonical JSON without its TLP references: those are handling and belong to the share,
not to the content.  What is served carries the audience's reference again.  Promises, each a property test:

* `splice` parses nothing and copies `raw` unchanged around the reference;
* what it gives is canonical JSON, and equals the object that came in but for its TLP references;
* one content, one digest, whatever TLP it was sent with.

Where the reference goes is told by the bytes beside `marking_at`, so one number is all that must be kept:

    before the offset   at the offset   the object has                 spliced in
    `[`                 `"`             other markings                 `"<id>",` as their first
    `{` or `,`          `"`             none, a later name follows     `"object_marking_refs":["<id>"],`
    `{`                 `}`             no name at all                 `"object_marking_refs":["<id>"]`
    anything else       `}`             none, and no later name        `,"object_marking_refs":["<id>"]`
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput
from mitra.core.stix.canonical import canonical
from mitra.core.stix.facts import Printed
from mitra.core.stix.markings import LEVEL_OF_ID, TLP2_IDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.core.stix.shape import Shape

_MARKINGS = "object_marking_refs"
_OPENED = f'"{_MARKINGS}":['.encode()
_BEFORE_FIRST = len(_OPENED)
_EMPTY = _OPENED + b"]"
_TLP = frozenset(LEVEL_OF_ID)
_QUOTED = {name: f'"{stix_id}"'.encode() for level, stix_id in TLP2_IDS.items() for name in (level, stix_id)}
_FIRST = {name: quoted + b"," for name, quoted in _QUOTED.items()}
_NAMED = {name: b'"%b":[%b]' % (_MARKINGS.encode(), quoted) for name, quoted in _QUOTED.items()}
_OPEN_LIST, _OPEN, _CLOSE, _COMMA = b"[{},"


def print_record(obj: Mapping[str, object], shape: Shape | None = None) -> Printed:
    """Return the record's bytes, where its marking goes, and the digest; `shape` is the object's, where it is known.

    Raises InvalidInput when `object_marking_refs` is not a list, or the object cannot be written as canonical JSON.
    """
    refs = obj.get(_MARKINGS, ())
    if not isinstance(refs, (list, tuple)):
        raise InvalidInput("`object_marking_refs` is a list of ids.", path=f"/{_MARKINGS}", rule="markings")
    others = [ref for ref in refs if not (isinstance(ref, str) and ref in _TLP)]
    # With the name in its place, its place is found; where nothing but TLP stood under it, it goes again.
    raw = canonical({**obj, _MARKINGS: others}, shape)
    at = raw.find(_OPENED)
    if raw.find(_OPENED, at + _BEFORE_FIRST) > 0:
        at = _place_among(obj)
    if others:
        marking_at = at + _BEFORE_FIRST
    else:
        raw, marking_at = _without_markings(raw, at)
    return Printed(raw, marking_at, sha256(raw).digest())


def _place_among(obj: Mapping[str, object]) -> int:
    """Return where the markings of an object stand in its bytes: after all names that sort before theirs."""
    before = {name: value for name, value in obj.items() if name < _MARKINGS}
    return len(canonical({**before, _MARKINGS: []})) - len(_EMPTY) - 1


def _without_markings(raw: bytes, at: int) -> tuple[bytes, int]:
    """Return the bytes without the empty list of markings and one of its commas, and where a marking goes now."""
    after = at + len(_EMPTY)
    if raw[after] == _COMMA:
        return raw[:at] + raw[after + 1 :], at
    before = at - 1 if raw[at - 1] == _COMMA else at
    return raw[:before] + raw[after:], before


def splice(raw: bytes, marking_at: int, tlp: str) -> bytes:
    """Return the record as it is served at that level, given as a label (`TLP:GREEN`) or as a TLP 2.0 id."""
    before = raw[marking_at - 1]
    if before == _OPEN_LIST:
        marking = _FIRST[tlp]
    elif raw[marking_at] != _CLOSE:
        marking = _NAMED[tlp] + b","
    elif before == _OPEN:
        marking = _NAMED[tlp]
    else:
        marking = b"," + _NAMED[tlp]
    return raw[:marking_at] + marking + raw[marking_at:]
