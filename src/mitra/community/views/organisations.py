"""The organisations that we may know, and one of them: who they are here, and what we share with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from mitra.community import queries
from mitra.community.doors import member_required
from mitra.core.errors import NotFound
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest

MOST_SHOWN = 200


@require_safe
@member_required
def organisations(request: MemberRequest) -> HttpResponse:
    """Show whom we may know, by name, those of a kind or a word where one is asked for."""
    known = queries.list_organisations(request.actor)
    asked = request.GET.get("q", "").strip()[:100]
    kind = request.GET.get("kind", "")[:40]
    found = [
        body
        for body in known
        if (not kind or body.kind == kind)
        and (not asked or asked.casefold() in f"{body.name} {body.native_name} {body.slug}".casefold())
    ]
    context = {
        "bodies": found[:MOST_SHOWN],
        "count": len(found),
        "asked_name": asked,
        "kind": kind,
        "kinds": sorted({body.kind for body in known}),
        "is_narrowed": bool(asked or kind),
    }
    return page(request, "community/organisations.html", context)


@require_safe
@member_required
def one_organisation(request: MemberRequest, slug: str) -> HttpResponse:
    """Show one of them; raises NotFound, the same for not there and not for us."""
    known = {body.slug: body for body in queries.list_organisations(request.actor)}
    body = known.get(slug)
    if body is None:
        raise NotFound
    by_id = {one.id: one for one in known.values()}
    context = {
        "body": body,
        "sponsor": by_id.get(body.sponsor or 0),
        "circles": queries.list_circles_with(body.id, request.actor),
        "is_own": body.id == request.actor.organisation,
    }
    return page(request, "community/organisation-one.html", context)
