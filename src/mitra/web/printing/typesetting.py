"""Set a document: PDF/A-3b with the TLP label at head and foot of every sheet, and its bytes attached.

The compiler reads one template, this program's typefaces and the document as data: no other file, no network, no clock.
So the same document is the same bytes, and what somebody wrote is never taken for a command.  Budget: 0.5 s for a sheet
(bench/printing.py).
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from mitra.core.errors import Unavailable
from mitra.core.policy.facts import Tlp
from mitra.web.printing.fonts import covered, folder_of_fonts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.web.printing.document import Paper

TEMPLATE: Final = Path(__file__).resolve().parent / "paper.typ"
COLOURS: Final[Mapping[Tlp, str]] = {
    Tlp.RED: "#FF2B2B",
    Tlp.AMBER_STRICT: "#FFC000",
    Tlp.AMBER: "#FFC000",
    Tlp.GREEN: "#33FF00",
    Tlp.CLEAR: "#FFFFFF",
}
"""On black, as FIRST's TLP 2.0 says."""


def print_pdf(paper: Paper) -> bytes:
    """Return the document as PDF/A-3b; raises InvalidInput where it is too much, Unavailable where it cannot be set."""
    made: bytes = _set(paper, "pdf", pdf_standards="a-3b")
    return made


def print_picture(paper: Paper) -> bytes:
    """Return the first sheet as PNG: for looking at it."""
    made: bytes | list[bytes] = _set(paper, "png", ppi=72.0)
    return made[0] if isinstance(made, list) else made


def unshaped(text: str) -> str:
    """Return the signs of a text that these typefaces have no shape for, each once."""
    shaped = _covered()
    return "".join(sorted({sign for sign in text if ord(sign) not in shaped and sign.isprintable()}))


def _set(paper: Paper, kind: str, **how: Any) -> Any:  # noqa: ANN401 -- the compiler's own options and answer
    import typst  # noqa: PLC0415 -- 30 MB that only printing needs

    paper.check()
    attached = paper.attached
    said = {
        "title": paper.title,
        "label": paper.tlp.label,
        "colour": COLOURS[paper.tlp],
        "origin": paper.origin,
        "printed": f"{paper.printed_for}, {paper.printed_at:%Y-%m-%d %H:%M} UTC",
        "reference": paper.reference,
        "language": paper.language,
        "at": list(paper.printed_at.timetuple()[:6]),
        "blocks": [{"kind": type(block).__name__.lower(), **asdict(block)} for block in paper.blocks],
        "attached": None if attached is None else {"name": attached.name, "type": attached.media_type},
    }
    inputs = {"said": orjson.dumps(said).decode()}
    if attached is not None:
        inputs["attached"] = attached.data.decode()
    set_type: Any = typst.compile  # its overloads tell apart what this does not know before it runs
    try:
        return set_type(
            str(TEMPLATE),
            root=str(TEMPLATE.parent),
            font_paths=[str(folder_of_fonts())],
            ignore_system_fonts=True,
            format=kind,
            sys_inputs=inputs,
            **how,
        )
    except typst.TypstError as error:
        raise Unavailable("This page cannot be printed just now; its operator sees why in the log.") from error


@cache
def _covered() -> frozenset[int]:
    return covered()
