"""What an object's own markings say: its level in the Traffic Light Protocol, and its PAP.

Levels are the labels of FIRST's TLP 2.0, in `LEVELS` from loose to strict; policy above has them as numbers in the same
order.  A level may be written in five ways, and all are read: the ids of TLP 2.0 (OASIS common objects), those of TLP 1
(STIX 2.1, section 7.2.1.4), the one that OpenCTI gave to AMBER+STRICT, a `tlp:` label, and a marking-definition of
somebody's own that says TLP.  TLP 1's AMBER is AMBER, its WHITE is CLEAR.

Two promises: of several levels the strictest stands, and what looks like TLP or PAP but names no level is refused by
name, never taken for unmarked.  Statements and other markings are content: nobody here touches them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LEVELS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
PAP_LEVELS = ("PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED")

TLP2_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

TLP2_IDS: Mapping[str, str] = MappingProxyType(
    {
        "TLP:CLEAR": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        "TLP:GREEN": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        "TLP:AMBER": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        "TLP:AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        "TLP:RED": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    }
)
"""Level → id, as OASIS published them."""

TLP1_IDS: Mapping[str, str] = MappingProxyType(
    {
        "TLP:CLEAR": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
        "TLP:GREEN": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
        "TLP:AMBER": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
        "TLP:RED": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    }
)
"""Level of TLP 2.0 → the id of what TLP 1 called so; WHITE stands under CLEAR."""

OPENCTI_AMBER_STRICT = "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37"
"""TLP 1 had no AMBER+STRICT, so OpenCTI made one; its exports carry this id."""

LEVEL_OF_ID: Mapping[str, str] = MappingProxyType(
    {
        **{stix_id: level for level, stix_id in TLP2_IDS.items()},
        **{stix_id: level for level, stix_id in TLP1_IDS.items()},
        OPENCTI_AMBER_STRICT: "TLP:AMBER+STRICT",
    }
)
"""Every well-known id that says a TLP level → that level."""


def _definition(level: str) -> bytes:
    word = level.removeprefix("TLP:").lower()
    extension = f'{{"extension_type":"property-extension","tlp_2_0":"{word}"}}'
    return (
        f'{{"created":"2022-10-01T00:00:00.000Z","extensions":{{"{TLP2_EXTENSION}":{extension}}},'
        f'"id":"{TLP2_IDS[level]}","name":"{level}","spec_version":"2.1","type":"marking-definition"}}'
    ).encode()


TLP2_DEFINITIONS: Mapping[str, bytes] = MappingProxyType({level: _definition(level) for level in LEVELS})
"""Level → the official marking-definition as canonical bytes, for feeds and exports that carry their markings along."""

_TELLING = frozenset({"granular_markings", "labels", "object_marking_refs"})
_TLP_OF_WORD = {level.removeprefix("TLP:").lower(): level for level in LEVELS} | {
    "white": "TLP:CLEAR",
    "amber_strict": "TLP:AMBER+STRICT",
    "amber-strict": "TLP:AMBER+STRICT",
}
_PAP_OF_WORD = {level.removeprefix("PAP:").lower(): level for level in PAP_LEVELS} | {"white": "PAP:CLEAR"}


def strictest(levels: Iterable[str]) -> str | None:
    """Return the strictest of the TLP levels, or None of none."""
    return max(levels, key=LEVELS.index, default=None)


def own_tlp(obj: Mapping[str, object], *, known: Mapping[str, str] = LEVEL_OF_ID) -> str | None:
    """Return the strictest level that the object carries: for itself, for a part of it, or as a label.

    `known` maps the ids of further markings to levels: those that came along (`tlp_of_definition`).
    Raises InvalidInput (`unknown-tlp`) for a label that says TLP and names no level.
    """
    if _TELLING.isdisjoint(obj):
        return None
    levels = [_tlp_of_word(word, place) for place, word in _labels(obj, "tlp:")]
    for ref in _marking_refs(obj):
        level = LEVEL_OF_ID.get(ref) or known.get(ref)
        if level is not None:
            levels.append(level)
    return levels[0] if len(levels) == 1 else strictest(levels)


def own_pap(obj: Mapping[str, object]) -> str | None:
    """Return the strictest PAP level among the object's labels (`PAP:AMBER`), or None.

    Raises InvalidInput (`unknown-pap`) for a label that says PAP and names no level.
    """
    levels = [_pap_of_word(word, place) for place, word in _labels(obj, "pap:")]
    return max(levels, key=PAP_LEVELS.index) if levels else None


def tlp_of_definition(obj: Mapping[str, object]) -> str | None:
    """Return the level that a marking-definition stands for, or None when it is no TLP marking.

    Raises InvalidInput (`unknown-tlp`) when it says TLP and names no level.
    """
    if obj.get("type") != "marking-definition":
        return None
    stix_id = obj.get("id")
    if isinstance(stix_id, str) and stix_id in LEVEL_OF_ID:
        return LEVEL_OF_ID[stix_id]
    extensions = obj.get("extensions")
    extension = extensions.get(TLP2_EXTENSION) if isinstance(extensions, dict) else None
    if isinstance(extension, dict):
        return _tlp_of_word(str(extension.get("tlp_2_0", "")), f"/extensions/{TLP2_EXTENSION}/tlp_2_0")
    definition = obj.get("definition")
    if str(obj.get("definition_type", "")).lower() == "tlp" and isinstance(definition, dict):
        word = definition.get("tlp", definition.get("TLP", ""))
        return _tlp_of_word(str(word).lower().removeprefix("tlp:"), "/definition/tlp")
    name = str(obj.get("name", ""))
    return _tlp_of_word(name[4:], "/name") if name[:4].lower() == "tlp:" else None


def is_tlp_definition(obj: Mapping[str, object]) -> bool:
    """Return whether the object is one of the well-known TLP markings themselves: known to all, shared by nobody."""
    stix_id = obj.get("id")
    return obj.get("type") == "marking-definition" and isinstance(stix_id, str) and stix_id in LEVEL_OF_ID


def other_markings(obj: Mapping[str, object]) -> tuple[str, ...]:
    """Return the ids of the object's markings that are not well-known TLP ones, each once."""
    return tuple(dict.fromkeys(ref for ref in _marking_refs(obj) if ref not in LEVEL_OF_ID))


def _marking_refs(obj: Mapping[str, object]) -> list[str]:
    """Return the marking ids of the object, then those of its parts."""
    refs = obj.get("object_marking_refs")
    found = [ref for ref in refs if isinstance(ref, str)] if isinstance(refs, list) else []
    granular = obj.get("granular_markings")
    for marking in granular if isinstance(granular, list) else ():
        ref = marking.get("marking_ref") if isinstance(marking, dict) else None
        if isinstance(ref, str):
            found.append(ref)
    return found


def _labels(obj: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    """Return the place and the rest of each label that begins with the prefix, however it is cased."""
    labels = obj.get("labels")
    if not isinstance(labels, list):
        return []
    size = len(prefix)
    if not [label for label in labels if isinstance(label, str) and label[size - 1 : size] == ":"]:
        return []
    return [
        (f"/labels/{index}", label[size:])
        for index, label in enumerate(labels)
        if isinstance(label, str) and label[:size].lower() == prefix
    ]


def _tlp_of_word(word: str, place: str) -> str:
    level = _TLP_OF_WORD.get(word.strip().lower())
    if level is None:
        raise InvalidInput(f"“TLP:{word[:40]}” is not a level of TLP 2.0.", path=place, rule="unknown-tlp")
    return level


def _pap_of_word(word: str, place: str) -> str:
    level = _PAP_OF_WORD.get(word.strip().lower())
    if level is None:
        raise InvalidInput(f"“PAP:{word[:40]}” is not a level of PAP.", path=place, rule="unknown-pap")
    return level
