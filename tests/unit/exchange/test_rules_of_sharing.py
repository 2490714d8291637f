"""To whom terms lead."""

from datetime import UTC, datetime, timedelta

import pytest

from mitra.core.policy.facts import Audience, Pap, Tlp, Viewer
from mitra.exchange import words
from mitra.exchange.facts import Terms
from mitra.exchange.models import Safeguard
from mitra.exchange.rules import as_of, audience_of, names_persons, terms_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("level", list(Tlp))
def test_terms_lead_to_their_circles_at_the_effective_level(level):
    terms = Terms(circles=frozenset({3}), embargo_until=NOW)
    assert audience_of(terms, level, realm=2) == Audience(level, frozenset({3}), "exchange", 2, NOW)
    assert audience_of(terms, level, realm=2, named=9).circles == {3, 9}


@pytest.mark.parametrize(
    ("level", "audience"),
    [
        (Tlp.CLEAR, Audience(Tlp.CLEAR)),
        (Tlp.GREEN, Audience(Tlp.GREEN)),
        (Tlp.AMBER, Audience(Tlp.AMBER_STRICT)),
        (Tlp.AMBER_STRICT, Audience(Tlp.AMBER_STRICT)),
        (Tlp.RED, Audience(Tlp.RED)),
    ],
)
def test_inbox_leads_home_above_green_and_never_loosens(level, audience):
    assert audience_of(Terms(is_inbox=True, circles=frozenset({3})), level, realm=0) == audience


def test_terms_of_an_audience_lead_to_it_again():
    audience = Audience(Tlp.AMBER, frozenset({1, 2}), "exchange", 0, NOW)
    terms = terms_of(audience, Pap.RED, "Call first.")
    assert audience_of(terms, Tlp.AMBER, realm=0) == audience
    assert (terms.pap, terms.condition) == (Pap.RED, "Call first.")


def test_embargo_that_ended_is_left_out():
    audience = Audience(Tlp.GREEN, embargo_until=NOW)
    assert as_of(audience, NOW).embargo_until is None
    assert as_of(audience, NOW - timedelta(seconds=1)) == audience


def test_persons_are_named_by_choice_or_by_a_circle_with_the_author():
    author = Viewer(organisation=1, person=2, person_circles=frozenset({7}))
    assert names_persons(Terms(persons=frozenset({5})), author)
    assert names_persons(Terms(circles=frozenset({7})), author)
    assert not names_persons(Terms(circles=frozenset({8})), author)


def test_every_safeguard_has_its_sentence():
    assert set(words.SAFEGUARDS) == set(Safeguard.values)


def test_sentences_end_and_do_not_shout():
    for sentence in (*words.REASONS.values(), *words.SAFEGUARDS.values()):
        assert sentence.endswith(".")
        assert "!" not in sentence
