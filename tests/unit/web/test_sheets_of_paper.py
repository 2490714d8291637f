"""What is printed says its level on every sheet, holds its bytes, and does nothing that somebody wrote."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Tlp
from mitra.web.printing.document import Attached, Facts, Heading, Paper, Table, Text, Value
from mitra.web.printing.typesetting import print_pdf, unshaped

AT = datetime(2026, 11, 26, 3, 4, 5, tzinfo=UTC)
JSON = '{"name":"ລັບ","value":"x"}'.encode()
SCRIPTS = {
    "th": "ธนาคารเตือนภัยมิจฉาชีพ",
    "lo": "ທະນາຄານແຈ້ງເຕືອນ",
    "km": "ធនាគារជាតិព្រមាន",
    "my": "ဗဟိုဘဏ်က သတိပေးသည်",
    "vi": "Ngân hàng cảnh báo lừa đảo",
    "id": "Bank memberi peringatan",
}
HOSTILE = [
    '#read("/etc/passwd")',
    '#import "/etc/passwd": *',
    "$ sum_(i=0)^n $ *bold* _it_ `raw` <label> @ref = Heading",
    '"\\u{0}" \\ #panic("x") // comment /* more',
    "#sys.inputs.attached",
]


def paper(*blocks, title="A record", tlp=Tlp.AMBER_STRICT, **more):
    return Paper(
        title,
        tlp,
        blocks,
        AT,
        "ThaiCERT, กิตติ",
        "hub.example",
        attached=Attached("r.json", "application/json", JSON),
        **more,
    )


def read(data):
    return PdfReader(io.BytesIO(data))


def test_every_sheet_says_its_level_at_head_and_foot():
    sheets = read(print_pdf(paper(*(Text("words " * 200) for _ in range(20))))).pages
    assert len(sheets) > 2
    for nth, sheet in enumerate(sheets, 1):
        words = sheet.extract_text()
        assert words.count("TLP:AMBER+STRICT") == 2
        assert f"{nth} / {len(sheets)}" in words


@pytest.mark.parametrize("tlp", list(Tlp))
def test_each_level_has_its_words(tlp):
    assert read(print_pdf(paper(tlp=tlp))).pages[0].extract_text().count(tlp.label) == 2


def test_it_holds_the_bytes_that_it_is_a_picture_of():
    assert read(print_pdf(paper())).attachments == {"r.json": [JSON]}


def test_it_is_pdf_a_3b():
    raw = print_pdf(paper())
    assert b"pdfaid:part>3" in raw or b'pdfaid:part="3"' in raw
    assert b"pdfaid:conformance>B" in raw or b'pdfaid:conformance="B"' in raw


def test_the_same_document_is_the_same_bytes():
    assert print_pdf(paper(Text("ກ"))) == print_pdf(paper(Text("ກ")))
    assert print_pdf(paper(Text("ກ"))) != print_pdf(paper(Text("ຂ")))


@pytest.mark.parametrize("words", HOSTILE)
def test_what_somebody_wrote_is_printed_and_never_done(words):
    blocks = (Heading(words), Text(words), Value(words), Facts(((words, words),)), Table((words,), ((words,),)))
    shown = read(print_pdf(paper(*blocks, title=words, reference=words))).pages[0].extract_text()
    assert "root:" not in shown
    first = words.split()[0].strip('"')
    assert shown.count(first[:8]) >= 5


@pytest.mark.parametrize(("language", "words"), SCRIPTS.items())
def test_the_scripts_of_the_region_have_their_shapes(language, words):
    assert unshaped(words) == ""
    assert read(print_pdf(paper(Text(words), title=words, language=language))).pages


def test_a_sign_without_a_shape_is_told():
    assert unshaped("银行 x") == "行银"


def test_more_than_anybody_prints_is_refused():
    with pytest.raises(InvalidInput):
        print_pdf(paper(Text("x" * 500_000)))
    with pytest.raises(InvalidInput):
        print_pdf(paper(*(Text("x") for _ in range(2_001))))
