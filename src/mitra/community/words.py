"""This room's codes in words, and the languages in which the program speaks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mitra.community.facts import COMMUNITY_MANAGE, EXCHANGE_READ, EXCHANGE_SHARE
from mitra.community.rules import ROLES as RULES
from mitra.core.policy.facts import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.web.ports import Words

ROLES: Mapping[str, Words] = {
    "analyst": _("analyst"),
    "duty-officer": _("duty officer"),
    "legal": _("legal officer"),
    "communicator": _("communicator"),
    "delegate": _("delegate"),
    "trainer": _("trainer"),
    "administrator": _("administrator"),
    "secretariat": _("secretariat"),
    "auditor": _("auditor"),
}
ROLE_DOES: Mapping[str, Words] = {
    "analyst": _("looks up, reads and shares intelligence"),
    "duty-officer": _("looks up, reads and shares intelligence, at any hour"),
    "legal": _("reads intelligence, shares none"),
    "communicator": _("reads intelligence, shares none"),
    "delegate": _("speaks for you; reads no intelligence"),
    "trainer": _("trains; reads no intelligence"),
    "administrator": _("adds people, roles and credentials; reads no intelligence by that alone"),
    "secretariat": _("keeps standing and circles for the centre; reads no intelligence"),
    "auditor": _("checks the centre; reads no intelligence"),
}
KINDS: Mapping[str, Words] = {
    "government": _("government"),
    "csirt": _("CSIRT (incident response team)"),
    "law-enforcement": _("law enforcement"),
    "defence": _("defence"),
    "regulator": _("regulator"),
    "private": _("private sector"),
    "international": _("international organisation"),
    "academia": _("academia"),
    "media": _("media"),
}
STANDINGS: Mapping[str, Words] = {
    Standing.PROPOSED: _("proposed"),
    Standing.LISTED: _("listed"),
    Standing.ACCREDITED: _("accredited"),
    Standing.SUSPENDED: _("suspended"),
    Standing.LEFT: _("left"),
}
STANDING_MEANS: Mapping[str, Words] = {
    Standing.PROPOSED: _("You read what is TLP:CLEAR, your own, and the working circles that invited you."),
    Standing.LISTED: _(
        "You read what is TLP:CLEAR, your own, the working circles that invited you, and what a sponsor opens to you."
    ),
    Standing.ACCREDITED: _("You read as a member and may be in any circle."),
    Standing.SUSPENDED: _("You read what is TLP:CLEAR and your own, and share nothing until the centre lifts this."),
    Standing.LEFT: _("You are no member any more."),
}
SCOPES: dict[str, Words] = {
    EXCHANGE_READ: _("read and look up intelligence"),
    EXCHANGE_SHARE: _("share intelligence in our name"),
    COMMUNITY_MANAGE: _("manage people and credentials"),
}
CIRCLE_KINDS: Mapping[str, Words] = {"standing": _("standing"), "working": _("working")}
CREDENTIAL_STATES: Mapping[str, Words] = {"works": _("works"), "expired": _("expired"), "revoked": _("revoked")}
CREDENTIAL_SIGNS: Mapping[str, str] = {"works": "good", "expired": "quiet", "revoked": "quiet"}

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "id": "Bahasa Indonesia",
    "ms": "Bahasa Melayu",
    "fil": "Filipino",
    "pt": "Português",
    "tet": "Tetun",
    "vi": "Tiếng Việt",
    "th": "ภาษาไทย",
    "lo": "ພາສາລາວ",
    "km": "ភាសាខ្មែរ",
    "my": "မြန်မာဘာသာ",
    "zh-hans": "简体中文",
    "ta": "தமிழ்",
}


@cache
def spoken_languages() -> Mapping[str, str]:
    """Return the languages in which pages can be read: English, and every other with a catalogue of its own."""
    folders = {path.name for root in settings.LOCALE_PATHS for path in Path(root).glob("*") if path.is_dir()}
    return {code: name for code, name in LANGUAGES.items() if code == "en" or code in folders}


def count_of_organisations(count: int) -> str:
    """Return “1 organisation”, “14 organisations”."""
    return ngettext("%(count)d organisation", "%(count)d organisations", count) % {"count": count}


def role_lines(*, is_centre: bool) -> list[tuple[Words, Words]]:
    """Return the roles that an organisation can give, each with what it does."""
    return [(ROLES[role], ROLE_DOES[role]) for role, rule in RULES.items() if is_centre or not rule.is_of_centre]
