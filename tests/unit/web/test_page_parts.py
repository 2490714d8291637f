"""A page answers htmx with a part only when it has that part."""

import pytest
from django.test import RequestFactory

from mitra.web.page import page, part_template

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    {"sheet/page.html": "whole", "sheet/parts/standing.html": "part"},
                )
            ]
        },
    }
]


def test_a_part_lives_beside_its_page():
    assert part_template("exchange/share.html", "readers") == "exchange/parts/readers.html"


@pytest.mark.parametrize(
    ("headers", "parts", "is_whole"),
    [
        ({}, {"standing"}, True),
        ({"HX-Request": "true", "HX-Target": "main"}, {"standing"}, True),
        ({"HX-Target": "standing"}, {"standing"}, True),
        ({"HX-Request": "true", "HX-Target": "../error"}, {"standing"}, True),
        ({"HX-Request": "true", "HX-Target": "standing"}, {"standing"}, False),
        ({"HX-Request": "true", "HX-Target": "standing"}, set(), True),
    ],
)
def test_only_a_part_that_the_page_has_is_served_alone(headers, parts, is_whole, settings):
    settings.TEMPLATES = TEMPLATES
    response = page(RequestFactory().get("/", headers=headers), "sheet/page.html", {}, parts=parts)
    assert response.content == (b"whole" if is_whole else b"part")
    assert response.get("Vary") == ("HX-Request, HX-Target" if parts else None)
