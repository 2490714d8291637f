"""What holds for every value and every text: one spelling is kept, defanging is undone, places are true."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from mitra.core.stix.atoms import MAX_ATOMS, atoms_of, network_of, pattern_for
from mitra.core.stix.facts import Atom
from mitra.core.stix.values import recognise
from mitra.core.text.addresses import address, address_key
from mitra.core.text.defang import defang, refang
from mitra.core.text.domains import domain
from mitra.core.text.found import find_values
from mitra.core.text.kinds import KINDS
from mitra.core.text.report import text_of_html
from mitra.core.text.urls import host_of, url
from mitra.core.text.values import normalise

LABELS = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?", fullmatch=True)
SCRIPTS = st.sampled_from(["ไทย", "ลาว", "ລາວ", "ខ្មែរ", "မြန်မာ", "bücher", "đăng", "пример", "中文", "😀"])
DOMAINS = (
    st.tuples(st.lists(st.one_of(LABELS, SCRIPTS), min_size=1, max_size=3), st.sampled_from(["com", "co.th", "ไทย"]))
    .map(lambda parts: ".".join((*parts[0], parts[1])))
    .filter(lambda name: domain(name) is not None)
)
IPV4 = st.ip_addresses(v=4).map(str)
IPV6 = st.ip_addresses(v=6).map(str)
HOSTS = st.one_of(DOMAINS, IPV4, IPV6.map(lambda plain: f"[{plain}]"))
PATHS = st.text(string.ascii_letters + string.digits + "/.%-_~()[]{}:@&=+$,;!*'|^`<>\"\\ กé", max_size=20)
URLS = st.builds(
    lambda scheme, user, host, port, path, query: f"{scheme}://{user}{host}{port}/{path}{query}",
    st.sampled_from(["http", "HTTPS", "ftp", "ssh", "hxxp"]),
    st.sampled_from(["", "u@", "u:(dot)@"]),
    HOSTS,
    st.sampled_from(["", ":", ":80", ":8443"]),
    PATHS,
    st.sampled_from(["", "?", "?a=(dot)b", "?u=hxxp://x(.)y"]),
)
EMAILS = st.builds(
    lambda local, host: f"{local}@{host}", st.from_regex(r"[A-Za-z0-9._+-]{1,9}", fullmatch=True), DOMAINS
)
READABLE = st.one_of(
    DOMAINS.map(lambda text: ("domain-name", text)),
    IPV4.map(lambda text: ("ipv4-addr", text)),
    IPV6.map(lambda text: ("ipv6-addr", text)),
    URLS.map(lambda text: ("url", text)),
    EMAILS.map(lambda text: ("email-addr", text)),
).map(lambda pair: (pair[0], normalise(*pair))).filter(lambda pair: pair[1] is not None)  # fmt: skip


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=60))
@settings(max_examples=120, deadline=None)
def test_one_spelling_is_its_own_spelling(kind, text):
    value = normalise(kind, text)
    assert value is None or normalise(kind, value) == value


@given(READABLE)
@settings(max_examples=150, deadline=None)
def test_what_people_meet_has_one_spelling_too(pair):
    kind, value = pair
    assert normalise(kind, value) == value
    assert value.isascii()


@given(READABLE)
@settings(max_examples=150, deadline=None)
def test_refanging_undoes_defanging(pair):
    kind, value = pair
    assert refang(defang(value, kind)) == value


@given(READABLE)
@settings(max_examples=120, deadline=None)
def test_a_value_pasted_defanged_is_recognised(pair):
    kind, value = pair
    recognised = recognise(f" '{defang(value, kind)}' ")
    if not value.endswith("'"):
        assert recognised.sure == Atom(kind, value)


@given(READABLE)
@settings(max_examples=120, deadline=None)
def test_a_pattern_made_for_a_value_speaks_of_it(pair):
    kind, value = pair
    spoken = atoms_of({"type": "indicator", "pattern": pattern_for(kind, value)})
    assert Atom(kind, value) in spoken.atoms


@given(URLS)
@settings(max_examples=120, deadline=None)
def test_spelling_a_url_keeps_its_host(text):
    one = url(text)
    if one is not None:
        assert host_of(one) == host_of(text)


@given(st.ip_addresses())
def test_keys_order_addresses_and_ranges_hold_them(plain):
    found = address(str(plain))
    assert found is not None
    key = address_key(found[1])
    assert len(key) == 16
    width = 24 if plain.version == 4 else 48
    written = address(f"{plain}/{width}")
    if written is not None and "/" in written[1]:
        network = network_of(written[1])
        assert network.lo <= key <= network.hi


PIECES = st.one_of(
    st.sampled_from(
        ["ไทย", "ขแมร", "ខ្មែរ", "မြန်", "ລາວ", " ", "\n", ".", ",", "(", ")", "[.]", "[", "]", "hxxp://", "://"]
    )
    | st.sampled_from(
        ["@", "[at]", "evil.com", "203.0.113.7", "+6621234567", "CVE-2021-44228", "AS174", "a" * 64, "::"]
    ),
    st.text(max_size=5),
    READABLE.map(lambda pair: defang(pair[1], pair[0])),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_found_values_stand_where_they_say_in_their_one_spelling(text):
    at = 0
    for value in find_values(text):
        assert at <= value.start < value.end <= len(text)
        assert text[value.start : value.end] == value.as_written
        assert normalise(value.kind, value.value) == value.value
        at = value.end


PLAIN_PATHS = st.from_regex(r"([a-zA-Z0-9]{1,5}/?){0,3}", fullmatch=True)
PLAIN_URLS = st.builds(lambda host, path: f"http://{host}/{path}", st.one_of(DOMAINS, IPV4), PLAIN_PATHS)
FINDABLE = st.one_of(
    DOMAINS.map(lambda text: ("domain-name", text)),
    IPV4.map(lambda text: ("ipv4-addr", text)),
    PLAIN_URLS.map(lambda text: ("url", text)),
).map(lambda pair: (pair[0], normalise(*pair)))


@given(FINDABLE, st.sampled_from(["ระวัง", "ប្រយ័ត្ន", "သတိ", "ລະວັງ", " ", "\n", "", "（", "|", "“"]))
@settings(max_examples=120, deadline=None)
def test_a_defanged_value_between_any_scripts_is_found(pair, around):
    kind, value = pair
    found = find_values(f"{around}{defang(value, kind)}{around}")
    assert [(one.kind, one.value) for one in found] == [(kind, value)]


@given(st.text(max_size=200))
@settings(max_examples=120, deadline=None)
def test_any_page_becomes_text(source):
    text_of_html(source)
    text_of_html(f"<p>{source}<b {source}>")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=8,
)
TYPES = ["indicator", "file", "vulnerability", "user-account", "observed-data", "x-misp-object", "x-misp-attribute"]
KEYS = [
    "value",
    "hashes",
    "pattern",
    "name",
    "objects",
    "external_references",
    "account_type",
    "account_login",
    "x_url",
]


@given(st.sampled_from([*TYPES, "url", "ipv4-addr", "x-a"]), st.dictionaries(st.sampled_from(KEYS), JSON))
@settings(max_examples=150, deadline=None)
def test_atoms_of_any_object_are_sorted_and_bounded(kind, properties):
    spoken = atoms_of({**properties, "type": kind})
    assert list(spoken.atoms) == sorted(set(spoken.atoms))
    assert len(spoken.atoms) <= MAX_ATOMS + 1
    assert {atom.kind for atom in spoken.atoms} <= set(KINDS)
