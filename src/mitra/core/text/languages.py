"""One text in several languages: which wordings there are, what each was made from, and which one a reader is given.

* A wording keeps the digest of the source text that it was made from, so nobody has to say that it is outdated: it is,
  as soon as the source says something else.
* Texts are kept composed (NFC) with plain line ends, and digests are over that: how a keyboard wrote a letter, or a
  form a line's end, changes nothing.
* A language has one tag here, BCP 47 in its canonical case; Tagalog (`tl`) is Filipino (`fil`), as CLDR has it.
* Readers are given published wordings only.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LANGUAGES: Final = {
    "bn": "বাংলা",
    "en": "English",
    "fil": "Filipino",
    "id": "Bahasa Indonesia",
    "km": "ខ្មែរ",
    "lo": "ລາວ",
    "ms": "Bahasa Melayu",
    "my": "မြန်မာ",
    "pt": "Português",
    "ta": "தமிழ்",
    "tet": "Tetun",
    "th": "ไทย",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
"""The languages that are written here, each as its readers call it."""
_SAME: Final = {"tl": "fil"}
_COUNTRIES: Final = {"bd": "bn", "kh": "km", "la": "lo", "mm": "my", "ph": "fil", "tp": "tet", "vn": "vi", "cn": "zh"}
"""Country codes that are taken for languages; where a country's code is another language's (`my`), nothing helps."""
_TAG: Final = re.compile(
    r"(?P<language>[a-z]{2,3})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)",
    re.IGNORECASE | re.ASCII,
)
LONGEST_TAG: Final = 35
"""Signs of a tag, as RFC 5646 (4.4.1) asks room for."""


class State(StrEnum):
    """How far a wording is."""

    DRAFT = "draft"
    CHECKED = "checked"
    PUBLISHED = "published"


class Freshness(StrEnum):
    """How a language stands to what the source says today."""

    CURRENT = "current"
    OUTDATED = "outdated"
    MISSING = "missing"


class Standing(NamedTuple):
    """How one language stands: its freshness and, unless it is missing, how far its furthest such wording is."""

    freshness: Freshness
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language; `wording` makes one from what people type.  Raises InvalidInput for any other spelling.

    The source is a wording too: one that was made from itself.
    """

    language: str
    text: str
    made_from: bytes
    """The digest of the source text that this says again."""
    state: State = State.DRAFT

    def __post_init__(self) -> None:
        if self.language != read_tag(self.language):
            message = f"Write this language as {read_tag(self.language)}."
            raise InvalidInput(message, path="/language", rule="language-tag")
        if self.text != composed(self.text):
            raise InvalidInput("Compose this text (NFC) before it is kept.", path="/text", rule="text-composed")


def wording(language: str, text: str, *, source: str, state: State = State.DRAFT) -> Wording:
    """Return a wording of a source text, both as they were typed."""
    return Wording(read_tag(language), composed(text), digest_of(source), state)


def composed(text: str) -> str:
    """Return a text as it is kept: NFC, lines ended by newlines.  Raises InvalidInput for what is no text."""
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidInput("This holds signs that no text has; copy it anew.", path="/text", rule="text-signs")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def digest_of(text: str) -> bytes:
    """Return the SHA-256 of a text as it is kept."""
    return hashlib.sha256(composed(text).encode()).digest()


def read_tag(tag: str) -> str:
    """Return a language's one tag, as `zh-Hans` for `zh-hans`.  Raises InvalidInput for no tag, or no language of ours.

    Taken are a language with a script, a region and variants (RFC 5646, 2.1); extensions and private use are not.
    """
    match = _TAG.fullmatch(tag) if len(tag) <= LONGEST_TAG else None
    if match is None:
        message = "Write a language as a tag: km, zh-Hans or pt-TL."
        raise InvalidInput(message, path="/language", rule="language-tag")
    language = match["language"].lower()
    language = _SAME.get(language, language)
    if language in _COUNTRIES:
        message = f"{language} is a country; its language is {_COUNTRIES[language]}."
        raise InvalidInput(message, path="/language", rule="language-unknown")
    if language not in LANGUAGES:
        message = f"Nothing is written in {language} here; choose one of {', '.join(LANGUAGES)}."
        raise InvalidInput(message, path="/language", rule="language-unknown")
    script, region = (match["script"] or "").capitalize(), (match["region"] or "").upper()
    return "-".join(filter(None, (language, script, region))) + match["variants"].lower()


def state_of(
    wordings: Iterable[Wording], source: str, languages: Iterable[str] = tuple(LANGUAGES)
) -> dict[str, Standing]:
    """Return how each language stands to the source text of today: those asked for, and those there are besides.

    What is current goes before what is further on: a draft of today's text, not what was published of yesterday's.
    """
    today = digest_of(source)
    standings = dict.fromkeys(map(read_tag, languages), Standing(Freshness.MISSING))
    for one in wordings:
        freshness = Freshness.CURRENT if one.made_from == today else Freshness.OUTDATED
        standing = Standing(freshness, one.state)
        standings[one.language] = max(standings.get(one.language, standing), standing, key=_furthest)
    return standings


def best_for(wordings: Iterable[Wording], wanted: Sequence[str], fallback: str) -> Wording | None:
    """Return the published wording that a reader is given: of the languages in their order, then of the fallback.

    For each: that very tag, then shorter ones (RFC 4647, 3.4), then any of the same language.  Tags that are none, as
    browsers send them, are passed over.  Of two in one language the
    last is taken; None where there is none, not even of the fallback.
    """
    published = {one.language: one for one in wordings if one.state is State.PUBLISHED}
    for tag in (*wanted, fallback):
        for candidate in _near(tag, published):
            return published[candidate]
    return None


def _furthest(standing: Standing) -> tuple[int, int]:
    how_far = -1 if standing.state is None else tuple(State).index(standing.state)
    return -tuple(Freshness).index(standing.freshness), how_far


def _near(tag: str, published: dict[str, Wording]) -> Iterator[str]:
    try:
        subtags = read_tag(tag).split("-")
    except InvalidInput:
        return
    for length in range(len(subtags), 0, -1):
        shorter = "-".join(subtags[:length])
        if shorter in published:
            yield shorter
    yield from sorted(other for other in published if other.split("-")[0] == subtags[0])
