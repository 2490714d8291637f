import pytest

from mitra.exchange.taxii.media import accepts_taxii, is_taxii


@pytest.mark.parametrize(
    ("header", "is_accepted"),
    [
        ("application/taxii+json;version=2.1", True),
        ("application/taxii+json; version=2.1", True),
        ("application/taxii+json ; VERSION = 2.1", True),
        ('Application/TAXII+json;version="2.1"', True),
        ("application/taxii+json", True),
        ("*/*", True),
        ("application/*;q=0.8", True),
        ("application/json, text/plain, */*", True),
        ("application/json, application/taxii+json;version=2.1;q=0.1", True),
        ("", False),
        ("application/json", False),
        ("text/html,application/xhtml+xml", False),
        ("application/taxii+json;version=2.0", False),
        ("application/taxii+json;version=2.2", False),
        ("application/vnd.oasis.taxii+json; version=2.0", False),
        ("application/vnd.oasis.taxii+json", False),
        ("application/stix+json;version=2.1", False),
        ("application/taxii+json;version=2.1;q=0", False),
        ("*/*;q=0.0, application/json", False),
    ],
)
def test_accept_is_taxii_2_1_or_refused(header, is_accepted):
    assert accepts_taxii(header) is is_accepted


@pytest.mark.parametrize(
    ("header", "is_taken"),
    [
        ("application/taxii+json;version=2.1", True),
        ("application/taxii+json; version=2.1", True),
        ("application/taxii+json; charset=utf-8", True),
        ("application/taxii+json", True),
        ("application/json", False),
        ("application/taxii+json;version=2.0", False),
        ("application/vnd.oasis.stix+json; version=2.0", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_content_type_is_taxii_with_or_without_its_version(header, is_taken):
    assert is_taxii(header) is is_taken
