from mitra.exchange.plain import INSTANT, VALUE, Source, Statement, list_sources, list_statements, type_label

INDICATOR = {
    "type": "indicator",
    "spec_version": "2.1",
    "id": "indicator--1",
    "created_by_ref": "identity--1",
    "created": "2026-01-01T00:00:00.000Z",
    "modified": "2026-01-02T00:00:00.000Z",
    "name": "เว็บปลอมธนาคาร",
    "description": "ធនាគារក្លែងក្លាយ",
    "pattern": "[domain-name:value = 'bank-login.example']",
    "pattern_type": "stix",
    "valid_from": "2026-01-01T00:00:00Z",
    "confidence": 80,
    "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "initial-access"}],
    "x_acme": {"score": 3, "seen": ["a", "b"]},
    "external_references": [{"source_name": "CERT", "url": "https://cert.example/1"}, "garbage", {"external_id": 7}],
    "object_marking_refs": ["marking-definition--1"],
}


def test_what_matters_stands_first_and_nothing_is_left_out():
    statements = list_statements(INDICATOR)

    assert [statement.name for statement in statements] == [
        "description",
        "pattern",
        "pattern_type",
        "kill_chain_phases",
        "confidence",
        "valid_from",
        "created",
        "modified",
        "x_acme",
    ]


def test_values_are_put_into_words():
    by_name = {statement.name: statement for statement in list_statements(INDICATOR)}

    assert by_name["pattern"] == Statement("pattern", "Pattern", (INDICATOR["pattern"],), VALUE)
    assert by_name["valid_from"].form == INSTANT
    assert by_name["confidence"].values == ("80",)
    assert by_name["kill_chain_phases"].values == ("initial-access (mitre-attack)",)
    assert by_name["x_acme"].values == ("score: 3", "seen: a, b")


def test_sources_take_text_and_pass_over_garbage():
    assert list_sources(INDICATOR) == (Source("CERT", url="https://cert.example/1"), Source(""))


def test_types_have_names_and_foreign_ones_keep_theirs():
    assert [type_label(name) for name in ("ipv4-addr", "x-misp-object", "ship")] == [
        "IPv4 address",
        "Misp object",
        "Ship",
    ]
