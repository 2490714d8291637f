"""This room's doors."""

from __future__ import annotations

from django.urls import path

from mitra.cases.views import one, pages, printing, tasks

app_name = "cases"
urlpatterns = [
    path("", pages.cases, name="cases"),
    path("new", pages.new_case, name="new"),
    path("calendar", pages.calendar, name="calendar"),
    path("tasks/<str:stix_id>", tasks.task, name="task"),
    path("entries/<str:stix_id>/files/<str:file_id>", one.entry_file, name="file"),
    path("<str:stix_id>/print", printing.print_case, name="print"),
    path("<str:stix_id>", one.case, name="case"),
]
