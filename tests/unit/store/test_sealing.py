"""What is sealed comes back as it was, from anywhere; what was touched does not come back at all."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitra.core.errors import InvalidInput, ProofFailed
from mitra.store.files import recognising, sealing
from mitra.store.files.recognising import Unpacked, check_claim, check_zip, type_of
from mitra.store.files.sealing import seal, sealed_size, unseal

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
PREFIX = b"prefix1"


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(sealing, "CHUNK_BYTES", 16)


def sealed(plain, key=KEY, prefix=PREFIX, piece=7):
    return b"".join(seal((plain[at : at + piece] for at in range(0, len(plain), piece)), key, prefix))


def opened(whole, size, key=KEY, **where):
    return b"".join(unseal(io.BytesIO(whole), key, size, **where))


@settings(max_examples=300, deadline=None)
@given(plain=st.binary(max_size=100), start=st.integers(0, 110), length=st.none() | st.integers(0, 110))
def test_any_bytes_come_back_whole_and_in_part(plain, start, length):
    sealing.CHUNK_BYTES = 16
    whole = sealed(plain)
    assert len(whole) == sealed_size(len(plain))
    assert plain == b"" or plain[:8] not in whole or len(plain) < 8
    end = None if length is None else start + length
    assert opened(whole, len(plain), start=start, end=end) == plain[start:end]


@settings(max_examples=300, deadline=None)
@given(plain=st.binary(min_size=1, max_size=100), at=st.integers(0, 400), flip=st.integers(1, 255))
def test_a_changed_byte_is_found(plain, at, flip):
    sealing.CHUNK_BYTES = 16
    whole = bytearray(sealed(plain))
    whole[at % len(whole)] ^= flip
    with pytest.raises(ProofFailed):
        opened(bytes(whole), len(plain))


@pytest.mark.parametrize(
    "touch",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[: sealing.HEAD_BYTES + 32],
        lambda whole: whole + b"\x00",
        lambda whole: whole[: sealing.HEAD_BYTES] + whole[sealing.HEAD_BYTES + 32 :] + whole[sealing.HEAD_BYTES :][:32],
        lambda _whole: sealed(b"another file of the same length, quite", OTHER),
        lambda _whole: b"",
    ],
    ids=["cut", "cut at a chunk", "longer", "in another order", "another's", "empty"],
)
def test_what_was_cut_lengthened_reordered_or_exchanged_is_found(touch):
    plain = b"what one file of three chunks holds..."
    with pytest.raises(ProofFailed):
        opened(touch(sealed(plain)), len(plain))


def test_the_same_bytes_under_another_key_or_prefix_are_others():
    assert sealed(b"x" * 40) != sealed(b"x" * 40, OTHER)
    assert sealed(b"x" * 40) != sealed(b"x" * 40, prefix=b"prefix2")
    with pytest.raises(ProofFailed):
        opened(sealed(b"x" * 40), 40, OTHER)


# ── What a file is


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04rest", "application/zip"),
        (b"MZ\x90", "application/vnd.microsoft.portable-executable"),
        ("ບົດລາຍງານ".encode(), "text/plain"),
        ("ရ".encode()[:2], "text/plain"),
        (b"\xff\x00\x01", "application/octet-stream"),
        (b"a\x00b", "application/octet-stream"),
    ],
)
def test_a_type_is_told_by_the_bytes(head, media_type):
    assert type_of(head) == media_type


@pytest.mark.parametrize(
    ("claimed", "media_type"),
    [
        ("image/png", "application/vnd.microsoft.portable-executable"),
        ("application/pdf", "application/zip"),
        ("text/plain", "application/x-elf"),
        ("text/csv", "application/octet-stream"),
        ("image/jpeg", "text/plain"),
    ],
)
def test_a_file_that_lies_about_its_type_is_refused(claimed, media_type):
    with pytest.raises(InvalidInput) as refusal:
        check_claim(claimed, media_type)
    assert refusal.value.rule == "other-type"


@pytest.mark.parametrize(
    ("claimed", "media_type"),
    [
        ("", "application/zip"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip"),
        ("text/csv; charset=utf-8", "text/plain"),
        ("application/stix+json;version=2.1", "text/plain"),
        ("application/octet-stream", "application/vnd.microsoft.portable-executable"),
        ("application/x-something", "application/octet-stream"),
    ],
)
def test_what_may_be_so_is_believed(claimed, media_type):
    check_claim(claimed, media_type)


def zipped(*sizes):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for nth, size in enumerate(sizes):
            made.writestr(f"{nth}.txt", b"\x00" * size)
    return archive


def test_an_archive_that_unpacks_without_end_is_refused(monkeypatch):
    archive = zipped(150 << 20)
    with pytest.raises(InvalidInput) as refusal:
        check_zip(archive, len(archive.getvalue()))
    assert refusal.value.rule == "unpacks-without-end"
    check_zip(zipped(1_000, 2_000), 400)
    with pytest.raises(InvalidInput):
        check_zip(io.BytesIO(b"PK\x03\x04 and no more"), 20)
    monkeypatch.setattr(recognising, "MOST_ENTRIES", 2)
    with pytest.raises(InvalidInput):
        check_zip(zipped(1, 2, 3), 400)


def test_a_gzip_stream_that_unpacks_without_end_is_stopped_on_its_way():
    import gzip

    bomb = gzip.compress(b"\x00" * (200 << 20))
    counted = Unpacked()
    with pytest.raises(InvalidInput) as refusal:
        list(map(counted.feed, (bomb[at : at + 4_096] for at in range(0, len(bomb), 4_096))))
    assert refusal.value.rule == "unpacks-without-end"
    honest = Unpacked()
    honest.feed(gzip.compress("ບັນທຶກ".encode() * 10_000))
    Unpacked().feed(b"\x1f\x8b no gzip at all")
