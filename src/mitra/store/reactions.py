"""What the store does by itself: it opens to feeds what an embargo has kept from them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mitra.pulse.reactions import every
from mitra.store.doors import store
from mitra.store.files import keeping
from mitra.store.handed.folding import KEPT_DAYS, fold, forget, forget_marks
from mitra.store.words.indexing import index_words

if TYPE_CHECKING:
    from datetime import datetime


@every(1, name="store.lift-embargoes")
def lift_embargoes(*, now: datetime) -> None:
    """Replay each audience whose embargo has ended; pages open it by the clock, and wait for nobody."""
    store().lift_embargoes(now=now)


@every(1, name="store.index-words")
def index_shared_words(*, now: datetime) -> None:  # noqa: ARG001 - a job is told the time
    """Make findable what was shared since."""
    index_words()


@every(5, name="store.fold-handed")
def fold_handed(*, now: datetime) -> None:  # noqa: ARG001 - a job is told the time
    """Bring into the database what was noted of pages handed out."""
    fold()


@every(3_600, name="store.sweep-files")
def sweep_files(*, now: datetime) -> None:
    """Take away files that nothing holds."""
    keeping.sweep(now=now)


@every(86_400, name="store.forget-handed")
def forget_handed(*, now: datetime) -> None:
    """Forget what was handed out so long ago that nobody asks for it back."""
    forget(before=now - timedelta(days=KEPT_DAYS))
    forget_marks(before=now - timedelta(days=1))
