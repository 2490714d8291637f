"""Every door of the node; `tests/house/test_doors.py` refuses one that the no-oracle walk does not know.

Doors of machines come first: they are asked most, and a path is tried against one after the other.
"""

from __future__ import annotations

from django.urls import include, path

from mitra.exchange.taxii.views import discovery
from mitra.messages.views.browsers import worker

urlpatterns = [
    path("api/v1/", include("mitra.config.api")),
    path("taxii2", discovery, name="taxii2"),
    path("taxii2/", include("mitra.exchange.taxii.urls")),
    path("", include("mitra.upkeep.urls")),
    path("", include("mitra.home.urls")),
    path("", include("mitra.web.urls")),
    path("", include("mitra.community.urls")),
    path("push.js", worker, name="push-worker"),
    path("inbox/", include("mitra.messages.urls")),
    path("exchange/", include("mitra.exchange.urls")),
    path("cases/", include("mitra.cases.urls")),
    path("ledger/", include("mitra.ledger.urls")),
]

handler400 = "mitra.web.errors.bad_request"
handler403 = "mitra.web.errors.forbidden"
handler404 = "mitra.web.errors.not_found"
handler500 = "mitra.web.errors.broken"
