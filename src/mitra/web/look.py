"""How a person wants pages to look: theme and density, kept in two small cookies of their browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from mitra.web.ports import Words

THEMES: dict[str, Words] = {"": _("as the device"), "light": _("light"), "dark": _("dark"), "wall": _("wall screen")}
DENSITIES: dict[str, Words] = {"": _("calm"), "compact": _("compact")}
THEME_COOKIE = "mitra-theme"
DENSITY_COOKIE = "mitra-density"
A_YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Look:
    """A theme and a density; `''` is the default of each."""

    theme: str = ""
    density: str = ""

    @property
    def theme_words(self) -> Words:
        """The theme's name."""
        return THEMES[self.theme]

    @property
    def density_words(self) -> Words:
        """The density's name."""
        return DENSITIES[self.density]


def look_of(request: HttpRequest) -> Look:
    """Return how this browser wants pages; what is not known is the default."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    density = request.COOKIES.get(DENSITY_COOKIE, "")
    return Look(theme if theme in THEMES else "", density if density in DENSITIES else "")


def keep_look(response: HttpResponse, look: Look, *, is_secure: bool) -> None:
    """Write the two cookies; they say nothing about the person."""
    for name, value in ((THEME_COOKIE, look.theme), (DENSITY_COOKIE, look.density)):
        response.set_cookie(name, value, max_age=A_YEAR_SECONDS, secure=is_secure, httponly=True, samesite="Lax")
