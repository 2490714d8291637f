"""Say on the pages who has what was shared, and what was asked back, as a colleague would on the phone."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mitra.exchange import telling
from mitra.exchange.models import AskedBack
from mitra.store.handed.facts import Channel
from mitra.web.templatetags.show import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mitra.exchange.queries import Holders, NoticeLine, RecallView
    from mitra.web.ports import Words

WAYS: Final[Mapping[Channel, Words]] = MappingProxyType(
    {
        Channel.PORTAL: _("read here"),
        Channel.LOOKUP: _("looked up"),
        Channel.TAXII: _("by TAXII"),
        Channel.EXPORT: _("as a file"),
        Channel.REST: _("by REST"),
    }
)

ENDS: Final[Mapping[str, Words]] = MappingProxyType(
    {AskedBack.RECALLED: _("recalled"), AskedBack.TIGHTENED: _("tightened")}
)


def ways_words(ways: Iterable[Channel]) -> str:
    """Return by which ways somebody was handed something."""
    return ", ".join(str(WAYS[way]) for way in ways)


def holders_figure(found: Holders) -> str:
    """Return how many have it: organisations, of RED persons."""
    return telling.persons(found.count) if found.line.is_red else telling.organisations(found.count)


def holders_answer(found: Holders) -> str:
    """Return who has it, in one sentence."""
    if not found.count:
        return gettext("Nobody has opened it yet.") if found.line.is_red else gettext("Nobody has fetched it yet.")
    if found.line.is_red:
        return ngettext("%(n)s person has opened it.", "%(n)s persons have opened it.", found.count) % {
            "n": number(found.count)
        }
    return ngettext("%(n)s organisation has it.", "%(n)s organisations have it.", found.count) % {
        "n": number(found.count)
    }


def recall_button(found: Holders) -> str:
    """Return the button's words: what happens, and how many hear of it."""
    told = found.count - len(found.beyond_telling) - found.hidden_beyond_telling
    if not told:
        return gettext("Recall it; there is nobody to tell")
    if found.line.is_red:
        return ngettext("Recall it and tell %(n)s person", "Recall it and tell %(n)s persons", told) % {
            "n": number(told)
        }
    return ngettext("Recall it and tell %(n)s organisation", "Recall it and tell %(n)s organisations", told) % {
        "n": number(told)
    }


def recall_answer(found: RecallView) -> str:
    """Return what came of a recall, in one sentence."""
    line = found.line
    if not line.is_told:
        return gettext("They are being told.")
    if not line.told_count:
        return gettext("Nobody had fetched it, so there was nobody to tell.")
    reached = sum(told.can_be_told or told.done_at is not None for told in (*found.told, *found.hidden))
    if reached < line.told_count <= len(found.told) + len(found.hidden):
        return gettext("%(n)s of %(all)s can be told.") % {"n": number(reached), "all": number(line.told_count)}
    figure = telling.persons(line.told_count) if line.is_red else telling.organisations(line.told_count)
    return gettext("%(figure)s told, %(done)s done.") % {"figure": figure, "done": number(line.done_count)}


def recalls_answer(count: int) -> str:
    """Return how much an organisation asked back, in one sentence."""
    if not count:
        return gettext("You have asked nothing back.")
    return ngettext("%(n)s record asked back.", "%(n)s records asked back.", count) % {"n": number(count)}


def notices_answer(count: int) -> str:
    """Return how much is asked back of an organisation and not done, in one sentence."""
    if not count:
        return gettext("Nothing is asked back of you.")
    return ngettext("%(n)s record is asked back of you.", "%(n)s records are asked back of you.", count) % {
        "n": number(count)
    }


def notice_title(line: NoticeLine) -> str:
    """Return what happened to something that somebody was handed; of RED neither who nor what."""
    if line.is_red:
        return gettext("For named persons, you among them")
    if line.to == AskedBack.RECALLED:
        return gettext("%(by)s recalled a record that you have") % {"by": line.asked_by}
    if line.level is None:
        return gettext("%(by)s keeps to itself a record that you have") % {"by": line.asked_by}
    return gettext("%(by)s put a record that you have at %(level)s") % {"by": line.asked_by, "level": line.level.label}


def notice_body(line: NoticeLine) -> str:
    """Return what there is to do about it."""
    if line.to == AskedBack.RECALLED:
        return gettext("Take your copies out of use and delete them, then say that it is done.")
    return gettext("Handle your copies at the new level, then say that it is done.")
