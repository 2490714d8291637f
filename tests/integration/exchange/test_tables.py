"""A table or a list of values becomes indicators in the sender's name; the same value again is the same indicator."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from sharing_world import actor, counts, reads, share

from exchange_node import make_node
from mitra.core.policy.facts import Tlp
from shared_data import SHARED

TABLE = """value,type,name,valid_from,confidence,labels,tlp,reporter
hxxp://bad[.]example-bank[.]top/login,url,หน้าปลอม,2026-02-01,80,"phishing; bank",,sok
198.51.100.7,,,,,,amber,
2001:db8::/32,cidr,,,,,,
+855 12 345 678,phone,,,,,,
"""


@pytest.fixture
def node(transactional_db, empty_store):
    return make_node()


def objects(who):
    return sorted((orjson.loads(each.raw) for each in reads(who).values()), key=lambda obj: obj["pattern"])


def test_rows_become_indicators_in_the_senders_name(node):
    report = share("cert-th", TABLE.encode(), name="iocs.csv")
    assert counts(report) == {"accepted": 4}
    assert report.notes == ["Columns left aside: reporter."]
    made = objects("cert-th")
    assert [obj["pattern"] for obj in made] == [
        "[ipv4-addr:value = '198.51.100.7']",
        "[ipv6-addr:value ISSUBSET '2001:db8::/32']",
        "[url:value = 'http://bad.example-bank.top/login']",
        "[x-mitra-telephone:value = '+85512345678']",
    ]
    url = made[2]
    assert url["created_by_ref"] == actor("cert-th").organisation_stix_id
    assert (url["name"], url["confidence"], url["labels"]) == ("หน้าปลอม", 80, ["phishing", "bank"])
    assert url["valid_from"] == "2026-02-01T00:00:00.000Z"
    assert {each.audience.tlp for each in reads("cert-th").values()} == {Tlp.GREEN, Tlp.AMBER}


def test_bad_cell_refuses_its_row_and_names_line_and_column(node):
    text = "value;type;confidence\n1.2.3.4;domain;\nevil.top;;150\nwhatever;;\n5.6.7.8;;\n9.9.9.8;colour;\n"
    report = share("cert-th", text.encode(), name="x.csv")
    assert counts(report) == {"accepted": 1, "refused": 4}
    assert [(result.line, result.path, result.rule) for result in report.results] == [
        (2, "value", "not-of-its-type"),
        (3, "confidence", "confidence"),
        (4, "value", "unknown-value"),
        (6, "type", "unknown-value-type"),
    ]


def test_column_of_values_needs_no_header(node):
    text = "# seen in Phnom Penh\r\nevil[.]top # dropper\r\n\r\n203.0.113.9\r\nd41d8cd98f00b204e9800998ecf84270\r\n"
    report = share("cert-th", text.encode(), name="-")
    assert counts(report) == {"accepted": 3}


def test_same_value_later_is_a_duplicate_and_other_words_a_new_version(node):
    now = datetime.now(UTC)
    share("cert-th", b"value\nevil.top\n", now=now)
    assert counts(share("cert-th", b"value\nevil[.]top\n", now=now + timedelta(days=1))) == {"duplicate": 1}
    changed = share("cert-th", b"value,name\nevil.top,Loader\n", now=now + timedelta(days=2))
    assert counts(changed) == {"accepted": 1}
    versions = {(obj["created"], obj["modified"] > obj["created"]) for obj in objects("cert-th")}
    assert len({created for created, _ in versions}) == 1


def test_two_organisations_have_two_indicators_for_one_value(node):
    for slug in ("cert-th", "cert-kh"):
        assert counts(share(slug, b"value\nevil.top\n")) == {"accepted": 1}
    assert len(reads("cert-vn")) == 2


def test_bytes_that_are_not_utf8_refuse_their_row(node):
    report = share("cert-th", b"value\nevil.top\n\xff.top\nbad.top\n", name="x.csv")
    assert counts(report) == {"accepted": 2, "refused": 1}
    assert (report.results[0].line, report.results[0].rule) == (3, "not-utf-8")


def test_real_list_goes_in(node):
    lines = (SHARED / "indicator-lists-amnesty").glob("*domain*.txt")
    path = max(lines, key=lambda file: file.stat().st_size)
    report = share("cert-th", path.read_bytes(), name=path.name)
    values = {line.strip().lower() for line in path.read_text().splitlines() if line.strip()}
    assert report.totals["accepted"] + report.totals["held"] >= len(values) * 0.99
