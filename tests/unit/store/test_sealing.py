"""What is sealed comes back as it was, from anywhere; what was touched does not come back at all."""

import gzip
import io
import struct
import tracemalloc
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
    assert len(plain) < 8 or plain[:8] not in whole[sealing.HEAD_BYTES :]
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
        ("รายงาน,ลับ".encode("cp874"), "text/plain"),
        ("báo cáo mật".encode("cp1258", "ignore"), "text/plain"),
        ("အစီရင်ခံစာ".encode("utf-16"), "text/plain"),
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
        ("image/webp", "text/plain"),
        ("video/mp4", "application/zip"),
        ("application/pdf", "application/octet-stream"),
        ("application/json", "application/vnd.microsoft.portable-executable"),
        ("application/vnd.ms-excel", "application/vnd.microsoft.portable-executable"),
        ("application/msword", "application/zip"),
        ("application/x-something", "application/x-elf"),
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
        ("application/msword", "application/x-ole-storage"),
        ("application/vnd.ms-outlook", "application/x-ole-storage"),
        ("application/vnd.ms-excel", "text/plain"),
        ("application/x-yaml", "text/plain"),
        ("application/x-msdownload", "application/vnd.microsoft.portable-executable"),
        ("application/vnd.android.package-archive", "application/zip"),
        ("application/x-zip-compressed", "application/zip"),
        ("application/x-gzip", "application/gzip"),
        ("image/svg+xml", "text/plain"),
        ("image/heic", "application/octet-stream"),
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


def only_a_directory(entries):
    """Return a zip of nothing but its directory, as short as entries can be."""
    local = b"PK\x03\x04" + bytes(26)
    entry = b"PK\x01\x02" + bytes(42)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries & 0xFFFF, entries & 0xFFFF, 46 * entries, len(local), 0)
    return local + entry * entries + end


def test_a_zip_that_lists_millions_is_refused_before_its_list_is_in_memory():
    whole = only_a_directory(500_000)
    archive = io.BytesIO(whole)
    tracemalloc.start()
    with pytest.raises(InvalidInput) as refusal:
        check_zip(archive, len(whole))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.rule == "unpacks-without-end"
    assert most < 8 << 20
    few = only_a_directory(1_000)
    check_zip(io.BytesIO(few), len(few))


def fed(whole, piece=4_096):
    counted = Unpacked()
    for at in range(0, len(whole), piece):
        counted.feed(whole[at : at + piece])


@pytest.fixture(scope="module")
def bomb():
    return gzip.compress(b"\x00" * (200 << 20))


@pytest.mark.parametrize("before", [b"", gzip.compress(b"a", mtime=0), gzip.compress(b"a", mtime=0) + bytes(5_000)])
@pytest.mark.parametrize("piece", [4_096, 1 << 20])
def test_a_gzip_stream_that_unpacks_without_end_is_stopped_on_its_way(bomb, before, piece):
    with pytest.raises(InvalidInput) as refusal:
        fed(before + bomb, piece)
    assert refusal.value.rule == "unpacks-without-end"


def test_a_gzip_stream_of_too_many_members_is_stopped(monkeypatch):
    monkeypatch.setattr(recognising, "MOST_ENTRIES", 1_000)
    fed(gzip.compress(b"") * 1_000)
    with pytest.raises(InvalidInput):
        fed(gzip.compress(b"") * 1_001)


def test_an_honest_gzip_stream_passes_and_so_does_what_only_begins_like_one(bomb):
    fed(gzip.compress("ບັນທຶກ".encode() * 10_000))
    fed(b"\x1f\x8b no gzip at all")
    fed(gzip.compress(b"a") + b"no member" + bomb)  # gunzip stops there, too


@settings(max_examples=100, deadline=None)
@given(
    members=st.lists(st.binary(max_size=300), min_size=1, max_size=5),
    zeros=st.integers(0, 9),
    piece=st.integers(1, 200),
)
def test_what_a_gzip_stream_unpacks_to_is_counted_as_python_unpacks_it(members, zeros, piece):
    whole = b"".join(gzip.compress(member) + bytes(zeros) for member in members)
    counted = Unpacked()
    for at in range(0, len(whole), piece):
        counted.feed(whole[at : at + piece])
    assert counted._written == len(gzip.decompress(whole))
