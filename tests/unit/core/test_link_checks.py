"""When a one-time link may be followed, and what is told where it may not."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.links import MOST_SUBJECT_BYTES, Kept, Token, check, digest_of, print_token, read_token

END = datetime(2026, 5, 2, 12, tzinfo=UTC)
TOKEN = Token("confirm-address", "subscriber:42", END, bytes(range(32)))
SECOND = timedelta(seconds=1)


def test_what_is_kept_is_a_digest_over_all_that_the_link_says():
    said = b"\x01" + int(END.timestamp()).to_bytes(5, "big") + bytes(range(32)) + b"confirm-address subscriber:42"
    assert digest_of(TOKEN) == hashlib.sha256(said).digest()
    changed = [
        Token("cancel-address", TOKEN.subject, END, TOKEN.secret),
        Token(TOKEN.purpose, "subscriber:43", END, TOKEN.secret),
        Token(TOKEN.purpose, TOKEN.subject, END + SECOND, TOKEN.secret),
        Token(TOKEN.purpose, TOKEN.subject, END, bytes(32)),
    ]
    assert len({digest_of(token) for token in (TOKEN, *changed)}) == 5
    refusals = {check(Kept(digest_of(TOKEN)), token, END - SECOND, purpose=token.purpose) for token in changed}
    assert refusals == {"This link leads nowhere; copy all of it, or ask for a new one."}


@pytest.mark.parametrize(
    ("kept", "now", "purpose", "says"),
    [
        (Kept(digest_of(TOKEN)), END - SECOND, "confirm-address", None),
        (Kept(digest_of(TOKEN)), END, "confirm-address", "The time of this link is over"),
        (Kept(digest_of(TOKEN), END - 2 * SECOND), END - SECOND, "confirm-address", "This link was used already"),
        (Kept(digest_of(TOKEN)), END - SECOND, "cancel-address", "This link leads nowhere"),
        (Kept(bytes(32)), END - SECOND, "confirm-address", "This link leads nowhere"),
        (Kept(bytes(32), END), END + SECOND, "confirm-address", "This link leads nowhere"),
    ],
)
def test_a_link_is_followed_once_in_time_for_its_purpose(kept, now, purpose, says):
    refusal = check(kept, TOKEN, now, purpose=purpose)
    assert (refusal is None) if says is None else refusal.startswith(says)


def test_an_address_of_a_link_stays_short():
    assert len(print_token(TOKEN)) == 90


@pytest.mark.parametrize(
    "change", [lambda text: text + "=", lambda text: text[:-1], str.lower, lambda text: " " + text]
)
def test_an_address_that_was_not_copied_whole_is_refused(change):
    with pytest.raises(InvalidInput, match="copy all of it"):
        read_token(change(print_token(TOKEN)))


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        ({"purpose": "Confirm address"}, "link-purpose"),
        ({"purpose": "a" * 41}, "link-purpose"),
        ({"subject": ""}, "link-subject"),
        ({"subject": "a\nb"}, "link-subject"),
        ({"subject": "\ud800"}, "link-subject"),
        ({"subject": "ក" * (MOST_SUBJECT_BYTES // 3 + 1)}, "link-subject"),
        ({"expires_at": END.replace(microsecond=1)}, "link-end"),
        ({"expires_at": datetime(1969, 1, 1, tzinfo=UTC)}, "link-end"),
        ({"secret": bytes(31)}, "link-secret"),
    ],
)
def test_what_is_no_link_is_refused(parts, rule):
    said = {"purpose": "confirm-address", "subject": "subscriber:42", "expires_at": END, "secret": bytes(32)}
    with pytest.raises(InvalidInput) as refused:
        Token(**(said | parts))
    assert refused.value.rule == rule
