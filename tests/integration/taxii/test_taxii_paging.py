"""Paging: any page size gives the same sequence; a cursor is replayable, unreadable, and bound to its question."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange_node import indicator
from mitra.core.policy.facts import Tlp

ALL = "/taxii2/mitra/collections/all/"
PAGED = [ALL + "objects/", ALL + "manifest/"]


@pytest.fixture
def filled(node):
    """30 objects that one reads, between as many that it does not."""
    for number in range(1, 31, 3):
        node.share("cert-th", *(indicator(each) for each in range(number, number + 3)))
        node.share(
            "cert-th", *(indicator(each + 500) for each in range(number, number + 3)), tlp=Tlp.AMBER, circle="financial"
        )
    return node


def walk(client, node, path, by="cert-vn", **query):
    """Follow `next` to the end; return every page, failing on an empty one that claims more."""
    pages, cursor = [], {}
    while True:
        page = client.get(path, {**query, **cursor}, headers=node.headers(by)).json()
        pages.append(page.get("objects", []))
        if not page.get("more"):
            return pages
        assert page["objects"]
        cursor = {"next": page["next"]}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limits=st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_any_page_sizes_give_the_same_sequence(filled, client, limits):
    whole = [obj for page in walk(client, filled, PAGED[0]) for obj in page]
    seen, cursor = [], {}
    for limit in [*limits, 1_000]:
        page = client.get(PAGED[0], {"limit": limit, **cursor}, headers=filled.headers("cert-vn")).json()
        seen += page["objects"]
        if not page["more"]:
            break
        cursor = {"next": page["next"]}

    assert len(whole) == 30
    assert seen == whole


@pytest.mark.parametrize("path", PAGED)
def test_the_last_page_is_full_and_says_that_there_is_no_more(filled, client, path):
    assert [len(page) for page in walk(client, filled, path, limit=10)] == [10, 10, 10]


@pytest.mark.parametrize("path", PAGED)
def test_a_replayed_cursor_gives_the_same_page(filled, client, path):
    headers = filled.headers("cert-vn")
    first = client.get(path, {"limit": 7}, headers=headers).json()
    again = [client.get(path, {"limit": 7, "next": first["next"]}, headers=headers) for _ in range(2)]

    assert json.loads(again[0].content)["objects"] == json.loads(again[1].content)["objects"]
    assert again[0].headers["X-TAXII-Date-Added-First"] == again[1].headers["X-TAXII-Date-Added-First"]


@pytest.mark.parametrize(
    "change",
    [
        {"match[type]": "indicator"},
        {"added_after": "2020-01-01T00:00:00Z"},
        {"match[version]": "all"},
        {"match[spec_version]": "2.0,2.1"},
    ],
)
def test_a_cursor_with_other_filters_is_400(filled, client, change):
    headers = filled.headers("cert-vn")
    cursor = client.get(PAGED[0], {"limit": 7}, headers=headers).json()["next"]

    assert client.get(PAGED[0], {"limit": 7, "next": cursor, **change}, headers=headers).status_code == 400


def test_a_cursor_of_another_resource_or_organisation_or_with_a_changed_letter_is_400(filled, client):
    headers = filled.headers("cert-vn")
    cursor = client.get(PAGED[0], {"limit": 7}, headers=headers).json()["next"]
    changed = ("B" if cursor[5] != "B" else "C").join((cursor[:5], cursor[6:]))

    assert client.get(PAGED[0], {"next": cursor}, headers=headers).status_code == 200
    assert client.get(PAGED[1], {"next": cursor}, headers=headers).status_code == 400
    assert client.get(PAGED[0], {"next": cursor}, headers=filled.headers("cert-kh")).status_code == 400
    assert client.get(PAGED[0], {"next": changed}, headers=headers).status_code == 400


def test_a_cursor_says_nothing_of_what_lies_between(filled, client):
    narrow = client.get(PAGED[0], {"limit": 1}, headers=filled.headers("cert-vn")).json()["next"]
    wide = client.get(PAGED[0], {"limit": 29}, headers=filled.headers("cert-vn")).json()["next"]

    assert len(narrow) == len(wide)


def test_what_is_shared_while_one_pages_comes_at_the_end(filled, client):
    headers = filled.headers("cert-vn")
    first = client.get(PAGED[0], {"limit": 20}, headers=headers).json()
    filled.share("cert-kh", indicator(900))
    rest = client.get(PAGED[0], {"next": first["next"]}, headers=headers).json()

    assert [each["id"] for each in rest["objects"]][-1] == indicator(900)["id"]
    assert len(first["objects"]) + len(rest["objects"]) == 31


def test_dates_ascend_and_headers_span_the_page(filled, client):
    response = client.get(PAGED[1], {"limit": 9}, headers=filled.headers("cert-vn"))
    dates = [each["date_added"] for each in response.json()["objects"]]

    assert dates == sorted(set(dates))
    assert (response["X-TAXII-Date-Added-First"], response["X-TAXII-Date-Added-Last"]) == (dates[0], dates[-1])
