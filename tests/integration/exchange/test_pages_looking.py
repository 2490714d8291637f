"""The one box and its lists: is it known, from whom, since when, for each viewer as far as it may read."""

import pytest
from page_words import heading, text, words_seen

import world
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations as exchange
from mitra.exchange.facts import Terms
from mitra.store.words.indexing import index_words

pytestmark = pytest.mark.django_db

BOX = "/exchange/lookup"


@pytest.mark.parametrize(
    ("viewer", "known"),
    [
        ("", {"clear"}),
        ("bank-a", {"clear", "green", "amber"}),
        ("cert-th", {"clear", "green", "amber", "strict", "case"}),
        ("th-named", {"clear", "green", "amber", "strict", "case", "red"}),
    ],
)
def test_each_viewer_is_told_of_what_it_reads(region, browse, viewer, known):
    client = browse(viewer)
    answers = {key: client.get(BOX, {"q": secret.value}) for key, secret in region.secrets.items()}
    assert {key for key, answer in answers.items() if heading(answer).startswith("Known since")} == known
    unknown = text(client.get(BOX, {"q": "nowhere.canary.example"}))
    for key in set(answers) - known:
        assert text(answers[key]).replace(region.secrets[key].value, "·") == unknown.replace(
            "nowhere.canary.example", "·"
        ).replace("nowhere<i>[.]</i>", f"{key}<i>[.]</i>")


def test_a_defanged_value_is_answered_with_who_and_when(region, browse):
    response = browse("cert-th").get(BOX, {"q": "hxxp://amber[.]canary[.]example/login"})
    assert heading(response).startswith("Known since today, ")
    assert heading(response).endswith("from National CSIRT (VN).")
    assert "canary-amber" in text(response)
    assert "TLP:AMBER" in text(response)


def test_red_is_known_without_its_words(region, browse):
    response = browse("th-named").get(BOX, {"q": region.secrets["red"].value})
    assert heading(response).startswith("Known since today")
    assert "CSIRT (SG)" not in text(response)
    assert words_seen(region, text(response)) == set()


def test_words_find_titles_and_an_id_finds_its_record(region, browse):
    client = browse("cert-th")
    assert words_seen(region, text(client.get(BOX, {"q": "canary-"}))) == {"clear", "green", "amber", "strict", "case"}
    assert words_seen(region, text(client.get(BOX, {"q": region.secrets["case"].stix_id}))) == {"case"}
    assert words_seen(region, text(client.get(BOX, {"q": region.secrets["quiet"].stix_id}))) == set()


SAID = {
    "thai": "ธนาคารเตือนภัย login[.]evil-named[.]org หลอกลวง",
    "khmer": "កុំបើក https://pay.evil-named.org/x ធនាគារ",
    "burmese": "ဖုန်း fraud@mail.evil-named.org ဘဏ်",
    "scattered": "To login is evil; named org, pay, mail, fraud, x.",
}


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("login.evil-named.org", "thai"),
        ("hxxps://pay[.]evil-named[.]org/x", "khmer"),
        ("Pay.Evil-Named.Org", "khmer"),
        ("fraud[at]mail.evil-named.org", "burmese"),
    ],
)
def test_a_value_that_only_a_text_mentions_is_found_in_that_text_and_by_whom_may_read_it(
    region, browse, asked, language
):
    said = [world.indicator(f"said-{key}", now=region.now, description=words) for key, words in SAID.items()]
    to = Terms(tlp=Tlp.AMBER, circles=frozenset({region.circles["financial"]}))
    assert len(exchange.share(world.operator("cert-vn"), world.bundle(*said), to, now=region.now, keep=9).accepted) == 4
    index_words()
    answer = browse("cert-th").get(BOX, {"q": asked})
    assert heading(answer) == "Mentioned in 1 text."
    assert [key for key in SAID if f"said-{key}" in text(answer)] == [language]
    assert heading(browse("bank-b").get(BOX, {"q": asked})) == "Not known here."
    assert heading(browse("cert-th").get(BOX, {"q": "evil-named.org"})) == "Not known here."


def test_the_empty_box_says_what_it_takes(region, browse):
    assert "What the box takes" in text(browse("").get(BOX))


def test_a_list_is_answered_line_by_line_and_as_a_file_without_red(region, browse):
    client = browse("th-named")
    values = "\n".join(region.secrets[key].value for key in ("amber", "quiet", "red", "clear"))
    response = client.post("/exchange/lookups", {"values": values})
    assert heading(response) == "3 of 4 are known."
    body = b"".join(client.post("/exchange/lookups", {"values": values, "as": "csv"}).streaming_content).decode()
    lines = [line.split(",")[:3:2] for line in body.splitlines()[1:]]
    assert lines == [
        ["amber.canary.example", "yes"],
        ["quiet.canary.example", "no"],
        ["red.canary.example", "no"],
        ["clear.canary.example", "yes"],
    ]
    assert client.post("/exchange/lookups", {"values": ""}).status_code == 422
    assert browse("").get("/exchange/lookups").status_code == 302
