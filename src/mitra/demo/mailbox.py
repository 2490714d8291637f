"""The demonstration's own mail server: what the node sends lies as files in its home, and what is sent to it comes in.

It takes mail on 127.0.0.1 only and passes nothing on.  Mail to the node itself goes into the Maildir that the node
reads, so an answer to one of its mails arrives as it would with a site's server.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SENT, RECEIVED = "mailbox", "mail"
"""Folders of the home: what the node sent, and the Maildir of what comes to it."""


class Box:
    """Takes every mail and puts it where it belongs."""

    def __init__(self, home: Path, domain: str) -> None:
        self.sent, self.received = home / SENT, home / RECEIVED
        self._ours = f"@{domain}"
        for folder in (self.sent, self.received / "new", self.received / "cur", self.received / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)

    def receive(self, raw: bytes) -> None:
        """Put a mail into the Maildir that the node reads."""
        name = secrets.token_hex(8)
        waiting = self.received / "tmp" / name
        waiting.write_bytes(raw)
        waiting.rename(self.received / "new" / name)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's
        """Keep one mail, for the node where it is addressed to it."""
        raw = bytes(envelope.content)
        for to in envelope.rcpt_tos:
            if to.lower().endswith(self._ours):
                self.receive(f"Delivered-To: {to}\r\n".encode() + raw)
            else:
                name = f"{len(list(self.sent.iterdir())):04d}-{secrets.token_hex(4)}.eml"
                (self.sent / name).write_bytes(raw)
        return "250 OK"


@contextmanager
def mailbox(home: Path, domain: str, port: int) -> Iterator[tuple[str, Box]]:
    """Run the server; give the setting by which the node finds it, and its box."""
    box = Box(home, domain)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}", box
    finally:
        controller.stop()


def mails_in(home: Path) -> list[tuple[str, str, str]]:
    """Return what the node sent so far: to whom, subject, text."""
    found = []
    for path in sorted((home / SENT).glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        body = mail.get_body(("plain",))
        found.append((str(mail["To"]), str(mail["Subject"]), "" if body is None else str(body.get_content())))
    return found
