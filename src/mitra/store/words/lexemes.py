"""Say by which words a share is found, and what a question asks of them: the same for every database.

An index holds one set of lexemes a share.  Beside the tokens of its text they say what stands in its title, to whom it
went, who shared it and what it is: so a question that few may read, or that asks for one type, never walks past all
the others.  Those begin with a private sign, which no token holds.

An address that stands in a text is one lexeme more: the whole of it, in its one spelling.  A question that is such an
address asks for that lexeme only, never for its scattered parts.

TLP:RED is in no index: that a word finds it would tell what it says, and nobody wrote the reading down.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from mitra.core.text.mentions import mention_asked, mentions_of
from mitra.core.text.tokens import Wanted, query_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mitra.store.facts import Filter

VERSION: Final = 2
"""Of what this module makes: an index of another version is made again."""
TITLE: Final = "\ue000"
AUDIENCE: Final = "\ue001"
BY: Final = "\ue002"
TYPE: Final = "\ue003"
STRETCH: Final = "\ue004"
"""In which stretches of numbers a share lies: where an index keeps no order, a question asks for the last first."""
MENTION: Final = "\ue006"
"""An address that is mentioned, as a digest: it may hold any sign, in capitals or not, and be long."""
STRETCH_BITS: Final = (10, 14, 18, 22)
"""How long the stretches are that have lexemes: a thousand shares, sixteen thousand…"""

_UNSAID: Final = frozenset(
    {
        "type",
        "spec_version",
        "id",
        "created",
        "modified",
        "first_seen",
        "last_seen",
        "first_observed",
        "last_observed",
        "published",
        "valid_from",
        "valid_until",
        "pattern_type",
        "pattern_version",
        "granular_markings",
        "extension_type",
        "payload_bin",
        "lang",
    }
)
"""Properties whose values are no words."""


class Group(NamedTuple):
    """Lexemes of which a share must have one."""

    any_of: tuple[str, ...]
    is_prefix: bool = False
    """The first of them need only begin a lexeme."""


class Match(NamedTuple):
    """What a share must have to answer: one of each group, and not one of each of these."""

    groups: tuple[Group, ...]
    without: tuple[Group, ...] = ()


def lexemes_of(title: str, raw: bytes) -> set[str]:
    """Return the lexemes of a record's words and mentions: those of its title marked once more as such."""
    texts = list(_words_of(orjson.loads(raw)))
    named = {*tokens_of(title), *map(mention_lexeme, mentions_of(title))}
    found = {*named, *(TITLE + lexeme for lexeme in named), *tokens_of("\n".join(texts))}
    for text in {*texts} - {title}:
        found.update(map(mention_lexeme, mentions_of(text)))
    return found


def places_of(seq: int, audience: int, by: int, kind: str) -> set[str]:
    """Return the lexemes that say where a share stands."""
    stretches = (stretch_of(seq, bits) for bits in STRETCH_BITS)
    return {f"{AUDIENCE}{audience}", f"{BY}{by}", type_lexeme(kind), *stretches}


def type_lexeme(kind: str) -> str:
    """Return the lexeme of a STIX type."""
    return TYPE + kind.replace("-", "\ue005")


def mention_lexeme(mention: str) -> str:
    """Return the lexeme of an address that is mentioned."""
    return MENTION + blake2b(mention.encode(), digest_size=12).hexdigest()


def stretch_of(seq: int, bits: int) -> str:
    """Return the lexeme of the stretch of 2 to the `bits` numbers in which a share lies."""
    return f"{STRETCH}{bits}\ue005{seq >> bits}"


def matches_of(text: str) -> tuple[Match, ...]:
    """Return what to look for, the best first, no share in two of them: in the title, as written, without marks.

    Nothing where the text names nothing that could be found.
    """
    wanted = wanted_of(text)
    if not wanted:
        return ()
    in_title = tuple(Group((TITLE + each.exact,), each.is_prefix) for each in wanted)
    exact = tuple(Group((each.exact,), each.is_prefix) for each in wanted)
    matches = [Match(in_title), Match(exact, in_title)]
    if any(each.exact != each.folded for each in wanted):
        matches.append(Match(_loose(wanted), exact))
    return tuple(matches)


def match_of(text: str) -> Match | None:
    """Return what a list that is ordered by time looks for: the words as written or without marks, anywhere."""
    wanted = wanted_of(text)
    return Match(_loose(wanted)) if wanted else None


def wanted_of(text: str) -> tuple[Wanted, ...]:
    """Return what a text asks for: the one address that it is, or its words."""
    mention = mention_asked(text)
    if not mention:
        return query_of(text)
    lexeme = mention_lexeme(mention)
    return (Wanted(lexeme, lexeme),)


def by_places(match: Match, only: Filter, audiences: Iterable[int]) -> Match:
    """Return the match with what a filter says, and with audiences where some are given."""
    more = (
        [type_lexeme(kind) for kind in only.types],
        [f"{BY}{by}" for by in only.by],
        [f"{AUDIENCE}{audience}" for audience in audiences],
    )
    for some in more:
        if some:
            match = in_one_of(match, some)
    return match


def in_one_of(match: Match, lexemes: Iterable[str]) -> Match:
    """Return the match for shares that have one of these lexemes too."""
    return match._replace(groups=(*match.groups, Group(tuple(sorted(lexemes)))))


def _loose(wanted: Iterable[Wanted]) -> tuple[Group, ...]:
    return tuple(Group(tuple(dict.fromkeys((each.exact, each.folded))), each.is_prefix) for each in wanted)


def _words_of(value: object) -> Iterator[str]:
    """Yield the texts of an object, without ids, dates and codes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _words_of(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in _UNSAID and not name.endswith(("_ref", "_refs")):
                yield from _words_of(part)
