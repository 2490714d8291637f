"""What somebody brings to be shared, pasted or chosen as a file, and what is understood of it before it goes."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext

from mitra.exchange import operations, queries, sayings, telling
from mitra.store.handed.facts import Channel

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from mitra.community.doors import MemberRequest
    from mitra.core.policy.facts import Tlp
    from mitra.exchange.facts import Report, Terms
    from mitra.exchange.forms import ShareForm
    from mitra.exchange.intake.reports import Candidate
    from mitra.exchange.operations.previewing import Preview
    from mitra.exchange.queries import Known

SHOWN_AS_TEXT_BYTES: Final = 256 * 1024
"""A file up to this size comes into the text box, so that it need not be chosen twice."""

LONG_BYTES: Final = 4 << 20
MOST_VALUES: Final = 500


@dataclass(frozen=True, slots=True)
class Content:
    """What was brought, and whether the person has looked at exactly this."""

    text: str
    filename: str
    upload: UploadedFile[Any] | None
    """A file that is too large for the text box, or not text."""
    digest: str
    was_reviewed: bool

    @property
    def is_long(self) -> bool:
        """Whether it takes longer than a page may wait, so that it is worked off while one does something else."""
        return self.upload is not None and (self.upload.size or 0) > LONG_BYTES

    def open(self) -> Any:  # noqa: ANN401 - whatever Django spools to
        """Return the bytes from their beginning."""
        if self.upload is None:
            return io.BytesIO(self.text.encode())
        self.upload.seek(0)
        return self.upload.file


@dataclass(frozen=True, slots=True)
class Value:
    """One value found in a report, with what is known of it."""

    kind: str
    kind_label: str
    value: str
    why: str
    tlp: Tlp | None
    """The strictest level of what is said to be known."""
    is_checked: bool


@dataclass(frozen=True, slots=True)
class Understood:
    """What a machine made of it: the values of a report, or what would become of objects and rows."""

    is_report: bool
    title: str = ""
    tlp: Tlp | None = None
    """The level that a report states at its head."""
    values: tuple[Value, ...] = ()
    more_values: int = 0
    preview: Preview | None = None

    @property
    def strictest(self) -> Tlp | None:
        """The strictest level of what the page says of these values."""
        return max((value.tlp for value in self.values if value.tlp is not None), default=None)

    @property
    def going(self) -> int:
        """How many values are chosen."""
        return sum(value.is_checked for value in self.values)


def content_of(form: ShareForm) -> Content | None:
    """Return what the form brings, or None after saying on the form what is missing."""
    form.is_valid()
    text = str(form.cleaned_data.get("text") or "").replace("\r\n", "\n")
    upload: UploadedFile[Any] | None = form.cleaned_data.get("file")
    if upload is not None and text.strip():
        form.add_error("text", gettext("You pasted a text and chose a file: share one after the other."))
        return None
    if upload is None and not text.strip():
        form.add_error("text", gettext("Paste something here, or choose a file."))
        return None
    filename = form.cleaned_data.get("filename") or ""
    if upload is not None:
        filename = upload.name or ""
        read = as_text(upload)
        text, upload = (read, None) if read else ("", upload)
    digest = digest_of(text, upload)
    return Content(text, filename, upload, digest, was_reviewed=digest == form.cleaned_data.get("reviewed"))


def as_text(upload: UploadedFile[Any]) -> str:
    """Return a small file of text as the text box would send it back, or `''`."""
    if not upload.size or upload.size > SHOWN_AS_TEXT_BYTES:
        return ""
    data: bytes = upload.read()
    upload.seek(0)
    text = data.decode("utf-8-sig", errors="ignore")
    return "" if "\0" in text or text.encode() != data.removeprefix(b"\xef\xbb\xbf") else text.replace("\r\n", "\n")


def digest_of(text: str, upload: UploadedFile[Any] | None) -> str:
    """Return a digest by which the next form knows that the same thing is meant."""
    digest = hashlib.sha256(text.encode())
    if upload is not None:
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
    return digest.hexdigest()


def understand(
    request: MemberRequest, form: ShareForm, content: Content, terms: Terms, chosen: frozenset[str]
) -> Understood | None:
    """Return what is understood of it, or None after saying on the form why it cannot be read; writes nothing."""
    is_report = form.attempt(lambda: operations.is_report(content.open(), filename=content.filename), at="text")
    if is_report is None:
        return None
    if is_report:
        return understand_report(request, form, content, chosen)
    preview = form.attempt(
        lambda: operations.preview(request.actor, content.open(), terms, now=request.now, filename=content.filename),
        at="text",
    )
    return None if preview is None else Understood(is_report=False, preview=preview)


def understand_report(
    request: MemberRequest, form: ShareForm, content: Content, chosen: frozenset[str]
) -> Understood | None:
    """Return the values of a report with what is known of each."""
    found = form.attempt(
        lambda: operations.understand(request.actor, content.open(), filename=content.filename), at="text"
    )
    if found is None:
        return None
    shown = found.values[:MOST_VALUES]
    hand = operations.hand_to(request.actor, Channel.LOOKUP, now=request.now)
    known = queries.look_up(request.viewer, [each.value for each in shown], hand=hand, now=request.now)
    values = tuple(
        value_of(each, answer, is_checked=each.value in chosen if content.was_reviewed else each.harm is None)
        for each, answer in zip(shown, known, strict=True)
    )
    return Understood(
        is_report=True,
        title=found.title,
        tlp=found.tlp,
        values=values,
        more_values=len(found.values) - len(shown),
    )


def value_of(found: Candidate, known: Known, *, is_checked: bool) -> Value:
    """Return one value as a person reviews it."""
    return Value(
        kind=found.kind,
        kind_label=telling.kind_label(found.kind),
        value=found.value,
        why=sayings.candidate_why(known, found.harm.what if found.harm else ""),
        tlp=max((record.tlp for record in known.records if record.id), default=None) if found.harm is None else None,
        is_checked=is_checked,
    )


def send(
    request: MemberRequest, content: Content, terms: Terms, confirmed: frozenset[str], *, is_report: bool
) -> Report:
    """Share it: a report with the values that were confirmed, anything else as it is."""
    if is_report:
        return operations.share_report(
            request.actor, content.open(), terms, confirmed, now=request.now, filename=content.filename
        )
    return operations.share(request.actor, content.open(), terms, now=request.now, filename=content.filename)
