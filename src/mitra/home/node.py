"""Gather how the node stands, for whoever looks after it: the answer first, then what waits, then the figures."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mitra.home.backups import find_last_backup
from mitra.ledger import queries as ledger
from mitra.pulse import facts as pulse_facts
from mitra.pulse import queries as pulse
from mitra.web.templatetags.show import span

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.home.backups import LastBackup
    from mitra.ledger.facts import Health
    from mitra.pulse.facts import Jump, Parked

PARKED_SHOWN = 50
BACKUP_EVERY = timedelta(days=1)
"""How old the last backup may be before the page says so."""
UNHEARD = "Unheard"


@dataclass(frozen=True, slots=True)
class Moved:
    """One jump of the clock, in words."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How the node stands."""

    answer: str
    lede: str
    health: pulse_facts.Health
    parked: tuple[Parked, ...]
    """The first of them, those that wait longest."""
    moved: tuple[Moved, ...]
    log: Health
    backup: LastBackup | None
    is_backup_old: bool
    database: str
    database_size: int
    """Bytes, as `free`."""
    free: int
    """Room left on the disk of the node's home."""


def node_of(*, now: datetime) -> Standing:
    """Return how the node stands now."""
    health, log, backup = pulse.health(now), ledger.health(now), find_last_backup()
    database, size = pulse.database()
    return Standing(
        answer=answer_of(health, log),
        lede=lede_of(health, log),
        health=health,
        parked=tuple(pulse.list_parked(limit=PARKED_SHOWN)) if health.parked else (),
        moved=tuple(Moved(jump.at, jump_words(jump)) for jump in health.jumps),
        log=log,
        backup=backup,
        is_backup_old=backup is None or now - backup.at > BACKUP_EVERY,
        database=database,
        database_size=size,
        free=shutil.disk_usage(settings.MITRA_HOME).free,
    )


def answer_of(health: pulse_facts.Health, log: Health) -> str:
    """Return the page's answer in one sentence, the worst first."""
    if log.stopped:
        return _("The log has stopped.")
    if "worker-away" in health.problems:
        return _("The worker is away.")
    if health.parked:
        sentence = ngettext("%(n)s delivery waits for you.", "%(n)s deliveries wait for you.", health.parked)
        return sentence % {"n": f"{health.parked:,}"}
    if "behind" in health.problems:
        return _("The worker is behind.")
    return _("The node is at work.")


def lede_of(health: pulse_facts.Health, log: Health) -> str:
    """Return what follows from the answer."""
    if log.stopped:
        return _("Sharing goes on, and nothing new is signed. Mend what it says below, then start the node again.")
    if "worker-away" in health.problems:
        return _("People read and share as always; what follows from it, and what is due, waits until a worker runs.")
    if health.parked:
        return _("Each failed eight times. Its own subject waits behind it; everything else goes on.")
    if "behind" in health.problems:
        return _("More happens than it delivers, or something holds it up. Nothing is lost meanwhile.")
    return _("What happens is delivered, what is due rings, and nothing waits for you.")


def jump_words(jump: Jump) -> str:
    """Return how far the clock moved, and which way."""
    length = span(timedelta(seconds=abs(jump.seconds)))
    return (
        _("went back by %(span)s") % {"span": length}
        if jump.seconds < 0
        else _("leapt ahead by %(span)s") % {"span": length}
    )


def error_words(error: str) -> str:
    """Return what went wrong: the error's class and place, or a sentence where one is known."""
    if error == UNHEARD:
        return _("This version of Mitra has no reaction of that name.")
    return error
