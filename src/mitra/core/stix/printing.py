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

_MARKINGS = "object_marking_refs"
_BEFORE_FIRST = len(f'"{_MARKINGS}":[')
_QUOTED = {name: f'"{stix_id}"'.encode() for level, stix_id in TLP2_IDS.items() for name in (level, stix_id)}
_FIRST = {name: quoted + b"," for name, quoted in _QUOTED.items()}
_NAMED = {name: b'"%b":[%b]' % (_MARKINGS.encode(), quoted) for name, quoted in _QUOTED.items()}
_OPEN_LIST, _OPEN, _CLOSE = b"[{}"


def print_record(obj: Mapping[str, object]) -> Printed:
    """Return the record's bytes, where its marking goes, and the digest.

    Raises InvalidInput when `object_marking_refs` is not a list, or the object cannot be written as canonical JSON.
    """
    own = dict(obj)
    refs = own.pop(_MARKINGS, [])
    if not isinstance(refs, list):
        raise InvalidInput("`object_marking_refs` is a list of ids.", path=f"/{_MARKINGS}", rule="markings")
    others = [ref for ref in refs if not (isinstance(ref, str) and ref in LEVEL_OF_ID)]
    if others:
        own[_MARKINGS] = others
    raw = canonical(own)
    marking_at = _offset_of_first_from_markings(own, raw) + (_BEFORE_FIRST if others else 0)
    return Printed(raw=raw, marking_at=marking_at, digest=sha256(raw).digest())


def _offset_of_first_from_markings(own: Mapping[str, object], raw: bytes) -> int:
    """Return where the first name stands that sorts at or after `object_marking_refs`, else the closing brace."""
    following = [name for name in own if name >= _MARKINGS]
    if following and (first := min(following)).isascii():
        # Found by its spelling when that stands once in the bytes; nearly always.
        quoted = canonical(first) + b":"
        if raw.count(quoted) == 1:
            return raw.index(quoted)
    return len(raw) - len(canonical({name: own[name] for name in following})) + 1


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
