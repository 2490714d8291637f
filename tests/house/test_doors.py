"""A URL that the no-oracle walk does not know is a channel that nobody searched."""

import django
from django.urls import URLPattern, get_resolver

django.setup()


def names(patterns, namespace=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern.url_patterns, inner)


def test_each_url_is_a_door_of_the_walk():
    from doors import DOORS

    assert set(names(get_resolver().url_patterns)) == {door.name for door in DOORS}
