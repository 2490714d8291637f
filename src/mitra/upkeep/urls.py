"""The addresses of monitoring."""

from __future__ import annotations

from django.urls import path

from mitra.upkeep import views

urlpatterns = [
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
