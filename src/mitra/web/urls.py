"""The frame's own pages."""

from __future__ import annotations

from django.urls import path

from mitra.web import views

urlpatterns = [
    path("style", views.style, name="style"),
    path("look", views.look, name="look"),
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
]
