"""Exports read as a machine does; a bundle holds the stored bytes, a table holds no formula."""

import csv
import dataclasses
import io
import json
from datetime import UTC, datetime

import pytest

from exchange_node import indicator, make_node, nobody, record_of
from mitra.community import operations as community_operations
from mitra.community import queries as community
from mitra.community.facts import NewPerson
from mitra.community.models import Person
from mitra.core.policy.facts import PUBLIC, Audience, Pap, Tlp
from mitra.core.stix.markings import TLP2_IDS
from mitra.exchange import queries
from mitra.exchange.queries.export import harmless
from mitra.store.doors import store
from mitra.store.facts import Filter, NewShare

NOW = datetime.now(UTC)


@pytest.fixture
def node(db):
    return make_node()


def bundle(viewer, only=None):
    chunks = (
        queries.export_stix(viewer, only, hand=nobody, now=NOW)
        if only
        else queries.export_stix(viewer, hand=nobody, now=NOW)
    )
    return json.loads(b"".join(chunks))


def table(viewer):
    text = b"".join(queries.export_csv(viewer, hand=nobody, now=NOW)).decode()
    return list(csv.DictReader(io.StringIO(text)))


def viewer(slug):
    return community.actor_of_operator(slug).viewer


def test_a_bundle_holds_what_is_read_and_the_markings_that_it_uses(node):
    node.share("cert-th", indicator(1))
    node.share("cert-th", indicator(2), tlp=Tlp.AMBER, circle="financial")

    made = bundle(viewer("cert-kh"))

    assert (made["type"], made["id"].partition("--")[0]) == ("bundle", "bundle")
    assert made["objects"][:2] == [
        {**indicator(1), "object_marking_refs": [TLP2_IDS["TLP:GREEN"]]},
        {**indicator(2), "object_marking_refs": [TLP2_IDS["TLP:AMBER"]]},
    ]
    assert [each["name"] for each in made["objects"][2:]] == ["TLP:GREEN", "TLP:AMBER"]
    assert [each["id"] for each in bundle(viewer("cert-vn"))["objects"]] == [indicator(1)["id"], TLP2_IDS["TLP:GREEN"]]


def test_nothing_to_read_is_an_empty_bundle_and_a_table_of_its_columns(node):
    assert bundle(PUBLIC)["objects"] == []
    assert b"".join(queries.export_csv(PUBLIC, hand=nobody, now=NOW)).decode().strip() == (
        "value,kind,name,tlp,pap,shared_by,since,valid_until,id,ref"
    )


def test_more_than_one_window_is_joined_without_loss(node):
    node.share("cert-th", *(indicator(number) for number in range(1, 1_203)))

    ids = [each["id"] for each in bundle(viewer("cert-kh"))["objects"]]

    assert ids[:-1] == [indicator(number)["id"] for number in range(1, 1_203)]


def test_filters_narrow_an_export(node):
    node.share("cert-th", indicator(1), indicator(2))
    only = Filter(stix_ids=frozenset({indicator(2)["id"]}))

    assert [each["id"] for each in bundle(viewer("cert-kh"), only)["objects"]][:1] == [indicator(2)["id"]]


def test_red_is_never_exported_even_for_its_reader(node):
    new = NewPerson("a@cert-th.example", "author", ("analyst",), password="long enough to be one 7")
    community_operations.add_person(new, by=community.actor_of_operator("cert-th"), now=NOW)
    author = community.actor_of_person(Person.objects.get(), now=NOW)
    named = community_operations.circle_of_persons([author.person], by=author, now=NOW)
    share = NewShare(record_of(indicator(1)), Audience(Tlp.RED, frozenset({named})))
    store().accept_batch([share], kind="exchange.shared", by=author.organisation, now=NOW)
    author = community.actor_of_person(Person.objects.get(), now=NOW)

    assert len(queries.list_records(author.viewer, Filter(), now=NOW).items) == 1
    assert bundle(author.viewer)["objects"] == []
    assert table(author.viewer) == []


def test_a_table_has_a_line_a_value_in_the_latest_version_and_nothing_revoked(node):
    node.share("cert-th", indicator(1), indicator(2))
    node.share("cert-th", indicator(2, modified="2026-02-01T00:00:00.000Z", revoked=True))
    newer = record_of(indicator(1, modified="2026-02-01T00:00:00.000Z", valid_until="2027-01-01T00:00:00Z"))
    share = NewShare(newer, Audience(Tlp.GREEN), pap=Pap.AMBER)
    store().accept_batch([share], kind="exchange.shared", by=node.organisations["cert-th"], now=NOW)

    rows = table(viewer("cert-kh"))

    assert {row["id"] for row in rows} == {indicator(1)["id"]}
    row = next(row for row in rows if row["kind"] == "domain-name")
    assert (row["value"], row["name"], row["tlp"], row["pap"]) == (
        "c2-1.bad-domain-1.com",
        "ตัวบ่งชี้ 1",
        "TLP:GREEN",
        "PAP:AMBER",
    )
    assert (row["shared_by"], row["valid_until"]) == ("ThaiCERT", "2027-01-01T00:00:00Z")
    assert dataclasses.is_dataclass(queries.get_record(viewer("cert-kh"), row["ref"], now=NOW))


@pytest.mark.parametrize(
    ("cell", "printed"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-1+1", "'-1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("+66812345678", "+66812345678"),
        ("-5", "-5"),
        ("-TbJThuex3VeL4-G2BJf_w", "-TbJThuex3VeL4-G2BJf_w"),
        ('ธนาคาร, "x"', 'ธนาคาร, "x"'),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula_and_a_telephone_number_stays_one(cell, printed):
    assert harmless(cell) == printed
