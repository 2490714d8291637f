"""Extraction held against the ioc-finder suite, three ESET documents and one Amnesty report with its own lists.

ioc-finder's expectations follow that library's rules, so cases are compared kind by kind; where Mitra decides
otherwise, DIFFERENCES says what and why, and nothing else may differ.
"""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from mitra.core.text.found import find_values
from mitra.core.text.urls import host_of
from mitra.core.text.values import normalise
from shared_data import SHARED

CASES = json.loads((SHARED / "ioc-extraction" / "ioc-finder-cases.json").read_text())
REPORTS = SHARED / "indicator-lists-amnesty"
DOCUMENTS = SHARED / "ioc-extraction" / "documents"

KIND_OF = {
    "asns": "autonomous-system",
    "authentihashes": "authentihash",
    "bitcoin_addresses": "crypto-wallet",
    "cves": "vulnerability",
    "domains": "domain-name",
    "email_addresses": "email-addr",
    "email_addresses_complete": "email-addr",
    "imphashes": "imphash",
    "ipv4_cidrs": "ipv4-addr",
    "ipv4s": "ipv4-addr",
    "ipv6s": "ipv6-addr",
    "mac_addresses": "mac-addr",
    "md5s": "md5",
    "sha1s": "sha1",
    "sha256s": "sha256",
    "sha512s": "sha512",
    "ssdeeps": "ssdeep",
    "urls": "url",
    "urls_complete": "url",
    "xmpp_addresses": "email-addr",
}
COMPLETE = {"urls": "urls_complete", "email_addresses": "email_addresses_complete"}
"""Its shorter readings of URLs and addresses are compared only where the complete one is missing."""

PART_OF_URL = "a name inside the path or query of a URL is a part of that URL"
HOST_OF_URL = "the host of a URL is told with the URL; the case switches that off"
HOST_OF_EMAIL = "an e-mail address is one value; its domain is not another"
FILE = "the last part of a path, or a name that ends as Python files do, is a file"
EVERYONE = "0.0.0.0/0 and 1.2.3.4/32 are no ranges: the one is everybody, the other an address"
DIFFERENCES = {
    (
        "Only find email_addresses with included_ioc_types",
        "email-addr",
    ): "jabber addresses are e-mail addresses by form",
    ("Only find ipv4_cidrs with included_ioc_types", "ipv4-addr"): EVERYONE,
    ("Only find urls with included_ioc_types", "url"): "a comma may stand in a path",
    ("Find multiple data types", "domain-name"): PART_OF_URL,
    (
        "domain-issue_104__domains_read_from_percent_encoded_url_query_params__with_options_false",
        "domain-name",
    ): PART_OF_URL,
    ("domain-percent_encoding_not_unquoted_if_not_in_url", "domain-name"): "%2F is a slash, not letters of the name",
    ("url_cidr_1", "ipv4-addr"): EVERYONE,
    ("xmpp_1", "domain-name"): HOST_OF_EMAIL,
    ("xmpp_underscored_label", "domain-name"): HOST_OF_EMAIL,
    ("ipv4_cidr1_1", "ipv4-addr"): EVERYONE,
    ("file_path_3", "domain-name"): FILE,
    ("file_path_5", "domain-name"): FILE,
    ("URL boundary w/ ) handled properly", "domain-name"): HOST_OF_URL,
    ("Consecutive slashes handled properly", "domain-name"): HOST_OF_URL,
}


def expected_of(case):
    expected = defaultdict(set)
    for name, values in case["expected"].items():
        kind = KIND_OF.get(name)
        if kind is None or COMPLETE.get(name) in case["expected"]:
            continue
        for value in values:
            written = f"http://{value}" if kind == "url" and "://" not in value else value
            expected[kind].add(normalise(kind, written) or value)
    return dict(expected)


def found_in(case):
    found = defaultdict(set)
    for value in find_values(case["text"]):
        found[value.kind].add(value.value)
        host = host_of(value.value) if value.kind == "url" else None
        if host is not None:
            found[host[0]].add(host[1])
    return dict(found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_ioc_finder_expects_what_is_found_but_for_argued_differences(case):
    expected, found = expected_of(case), found_in(case)
    only = case["options"].get("included_ioc_types")
    kinds = {KIND_OF[name] for name in only if name in KIND_OF} if only else set(KIND_OF.values())
    differing = {kind for kind in kinds if expected.get(kind, set()) != found.get(kind, set())}
    assert differing == {kind for name, kind in DIFFERENCES if name == case["id"] and kind in kinds}


def listed(name):
    return set((REPORTS / f"2021-02-24_vietnam_indicators_{name}.txt").read_text().split())


def test_the_amnesty_report_gives_its_own_lists():
    """Every domain of its list and no other; of 14 digests all but the one that the report misprints by two digits.

    Three further digests stand in the report and not in the list: it calls those files legitimate.  The addresses of
    the list do not stand in the report at all.
    """
    text = (REPORTS / "2021-02-24_vietnam_README.md").read_text()
    found = defaultdict(set)
    for value in find_values(text):
        found[value.kind].add(value.value)
    assert found["domain-name"] == listed("domains")
    misprinted = {digest for digest in listed("sha256") if digest not in text}
    assert len(misprinted) == 1
    assert listed("sha256") - found["sha256"] == misprinted
    legitimate = found["sha256"] - listed("sha256")
    rows = [line for line in text.splitlines() if any(digest in line for digest in legitimate)]
    assert len(legitimate) == 3
    assert all("legitimate" in row or "Opera.dll" in row for row in rows)
    assert not any(address in text for address in listed("ips"))
    assert set(found) == {"domain-name", "sha256", "url"}


NO_SUCH_ENDING = {"xn--mxamya0a.ccn", "amazing.lab"}
"""Written so in the lists; no top-level domain is called so, and no such name can resolve."""


@pytest.mark.parametrize("name", sorted(path.name for path in REPORTS.glob("*_domains.txt")))
def test_every_line_of_a_list_of_domains_is_found(name):
    lines = [line for line in (REPORTS / name).read_text().split() if line not in NO_SUCH_ENDING]
    assert [value.value for value in find_values("\n".join(lines))] == [
        normalise("domain-name", line) for line in lines
    ]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("eset-donot.adoc", {"sha1": 0, "ipv4-addr": 7, "vulnerability": 1}),
        ("eset-mustang_panda.adoc", {"sha1": 28, "domain-name": 4, "ipv4-addr": 13, "url": 2}),
        ("eset-oceanlotus.adoc", {}),
    ],
)
def test_every_cell_of_the_eset_tables_is_found(name, counts):
    """The cells are between backquotes: each that is a digest, an address or a domain must come out as it stands."""
    text = (DOCUMENTS / name).read_text()
    found = {value.as_written for value in find_values(text)}
    cells = [cell.strip() for cell in text.replace("|", "\n").split("`")[1::2]]
    missed = {cell for cell in cells if cell not in found and is_value(cell)}
    assert missed == set()
    for kind, count in counts.items():
        assert count <= sum(1 for value in find_values(text) if value.kind == kind)


def is_value(cell):
    plain = cell.replace("[.]", ".")
    hexadecimal = len(plain) in (32, 40, 64) and all(sign in "0123456789abcdefABCDEF" for sign in plain)
    return hexadecimal or normalise("ipv4-addr", plain) is not None or ("[.]" in cell and "/" not in cell)
