"""What was broken in a mail, as codes: each once, in the order found."""

from __future__ import annotations

from typing import Literal, get_args

Defect = Literal[
    "attachments-too-many",  # more than are listed
    "base64-broken",  # signs that cannot be there, or an end that is missing
    "boundary-missing",  # of several parts, but nothing parts them
    "boundary-unclosed",  # cut off, most likely
    "charset-unknown",  # read as UTF-8, Thai or Western, whichever it may be
    "charset-wrong",  # not in the charset that it names
    "date-missing",
    "date-unreadable",
    "empty",
    "encoding-unknown",  # packed in a way that is not known: taken as it is
    "header-broken",  # a line that is no field ended the head
    "header-too-long",  # a field was cut
    "headers-too-many",  # the head was not read to its end
    "looped",  # it goes round in circles
    "mark-before-head",  # a byte order mark
    "nested-too-deep",  # what lies deeper was not looked at
    "parts-too-many",  # what came later was not looked at
    "quoted-printable-broken",
    "report-about-a-report",  # what came back had come from a machine
    "report-unreadable",  # it says neither what became of the mail nor why
    "reports-too-many",  # the later ones are left out
    "sender-disguised",  # the name shown is another address
    "sender-missing",
    "sender-unreadable",
    "text-cut",
    "two-senders",
    "type-unreadable",  # taken for plain text
]
DEFECTS = get_args(Defect)


class Broken:
    """The defects of one mail while it is read."""

    def __init__(self) -> None:
        self._codes: dict[Defect, None] = {}

    def note(self, code: Defect) -> None:
        """Take a defect down; a second time changes nothing."""
        self._codes[code] = None

    def __contains__(self, code: object) -> bool:
        return code in self._codes

    def codes(self) -> tuple[str, ...]:
        """Return them in the order found."""
        return tuple(self._codes)
