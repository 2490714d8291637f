"""This room's doors."""

from __future__ import annotations

from django.urls import path

from mitra.messages.views import browsers, pages

app_name = "messages"
urlpatterns = [
    path("", pages.inbox, name="inbox"),
    path("mine", pages.wishes, name="wishes"),
    path("mine/browsers", browsers.browsers, name="browsers"),
    path("webhooks", pages.hooks, name="hooks"),
    path("letters", pages.letters, name="letters"),
    path("letters/<slug:ref>", pages.letter, name="letter"),
    path("<slug:ref>", pages.message, name="message"),
]
