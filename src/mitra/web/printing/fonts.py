"""Give the compiler this program's own typefaces: the same files as pages use, unpacked once into the node's home.

Each comes in parts by script; a part is a family of its own, and the template names them in order.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE: Final = Path(__file__).resolve().parent.parent / "static" / "vendor" / "fonts"
FAMILIES: Final[Mapping[str, str]] = {
    "source-sans-3/latin": "Mitra Sans",
    "source-sans-3/latin-ext": "Mitra Sans Ext",
    "source-sans-3/vietnamese": "Mitra Sans Viet",
    "source-code-pro/latin": "Mitra Mono",
    "source-code-pro/latin-ext": "Mitra Mono Ext",
    "source-code-pro/vietnamese": "Mitra Mono Viet",
    "noto-sans-khmer/400": "Mitra Khmer",
    "noto-sans-lao/400": "Mitra Lao",
    "noto-sans-thai/400": "Mitra Thai",
    "noto-sans-myanmar/400": "Mitra Myanmar",
}
_NAMES: Final = (1, 16)
"""The family, as a font's table of names numbers it."""


@cache
def folder_of_fonts() -> Path:
    """Return a folder with every typeface as TrueType, made where it is not there yet."""
    folder: Path = settings.MITRA_HOME / "fonts"
    folder.mkdir(mode=0o700, exist_ok=True)
    for part, family in FAMILIES.items():
        unpacked = folder / f"{family.replace(' ', '-')}.ttf"
        if not unpacked.exists():
            _unpack(HERE / f"{part}.woff2", family, unpacked)
    return folder


def covered() -> frozenset[int]:
    """Return the code points that these typefaces have a shape for."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 -- 0.2 s that only printing needs

    found: set[int] = set()
    for path in folder_of_fonts().glob("*.ttf"):
        with TTFont(path, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)


def _unpack(packed: Path, family: str, to: Path) -> None:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 -- as above

    with TTFont(packed) as font:
        font.flavor = None
        for name in font["name"].names:
            if name.nameID in _NAMES:
                font["name"].setName(family, name.nameID, name.platformID, name.platEncID, name.langID)
        made = to.with_suffix(".part")
        font.save(made)
    made.replace(to)
