"""REST of the community: who am I, whom do I know, in which circles am I, which credentials have we."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ninja import Query, Router

from mitra.community import operations, queries
from mitra.community.facts import COMMUNITY_MANAGE, EXCHANGE_READ, EXCHANGE_SHARE
from mitra.community.facts import NewCredential as Wanted
from mitra.community.rest.answers import answer, once
from mitra.community.rest.doors import holding
from mitra.community.rest.shapes import PageOf
from mitra.community.views import shapes
from mitra.core.errors import InvalidInput, NotFound
from mitra.store.files.keeping import LONGEST_BYTES, Sender, keep

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from mitra.community.facts import CircleFacts, CredentialFacts, OrganisationFacts

router = Router(tags=["community"])
SENDS_FILES = holding(longest_bytes=LONGEST_BYTES)
READS_ONLY = frozenset({EXCHANGE_READ, COMMUNITY_MANAGE})
"""Who holds nothing else writes no thing, and keeps no files for one."""
PIECE_BYTES = 1 << 18
BYTES = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
ANYBODY, READS, MANAGES = holding(), holding(EXCHANGE_READ), holding(COMMUNITY_MANAGE)


@router.get("whoami", response=shapes.WhoAmI, auth=ANYBODY, summary="Who is asking")
def who_am_i(request: Any) -> HttpResponse:
    """Return what this node takes the credential for."""
    actor = request.actor
    said = {
        "organisation": actor.organisation_slug,
        "name": actor.organisation_name,
        "standing": str(actor.viewer.standing),
        "realm": actor.viewer.realm,
        "scopes": sorted(actor.scopes),
        "rooms": sorted(actor.viewer.rooms),
        "circles": [circle.slug for circle in queries.list_circles(actor)],
        "is_in_community": actor.viewer.in_community,
    }
    return answer(request, said)


@router.get("organisations", response=PageOf[shapes.Organisation], auth=READS, summary="Whom you may know")
def list_organisations(request: Any) -> HttpResponse:
    """Return the organisations that this credential's may know, by name."""
    return answer(request, {"items": [body(one) for one in queries.list_organisations(request.actor)], "next": None})


@router.get("organisations/{slug}", response=shapes.Organisation, auth=READS, summary="One organisation")
def get_organisation(request: Any, slug: str) -> HttpResponse:
    """Return one of them."""
    for one in queries.list_organisations(request.actor):
        if one.slug == slug:
            return answer(request, body(one))
    raise NotFound


@router.get("circles", response=PageOf[shapes.Circle], auth=READS, summary="Circles that you are in")
def list_circles(request: Any) -> HttpResponse:
    """Return the named circles that this credential's organisation is in."""
    return answer(request, {"items": [circle(one) for one in queries.list_circles(request.actor)], "next": None})


@router.get("circles/{slug}", response=shapes.Circle, auth=READS, summary="One circle")
def get_circle(request: Any, slug: str) -> HttpResponse:
    """Return one of them."""
    return answer(request, circle(queries.find_circle(slug, request.actor)))


@router.post(
    "files", response={201: shapes.Kept}, auth=SENDS_FILES, openapi_extra=BYTES, summary="Keep a file for a thing"
)
def keep_file(request: Any, asked: Query[shapes.FileAsked]) -> HttpResponse:
    """Keep the body as a file that a thing of yours is to hold within a day; until then nobody reads it."""
    if not request.actor.scopes - READS_ONLY:
        request.actor.require(EXCHANGE_SHARE)
    pieces = iter(partial(request.read, PIECE_BYTES), b"")
    sender = Sender(
        request.actor.organisation, request.actor.viewer.realm, asked.name, request.headers.get("Content-Type", "")
    )
    return answer(request, keep(pieces, sender, now=request.now), status=201)


@router.get("credentials", response=PageOf[shapes.Credential], auth=MANAGES, summary="Your machine credentials")
def list_credentials(request: Any) -> HttpResponse:
    """Return the credentials of this organisation, newest first, without their tokens."""
    return answer(
        request, {"items": [credential(one) for one in queries.list_credentials(request.actor)], "next": None}
    )


@router.post("credentials", response={201: shapes.Issued}, auth=MANAGES, summary="Make a credential")
def make_credential(request: Any, wanted: shapes.NewCredential) -> HttpResponse:
    """Make a credential and return its token, this once; it holds no scope that this one does not.

    A token is kept nowhere, so an Idempotency-Key does not bring it back: make another, and revoke the first.
    """
    beyond = sorted(set(wanted.scopes) - request.actor.scopes)
    if beyond:
        message = f"This credential does not hold {beyond[0][:80]}, so it cannot give it on."
        raise InvalidInput(message, path="/scopes", rule="beyond-own-scopes")
    new = Wanted(wanted.label, tuple(wanted.scopes), wanted.expires_at, request.actor.viewer.realm)
    issued = operations.make_credential(new, by=request.actor, now=request.now)
    return answer(request, {**credential(issued.credential), "token": issued.token}, status=201)


@router.delete("credentials/{ref}", response=shapes.Credential, auth=MANAGES, summary="Revoke a credential")
def revoke_credential(request: Any, ref: str) -> HttpResponseBase:
    """End a credential at once, on every process."""
    found = queries.get_credential(ref, request.actor)

    def do() -> HttpResponse:
        ended = operations.revoke_credential(found.id, by=request.actor, now=request.now)
        return answer(request, credential(ended))

    return once(request, ref, do)


def body(one: OrganisationFacts) -> dict[str, Any]:
    """Return an organisation as REST says it."""
    return {
        "slug": one.slug,
        "id": one.stix_id,
        "name": one.name,
        "native_name": one.native_name,
        "kind": one.kind,
        "country": one.country,
        "standing": str(one.standing),
    }


def circle(one: CircleFacts) -> dict[str, Any]:
    """Return a circle as REST says it."""
    return {
        "slug": one.slug,
        "name": one.name,
        "purpose": one.purpose,
        "kind": one.kind,
        "is_confidential": one.is_confidential,
        "member_count": one.count,
        "members": list(one.members),
    }


def credential(one: CredentialFacts) -> dict[str, Any]:
    """Return a credential as REST says it."""
    return {
        "ref": one.ref,
        "label": one.label,
        "scopes": list(one.scopes),
        "prefix": one.prefix,
        "created_at": one.created_at,
        "created_by": one.created_by,
        "expires_at": one.expires_at,
        "revoked_at": one.revoked_at,
        "last_used_at": one.last_used_at,
    }
