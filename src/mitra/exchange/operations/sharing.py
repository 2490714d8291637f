"""Share an input, whatever its form; share on what one may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from mitra.core.errors import InvalidInput, NotPermitted
from mitra.exchange.intake import decode, reports
from mitra.exchange.intake.authorise import check_terms, seat_sender
from mitra.exchange.intake.decode import Form
from mitra.exchange.intake.levels import Levels
from mitra.exchange.intake.normalise import described
from mitra.exchange.intake.pipeline import Run, run_through
from mitra.exchange.rules import audience_of
from mitra.store.doors import store
from mitra.store.facts import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import BinaryIO

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Report, Result, Terms
    from mitra.exchange.intake.reports import Understood

KEPT_RESULTS = 1_000


# One door for the web form, the command line and TAXII: each of these is an option of one of them.
def share(  # noqa: PLR0913
    actor: Actor,
    source: BinaryIO,
    terms: Terms,
    *,
    now: datetime,
    filename: str = "",
    progress: Callable[[int], None] | None = None,
    keep: int = KEPT_RESULTS,
) -> Report:
    """Bring an input through intake and return what each of its objects came to; at most `keep` are told one by one.

    What is found in a report in prose is held: `share_report` is for one that a person reviewed.  `progress` is told
    how many bytes have been read.  Raises NotPermitted or InvalidInput for the sender and its terms, InvalidInput when
    nothing could be read; a single bad object is a Result, never an error.
    """
    check_terms(actor, terms, now=now)
    with decode.spooled(source, name=filename) as spool:
        sender = seat_sender(actor, terms, store=store(), now=now)
        run = Run(sender, store(), Levels(terms.tlp), keep)
        return run_through(spool, run, progress=progress)


def share_report(
    actor: Actor, source: BinaryIO, terms: Terms, confirmed: frozenset[str], *, now: datetime, filename: str = ""
) -> Report:
    """Share a report with those of the values found in it that a person confirmed; raises as `share` does."""
    check_terms(actor, terms, now=now)
    with decode.spooled(source, name=filename) as spool:
        sender = seat_sender(actor, terms, store=store(), now=now)
        run = Run(sender, store(), Levels(terms.tlp), KEPT_RESULTS, confirmed=confirmed)
        return run_through(spool, run)


def understand(actor: Actor, source: BinaryIO, *, filename: str = "") -> Understood:
    """Return what a report would be taken for, for a person to review; writes nothing.

    Raises InvalidInput when the input is no report: STIX and tables need no review.
    """
    if actor.person is None and actor.credential is not None:
        raise NotPermitted("A report is reviewed by a person; share it on the web.")
    with decode.spooled(source, name=filename) as spool:
        if spool.form not in {Form.TEXT, Form.HTML}:
            raise InvalidInput("This is no report: it is shared as it is.", rule="no-report")
        return reports.understand(spool)


def is_report(source: BinaryIO, *, filename: str = "") -> bool:
    """Return whether an input needs a review before it is shared; leaves the source at its beginning."""
    head = source.read(decode.HEAD_BYTES)
    source.seek(0)
    return decode.recognise_form(head, filename) in {Form.TEXT, Form.HTML}


def reshare(actor: Actor, ref: str, terms: Terms, *, now: datetime) -> Result:
    """Share on, within the laws, one record that the actor may read; raises NotFound, InvalidInput, NotPermitted.

    The level of what is shared on is its share's, unless the terms say a stricter one.
    """
    check_terms(actor, terms, now=now)
    sender = seat_sender(actor, terms, store=store(), now=now)
    found = sender.door.get(ref)
    item = described(orjson.loads(found.raw))
    level = found.audience.tlp if terms.tlp is None else max(terms.tlp, found.audience.tlp)
    item.audience = audience_of(terms, level, realm=actor.viewer.realm, named=sender.named)
    item.pap, item.condition = terms.pap, terms.condition
    run = Run(sender, store(), Levels(level), keep=1)
    run.finish([item])
    return only_result(run.report)


def only_result(report: Report) -> Result:
    """Return the one result of a batch of one; raises InvalidInput with its reason where it was refused."""
    (result,) = report.accepted or report.results
    if result.outcome is Outcome.REFUSED:
        raise InvalidInput(result.reason, path=result.path, rule=result.rule)
    return result
