"""This room's doors."""

from __future__ import annotations

from django.urls import path

from mitra.cases.views import pages

app_name = "cases"
urlpatterns = [
    path("", pages.cases, name="cases"),
    path("new", pages.new_case, name="new"),
    path("<str:stix_id>", pages.case, name="case"),
]
