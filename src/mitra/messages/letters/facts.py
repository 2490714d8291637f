"""What was read of one mail: values only, nothing in them believed and nothing rendered.

A mail says whatever its sender wrote.  What it proves is `vouched` alone, and that only where the site's own mail
server drops Authentication-Results that bear its name when they come from outside (RFC 8601, section 5).  A report is
as easily forged as a letter: hold it against the address that it came to, which only our own mail and its way know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Kind = Literal["human", "auto-reply", "report", "list", "encrypted"]
"""What sort of sender wrote, the first of these that holds:

* `report`: a mail server on how far a mail came (delivery status, bounce), or a reader's program on what was displayed;
* `auto-reply`: a machine by itself, as an out-of-office note or a notice, or a mail that goes round in circles;
* `list`: a mailing list sent it on;
* `encrypted`: somebody, in words that are not read here;
* `human`: nothing tells that it was none.

Only `human` and `encrypted` are ever answered by a machine of ours (RFC 3834, section 2).
"""

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
"""RFC 3464, section 2.3.3."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail server says of one recipient."""

    recipient: str
    """Whom it could or could not reach; '' where the report names nobody."""
    original_recipient: str
    """Whom we wrote to, as far as the report says: others may have sent it on to the recipient."""
    action: Action
    status: str
    """An enhanced status code (RFC 3463) as `5.1.1`, or ''."""
    said: str
    """What the last server said, one line."""
    remote: str
    """Which server said it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came along; never opened."""

    name: str
    """As it may be shown, or ''.  Never a path."""
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail.  Addresses have a lower-case domain of A-labels; ids stand without their angle brackets."""

    sender: str
    """Whom From names; '' for none, for several, and where the name shown is another address."""
    sender_name: str
    recipients: tuple[str, ...]
    """Where it was delivered first, then whom it names, each once."""
    subject: str
    text: str
    """What was written, without the mail that it answers."""
    quoted: str
    """The mail that it answers, as far as it was quoted in one piece."""
    sent_at: datetime | None
    """As its sender says; UTC."""
    message_id: str
    references: tuple[str, ...]
    """The ids of what it answers, the eldest first."""
    kind: Kind
    reports: tuple[Report, ...]
    original_id: str
    """The id of the mail that a report is about, where it came along."""
    vouched: str
    """The sender's domain, where our own mail server found that the mail is from there; else ''."""
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]
    """What was broken, as codes in the order found."""
