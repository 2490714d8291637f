"""The API of this node: every room's router under `/api/v1/`, its description, and a page that people read.

Open to anybody: the description, that page, and the types of our own that rooms share.  None of them holds data.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from mitra.community.rest.answers import answer
from mitra.community.rest.api import describe, make_api, teach_doors
from mitra.core.errors import InvalidInput
from mitra.store.things.published import Published, get_published
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from mitra.web.requests import AskedRequest

api = make_api()


@api.get("objects", response=Published, tags=["things"], summary="Types of our own")
def list_objects(request: AskedRequest) -> HttpResponse:
    """Return our STIX extension definition and the JSON Schema of each type under it, to whoever asks."""
    for name in request.GET:
        message = f"This address does not know the parameter “{name[:80]}”; it knows none."
        raise InvalidInput(message, path=f"/{name[:80]}", rule="unknown-parameter")
    return answer(request, get_published())


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI 3.1 description."""
    return describe(api)


@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """Give the description to whoever asks: it holds no data."""
    return HttpResponse(orjson.dumps(description()), content_type="application/vnd.oai.openapi+json;version=3.1")


@require_safe
def read_api(request: HttpRequest) -> HttpResponse:
    """Show every operation on one page."""
    operations = [
        {"method": method.upper(), "path": where, **told}
        for where, methods in description()["paths"].items()
        for method, told in methods.items()
    ]
    return page(request, "web/api.html", {"operations": operations, "about": description()["info"]["description"]})


urlpatterns = [
    path("openapi.json", openapi, name="openapi"),
    path("docs", read_api, name="api-docs"),
    path("", api.urls),
]
teach_doors(description())
