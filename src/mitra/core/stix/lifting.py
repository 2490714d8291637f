"""Lift STIX 2.0 objects to 2.1, so that everything behind this door knows one version only.

What an object says stays; only how it says it changes, as the revision notes of STIX 2.1 have it:

1. every object says `spec_version`, and `created` and `modified` have milliseconds;
2. vocabulary words leave `labels` for the type's own property (`indicator_types`, …); tags stay labels;
3. an indicator says `pattern_type`, a malware says that it is a family (2.0 knew no samples);
4. the observables inside an observed-data become objects of their own, under the id that follows from what they are,
   with their properties' new names, marked as their observed-data was;
5. a granular marking whose selector selects nothing any more marks the whole object: never less than before.

Ids are kept.  Lifting the same object twice gives the same bytes: the UUID of an observable that nothing identifies
is drawn from its observed-data's id.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mitra.core.errors import InvalidInput
from mitra.core.stix.canonical import canonical
from mitra.core.stix.ids import CONTRIBUTING, is_id, make_id, observable_id
from mitra.core.stix.markings import TLP1_IDS
from mitra.core.stix.rules import selects
from mitra.core.stix.versions import OBSERVABLE_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

VOCABULARY_PROPERTY = {
    "identity": "roles",
    "indicator": "indicator_types",
    "malware": "malware_types",
    "report": "report_types",
    "threat-actor": "threat_actor_types",
    "tool": "tool_types",
}
"""What `labels` of STIX 2.0 are called in 2.1, by type."""

RENAMED = {
    "directory": {"created": "ctime", "modified": "mtime", "accessed": "atime"},
    "file": {"created": "ctime", "modified": "mtime", "accessed": "atime"},
    "process": {"created": "created_time", "binary_ref": "image_ref"},
    "user-account": {"password_last_changed": "credential_last_changed"},
    "windows-registry-key": {"modified": "modified_time"},
}
"""What the properties of observables are called in 2.1, by type."""

_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TLP1_NAMES = {stix_id: "TLP:WHITE" if level == "TLP:CLEAR" else level for level, stix_id in TLP1_IDS.items()}
_STRING_OR_SPAN = re.compile(
    r"(?P<text>[tbh]?'(?:[^'\\]|\\.)*+')|\bSTART\s+(?P<start>'[^'\\]*')\s+STOP\s+(?P<stop>'[^'\\]*')"
)

_LONGEST_CHAIN = 64

_Object = dict[str, Any]


def is_stix20(obj: Mapping[str, object]) -> bool:
    """Return whether the object speaks STIX 2.0: it says so, or is of a kind that must say 2.1 and does not."""
    version = obj.get("spec_version")
    if version is not None:
        return version == "2.0"
    kind = obj.get("type")
    if not isinstance(kind, str):
        return False
    return kind == "marking-definition" or (kind not in OBSERVABLE_TYPES and "created" in obj and "modified" in obj)


def lift(obj: Mapping[str, object]) -> list[_Object]:
    """Return the object in STIX 2.1, after the observables that it embedded; one of 2.1 comes back as it is.

    Raises InvalidInput for embedded observables that refer to one another in a circle or to nothing.
    """
    if not is_stix20(obj):
        return [dict(obj)]
    lifted = dict(obj) | {"spec_version": "2.1"}
    for name in ("created", "modified"):
        lifted_time = _with_milliseconds(lifted.get(name))
        if lifted_time is not None:
            lifted[name] = lifted_time
    kind = str(obj.get("type"))
    _move_labels(kind, lifted)
    embedded: list[_Object] = []
    if kind == "indicator":
        _say_pattern_type(lifted)
    elif kind == "malware":
        lifted.setdefault("is_family", True)
    elif kind == "marking-definition" and str(obj.get("id")) in _TLP1_NAMES:
        lifted["name"] = _TLP1_NAMES[str(obj["id"])]
    elif kind == "observed-data" and isinstance(obj.get("objects"), dict):
        embedded = _Embedded(lifted).lift()
    _keep_granular_markings(obj, lifted, embedded)
    return [*embedded, lifted]


def _with_milliseconds(text: object) -> str | None:
    """Return the timestamp with at least three digits of a second; None when there is nothing to do."""
    if not isinstance(text, str) or not text.endswith("Z"):
        return None
    whole, _, fraction = text[:-1].partition(".")
    return f"{whole}.{fraction:0<3}Z" if len(fraction) < 3 else None


def _move_labels(kind: str, lifted: _Object) -> None:
    """Move the words of the type's vocabulary out of `labels`; what is written like a tag stays."""
    target = VOCABULARY_PROPERTY.get(kind)
    labels = lifted.get("labels")
    if target is None or target in lifted or not isinstance(labels, list):
        return
    words = [label for label in labels if isinstance(label, str) and _WORD.fullmatch(label)]
    tags = [label for label in labels if label not in words]
    if words:
        lifted[target] = words
    if tags:
        lifted["labels"] = tags
    else:
        del lifted["labels"]


def _say_pattern_type(lifted: _Object) -> None:
    lifted.setdefault("pattern_type", "stix")
    if lifted["pattern_type"] == "stix" and isinstance(lifted.get("pattern"), str):
        # STIX 2.1 writes the ends of a span as timestamps, t'…'; 2.0 wrote them as texts.
        lifted["pattern"] = _STRING_OR_SPAN.sub(_span_of_timestamps, lifted["pattern"])


def _span_of_timestamps(found: re.Match[str]) -> str:
    return found["text"] or f"START t{found['start']} STOP t{found['stop']}"


def _keep_granular_markings(obj: Mapping[str, object], lifted: _Object, embedded: list[_Object]) -> None:
    """Turn granular markings whose selection was moved away into markings of the whole; others are left as they are."""
    markings = lifted.get("granular_markings")
    if not isinstance(markings, list):
        return
    kept, widened = [], []
    for marking in markings:
        selectors = marking.get("selectors") if isinstance(marking, dict) else None
        texts = [each for each in selectors if isinstance(each, str)] if isinstance(selectors, list) else []
        if any(selects(obj, each) and not selects(lifted, each) for each in texts):
            widened.append(marking.get("marking_ref"))
        else:
            kept.append(marking)
    if not widened:
        return
    for each in (lifted, *embedded):
        each["object_marking_refs"] = list(dict.fromkeys([*each.get("object_marking_refs", []), *widened]))
    if kept:
        lifted["granular_markings"] = kept
    else:
        del lifted["granular_markings"]


def _with_lists_of_headers(extensions: _Object) -> _Object:
    """Return the extensions with each header of an HTTP request as the list that 2.1 makes of it."""
    request = extensions.get("http-request-ext")
    header = request.get("request_header") if isinstance(request, dict) else None
    if not isinstance(request, dict) or not isinstance(header, dict):
        return extensions
    lists = {name: [value] if isinstance(value, str) else value for name, value in header.items()}
    return extensions | {"http-request-ext": request | {"request_header": lists}}


class _Embedded:
    """The observables of one observed-data, which refer to one another by their place."""

    def __init__(self, observed: _Object) -> None:
        self._observed = observed
        self._objects: _Object = observed.pop("objects")
        self._ids: dict[str, str] = {}
        self._chain = 0  # how many ids are being made, each for the one before

    def lift(self) -> list[_Object]:
        """Return the observables as objects, each once, and refer to them from the observed-data."""
        # References that make no id may go round in circles (a name and an address that resolve to each other), so
        # every id is known before they are put in.
        renamed = {key: self._renamed(key) for key in self._objects}
        unique: dict[bytes, _Object] = {}
        for key, own in renamed.items():
            lifted = {"spec_version": "2.1", "id": self._id_of(key), **self._resolved(own, key)}
            if "object_marking_refs" in self._observed:
                lifted["object_marking_refs"] = self._observed["object_marking_refs"]
            unique[canonical(lifted)] = lifted
        self._observed["object_refs"] = list(dict.fromkeys(self._ids[key] for key in self._objects))
        return list(unique.values())

    def _renamed(self, key: str) -> _Object:
        """Return the observable with the names that 2.1 gives its properties."""
        own = self._objects[key]
        if not isinstance(own, dict) or not isinstance(own.get("type"), str):
            message = "An observable inside an observed-data is an object with a type."
            raise InvalidInput(message, path=f"/objects/{key}", rule="embedded-observable")
        new_names: dict[str, str] = RENAMED.get(own["type"], {})
        renamed: _Object = {
            str(new_names.get(name, name)): value for name, value in own.items() if name not in ("id", "spec_version")
        }
        hashes = renamed.get("hashes")
        if isinstance(hashes, dict) and "ssdeep" in hashes:
            renamed["hashes"] = {"SSDEEP" if name == "ssdeep" else name: value for name, value in hashes.items()}
        extensions = renamed.get("extensions")
        if isinstance(extensions, dict):
            renamed["extensions"] = _with_lists_of_headers(extensions)
        return renamed

    def _id_of(self, key: str) -> str:
        """Return the id of the observable at that place, made from what identifies it."""
        known = self._ids.get(key)
        if known is not None:
            return known
        if self._chain > _LONGEST_CHAIN:
            message = "Embedded observables refer to one another in a circle, or in too long a chain."
            raise InvalidInput(message, path=f"/objects/{key}", rule="reference-circle")
        self._chain += 1
        own = self._renamed(key)
        identifying = {name: own[name] for name in CONTRIBUTING.get(own["type"], ()) if name in own}
        stix_id = observable_id({"type": own["type"], **self._resolved(identifying, key)})
        if stix_id is None:
            seed = sha256(f"{self._observed.get('id')}/{key}".encode()).digest()
            stix_id = make_id(own["type"], UUID(bytes=seed[:16], version=4))
        self._chain -= 1
        self._ids[key] = stix_id
        return stix_id

    def _resolved(self, value: _Object, key: str) -> _Object:
        """Return the properties with ids in place of places, however deep they stand."""
        resolved: _Object = {}
        for name, each in value.items():
            if name.endswith("_ref") and isinstance(each, str):
                resolved[name] = self._target(each, key)
            elif name.endswith("_refs") and isinstance(each, list):
                resolved[name] = [self._target(ref, key) if isinstance(ref, str) else ref for ref in each]
            elif isinstance(each, dict):
                resolved[name] = self._resolved(each, key)
            elif isinstance(each, list):
                resolved[name] = [self._resolved(one, key) if isinstance(one, dict) else one for one in each]
            else:
                resolved[name] = each
        return resolved

    def _target(self, ref: str, key: str) -> str:
        if ref in self._objects:
            return self._id_of(ref)
        if is_id(ref):
            return ref
        message = f"“{ref[:40]}” is not the place of an observable in this observed-data."
        raise InvalidInput(message, path=f"/objects/{key}", rule="reference-missing")
