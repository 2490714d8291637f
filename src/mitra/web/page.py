"""Render a page, or only the part of it that htmx asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.cache import patch_vary_headers

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from django.http import HttpRequest, HttpResponse


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    parts: Collection[str] = (),
    status: int = 200,
) -> HttpResponse:
    """Return the page; when htmx asks for one of its parts, only that part.

    A part is named by the id of the element that htmx replaces (`hx-target="#readers"`) and is the template
    `parts/readers.html` beside the page's own.  The page includes the same file, so both are always alike.
    """
    asked = request.headers.get("HX-Target", "") if request.headers.get("HX-Request") == "true" else ""
    name = part_template(template, asked) if asked in parts else template
    response = render(request, name, context, status=status)
    if parts:
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def part_template(template: str, part: str) -> str:
    """Return where a page's part lives: `exchange/share.html` has `exchange/parts/readers.html`."""
    folder, _, _ = template.rpartition("/")
    return f"{folder}/parts/{part}.html"
