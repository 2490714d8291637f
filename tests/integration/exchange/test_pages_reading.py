"""The list and the record: each viewer sees its own, RED shows no words unless its reading is written down."""

import io
import json

import pytest
from page_words import heading, record_of, text, words_seen
from pypdf import PdfReader

from mitra.exchange.models import RedReading
from mitra.ledger.models import Act

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        ("", {"clear"}),
        ("th-without-room", {"clear"}),
        ("suspended", {"clear"}),
        ("bank-a", {"clear", "green", "amber"}),
        ("cert-th", {"clear", "green", "amber", "strict", "case"}),
        ("cert-my", {"clear", "green", "quiet", "own"}),
    ],
)
def test_the_list_shows_each_viewer_its_own_and_counts_it(region, browse, viewer, seen):
    response = browse(viewer).get("/exchange/records")
    assert words_seen(region, text(response)) == seen
    assert heading(response) == f"{len(seen)} record{'s' if len(seen) > 1 else ''} you may read."
    assert "no-store" in response["Cache-Control"] or not viewer


def test_red_in_a_list_shows_label_room_and_hour_only(region, browse):
    page = text(browse("th-named").get("/exchange/records"))
    rows = page[page.index('<ul class="rows">') :].split("<li>")
    (line,) = [row for row in rows if 'data-tlp="red"' in row]
    assert "For named persons, you among them" in line
    assert "CSIRT (SG)" not in line
    assert "red" not in words_seen(region, page)


def test_a_record_is_printed_as_its_reader_reads_it_and_red_never_is(region, browse):
    ref = region.secrets["amber"].ref
    sheet = browse("cert-th").get(f"/exchange/records/{ref}/print")
    assert (sheet.status_code, sheet["Content-Type"]) == (200, "application/pdf")
    pdf = PdfReader(io.BytesIO(sheet.content))
    words = pdf.pages[0].extract_text()
    assert "canary-amber" in words
    assert words.count("TLP:AMBER") >= 2
    assert b"canary-amber" in next(iter(pdf.attachments.values()))[0]
    hidden, nowhere = (browse("press").get(f"/exchange/records/{one}/print") for one in (ref, "x" * 22))
    assert hidden.status_code == nowhere.status_code == 404
    red = browse("th-named").get(f"/exchange/records/{region.secrets['red'].ref}/print")
    assert (red.status_code, red["Location"]) == (302, f"/exchange/records/{region.secrets['red'].ref}")


@pytest.mark.parametrize("query", ["type=indicator", "by=cert-sg", "words=canary-red", "type=all&words=canary"])
def test_no_filter_tells_of_a_red_record_what_its_line_does_not(region, browse, query):
    assert 'data-tlp="red"' not in text(browse("th-named").get(f"/exchange/records?{query}"))


def test_a_filter_narrows_and_stands_in_the_address(region, browse):
    client = browse("cert-th")
    assert words_seen(region, text(client.get("/exchange/records?tlp=amber"))) == {"amber", "case"}
    assert words_seen(region, text(client.get("/exchange/records?circle=financial"))) == {"amber", "strict"}
    assert words_seen(region, text(client.get("/exchange/records?by=police-th"))) == {"case"}
    response = client.get("/exchange/records?words=green+CANARY")
    assert words_seen(region, text(response)) == {"green"}
    assert heading(response) == "1 record matches."


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("tlp=blue", "is no TLP level"),
        ("type=nonsense", "No record has the type"),
        ("by=nobody", "You know no organisation"),
        ("circle=quiet", "You are in no circle"),
        ("circle=nowhere", "You are in no circle"),
    ],
)
def test_a_wrong_filter_is_explained_not_ignored(region, browse, query, sentence):
    response = browse("cert-th").get(f"/exchange/records?{query}")
    assert response.status_code == 422
    assert sentence in text(response)
    assert words_seen(region, text(response)) == set()


def test_a_page_mark_of_another_list_is_refused(region, browse):
    assert browse("cert-th").get("/exchange/records?before=AAAA").status_code == 422


def test_htmx_gets_the_list_alone_and_the_new_answer(region, browse):
    headers = {"HX-Request": "true", "HX-Target": "records"}
    page = text(browse("cert-th").get("/exchange/records?tlp=green", headers=headers))
    assert "<html" not in page
    assert 'id="answer" hx-swap-oob="true">1 record matches.' in page


@pytest.mark.parametrize("path", ["", "/raw", "/share", "/audience", "/version", "/revoke", "/withdraw"])
def test_what_is_hidden_answers_as_what_is_nowhere(region, browse, path):
    client = browse("cert-th")
    nowhere = client.get(f"/exchange/records/nowhere{path}")
    for key in ("quiet", "embargoed", "red", "drill"):
        hidden = client.get(f"{record_of(region, key)}{path}")
        assert (hidden.status_code, hidden.content) == (404, nowhere.content), key
    assert client.get(f"/exchange/records/{region.withdrawn[0].ref}{path}").content == nowhere.content


def test_a_record_says_why_it_is_seen_and_what_to_look_for(region, browse):
    page = text(browse("cert-th").get(record_of(region, "amber")))
    assert page.index("TLP:AMBER") < page.index("canary-amber")
    assert "It was shared with Circle financial, of which you are a member." in page
    assert "amber<i>[.]</i>canary<i>[.]</i>example" in page
    assert 'data-copy="amber.canary.example"' in page
    assert "Only its owner may share it further." in page
    assert "3 organisations and 1 client of theirs" in page


def test_the_members_of_a_confidential_circle_have_no_names(region, browse):
    page = text(browse("cert-vn").get(record_of(region, "quiet")))
    assert "2 organisations" in page
    who = page[page.index('id="who"') : page.index('id="when"')]
    assert "National CSIRT (MY)" in who  # it shared this, so its name is known
    other = text(browse("cert-my").get(record_of(region, "quiet")))
    assert "National CSIRT (VN)" not in other[other.index('id="who"') : other.index('id="when"')]


def test_the_raw_bytes_are_the_served_object(region, browse):
    response = browse("cert-th").get(record_of(region, "amber") + "/raw")
    assert response["Content-Type"].startswith("application/stix+json")
    obj = json.loads(response.content)
    assert obj["id"] == region.secrets["amber"].stix_id
    assert obj["object_marking_refs"]


def test_red_opens_only_by_an_act_that_is_written_down_each_time(region, browse):
    client = browse("th-named")
    address = record_of(region, "red")
    sealed = text(client.get(address))
    assert "that you read it is written down" in sealed
    assert "canary-red" not in sealed
    assert "CSIRT (SG)" not in sealed
    assert RedReading.objects.count() == 0
    leaves = Act.objects.count()
    for readings in (1, 2):
        assert "canary-red" in text(client.post(address))
        assert (RedReading.objects.count(), Act.objects.count()) == (readings, leaves)
    assert "canary-red" not in text(client.get(address))
    assert client.get(address + "/raw").status_code == 302


def test_nobody_opens_red_that_does_not_name_them(region, browse):
    assert browse("cert-th").post(record_of(region, "red")).status_code == 404
    assert browse("").post(record_of(region, "red")).status_code == 401
    assert browse("th-without-room").post(record_of(region, "clear")).status_code == 403
    assert RedReading.objects.count() == 0


def test_the_actions_on_a_red_record_show_none_of_its_words(region, browse):
    client = browse("cert-sg")
    for path in ("/share", "/audience", "/version", "/revoke", "/withdraw"):
        page = text(client.get(record_of(region, "red") + path, follow=True))
        assert "canary-red" not in page, path
        assert "red.canary" not in page, path


@pytest.mark.parametrize("form", ["stix", "csv"])
def test_a_file_is_read_as_a_machine_without_red_and_with_the_filter(region, browse, form):
    client = browse("th-named")
    body = b"".join(client.get(f"/exchange/export/{form}").streaming_content).decode()
    assert words_seen(region, body) == {"clear", "green", "amber", "strict", "case"}
    narrowed = b"".join(client.get(f"/exchange/export/{form}?tlp=green").streaming_content).decode()
    assert words_seen(region, narrowed) == {"green"}
    assert browse("th-without-room").get(f"/exchange/export/{form}").status_code == 403
    assert browse("").get(f"/exchange/export/{form}").status_code == 302


def test_pages_ask_few_questions(region, browse, django_assert_max_num_queries):
    client = browse("cert-th")
    for path, most in (("/exchange/records", 20), (record_of(region, "amber"), 30), ("/exchange/share", 20)):
        with django_assert_max_num_queries(most):
            client.get(path)
