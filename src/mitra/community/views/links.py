"""What a one-time link opens, for whoever holds it: a page that asks, and acts when its button is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from mitra.community import links
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mitra.web.requests import AskedRequest


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: AskedRequest, token: str) -> HttpResponse:
    """Ask; on POST, use the link up and say what was done."""
    use, subject = links.open_link(token, now=request.now)
    form = use.form(request.POST if request.method == "POST" else None)
    is_done = form.is_bound and form.is_valid() and form.attempt(lambda: follow(token, form.cleaned_data, request))
    context = {"use": use, "heading": use.done if is_done else use.heading(subject), "form": form, "is_done": is_done}
    return page(request, "community/link.html", context, status=422 if form.errors else 200)


def follow(token: str, said: dict[str, object], request: AskedRequest) -> bool:
    """Follow the link; return that it was done."""
    links.follow_link(token, said, now=request.now)
    return True
