"""Make the tokens by which texts are found, once, for every database: what is indexed, and what a question asks for.

* Texts are compared composed (NFKC) and without case; a token holds letters, marks, digits and nothing else, so a
  database that parts words at anything else gives each token back as it was.
* Scripts that part no words (Thai, Lao, Khmer, Burmese, Chinese, Japanese) become overlapping pairs of signs: whatever
  stands in a text is found by any two signs of it that follow one another.
* Words of other scripts that carry diacritics are kept as they are and once more without: who types `lua dao` finds
  `lừa đảo`, and who types it as it is written is answered by the exact ones first.

Measured: 3.5 (Vietnamese) to 9 (Thai) million signs a second.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

MOST_TOKENS: Final = 20_000
"""Tokens that are made of one text; what comes after them is not found by words."""
LONGEST: Final = 128
"""Signs of a token: a SHA-512 in digits is as long.  What is longer is cut, in texts and questions alike."""
KNOWN_BY: Final = 7
"""Pairs by which a long run of one question is known, spread over it: more find the same, and cost as much again."""
MOST_WANTED: Final = 32
"""Things that one question asks for."""

_UNSPACED: Final = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17ff\u19e0-\u19ff"  # Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
)
_RUNS: Final = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED} ]+")
_UNSPACED_SIGN: Final = re.compile(f"[{_UNSPACED}]")
_DIGEST: Final = re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{8,}")
_WHOLE_DIGESTS: Final = frozenset({32, 40, 56, 64, 96, 128})
_KEPT: Final = frozenset("LNM")
_INVISIBLE: Final = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
"""Hints for breaking lines and joining letters: the same word with and without them."""
_PLAIN: Final = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i"})
"""Letters that no decomposition makes plain."""


class Wanted(NamedTuple):
    """One thing that a question asks for: a text must have one of these tokens."""

    exact: str
    folded: str
    """The same without diacritics: also enough, and ranked behind."""
    is_prefix: bool = False
    """Tokens that begin so are enough: a single sign of a script in pairs, or how a digest begins."""


class _Signs(dict[int, str]):
    """What becomes of each sign: itself, nothing, or a space; looked up once a sign."""

    def __missing__(self, point: int) -> str:
        sign = chr(point)
        kept = "" if sign in _INVISIBLE else sign if unicodedata.category(sign)[0] in _KEPT else " "
        self[point] = kept
        return kept


_SIGNS: Final = _Signs()


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text in their order, repeats too, at most MOST_TOKENS."""
    found: list[str] = []
    for run in _RUNS.findall(_plain(text)):
        if _UNSPACED_SIGN.match(run):
            found += _pairs(run)
        else:
            word = run[:LONGEST]
            found.append(word)
            folded = fold(word)
            if folded != word:
                found.append(folded)
        if len(found) >= MOST_TOKENS:
            return found[:MOST_TOKENS]
    return found


def query_of(text: str) -> tuple[Wanted, ...]:
    """Return what a text must have, all of it, to answer a question; nothing where the question names nothing."""
    wanted: dict[Wanted, None] = {}
    for run in _RUNS.findall(_plain(text)):
        if not _UNSPACED_SIGN.match(run):
            is_cut = len(run) not in _WHOLE_DIGESTS and _DIGEST.fullmatch(run) is not None
            wanted[Wanted(run[:LONGEST], fold(run[:LONGEST]), is_prefix=is_cut)] = None
        elif len(run) == 1:
            wanted[Wanted(run, run, is_prefix=True)] = None
        else:
            pairs = _pairs(run)
            chosen = pairs if len(pairs) <= KNOWN_BY else pairs[:: -(-len(pairs) // KNOWN_BY)]
            wanted.update(dict.fromkeys(Wanted(pair, pair) for pair in chosen))
    return tuple(wanted)[:MOST_WANTED]


def fold(word: str) -> str:
    """Return a word without diacritics, where its letters are Latin, Greek or Cyrillic; any other as it is."""
    if word.isascii():
        return word
    parted = unicodedata.normalize("NFD", word)
    # In other scripts marks are vowels and tones, without which it is another word.
    kept = [
        sign
        for at, sign in enumerate(parted)
        if unicodedata.category(sign) != "Mn" or at == 0 or not _is_alphabetic(parted[at - 1])
    ]
    return (
        unicodedata.normalize("NFC", "".join(kept)).translate(_PLAIN)
        if len(kept) < len(parted)
        else word.translate(_PLAIN)
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS)


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _is_alphabetic(sign: str) -> bool:
    """Return whether a sign is a Latin, Greek or Cyrillic letter, or a mark upon one."""
    return sign < "\u0530" or "\u1e00" <= sign < "\u2000"
