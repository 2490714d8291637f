"""Mail: what a message says outside the portal, and one connection to the site's own mail server.

Each mail goes from an address of its own (VERP), which bounces and replies come back to, and under one Message-ID,
however often it is tried; a further try says so.  Words of what is stricter than TLP:AMBER stay in the portal.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Context, TemplateDoesNotExist
from django.template.loader import select_template

from mitra.core.policy.facts import Tlp
from mitra.messages.channels.outcome import Outcome
from mitra.messages.rules import says_number_outside, says_words_outside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from mitra.messages.facts import Described
    from mitra.messages.models import Sending

KEY_FILE: Final = "dkim.pem"
SECONDS: Final = 20
"""How long our own mail server may take to answer."""


@dataclass(frozen=True, slots=True)
class Site:
    """What this node needs to know to write mail."""

    server: str
    """`smtp://[user:password@]host[:port]`, or `smtps://…`."""
    sender: str
    """The address that mail comes from, as `mitra@hub.example`."""
    url: str
    """Where people reach the node, as `https://hub.example`."""
    name: str
    dkim_key: Path | None = None
    """The private key by which we sign, where the site's own server does not."""
    dkim_selector: str = ""


def site() -> Site:
    """Return what this node needs to know to write mail."""
    name = settings.MITRA_NODE.name if settings.MITRA_NODE is not None else "localhost"
    selector = settings.MITRA_DKIM_SELECTOR
    return Site(
        server=settings.MITRA_MAIL,
        sender=settings.MITRA_MAIL_FROM or f"mitra@{name}",
        url=settings.MITRA_URL,
        name=name,
        dkim_key=Path(settings.MITRA_HOME) / KEY_FILE if selector else None,
        dkim_selector=selector,
    )


def write_mail(way: Sending, described: Described, site: Site, *, now: datetime) -> EmailMessage:
    """Return the mail of one way."""
    message = way.message
    tlp = None if message.tlp is None else Tlp(message.tlp)
    subject, text = _say(way, _values(way, described, site, tlp))
    local, _, domain = site.sender.partition("@")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Mitra {site.name} <{site.sender}>".replace(",", " ")
    mail["To"] = way.to
    mail["Subject"] = f"[{tlp.label}] {subject}" if tlp is not None else subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{way.token}@{domain}>"
    mail["Reply-To"] = f"{local}+{way.token}@{domain}"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = way.language
    if way.tries > 1:
        mail["X-Mitra-Try"] = str(way.tries)
    mail.set_content(text)
    return mail


def _values(way: Sending, described: Described, site: Site, tlp: Tlp | None) -> dict[str, Any]:
    message = way.message
    due = message.answer_by
    return {
        "number": message.number if says_number_outside(tlp) else "",
        "title": " ".join(described.title.split()) if says_words_outside(tlp) else "",
        "severity": message.severity,
        "by": ""
        if due is None
        else f"{due.astimezone(ZoneInfo(way.zone)):%H:%M} ({way.zone}), {due:%Y-%m-%d %H:%M} UTC",
        "url": f"{site.url}/inbox/{message.ref}",
        "label": "" if tlp is None else tlp.label,
        "site": site.url,
    }


def _say(way: Sending, values: dict[str, Any]) -> tuple[str, str]:
    """Return the subject and the text, in the recipient's language or in English."""
    room, _, code = way.message.code.partition(".")
    body = _rendered([f"{room}/told/{code}.{tongue}.txt" for tongue in (way.language, "en")], values)
    subject, _, rest = body.partition("\n")
    foot = _rendered([f"messages/told/foot.{tongue}.txt" for tongue in (way.language, "en")], values)
    return " ".join(subject.split()), f"{rest.strip()}\n\n-- \n{foot.strip()}\n"


def _rendered(names: list[str], values: dict[str, Any]) -> str:
    found = select_template(names)
    template = getattr(found, "template", None)
    if template is None:
        raise TemplateDoesNotExist(names[-1])
    text: str = template.render(Context(values, autoescape=False))
    return text


@dataclass(slots=True)
class Post:
    """A connection to the site's mail server, made when it is first needed and made again when it broke."""

    site: Site
    _server: smtplib.SMTP | None = field(default=None, repr=False)

    def __call__(self, going: Sequence[tuple[Sending, Described]], now: datetime) -> list[Outcome]:
        """Send a batch, one after the other; return how each went."""
        return [self.send(way, described, now) for way, described in going]

    def send(self, way: Sending, described: Described, now: datetime) -> Outcome:
        """Send one mail; return how it went."""
        mail = write_mail(way, described, self.site, now=now)
        try:
            return self._send(mail, way.token)
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            return _refused(code, said)
        except smtplib.SMTPResponseException as refused:
            self.close()
            return _refused(refused.smtp_code, refused.smtp_error)
        except UnicodeError:
            self.close()  # in the middle of a mail
            return Outcome("bounced", "no mail server of ours takes this address")
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome("deferred", f"our mail server: {type(error).__name__}", is_ours=True)

    def _send(self, mail: EmailMessage, token: str) -> Outcome:
        server = self._connect()
        local, _, domain = self.site.sender.partition("@")
        asks = server.has_extn("dsn")
        raw = _signed(mail.as_bytes(), self.site, domain)
        server.sendmail(
            f"{local}+{token}@{domain}",
            [str(mail["To"])],
            raw,
            mail_options=["RET=HDRS", f"ENVID={token}"] if asks else [],
            rcpt_options=["NOTIFY=SUCCESS,FAILURE,DELAY"] if asks else [],
        )
        return Outcome("sent")

    def _connect(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        asked = urlsplit(self.site.server)
        kind = smtplib.SMTP_SSL if asked.scheme == "smtps" else smtplib.SMTP
        server = kind(
            asked.hostname or "localhost", asked.port or (465 if asked.scheme == "smtps" else 25), timeout=SECONDS
        )
        with ExitStack() as undone:
            undone.callback(server.close)
            server.ehlo_or_helo_if_needed()
            if asked.scheme != "smtps" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context() if asked.username else None)
                server.ehlo()
            if asked.username:
                server.login(unquote(asked.username), unquote(asked.password or ""))
            undone.pop_all()
        self._server = server
        return server

    def close(self) -> None:
        """End the connection."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


def _refused(code: int, said: bytes | str) -> Outcome:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Outcome("bounced" if code >= 500 else "deferred", f"{code} {' '.join(text.split())}")


def _signed(raw: bytes, site: Site, domain: str) -> bytes:
    """Return a mail with our DKIM signature before it, where we have a key (RFC 6376)."""
    if site.dkim_key is None:
        return raw
    import dkim  # noqa: PLC0415 - brings a resolver, which only those who sign need

    key = site.dkim_key.read_bytes()
    signature: bytes = dkim.sign(
        raw,
        site.dkim_selector.encode(),
        domain.encode(),
        key,
        include_headers=[b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Reply-To"],
    )
    return signature + raw
