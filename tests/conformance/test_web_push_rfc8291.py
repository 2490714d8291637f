"""Web push against the example of RFC 8291 (5 and appendix A), and RFC 8292 against the field's own verifier."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from mitra.messages.channels import push
from push_world import FakeBrowser, bytes_of

SAID = b"When I grow up, I want to be a watermelon"
SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SENDER_PUBLIC = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
BROWSER_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
BROWSER_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SALT, AUTH = "DGv6ra1nlYgDCS1FRnbzlw", "BTBZMqHH6r4Tts7J_aSIgg"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def private(said):
    return ec.derive_private_key(int.from_bytes(bytes_of(said)), push.CURVE)


def browser():
    return FakeBrowser("https://push.example.net/push/x", private(BROWSER_PRIVATE), bytes_of(AUTH))


def keys():
    return push.Keys(bytes_of(BROWSER_PUBLIC), bytes_of(AUTH))


def test_8291_appendix_a_is_sealed_byte_for_byte():
    sealed = push.seal(SAID, keys(), sender=private(SENDER_PRIVATE), salt=bytes_of(SALT), padded_to=0)
    assert push.to_text(sealed) == SEALED
    assert push.to_text(push.point_of(private(SENDER_PRIVATE).public_key())) == SENDER_PUBLIC


def test_8291_appendix_a_is_read_by_the_browser_of_our_tests():
    assert browser().unsealed(bytes_of(SEALED)) == SAID


@pytest.mark.parametrize(("length", "sealed_bytes"), [(0, 1126), (41, 1126), (1023, 1126), (1024, 1127), (3993, 4096)])
def test_8188_2_what_is_padded_is_read_whole_and_says_not_how_long_it_is(length, sealed_bytes):
    said = b"." * length
    sealed = push.seal(said, keys(), sender=private(SENDER_PRIVATE), salt=bytes(16))
    assert (browser().unsealed(sealed), len(sealed)) == (said, sealed_bytes)


def test_8291_4_more_than_a_push_service_must_take_is_not_sealed():
    with pytest.raises(ValueError, match="3993"):
        push.seal(b"." * 3994, keys(), sender=private(SENDER_PRIVATE), salt=bytes(16))


def test_8292_2_and_3_the_verifier_of_the_field_takes_what_vouches_for_us():
    key = push.key_of_node(b"\7" * 32)
    said = push.vouch("https://push.example.net:8443/push/x?y", key, contact="mailto:mitra@hub.example", now=NOW)
    assert Vapid02.verify(said)
    token, _, public = said.removeprefix("vapid t=").partition(",k=")
    assert bytes_of(public) == push.point_of(key.public_key())
    header, claims, signature = token.split(".")
    assert json.loads(bytes_of(header)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(bytes_of(claims)) == {
        "aud": "https://push.example.net:8443",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "mailto:mitra@hub.example",
    }
    assert len(bytes_of(signature)) == 64
    with_another_key = said.replace(public, SENDER_PUBLIC)
    assert not Vapid02.verify(with_another_key)


@pytest.mark.parametrize(("severity", "said"), [(0, "low"), (1, "low"), (2, "normal"), (3, "normal"), (4, "high")])
def test_8030_5_3_what_is_grave_is_worth_more_of_a_battery(severity, said):
    assert push.urgency_of(severity) == said


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\4" * 64,
        b"\4" + bytes(64),
        bytes_of(BROWSER_PUBLIC)[:-1] + b"\0",
        b"\2" + bytes_of(BROWSER_PUBLIC)[1:33],
        bytes_of(BROWSER_PUBLIC) + b"\0",
    ],
)
def test_8291_3_1_what_is_no_uncompressed_point_of_p256_is_no_key(said):
    assert push.find_point(said) is None
    assert push.find_point(bytes_of(BROWSER_PUBLIC)) is not None
