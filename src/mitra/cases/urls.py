"""This room's doors."""

from __future__ import annotations

from django.urls import path

from mitra.cases.views import pages, printing, tasks

app_name = "cases"
urlpatterns = [
    path("", pages.cases, name="cases"),
    path("new", pages.new_case, name="new"),
    path("calendar", pages.calendar, name="calendar"),
    path("tasks/<str:stix_id>", tasks.task, name="task"),
    path("<str:stix_id>/print", printing.print_case, name="print"),
    path("<str:stix_id>", pages.case, name="case"),
]
