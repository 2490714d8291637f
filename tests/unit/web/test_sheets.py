"""Small stylesheets and scripts become one file each, the tokens first."""

import re
from pathlib import Path

from mitra.web.sheets import PARTS, Sheets, join


def test_every_part_is_in_the_joined_sheet_once_and_the_tokens_open_it():
    joined = join("css", "*.css")
    assert joined.startswith((PARTS / "css" / "tokens.css").read_text(encoding="utf-8"))
    assert [joined.count(part.read_text(encoding="utf-8")) for part in (PARTS / "css").glob("*.css")] == [1] * len(
        list((PARTS / "css").glob("*.css"))
    )


def test_the_joined_files_are_found_and_listed():
    sheets = Sheets()
    assert Path(sheets.find("mitra/css/mitra.css")).read_text(encoding="utf-8") == join("css", "*.css")
    assert sorted(path for path, _ in sheets.list(None)) == ["mitra/css/mitra.css", "mitra/js/mitra.js"]
    assert sheets.find("mitra/css/other.css") == []


def test_only_the_tokens_know_a_colour():
    strays = [
        f"{part.name}: {colour}"
        for part in sorted((PARTS / "css").glob("*.css"))
        if part.name != "tokens.css"
        for colour in re.findall(r"(?<![%\w&])#[0-9a-fA-F]{3,8}\b|rgba?\(", part.read_text(encoding="utf-8"))
    ]
    assert strays == []


def test_every_rule_stands_in_a_layer():
    bare = [part.name for part in (PARTS / "css").glob("*.css") if "@layer" not in part.read_text(encoding="utf-8")]
    assert bare == ["faces.css"]


def test_both_dark_designs_are_the_same():
    tokens = (PARTS / "css" / "tokens.css").read_text(encoding="utf-8")
    chosen = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', tokens, re.DOTALL).group(1)
    wished = re.search(r":root:not\(\[data-theme\]\) \{(.*?)\}", tokens, re.DOTALL).group(1)
    assert chosen.split() == wished.split()


def test_the_scripts_make_no_markup():
    scripts = join("js", "*.js")
    assert [sign for sign in ("innerHTML", "eval(", "insertAdjacentHTML", "document.write") if sign in scripts] == []
