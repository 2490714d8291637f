"""The addresses of the log, under `/ledger/`, the same for ever: its origin is named after them."""

from __future__ import annotations

from django.urls import path

from mitra.ledger import views

app_name = "ledger"

urlpatterns = [
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("tile/<path:path>", views.tile, name="tile"),
    path("policy", views.policy, name="policy"),
]
