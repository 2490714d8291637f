"""A real SMTP server on 127.0.0.1 that keeps what it takes, and refuses as it is told."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from node_process import free_port

if TYPE_CHECKING:
    from email.message import EmailMessage


@dataclass
class Taken:
    """One mail that was taken, with its envelope."""

    sender: str
    to: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)

    @property
    def text(self) -> str:
        return self.mail.get_content()


@dataclass
class Box:
    """What a server took, and the answers that it gives to some addresses."""

    taken: list[Taken] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """Address → what RCPT is answered, as `550 5.1.1 no such user`."""
    url: str = ""

    def to(self, address):
        return [one for one in self.taken if one.to == address]

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: ARG002, N802 - aiosmtpd asks so
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802 - aiosmtpd asks so
        for address in envelope.rcpt_tos:
            self.taken.append(Taken(envelope.mail_from, address, envelope.content))
        return "250 OK"


@contextmanager
def mail_server():
    """Run a server; yields its box."""
    box = Box()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        box.url = f"smtp://127.0.0.1:{port}"
        yield box
    finally:
        controller.stop()
