"""Names of organisations: read once for all who ask, and again after any decision about organisations."""

from datetime import UTC, datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from exchange_node import make_node
from mitra.community import operations, queries
from mitra.community.facts import NewOrganisation
from mitra.community.models import Organisation


def read_names(*ids):
    with CaptureQueriesContext(connection) as asked:
        named = queries.name_organisations(ids)
    return named, [query["sql"] for query in asked if "community_organisation" in query["sql"]]


def test_names_are_remembered_until_anybody_decides(db):
    node = make_node()
    thai, khmer = node.organisations["cert-th"], node.organisations["cert-kh"]
    nowhere = thai + 10_000

    assert read_names(thai, nowhere)[0] == {thai: "ThaiCERT"}
    assert read_names(thai) == ({thai: "ThaiCERT"}, [])
    assert read_names(thai, khmer)[0] == {thai: "ThaiCERT", khmer: "CamCERT"}
    assert read_names(khmer, thai) == ({thai: "ThaiCERT", khmer: "CamCERT"}, [])

    Organisation.objects.filter(pk=thai).update(name="ไทยเซิร์ต")
    by = queries.actor_of_operator("centre")
    operations.add_organisation(NewOrganisation("cert-la", "LaoCERT", "csirt"), by=by, now=datetime.now(UTC))
    assert read_names(thai)[0] == {thai: "ไทยเซิร์ต"}


def test_nothing_is_asked_for_nobody(db):
    assert read_names() == ({}, [])
