"""Names as people read them: nothing in them is invisible, turns what follows around, or passes for another script.

Follows Unicode UTS 39, section 5.2, for the scripts whose letters pass for one another; a name may have words in
several scripts, and letters of the region's scripts stand beside Latin ones in one word, as brands write themselves.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from typing import Final

LONGEST: Final = 200
_JOINERS: Final = frozenset("\u200c\u200d")
"""Join letters, or keep them from joining: part of how Khmer, Burmese, Tamil or Persian names are written."""
_BREAKS: Final = frozenset("\u200b\u2060\ufeff\u00ad")
"""Only say where a line may break: taken out."""
_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})


def check_name(name: str, *, path: str = "name") -> str:
    """Return a name of any script in its composed form, spaces single; raises InvalidInput.

    Rules: `name` for none or too long, `name-invisible` for signs that nobody sees, `name-look-alike` for a word whose
    letters are of two scripts that look alike.
    """
    shown = "".join(sign for sign in name if sign not in _BREAKS)
    clean = unicodedata.normalize("NFC", " ".join(shown.split()))
    if not clean or len(clean) > LONGEST:
        raise InvalidInput(f"A name needs one to {LONGEST} characters.", path=path, rule="name")
    for at, sign in enumerate(clean):
        kind = unicodedata.category(sign)
        joins = sign in _JOINERS and at > 0 and unicodedata.category(clean[at - 1])[0] in "LM"
        if kind in {"Cc", "Cf", "Co", "Cn", "Cs"} and not joins:
            message = f"Take out the sign U+{ord(sign):04X}: nobody sees it, and it can turn a name around."
            raise InvalidInput(message, path=path, rule="name-invisible")
    for word in clean.split():
        scripts = sorted(_ALIKE & {unicodedata.name(sign, "").partition(" ")[0] for sign in word})
        if len(scripts) > 1:
            both = " and ".join(script.capitalize() for script in scripts)
            message = f"“{word}” has {both} letters, which look alike; write each word in one script."
            raise InvalidInput(message, path=path, rule="name-look-alike")
    return clean
