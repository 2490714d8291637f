"""A node's addresses, and those of the room of tests."""

from django.urls import include, path

from mitra.config import urls

urlpatterns = [*urls.urlpatterns, path("board/", include("board.views"))]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
