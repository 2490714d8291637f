"""Tell a text's language from its script, so that line height and line breaks fit it; only where the script decides."""

from __future__ import annotations

import re

# Vietnamese is Latin: horned vowels and the precomposed tones of U+1EA0–1EF9 belong to no other language here.
SIGNS = (
    ("th", re.compile("[\u0e01-\u0e5b]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("km", re.compile("[\u1780-\u17ff\u19e0-\u19ff]")),
    ("my", re.compile("[\u1000-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f]")),
    ("vi", re.compile("[\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")),
)


def language_of(text: str) -> str:
    """Return `th`, `lo`, `km`, `my` or `vi` by the first sign of such a script, or `''` when none decides."""
    if text.isascii():
        return ""
    found = [(match.start(), code) for code, sign in SIGNS if (match := sign.search(text))]
    return min(found)[1] if found else ""
