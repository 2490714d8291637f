"""A link has one address: what is printed reads back, and what was read prints the same text again."""

import base64
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from mitra.core.errors import InvalidInput
from mitra.core.links import Kept, Token, check, digest_of, print_token, read_token

secrets = st.binary(min_size=32, max_size=32)
purposes = st.from_regex(r"[a-z]{1,9}(-[a-z]{1,9}){0,3}", fullmatch=True)
zones = [UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=6, minutes=30))]
instants = st.builds(datetime.fromtimestamp, st.integers(0, 250_000_000_000), st.sampled_from(zones))
tokens = st.builds(
    Token,
    purpose=purposes,
    subject=st.one_of(st.from_regex(r"[a-z]{1,9}:[0-9]{1,9}", fullmatch=True), st.just("ករណី ១២"), st.just("ກໍລະນີ")),
    expires_at=instants,
    secret=secrets,
)


def read_or_none(text):
    try:
        return read_token(text)
    except InvalidInput:
        return None


@given(tokens)
def test_a_printed_token_reads_back(token):
    text = print_token(token)
    assert read_token(text) == token
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(
    st.one_of(st.text(max_size=80), st.binary(max_size=90).map(lambda data: base64.urlsafe_b64encode(data).decode()))
)
@example("")
@example("A")
@example("=" * 400)
@example("é" * 56)
def test_what_reads_prints_the_same_text_and_anything_else_is_refused(text):
    token = read_or_none(text)
    assert token is None or print_token(token) == text


@given(tokens, st.data())
def test_a_token_with_one_other_sign_is_another_token_or_none(token, data):
    text = print_token(token)
    at = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from("AZaz09-_=+/ \n"))
    other = read_or_none(text[:at] + sign + text[at + 1 :])
    if sign != text[at] and other is not None:
        assert digest_of(other) != digest_of(token)
        refusal = check(Kept(digest_of(token)), other, datetime(1970, 1, 2, tzinfo=UTC), purpose=other.purpose)
        assert refusal.startswith("This link leads nowhere")
