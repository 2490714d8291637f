"""The addresses of TAXII 2.1 under `/taxii2/`; each serves with and without its closing slash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import re_path

from mitra.exchange.taxii import views

if TYPE_CHECKING:
    from django.urls import URLPattern

    from mitra.exchange.taxii.door import View


app_name = "taxii"

COLLECTION = r"mitra/collections/(?P<name>[^/]+)"
OBJECT = COLLECTION + r"/objects/(?P<stix_id>[^/]+)"


def both(route: str, view: View, name: str) -> URLPattern:
    """Return the address with its slash optional."""
    return re_path(rf"^{route}/?$", view, name=name)


urlpatterns = [
    both("", views.discovery, "discovery"),
    both("mitra", views.api_root, "api-root"),
    both("mitra/collections", views.collections, "collections"),
    both(COLLECTION, views.collection, "collection"),
    both(COLLECTION + "/manifest", views.manifest, "manifest"),
    both(COLLECTION + "/objects", views.objects, "objects"),
    both(OBJECT, views.one_object, "object"),
    both(OBJECT + "/versions", views.versions, "versions"),
    both("mitra/status/(?P<status_id>[^/]+)", views.status, "status"),
]
