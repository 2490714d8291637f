"""What STIX 2.1 demands and a JSON schema cannot say: order of times, what ids and selectors point to, calendars.

Each rule is a plain function of an object that already satisfies its schema, and yields what is wrong.  Where the
standard says MUST against a registry that grows (languages, media types, character sets), the form of the word is
checked and the registry is not: a mechanism of eleven countries does not refuse a language for being new.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.core.stix.ids import CONTRIBUTING, is_id, type_of_id
from mitra.core.stix.references import REFERENCE_TYPES
from mitra.core.stix.times import is_time, time_key
from mitra.core.stix.versions import STIX_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias

    Json: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an object: where (a JSON pointer), by which rule, and a sentence for its sender."""

    path: str
    rule: str
    message: str


TIME_NAMES = frozenset(
    {
        "account_created",
        "account_expires",
        "account_first_login",
        "account_last_login",
        "analysis_ended",
        "analysis_started",
        "atime",
        "created",
        "created_time",
        "credential_last_changed",
        "ctime",
        "date",
        "end",
        "first_observed",
        "first_seen",
        "last_observed",
        "last_seen",
        "modified",
        "modified_time",
        "mtime",
        "object_modified",
        "private_key_usage_period_not_after",
        "private_key_usage_period_not_before",
        "published",
        "start",
        "start_time",
        "stop_time",
        "submitted",
        "time_date_stamp",
        "valid_from",
        "valid_until",
        "validity_not_after",
        "validity_not_before",
    }
)
"""Every property of STIX 2.1 that is a timestamp."""

_ORDERS = (
    ("created", "modified", True),
    ("valid_from", "valid_until", False),
    ("first_seen", "last_seen", True),
    ("first_observed", "last_observed", True),
    ("start_time", "stop_time", False),
    ("start", "end", True),
    ("analysis_started", "analysis_ended", True),
    ("validity_not_before", "validity_not_after", True),
)
"""Earlier, later, and whether they may be equal."""
_EARLIER = {later: (earlier, may_be_equal) for earlier, later, may_be_equal in _ORDERS}

_LANGUAGE = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?"
)
_PROPERTY_NAME = re.compile(r"[a-z0-9_]{3,250}|id")
_MEDIA_TYPE = re.compile(
    r"(?:application|audio|example|font|haptics|image|message|model|multipart|text|video)/[\w.+!#$&^-]{1,127}"
)
_CHARACTER_SET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:()+-]{0,63}")
_CPE_PART = r"(?:[*-]|(?:\?*|\*?)(?:[\w.~-]|\\[^\w\s])+(?:\?*|\*?))"
_CPE = re.compile(rf"cpe:2\.3:[aho*-](?::{_CPE_PART}){{10}}", re.ASCII)
_EMAIL_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+|\"[^\"<>]+\"@[^\s<>@]+")
_INDEX = re.compile(r"\[(\d{1,6})\]")


def unknown_type(obj: Json) -> Problem | None:
    """Say that the type is neither of STIX 2.1 nor announced as somebody's own; asked before any schema."""
    kind = str(obj["type"])
    if kind in STIX_TYPES or kind.startswith("x-"):
        return None
    extensions = obj.get("extensions")
    for extension in extensions.values() if isinstance(extensions, dict) else ():
        if isinstance(extension, dict) and str(extension.get("extension_type")).startswith("new-"):
            return None
    message = f"“{kind[:60]}” is no type of STIX 2.1; a custom type begins with “x-” or carries its extension."
    return Problem("/type", "unknown-type", message)


def plainly_keeps_rules(obj: Json) -> bool:
    """Return whether a glance shows that an object which satisfies its schema breaks no rule.

    Where it does not, that says nothing: `broken_rules` looks closely.  A property test holds the two together.
    """
    kind, stix_id = str(obj["type"]), str(obj["id"])
    allowed = REFERENCE_TYPES.get(kind)
    if (
        type_of_id(stix_id) != kind
        or obj.get("spec_version", "2.1") != "2.1"
        or kind in _RULE_OF_TYPE
        or (allowed is not None and not allowed.keys().isdisjoint(obj))
        or not _LOOKED_AT_CLOSELY.isdisjoint(obj)
    ):
        return False
    markings = obj.get("object_marking_refs")
    for ref in markings if isinstance(markings, list) else ():
        if ref == stix_id or type_of_id(str(ref)) != "marking-definition":
            return False
    return _times_are_plain(obj)


def _times_are_plain(obj: Json) -> bool:
    """Return whether each time stands in the calendar, and not before the one that it must not precede."""
    for name in TIME_NAMES.intersection(obj):
        value = obj[name]
        if not isinstance(value, str) or ((value[8:10] > "28" or value < "0001") and not is_time(value)):
            return False
        earlier, may_be_equal = _EARLIER.get(name, ("", True))
        if earlier in obj:
            first = obj[earlier]
            if first == value:
                if not may_be_equal:
                    return False
            elif not isinstance(first, str) or time_key(first) >= time_key(value):
                return False
    return True


def broken_rules(obj: Json) -> Iterator[Problem]:
    """Yield what is wrong with an object that satisfies its schema, the plainest first."""
    for rule in _RULES_OF_ALL:
        yield from rule(obj)
    kind = str(obj["type"])
    if kind in _RULE_OF_TYPE:
        yield from _RULE_OF_TYPE[kind](obj)
    if kind in REFERENCE_TYPES:
        yield from _references_fit(obj, REFERENCE_TYPES[kind])
    for name, rule_of_name in _RULE_OF_NAME.items():
        if name in obj:
            yield from rule_of_name(obj)


def _id_names_the_type(obj: Json) -> Iterator[Problem]:
    kind = obj["type"]
    if type_of_id(str(obj.get("id"))) != kind:
        yield Problem("/id", "id-type", f"The id of a {kind} begins with “{kind}--”.")
    if obj.get("spec_version", "2.1") != "2.1":
        yield Problem("/spec_version", "spec-version", "The version of STIX here is 2.1.")


def _times_are_real(obj: Json, pointer: str = "") -> Iterator[Problem]:
    for name in TIME_NAMES & obj.keys():
        value = obj[name]
        # Every month has 28 days; only what claims more is held against the calendar.  The schema held its form.
        if isinstance(value, str) and (value[8:10] > "28" or value[:4] == "0000") and not is_time(value):
            yield Problem(f"{pointer}/{name}", "timestamp", f"“{value[:40]}” is not a day of the calendar.")


def _times_are_ordered(obj: Json) -> Iterator[Problem]:
    for earlier, later, may_be_equal in _ORDERS:
        if later in obj and earlier in obj:
            first, second = obj[earlier], obj[later]
            if not isinstance(first, str) or not isinstance(second, str):
                continue
            before, after = time_key(first), time_key(second)
            if after < before or (after == before and not may_be_equal):
                relation = "not be earlier than" if may_be_equal else "be later than"
                yield Problem(f"/{later}", "time-order", f"“{later}” must {relation} “{earlier}”.")


def _markings_are_markings(obj: Json) -> Iterator[Problem]:
    refs = obj["object_marking_refs"]
    for index, ref in enumerate(refs if isinstance(refs, list) else ()):
        place = f"/object_marking_refs/{index}"
        if type_of_id(str(ref)) != "marking-definition":
            yield Problem(place, "marking-ref", "A marking is referred to by the id of a marking-definition.")
        elif ref == obj.get("id"):
            yield Problem(place, "marking-circle", "A marking cannot mark itself.")


def _selectors_select(obj: Json) -> Iterator[Problem]:
    markings = obj["granular_markings"]
    for index, marking in enumerate(markings if isinstance(markings, list) else ()):
        place = f"/granular_markings/{index}"
        if marking.get("marking_ref") == obj.get("id"):
            yield Problem(f"{place}/marking_ref", "marking-circle", "A marking cannot mark itself.")
        for nth, selector in enumerate(marking.get("selectors", ())):
            if not selects(obj, selector):
                message = f"“{selector[:80]}” selects nothing in this object."
                yield Problem(f"{place}/selectors/{nth}", "selector", message)


def selects(obj: object, selector: str) -> bool:
    """Return whether every step of the selector finds something."""
    for step in selector.split("."):
        index = _INDEX.fullmatch(step)
        if isinstance(obj, list) and index and int(index[1]) < len(obj):
            obj = obj[int(index[1])]
        elif isinstance(obj, dict) and step in obj:
            obj = obj[step]
        else:
            return False
    return True


def _language_is_well_formed(obj: Json) -> Iterator[Problem]:
    if not _LANGUAGE.fullmatch(str(obj["lang"])):
        yield Problem("/lang", "language", "A language is written as in RFC 5646, like “km” or “zh-Hant”.")


def _extensions_have_real_times(obj: Json) -> Iterator[Problem]:
    for holder in ("extensions", "x509_v3_extensions"):
        inner = obj.get(holder)
        if not isinstance(inner, dict):
            continue
        yield from _times_are_real(inner, f"/{holder}")
        for name, extension in inner.items():
            if isinstance(extension, dict):
                yield from _times_are_real(extension, f"/{holder}/{name}")


def _random_id_where_nothing_identifies(obj: Json) -> Iterator[Problem]:
    kind = str(obj["type"])
    stix_id = str(obj.get("id"))
    if not any(name in obj for name in CONTRIBUTING[kind]) and stix_id[len(kind) + 16 : len(kind) + 17] != "4":
        message = f"This {kind} has none of the properties that would make its id; its UUID must be random (version 4)."
        yield Problem("/id", "id-version", message)


def _contents_are_translations(obj: Json) -> Iterator[Problem]:
    contents = obj.get("contents")
    for language, texts in contents.items() if isinstance(contents, dict) else ():
        place = f"/contents/{language}"
        if not _LANGUAGE.fullmatch(language):
            yield Problem(place, "language", "A language is written as in RFC 5646, like “km” or “zh-Hant”.")
        if not isinstance(texts, dict) or not all(_PROPERTY_NAME.fullmatch(name) for name in texts):
            yield Problem(place, "translation", "A translation names properties of the object it translates.")


def _software_is_named_well(obj: Json) -> Iterator[Problem]:
    if "cpe" in obj and not _CPE.fullmatch(str(obj["cpe"])):
        yield Problem("/cpe", "cpe", "A product name is written in the form of CPE 2.3.")
    languages = obj.get("languages")
    for index, language in enumerate(languages if isinstance(languages, list) else ()):
        if not _LANGUAGE.fullmatch(str(language)):
            message = "A language is written as in RFC 5646, like “km” or “zh-Hant”."
            yield Problem(f"/languages/{index}", "language", message)


def _address_is_bare(obj: Json) -> Iterator[Problem]:
    if obj.get("defanged") is not True and not _EMAIL_ADDRESS.fullmatch(str(obj["value"])):
        yield Problem(
            "/value", "email-form", "An e-mail address stands alone here; the person's name is `display_name`."
        )


def _references_fit(obj: Json, allowed: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    for name in allowed.keys() & obj.keys():
        value = obj[name]
        for ref in value if isinstance(value, list) else [value]:
            kind = type_of_id(str(ref))
            if kind not in allowed[name] and (kind in STIX_TYPES or not is_id(str(ref))):
                choices = " or ".join(sorted(allowed[name]))
                yield Problem(f"/{name}", "reference-type", f"“{name}” refers to {choices}, by its id.")


def _media_type_has_its_form(obj: Json) -> Iterator[Problem]:
    if obj["type"] == "artifact" and not _MEDIA_TYPE.fullmatch(str(obj["mime_type"])):
        yield Problem("/mime_type", "media-type", "A media type is written like “application/zip”.")


def _character_set_has_its_form(obj: Json) -> Iterator[Problem]:
    for name in ("path_enc", "name_enc"):
        if name in obj and not _CHARACTER_SET.fullmatch(str(obj[name])):
            yield Problem(f"/{name}", "character-set", "A character set is named as IANA names it, like “windows-874”.")


_RULES_OF_ALL: tuple[Callable[[Json], Iterator[Problem]], ...] = (
    _id_names_the_type,
    _times_are_real,
    _times_are_ordered,
)
_RULE_OF_NAME: dict[str, Callable[[Json], Iterator[Problem]]] = {
    "object_marking_refs": _markings_are_markings,
    "granular_markings": _selectors_select,
    "lang": _language_is_well_formed,
    "extensions": _extensions_have_real_times,
    "x509_v3_extensions": _extensions_have_real_times,
    "mime_type": _media_type_has_its_form,
    "path_enc": _character_set_has_its_form,
    "name_enc": _character_set_has_its_form,
}
_RULE_OF_TYPE: dict[str, Callable[[Json], Iterator[Problem]]] = {
    "artifact": _random_id_where_nothing_identifies,
    "email-addr": _address_is_bare,
    "email-message": _random_id_where_nothing_identifies,
    "language-content": _contents_are_translations,
    "process": _random_id_where_nothing_identifies,
    "software": _software_is_named_well,
    "user-account": _random_id_where_nothing_identifies,
    "windows-registry-key": _random_id_where_nothing_identifies,
    "x509-certificate": _random_id_where_nothing_identifies,
}
_LOOKED_AT_CLOSELY = frozenset(_RULE_OF_NAME) - {"object_marking_refs"}
