"""Join the small stylesheets and scripts of `static/mitra/` into one file each, for one request instead of thirty.

The parts stay one file a component and plain CSS; joining is all that happens to them.  As a staticfiles finder this
works wherever Django looks for static files, so `collectstatic` names the result by its content.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.core.files.storage import Storage

PARTS = Path(__file__).resolve().parent / "static" / "mitra"
# The tokens open the stylesheet: they declare the order of the layers.
FIRST = "tokens.css"
JOINED = {"mitra/css/mitra.css": ("css", "*.css"), "mitra/js/mitra.js": ("js", "*.js")}


class Sheets(BaseFinder):
    """Finds `mitra/css/mitra.css` and `mitra/js/mitra.js`, joined when first asked for in a process."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        self.storage: FileSystemStorage | None = None

    def find(self, path: str, find_all: bool = False, **_kwargs: object) -> Any:  # noqa: ANN401, FBT001, FBT002 -- Django's signature
        """Return where a joined file lies; Django's word for nothing is an empty list."""
        if path not in JOINED:
            return []
        found = self.joined().path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:  # noqa: ARG002 -- Django's signature
        """Yield the joined files for `collectstatic`."""
        for path in JOINED:
            yield path, self.joined()

    def joined(self) -> FileSystemStorage:
        """Return the folder of joined files, made once and removed when the process ends."""
        if self.storage is None:
            folder = Path(tempfile.mkdtemp(prefix="mitra-sheets-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            for path, (kind, pattern) in JOINED.items():
                (folder / path).parent.mkdir(parents=True)
                (folder / path).write_text(join(kind, pattern), encoding="utf-8")
            self.storage = FileSystemStorage(location=folder)
        return self.storage


def join(kind: str, pattern: str) -> str:
    """Return the parts of one kind as one text, the tokens first, the rest by name."""
    parts = sorted((PARTS / kind).glob(pattern), key=lambda part: (part.name != FIRST, part.name))
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)
