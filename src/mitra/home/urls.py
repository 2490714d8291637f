"""The front page, and the node's own."""

from __future__ import annotations

from django.urls import path

from mitra.home.views import node, pages

app_name = "home"

urlpatterns = [
    path("", pages.front, name="front"),
    path("wall", pages.wall, name="wall"),
    path("node", node.node, name="node"),
    path("node/deliveries/<int:number>", node.delivery, name="node-delivery"),
]
