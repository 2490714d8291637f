"""nst/JSONTestSuite against RFC 8259, section 9: “A JSON parser MUST accept all texts that conform to the JSON grammar”
and “MAY set limits”; where the suite leaves it open, or Mitra is stricter, this file says what Mitra does and why."""

import base64
import json

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.stix.reading import read_json
from shared_data import SHARED

STRICTER = {
    # The grammar is right, but I-JSON (RFC 7493) forbids the same name twice: two readers would see two objects.
    "y_object_duplicated_key.json": "json-repeated-name",
    "y_object_duplicated_key_and_value.json": "json-repeated-name",
}
"""Cases of valid grammar that are refused."""

OPEN = {
    # Too small for a double: read as nothing, as every reader does.
    "i_number_double_huge_neg_exp.json": None,
    "i_number_real_underflow.json": None,
    "number_1e-999.json": None,
    # Too large for a double, or for an integer that every reader keeps.
    "i_number_neg_int_huge_exp.json": "json-number",
    "i_number_real_neg_overflow.json": "json-number",
    "i_number_too_big_pos_int.json": "json-number",
    "number_-9223372036854775808.json": "json-number",
    "number_9223372036854775807.json": "json-number",
    "number_1.0.json": None,
    "number_1000000000000000.json": None,
    # Half a character.
    "i_object_key_lone_2nd_surrogate.json": "json-surrogate",
    "i_string_1st_valid_surrogate_2nd_invalid.json": "json-surrogate",
    "i_string_incomplete_surrogate_and_escape_valid.json": "json-surrogate",
    "i_string_incomplete_surrogates_escape_valid.json": "json-surrogate",
    "i_string_invalid_surrogate.json": "json-surrogate",
    "i_string_inverted_surrogates_U+1D11E.json": "json-surrogate",
    "i_string_lone_second_surrogate.json": "json-surrogate",
    # Not UTF-8.
    "i_string_UTF-8_invalid_sequence.json": "json-utf8",
    "i_string_not_in_unicode_range.json": "json-utf8",
    "i_string_overlong_sequence_6_bytes.json": "json-utf8",
    "i_string_truncated-utf-8.json": "json-utf8",
    "i_string_utf16LE_no_BOM.json": "json-utf8",
    "string_1_invalid_codepoint.json": "json-utf8",
    "string_2_invalid_codepoints.json": "json-utf8",
    "string_3_invalid_codepoints.json": "json-utf8",
    # RFC 8259, section 8.1: no byte order mark.
    "i_structure_UTF-8_BOM_empty_object.json": "json-mark",
    # Two spellings of one look are two names; one name twice is refused.
    "object_key_nfc_nfd.json": None,
    "object_same_key_different_values.json": "json-repeated-name",
    "object_same_key_unclear_values.json": "json-repeated-name",
}
"""Cases that the standard leaves open → the rule that refuses, or None when accepted."""

CASES = json.loads((SHARED / "json-parsing" / "json-test-suite.json").read_text())


def data_of(case):
    if "data_b64" in case:
        return base64.b64decode(case["data_b64"])
    return base64.b64decode(case["repeat_unit_b64"]) * case["repeat"] + base64.b64decode(case["tail_b64"])


def outcome(case):
    try:
        read_json(data_of(case))
    except InvalidInput as refusal:
        return refusal.rule
    return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_rfc8259_9_parsers(case):
    name, rule = case["name"], outcome(case)
    if name in STRICTER:
        assert rule == STRICTER[name]
    elif case["expected"] == "accept":
        assert rule is None
    elif case["expected"] == "reject":
        assert rule is not None
    else:
        assert rule == OPEN[name]
