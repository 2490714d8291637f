"""The addresses of this room and the frame alone, so that its tests need no other room."""

from django.urls import include, path

urlpatterns = [path("", include("mitra.web.urls")), path("", include("mitra.community.urls"))]

handler404 = "mitra.web.errors.not_found"
