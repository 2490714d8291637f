"""The room of tests stands on the ground alone: pages, REST, steps, contributions, links, numbers, search, events."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

import world as region
from board.facts import COURSE, NOTICE, REPLY, STEP, Notice, Reply
from mitra.community import queries, things
from mitra.community.models import Person
from mitra.core.errors import InvalidInput, NotFound
from mitra.core.policy.facts import Audience, Tlp
from mitra.store.things.agreeing import disagreements, rebuilt
from mitra.store.things.held import held
from mitra.store.things.linking import link, links_of
from mitra.store.things.releasing import release, tighten, withdraw
from mitra.store.things.threads import contribute
from mitra.store.words.indexing import index_words
from steps_over_http import OverHttp, refuses_and_allows_as_its_table_says

pytestmark = pytest.mark.django_db
AUTHOR, READER = "cert-vn", "cert-my"


@pytest.fixture
def world(empty_store):
    return region.build()


@pytest.fixture
def api(world):
    def ask(who, method, path, said=None, **headers):
        headers = {"Authorization": f"Bearer {world.tokens[who]}", **headers}
        body = b"" if said is None else json.dumps(said).encode()
        return Client().generic(method, f"/api/v1/board/{path}", body, "application/json", headers=headers)

    return ask


@pytest.fixture
def browse(world):
    def opened(who):
        client = Client()
        client.force_login(Person.objects.get(email=world.people[who]))
        return client

    return opened


def notice(api, who=AUTHOR, circles=("quiet",), tlp="AMBER", **facts):
    said = {"facts": {"heading": "ແຈ້ງການ", "words": "ลองอ่าน", **facts}, "tlp": tlp, "circles": list(circles)}
    answer = api(who, "POST", "notices", said)
    assert answer.status_code == 201, answer.content
    return answer.json()


def actor(slug):
    return queries.actor_of_operator(slug)


def test_every_cell_of_its_table_answers_over_http_as_the_table_says(world, api):
    def state(sheet):
        row = things.get_thing(NOTICE, sheet, actor(AUTHOR), now=datetime.now(UTC))
        return COURSE.stands(row, actor(AUTHOR).viewer, now=datetime.now(UTC)).state

    who = {"author": AUTHOR, "reader": READER}
    room = OverHttp(
        COURSE.table,
        make=lambda: notice(api)["id"],
        take=lambda role, sheet, word: api(who[role], "POST", f"notices/{sheet}/steps", {"word": word}),
        state=state,
        ways={"open": (), "in-hand": (("reader", "take-up"),), "closed": (("author", "close"),)},
        roles=("author", "reader"),
    )
    assert refuses_and_allows_as_its_table_says(room) == []


def test_only_whom_it_reaches_reads_it_and_everybody_else_finds_nothing(world, api, browse):
    made = notice(api, heading="canary-quiet-notice")
    assert {one["id"] for one in api(READER, "GET", "notices").json()["items"]} >= {made["id"]}
    nowhere = "x-mitra-board-notice--00000000-0000-4000-8000-000000000000"
    for outsider in ("bank-a", "press", "guest", "cert-sg", "th-in-drill"):
        hidden, absent = (api(outsider, "GET", f"notices/{one}") for one in (made["id"], nowhere))
        assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert b"canary-quiet-notice" in browse(READER).get("/board/").content
    assert b"canary-quiet-notice" not in browse("cert-sg").get("/board/").content
    assert browse("cert-sg").get(f"/board/{made['id']}").status_code == 404
    assert browse("th-without-room").get("/board/").status_code == 403


def test_an_edit_that_comes_second_gets_both_texts_and_loses_nothing(world, api):
    made = notice(api)
    said = {"facts": {"heading": "first", "words": "1"}, "tlp": "AMBER", "circles": ["quiet"]}
    first = api(AUTHOR, "PUT", f"notices/{made['id']}", said, **{"If-Match": f'"{made["version"]}"'})
    assert first.status_code == 200
    said["facts"]["heading"] = "second"
    second = api(AUTHOR, "PUT", f"notices/{made['id']}", said, **{"If-Match": f'"{made["version"]}"'})
    body = second.json()
    assert (second.status_code, body["code"]) == (409, "stale-version")
    assert (body["theirs"]["heading"], body["yours"]["heading"]) == ("first", "second")
    assert api(READER, "PUT", f"notices/{made['id']}", said).status_code == 404
    assert api(READER, "GET", f"notices/{made['id']}").json()["facts"]["heading"] == "first"


def test_what_is_taken_back_leaves_a_headstone_and_no_words(world, api, browse):
    made = notice(api, heading="canary-gone")
    assert api(READER, "POST", f"notices/{made['id']}/withdrawal", {"reason": "x"}).status_code == 404
    assert api(AUTHOR, "POST", f"notices/{made['id']}/withdrawal", {"reason": "ຜິດ"}).status_code == 204
    assert api(READER, "GET", f"notices/{made['id']}").status_code == 404
    page = browse(READER).get("/board/").content.decode()
    assert "canary-gone" not in page
    assert "1 taken back" in page
    assert "taken back" not in browse("cert-sg").get("/board/").content.decode()


def test_an_answer_reaches_nobody_whom_its_notice_does_not_reach(world, api):
    made, now = notice(api), datetime.now(UTC)
    reader = actor(READER)
    sheet = things.get_thing(NOTICE, made["id"], reader, now=now)
    hand = things.hand_of(reader, now=now)
    for wider in (Audience(Tlp.GREEN, room="board"), Audience(Tlp.CLEAR, room="board")):
        with pytest.raises(InvalidInput) as refusal:
            contribute(REPLY, Reply(made["id"], "ຄຳຕອບ"), wider, hand, to=sheet)
        assert refusal.value.rule == "beyond-its-sheet"
    quiet = frozenset({world.circles["quiet"]})
    for within in (Audience(Tlp.AMBER, quiet, room="board"), Audience(Tlp.AMBER_STRICT, quiet, room="board")):
        contribute(REPLY, Reply(made["id"], "ຄຳຕອບ"), within, hand, to=sheet)
    with pytest.raises(NotFound):
        things.get_thing(NOTICE, made["id"], actor("cert-sg"), now=now)


def test_on_its_page_one_answers_and_takes_a_step(world, api, browse):
    made = notice(api, heading="ຂໍຊ່ວຍ")
    page = browse(READER)
    where = f"/board/{made['id']}"
    assert page.post(where, {"words": ""}).status_code == 422
    assert page.post(where, {"words": "ยินดีช่วย"}).status_code == 302
    assert page.post(where, {"step": "take-up"}).status_code == 302
    shown = browse(AUTHOR).get(where).content.decode()
    assert "ยินดีช่วย" in shown
    assert "in-hand" in shown
    refused = page.post(where, {"step": "close"})
    assert refused.status_code == 409
    assert "“close” is for author" in refused.content.decode()
    assert browse("cert-vn").get("/board/new").status_code == 200


def test_the_one_box_knows_its_number_and_search_its_words(world, api, browse):
    notice(api, heading="แจ้งเตือนการหลอกลวง", number="BD-7K3M")
    index_words()
    for typed in ("BD-7K3M", "bd 7k3m", "bd7k3m"):
        assert "แจ้งเตือนการหลอกลวง" in browse(READER).get("/exchange/lookup", {"q": typed}).content.decode()
        assert "แจ้งเตือนการหลอกลวง" not in browse("cert-sg").get("/exchange/lookup", {"q": typed}).content.decode()
    found = browse(READER).get("/exchange/lookup", {"q": "หลอกลวง"}).content.decode()
    assert "/board/x-mitra-board-notice--" in found
    assert "notice" in found


def test_a_link_is_read_by_whom_both_ends_reach_and_reaches_no_further(world, api):
    one, two = notice(api), notice(api, circles=(), tlp="AMBER+STRICT")
    now, author = datetime.now(UTC), actor(AUTHOR)
    hand = things.hand_of(author, now=now)
    quiet = Audience(Tlp.AMBER, frozenset({world.circles["quiet"]}), room="board")
    with pytest.raises(InvalidInput) as refusal:
        link(one["id"], "related-to", two["id"], quiet, hand, viewer=author.viewer)
    assert refusal.value.rule == "reference-upward"
    own = Audience(Tlp.AMBER_STRICT, room="board")
    link(one["id"], "related-to", two["id"], own, hand, viewer=author.viewer)
    for end, other in ((one, two), (two, one)):
        (tie,) = links_of(end["id"], author.viewer, room="board", now=now)
        assert {tie.source, tie.target} == {end["id"], other["id"]}
    assert links_of(one["id"], actor(READER).viewer, room="board", now=now) == []
    with pytest.raises(NotFound):
        link(
            one["id"],
            "related-to",
            two["id"],
            quiet,
            things.hand_of(actor(READER), now=now),
            viewer=actor(READER).viewer,
        )


def test_a_file_is_read_through_the_notice_that_holds_it_as_bytes_and_nothing_else(world, api):
    token = {"Authorization": f"Bearer {world.tokens[AUTHOR]}"}
    html = "<script>alert('ລັບ')</script>".encode()
    sent = Client().generic("POST", "/api/v1/files?name=ບົດ.html", html, "text/html", headers=token)
    assert sent.status_code == 201
    kept = sent.json()
    said = {"facts": {"heading": "h", "words": "w"}, "tlp": "AMBER", "circles": ["quiet"], "files": [kept["id"]]}
    made = api(AUTHOR, "POST", "notices", said).json()
    (line,) = api(READER, "GET", f"notices/{made['id']}/files").json()["items"]
    assert line == kept
    got = api(READER, "GET", f"notices/{made['id']}/files/{kept['id']}")
    assert b"".join(got.streaming_content) == html
    shown = {name: got[name] for name in ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy")}
    assert shown == {
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    assert got["Content-Disposition"].startswith("attachment;")
    hidden = api("cert-sg", "GET", f"notices/{made['id']}/files/{kept['id']}")
    other = notice(api, circles=(), tlp="CLEAR")
    elsewhere = api("cert-sg", "GET", f"notices/{other['id']}/files/{kept['id']}")
    nowhere = api("cert-sg", "GET", f"notices/{other['id']}/files/{'0' * 32}")
    assert {one.status_code for one in (hidden, elsewhere, nowhere)} == {404}
    assert hidden.content == elsewhere.content == nowhere.content
    stolen = {**said, "tlp": "CLEAR", "circles": []}
    assert api("cert-sg", "POST", "notices", stolen).status_code == 404


def test_nothing_of_it_is_in_what_machines_of_others_are_fed(world, api):
    made = notice(api, tlp="CLEAR", circles=(), heading="canary-clear-notice")
    index_words()
    headers = {"Authorization": f"Bearer {world.tokens[READER]}", "Accept": "application/taxii+json;version=2.1"}
    for path in ("/taxii2/mitra/collections/all/objects/", "/api/v1/records?versions=all", "/api/v1/export"):
        response = Client().get(path, headers=headers)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert response.status_code == 200
        assert made["id"].encode() not in body
        assert b"x-mitra-" not in body


def test_every_row_can_be_made_again_from_its_record(world, api):
    made = notice(api)
    api(READER, "POST", f"notices/{made['id']}/steps", {"word": "take-up"})
    assert list(disagreements()) == []
    rows = STEP.model.objects.visible_to(actor(AUTHOR).viewer, now=datetime.now(UTC))
    (row,) = rows.filter(sheet_ref=made["id"])
    (share,) = held([row.share]).values()
    assert rebuilt(STEP, share).word == "take-up"
    forged = share._replace(
        raw=share.raw.replace(row.taken_by.encode(), actor(AUTHOR).organisation_stix_id.encode(), 1)
    )
    with pytest.raises(InvalidInput):
        rebuilt(STEP, forged)


def test_what_is_written_is_told_once_and_without_words(world, api):
    from mitra.pulse.models import EventRow

    before = EventRow.objects.filter(name="board.notice-written").count()
    made = notice(api, heading="canary-told")
    told = EventRow.objects.filter(name="board.notice-written").order_by("-pk")
    assert told.count() == before + 1
    assert told[0].subject == f"board-notice:{made['id'].partition('--')[2]}"
    assert "canary" not in json.dumps(told[0].fields)


def test_a_draft_becomes_a_notice_and_a_tightened_one_reaches_fewer(world):
    author, now = actor(AUTHOR), datetime.now(UTC)
    hand = things.hand_of(author, now=now)
    quiet = things.audience_in("board", author, Tlp.AMBER, {world.circles["quiet"]})
    made = release(NOTICE, Notice("ລອງ", "x"), quiet, hand)
    tighten(NOTICE, made.stix_id, Audience(Tlp.AMBER_STRICT, room="board"), hand, reason="ແຄບລົງ")
    with pytest.raises(NotFound):
        things.get_thing(NOTICE, made.stix_id, actor(READER), now=now)
    withdraw(NOTICE, made.stix_id, hand)


@pytest.mark.parametrize(
    ("tlp", "circles", "path"),
    [
        (Tlp.AMBER, (), "/circles"),
        (Tlp.GREEN, ("quiet",), "/circles"),
        (Tlp.AMBER, ("financial",), "/circles"),
        (Tlp.RED, (), "/tlp"),
    ],
)
def test_an_audience_that_does_not_fit_is_refused_at_its_field(world, tlp, circles, path):
    with pytest.raises(InvalidInput) as refusal:
        things.audience_in("board", actor("cert-my"), tlp, {world.circles[one] for one in circles})
    assert refusal.value.path == path
