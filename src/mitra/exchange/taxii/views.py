"""The resources of TAXII 2.1, one function each; the clause in each docstring is of the OASIS standard of 10 June 2021.

Reading has one shape: find the collection, read the question, ask the door for a page, print it.  Objects are noted as
handed out first.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import orjson

from mitra.core.errors import NotFound, NotPermitted
from mitra.exchange import operations
from mitra.exchange.taxii import statuses
from mitra.exchange.taxii.asking import OBJECTS, ONE_OBJECT, VERSIONS, Resource, read
from mitra.exchange.taxii.collections import find_collection, list_collections
from mitra.exchange.taxii.door import door, respond
from mitra.exchange.taxii.media import TAXII
from mitra.exchange.taxii.printing import date_headers, print_manifest, print_objects, print_versions
from mitra.exchange.taxii.receiving import LONGEST_BYTES, receive
from mitra.store.doors import store
from mitra.store.facts import FeedPage
from mitra.store.handed.facts import Channel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpResponse

    from mitra.exchange.taxii.asking import Asked
    from mitra.exchange.taxii.collections import Collection
    from mitra.store.facts import FeedRow
    from mitra.store.protocol import Door
    from mitra.web.requests import AskedRequest

    Print = Callable[[Sequence[FeedRow], str], bytes]


@door("GET")
def discovery(request: AskedRequest) -> HttpResponse:
    """Say which API roots there are (4.1); some clients take the default for a whole address, so it is one."""
    root = request.build_absolute_uri("/taxii2/mitra/")
    return respond(orjson.dumps({"title": "Mitra", "default": root, "api_roots": [root]}))


@door("GET")
def api_root(request: AskedRequest) -> HttpResponse:  # noqa: ARG001 - the door hands it over
    """Say what this API root speaks (4.2)."""
    return respond(orjson.dumps({"title": "Mitra", "versions": [TAXII], "max_content_length": LONGEST_BYTES}))


@door("GET")
def status(request: AskedRequest, status_id: str) -> HttpResponse:
    """Say again what became of objects that this organisation sent (4.3)."""
    return respond(statuses.get_status(request.actor, status_id, now=request.now))


@door("GET")
def collections(request: AskedRequest) -> HttpResponse:
    """List what this credential may read from and write to (5.1)."""
    found = [collection.as_resource() for collection in list_collections(request.actor)]
    return respond(orjson.dumps({"collections": found}))


@door("GET")
def collection(request: AskedRequest, name: str) -> HttpResponse:
    """Say what one collection is (5.2)."""
    return respond(orjson.dumps(find_collection(request.actor, name).as_resource()))


@door("GET")
def manifest(request: AskedRequest, name: str) -> HttpResponse:
    """Say what is in a collection, without the objects (5.3)."""
    chosen = find_readable(request, name)
    return respond_page(request, Resource("manifest " + chosen.alias, chosen.only, OBJECTS), print_manifest)


@door("GET", "POST")
def objects(request: AskedRequest, name: str) -> HttpResponse:
    """Give a page of objects (5.4), or take some (5.5)."""
    if request.method == "POST":
        return receive(request, find_collection(request.actor, name))
    chosen = find_readable(request, name)
    return respond_page(request, Resource("objects " + chosen.alias, chosen.only, OBJECTS), print_objects)


@door("GET")
def one_object(request: AskedRequest, name: str, stix_id: str) -> HttpResponse:
    """Give one object in the versions asked for (5.6); what was shared is withdrawn in the portal, not deleted here."""
    return respond_object(request, name, stix_id, ONE_OBJECT, print_objects)


@door("GET")
def versions(request: AskedRequest, name: str, stix_id: str) -> HttpResponse:
    """List the versions of one object (5.8)."""
    return respond_object(request, name, stix_id, VERSIONS, print_versions)


def find_readable(request: AskedRequest, name: str) -> Collection:
    """Return a collection that this credential reads from; raises NotFound, NotPermitted."""
    chosen = find_collection(request.actor, name)
    if not chosen.can_read:
        message = f"This credential does not read from {chosen.alias}: see can_read in the list of collections."
        raise NotPermitted(message)
    return chosen


def respond_page(request: AskedRequest, resource: Resource, printed: Print) -> HttpResponse:
    """Answer with one page of what this credential reads of a resource."""
    asked = read(request.GET, resource, viewer=request.viewer, now=request.now)
    gives_objects = printed is print_objects
    page = read_page(open_door(request), asked, is_named=not gives_objects)
    if gives_objects:
        hand = operations.hand_to(request.actor, Channel.TAXII, now=request.now)
        hand([row.seq for row in page.rows])
    cursor = asked.next_after(page.rows[-1].position, now=request.now) if page.more else ""
    return respond(printed(page.rows, cursor), headers=date_headers(page.rows))


def respond_object(
    request: AskedRequest, name: str, stix_id: str, matches: frozenset[str], printed: Print
) -> HttpResponse:
    """Answer about one object; nothing of it readable here is 404, filters that leave nothing are an empty page."""
    chosen = find_readable(request, name)
    only = dataclasses.replace(chosen.only, stix_ids=frozenset({stix_id}))
    if not open_door(request).feed(limit=1, only=only).rows:
        raise NotFound
    resource = Resource(f"{printed.__name__} {chosen.alias}", only, matches)
    return respond_page(request, resource, printed)


def open_door(request: AskedRequest) -> Door:
    """Return the door through which this credential reads, as of the request's moment."""
    return store().visible_to(request.viewer, now=request.now)


def read_page(door_: Door, asked: Asked, *, is_named: bool) -> FeedPage:
    """Return the page that was asked for."""
    if asked.is_empty:
        return FeedPage((), more=False)
    return door_.feed(after=asked.after, limit=asked.limit, only=asked.only, is_named=is_named)
