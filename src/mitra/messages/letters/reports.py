"""What mail servers say of a mail of ours: delivery status notifications (RFC 3464, RFC 6533), and other bounces.

1. A machine-readable part is read wherever it is broken, field by field; what it says is not weighed against its words.
2. Where there is none, and a mail server wrote, flufl.bounce looks for whom the words name.  It knows the forms of
   qmail, Exim, Exchange and some forty others; it is given clean text of short lines, for its patterns are not linear.
3. Where nobody is named but a status code stands there, the report names nobody: the address that it came to tells.

That something was displayed (RFC 8098) is neither delivery nor acknowledgement: it makes a report without entries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mitra.messages.letters.addresses import address, ids, mailboxes
from mitra.messages.letters.broken import Broken
from mitra.messages.letters.facts import Report
from mitra.messages.letters.fields import Fields, in_words, read_fields
from mitra.messages.letters.machines import is_returned
from mitra.messages.letters.signs import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mitra.messages.letters.facts import Action
    from mitra.messages.letters.parts import Part

MOST_REPORTS: Final = 500
LONGEST_SAID: Final = 500
LONGEST_REMOTE: Final = 253
STATUS_TYPES: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES: Final = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers", "message/rfc822-headers"}
)
_RECEIPT_TYPES: Final = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification", "message/feedback-report"}
)
_ACTIONS: Final[tuple[tuple[str, Action], ...]] = (
    ("fail", "failed"),
    ("error", "failed"),
    ("delay", "delayed"),
    ("deliver", "delivered"),
    ("relay", "relayed"),
    ("expand", "expanded"),
)
"""By how the word begins: some write comments behind it, some other endings."""
_OF_CLASS: Final[dict[str, Action]] = {"2": "delivered", "4": "delayed", "5": "failed"}
_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY: Final = re.compile(
    r"(?<![\d.#])[45]\d\d[ -]#?([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)|\(#([45]\.\d{1,3}\.\d{1,3})\)"
)
_ESCAPED: Final = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_BELOW: Final = re.compile(
    r"^(?:-+ ?(?:below this line|this is a copy|original message|returned)|original message headers)",
    re.IGNORECASE | re.MULTILINE,
)
_FIELDS_BEGIN: Final = re.compile(r"^(?:reporting-mta|final-recipient|action):", re.IGNORECASE | re.MULTILINE)
_WORD_BEGINS: Final = re.compile(rb"[^\r\n]")
_ALONE: Final = re.compile(r"^[ \t]*<?([^\s<>@:]{1,64}@[^\s<>@:]{1,190})>?(?:<mailto:[^>\n]*>)?:?[ \t]*$", re.MULTILINE)
"""An address that stands alone on its line."""
_MESSAGE_ID: Final = re.compile(r"^message-id:\s*(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_WAITS: Final = re.compile(
    r"delayed|not yet been delivered|still being retried|will keep trying|no action is required", re.IGNORECASE
)
_NOBODY: Final = "nobody@nobody.invalid"
_READ: Final = 50_000
_LONGEST_LINE: Final = 500


@dataclass(frozen=True, slots=True)
class Found:
    """What a mail reports."""

    is_report: bool
    reports: tuple[Report, ...] = ()
    original_id: str = ""
    is_receipt: bool = False
    """It says what was displayed, or complains; nothing of delivery is to be sought in it."""


def read_status(root: Part, broken: Broken, *, is_of_a_server: bool) -> Found:
    """Return what the machine-readable parts say (RFC 6522, 3); outside a report they count from a server only."""
    parts = list(root.walk())
    types = {part.media_type for part in parts}
    if root.media_type != "multipart/report" and not (is_of_a_server and types & STATUS_TYPES):
        return Found(is_report=False)
    reports = [
        each for part in parts if part.media_type in STATUS_TYPES for each in _recipients(part.content(broken), broken)
    ]
    if len(reports) > MOST_REPORTS:
        broken.note("reports-too-many")
    return Found(
        is_report=True,
        reports=tuple(reports[:MOST_REPORTS]),
        original_id=_original_id(root, broken),
        is_receipt=bool(types & _RECEIPT_TYPES),
    )


def _original_id(root: Part, broken: Broken) -> str:
    """Return the id of the mail that came back, and note where a machine had sent it."""
    part = next((each for each in root.walk() if each.media_type in _RETURNED_TYPES), None)
    if part is None:
        return ""
    data = part.content(broken)[:_READ]
    original = read_fields(data, 0, len(data), Broken())[0]
    if _is_of_a_machine(original):
        broken.note("report-about-a-report")
    return _id_in(original.first("message-id")) or _id_below(data.decode("latin-1"))


def _id_in(text: str) -> str:
    return next(iter(ids(text)), "")


def _id_below(text: str) -> str:
    found = _MESSAGE_ID.search(text)
    return _id_in(found[1]) if found else ""


def _recipients(data: bytes, broken: Broken) -> Iterator[Report]:
    """Yield a report for each group of fields about a recipient (RFC 3464, 2.3); the first is about the mail."""
    at = 0
    for _ in range(MOST_REPORTS * 2):
        begins = _WORD_BEGINS.search(data, at)
        if begins is None:
            return
        at = begins.start()
        fields, behind = read_fields(data, at, len(data), broken)
        at = max(behind, at + 1)
        if not any(map(fields.count, ("final-recipient", "original-recipient", "action"))):
            continue
        report = _report(fields)
        if report is None:
            broken.note("report-unreadable")
        else:
            yield report


def _report(fields: Fields) -> Report | None:
    """Return what one group says, or None where it says neither an action nor a status."""
    said = one_line(in_words(_typed(fields.first("diagnostic-code")), Broken()), LONGEST_SAID)
    status = _finer(_STATUS.search(fields.first("status")), said)
    action = _action(fields.first("action"), status)
    if action is None:
        return None
    return Report(
        recipient=_address(fields, "final-recipient"),
        original_recipient=_address(fields, "original-recipient"),
        action=action,
        status=status,
        said=said,
        remote=one_line(_typed(fields.first("remote-mta")), LONGEST_REMOTE),
    )


def _action(word: str, status: str) -> Action | None:
    said = word.strip().lower()
    return next((action for begins, action in _ACTIONS if said.startswith(begins)), _OF_CLASS.get(status[:1]))


def _finer(found: re.Match[str] | None, said: str) -> str:
    """Return a status code; where it tells no more than its class, what the last server said may (RFC 3463, 2)."""
    status = found[0] if found else ""
    if status and not status.endswith(".0.0"):
        return status
    finer = _STATUS.search(said)
    return finer[0] if finer and finer[1] == (status or finer[1])[0] else status


def _typed(value: str) -> str:
    """Return a value without the word for its type, as `smtp; 550 …`."""
    kind, semicolon, said = value.partition(";")
    return said.strip() if semicolon and " " not in kind.strip() else value


def _address(fields: Fields, name: str) -> str:
    """Return the address of a field such as `rfc822; anan@cert.example`; `utf-8` ones are escaped (RFC 6533, 3)."""
    said = _ESCAPED.sub(lambda code: chr(min(int(code[1], 16), 0x10FFFF)), _typed(fields.first(name)))
    return address(said.partition("(")[0].strip().strip("<>"))


def _is_of_a_machine(original: Fields) -> bool:
    told = original.first("return-path").strip(), original.first("content-type").lower()
    return told[0] == "<>" or told[1].startswith("multipart/report") or is_returned(original.first("subject"))


def read_words(root: Part, text: str, subject: str, broken: Broken) -> Found:
    """Return what a bounce of another form says, read from its words; no report where they name nobody.

    1. Fields that stand among the words are read as those of a report.
    2. Else whom flufl.bounce finds, and else addresses that stand alone on a line, each with its paragraph.
    3. Else, where the subject says that a mail came back and the words have a code, a report on nobody by name.
    """
    above, below = _halves(text)
    original_id = _original_id(root, broken) or _id_below(below) or _id_below(above)
    begins = _FIELDS_BEGIN.search(text, 0, _READ)
    if begins:
        written = list(_recipients(text[begins.start() : begins.start() + _READ].encode(), Broken()))
        if any(each.recipient for each in written):
            return Found(is_report=True, reports=tuple(written[:MOST_REPORTS]), original_id=original_id)
    reports = list(_of_words(root.fields, above, subject))
    return Found(bool(reports) or is_returned(subject), tuple(reports[:MOST_REPORTS]), original_id)


def _of_words(fields: Fields, text: str, subject: str) -> Iterator[Report]:
    waiting, failed = _named(fields, text)
    status = _status_in(text)
    named = {*waiting, *failed}
    if not named and (status or is_returned(subject)):
        named = set(filter(None, map(address, _ALONE.findall(text))))
    waits = _WAITS.search(subject) or (status.startswith("4") and _WAITS.search(text))
    for each in sorted(named):
        action: Action = "delayed" if waits or each in waiting else "failed"
        finer, said = _about(text, each, status)
        yield Report(each, "", action, finer, said, "")
    if not named and status and is_returned(subject):
        yield Report("", "", "delayed" if waits else "failed", status, "", "")


def _halves(text: str) -> tuple[str, str]:
    """Return what the server says, and the mail that it returned below it."""
    begins = _BELOW.search(text, 0, _READ)
    at = begins.start() if begins else len(text)
    return text[: min(at, _READ)], text[at : at + _READ]


def _named(fields: Fields, text: str) -> tuple[set[str], set[str]]:
    """Return (for whom it waits, for whom it failed), as flufl.bounce finds them.

    It is given addresses that were read here, for it reads comments within comments by recursion, and stumbles over a
    mail without a sender.
    """
    from email.message import Message  # noqa: PLC0415 - only a bounce without form needs these

    from flufl.bounce import all_failures  # noqa: PLC0415

    mail = Message()
    mail["x-mailer"] = one_line(fields.first("x-mailer"), 200).encode("ascii", "replace").decode()
    for name, otherwise in (("from", _NOBODY), ("x-failed-recipients", "")):
        named = [box.address for value in fields.all(name) for box in mailboxes(value)]
        mail[name] = ", ".join(filter(str.isascii, filter(None, named))) or otherwise
    lines = [line[:_LONGEST_LINE] for line in text.split("\n")]
    mail.set_payload("\n".join(lines).encode("ascii", "replace").decode())
    try:
        waiting, failed = all_failures(mail)
    except (AttributeError, LookupError, TypeError, ValueError):  # it has stumbled before: then nobody is named
        return set(), set()
    return _addresses(waiting), _addresses(failed)


def _addresses(found: Iterable[bytes]) -> set[str]:
    return set(filter(None, (address(each.decode("ascii", "replace")) for each in found))) - {_NOBODY}


def _status_in(text: str) -> str:
    found = _REPLY.search(text)
    if found:
        return found[1] or found[2]
    plain = _STATUS.search(text)
    return plain[0] if plain else ""


def _about(text: str, recipient: str, status: str) -> tuple[str, str]:
    """Return (status, what was said) of the paragraph that names a recipient."""
    at = text.find(recipient)
    if at < 0:
        return status, ""
    paragraph = text[at + len(recipient) :].partition("\n\n")[0]
    said = one_line(paragraph.lstrip(">:, \n"), LONGEST_SAID)
    return _status_in(paragraph) or status, said
