"""What a text names in the community, as far as whoever asks may know it: organisations and circles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from mitra.community import queries, words
from mitra.web.ports import Exact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.community.facts import Actor

SHORTEST: Final = 2
MOST: Final = 5


def find_bodies(text: str, actor: Actor | None, *, now: datetime) -> Iterator[Exact]:  # noqa: ARG001 - a port is asked as of a moment
    """Yield what a short name, a STIX id or the beginning of a word of a name means."""
    asked = text.casefold().strip()
    if actor is None or len(asked) < SHORTEST:
        return
    bodies = [
        body
        for body in queries.list_organisations(actor)
        if asked in {body.slug, body.stix_id} or is_named(asked, body.name, body.native_name)
    ]
    for body in bodies[:MOST]:
        address = reverse("community:organisation-one", args=[body.slug])
        yield Exact(_("organisation"), body.name, address, str(words.KINDS.get(body.kind, body.kind)))
    circles = [circle for circle in queries.list_circles(actor) if asked == circle.slug or is_named(asked, circle.name)]
    for circle in circles[:MOST]:
        yield Exact(_("circle"), circle.name, reverse("community:circle", args=[circle.slug]), circle.purpose)


def is_named(asked: str, *names: str) -> bool:
    """Return whether a text is a name, or begins a word of one, or stands in one of a script without spaces."""
    for name in names:
        folded = name.casefold()
        if folded.startswith(asked) or f" {asked}" in folded or (not asked.isascii() and asked in folded):
            return True
    return False
