"""Bytes to text, by the charset that a mail names, or by the one it ought to have named.

Names mean what browsers mean by them (WHATWG Encoding, section 4.2): TIS-620 and ISO 8859-11 are windows-874, Latin-1
is windows-1252, GB 2312 is GB 18030.  Only charsets are looked up: Python would also unpack and run other codecs.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

    from mitra.messages.letters.broken import Defect

_MEANT: Final = {
    alias: codec
    for codec, aliases in {
        "cp874": "windows-874 x-windows-874 dos-874 tis-620 tis620 iso-8859-11 iso8859-11 iso_8859-11 thai8859_11",
        "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 us-ascii ascii ansi_x3.4-1968 x-cp1252 ansi",
        "cp1254": "iso-8859-9 iso8859-9 latin5",
        "gb18030": "gb2312 gb_2312-80 gbk x-gbk cp936 chinese csgb2312",
        "big5hkscs": "big5 big-5 x-x-big5 cn-big5 csbig5",
        "cp949": "euc-kr euc_kr ks_c_5601-1987 ks_c_5601 ksc5601 korean",
        "cp932": "shift_jis shift-jis x-sjis sjis windows-31j ms_kanji",
        "iso8859-8": "iso-8859-8-i iso-8859-8-e",
        "utf-8": "utf8 utf-8 utf8mb4 unicode-1-1-utf-8 cp65001 x-utf-8 utf_8",
    }.items()
    for alias in aliases.split()
}
_NAME: Final = re.compile(r"[a-z0-9._:+-]{1,40}")
_CHARSET: Final = re.compile(
    r"utf-(?:8|7|16|32)(?:-[lb]e|-sig)?|iso8859-\d+|cp\d+|koi8-[rtu]|gb18030|big5\w*|hz|johab|euc_\w+|shift_jis\w*"
    r"|iso2022_\w+|mac-\w+|ptcp154|kz1048"
)
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LATIN: Final = frozenset({"cp1252", "cp1254"})
_THAI_RUN: Final = re.compile(rb"[\xa1-\xfb]{2,}")
_PLAIN: Final = bytes(range(0x80))


def decoded(data: bytes, charset: str) -> tuple[str, Defect | None]:
    """Return (text, defect): `charset-unknown`, `charset-wrong`, or None where all is as the mail says."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace"), None
    codec = codec_of(charset)
    if not data.translate(None, _PLAIN) and codec in {"utf-8", "", *_LATIN}:
        return data.decode("ascii"), None if codec or not charset.strip() else "charset-unknown"
    if codec == "utf-8":
        text = _as_utf8(data)
        return (text, None) if text is not None else (_guessed(data), "charset-wrong")
    if codec == "" or codec in _LATIN:
        return _not_as_named(data, codec, charset)
    try:
        return data.decode(codec), None
    except UnicodeError:
        return data.decode(codec, "replace"), "charset-wrong"


@lru_cache(maxsize=200)
def codec_of(charset: str) -> str:
    """Return Python's codec for a charset, or '' for a name that is none."""
    name = charset.strip().strip("'\"").lower()
    if not _NAME.fullmatch(name):
        return ""
    if name in _MEANT:
        return _MEANT[name]
    try:
        codec = codecs.lookup(name.removeprefix("windows-") if name.startswith("windows-cp") else name).name
    except LookupError:
        return ""
    return codec if _CHARSET.fullmatch(codec) else ""


def guessed(data: bytes) -> str:
    """Return the text of bytes that say no charset: UTF-8 where they are, else Thai or Western."""
    text = _as_utf8(data)
    return _guessed(data) if text is None else text


def _not_as_named(data: bytes, codec: str, charset: str) -> tuple[str, Defect | None]:
    """Read what says nothing, an unknown name, or Latin-1, which programs write for want of knowing."""
    text = _as_utf8(data)
    if text is not None:
        return text, "charset-wrong" if codec or not charset.strip() else "charset-unknown"
    if codec:
        return data.decode(codec, "replace"), None
    return _guessed(data), "charset-unknown"


def _as_utf8(data: bytes) -> str | None:
    """Return UTF-8, also where its last sign was cut off; None where it is not."""
    try:
        return data.decode()
    except UnicodeDecodeError as broken:
        before = data[: broken.start]
        is_cut = broken.reason == "unexpected end of data" and not before.isascii()
        return before.decode() if is_cut else None


def _guessed(data: bytes) -> str:
    """Return broken UTF-8 with gaps where most of it is right; else Thai, whose signs stand in rows, else Western."""
    text = data.decode(errors="replace")
    gaps = text.count("\ufffd")
    if sum(map(len, re.findall("[^\x00-\x7f\ufffd]+", text))) > gaps:
        return text
    high = len(data.translate(None, _PLAIN))
    in_rows = sum(map(len, _THAI_RUN.findall(data)))
    return data.decode("cp874" if in_rows * 2 > high else "cp1252", "replace")
