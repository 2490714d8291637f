"""The frame's own pages: every component in every state, how pages look, and whether the node is alive."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from mitra.web import specimens
from mitra.web.look import DENSITIES, THEMES, Look, keep_look, look_of
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from mitra.web.requests import AskedRequest


@require_safe
def style(request: AskedRequest) -> HttpResponse:
    """Show every component in every state."""
    return page(request, "web/style.html", {"specimens": specimens.all_of(request.now)})


@require_http_methods(["GET", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    """Show how pages may look; on POST, keep the choice and go back to where the person was."""
    if request.method == "POST":
        theme, density = request.POST.get("theme", ""), request.POST.get("density", "")
        chosen = Look(theme if theme in THEMES else "", density if density in DENSITIES else "")
        response = redirect(way_back(request, request.POST.get("back", "")))
        keep_look(response, chosen, is_secure=request.is_secure())
        return response
    context = {"now_chosen": look_of(request), "themes": THEMES.items(), "densities": DENSITIES.items()}
    return page(request, "web/look.html", context | {"back": way_back(request, request.headers.get("Referer", ""))})


def way_back(request: HttpRequest, address: str) -> str:
    """Return the path of an address of this node, or the front page for any other."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(address)
    # One slash: with two, a browser would take what follows for another host's name.
    path = f"/{parts.path.lstrip('/')}"
    return f"{path}?{parts.query}" if parts.query else path


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers; whether it is ready is another question."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Ask crawlers to read the public front page only."""
    return HttpResponse("User-agent: *\nAllow: /$\nDisallow: /\n", content_type="text/plain; charset=utf-8")
