"""Sharing by hand: nothing goes unseen, nothing typed is lost, and everyone hears what became of each object."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape
from page_words import errors, heading, record_of, text, words_seen

import world as region_words
from mitra.community.models import Person
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations
from mitra.exchange.facts import Terms
from mitra.exchange.models import HeldItem
from mitra.ledger.models import Act
from mitra.store.doors import store
from mitra.store.facts import Filter

pytestmark = pytest.mark.django_db

ADDRESS = "/exchange/share"
REPORT = "ເພື່ອນຮ່ວມງານ: hxxps://login[.]bank-verify[.]top/th\r\nIt asks 8.8.8.8 for names."
TERMS = {"tlp": "GREEN", "when": "now", "zone": "Asia/Bangkok"}


def reviewed(client, **data):
    """Send the form to be looked at, and return what to send back to share it."""
    response = client.post(ADDRESS, {**TERMS, **data, "step": "understand"})
    assert response.status_code == 200, errors(response)
    context = response.context
    sent = {**TERMS, **data, "text": context["content"].text, "filename": context["content"].filename}
    sent.pop("file", None)
    return response, {**sent, "reviewed": context["content"].digest, "step": "share"}


def readable(viewer_email, now):
    from mitra.community import queries

    viewer = queries.actor_of_person(Person.objects.get(email=viewer_email), now=now).viewer
    return {share.title: share for share in store().visible_to(viewer, now=now).latest(limit=100, only=Filter()).shares}


def test_a_report_is_understood_then_shared_with_what_was_chosen(region, browse):
    client = browse("cert-th")
    response, sent = reviewed(client, text=REPORT)
    page = text(response)
    assert "login<i>[.]</i>bank-verify<i>[.]</i>top" in page
    assert "A public DNS resolver" in page
    assert not HeldItem.objects.filter(owner=region.organisations["cert-th"]).exclude(pk=region.held).exists()
    acts = Act.objects.count()
    response = client.post(ADDRESS, {**sent, "confirmed": ["https://login.bank-verify.top/th"]}, follow=True)
    assert heading(response) == "2 records are shared."
    assert Act.objects.count() == acts + 1
    assert "https://login.bank-verify.top/th" in readable(region.people["cert-my"], region.now)


def test_nothing_is_shared_that_was_not_looked_at(region, browse):
    client = browse("cert-th")
    _, sent = reviewed(client, text=REPORT)
    acts = Act.objects.count()
    response = client.post(ADDRESS, {**sent, "text": REPORT + " and evil.bank-verify.top"})
    assert Act.objects.count() == acts
    assert "Look at what was understood, then share." in text(response)
    assert "evil.bank-verify.top" in text(response)


def test_a_small_file_comes_into_the_text_and_need_not_be_chosen_twice(region, browse):
    client = browse("cert-th")
    obj = region_words.indicator("by-hand", now=region.now)
    upload = SimpleUploadedFile("ตัวบ่งชี้.json", region_words.bundle(obj).getvalue())
    response, sent = reviewed(client, file=upload)
    assert escape('"canary-by-hand"') in text(response)
    assert "Would go" in text(response)
    response = client.post(ADDRESS, sent, follow=True)
    assert heading(response) == "canary-by-hand"
    assert "canary-by-hand" in readable(region.people["cert-vn"], region.now)


def test_what_stays_is_told_with_its_reason(region, browse):
    good, benign = region_words.indicator("good", now=region.now), region_words.indicator("benign", now=region.now)
    benign["pattern"] = "[ipv4-addr:value = '8.8.8.8']"
    wrong = {**region_words.indicator("wrong", now=region.now), "pattern": "[nonsense"}
    client = browse("cert-th")
    response, sent = reviewed(client, text=region_words.bundle(good, benign, wrong).getvalue().decode())
    for words in ("Would go", "Would be held", "Would be refused"):
        assert words in text(response)
    response = client.post(ADDRESS, sent, follow=True)
    assert heading(response) == "1 shared, 2 stayed here."
    assert "/objects/2/pattern" in text(response)
    assert "is a public DNS resolver" in text(response)
    assert "Decide about what is held" in text(response)


def test_a_refused_form_comes_back_as_it_was(region, browse):
    client = browse("cert-th")
    _, sent = reviewed(client, text=REPORT, circles=["financial"], condition="ຖາມພວກເຮົາກ່ອນ")
    response = client.post(ADDRESS, {**sent, "tlp": "RED"})
    assert response.status_code == 422
    page = text(response)
    assert "TLP:RED goes to named persons" in page
    assert "It asks 8.8.8.8 for names." in page
    assert "ຖາມພວກເຮົາກ່ອນ" in page
    assert 'value="financial" checked' in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"when": "later"}, "Say from which day on."),
        (
            {"when": "later", "date": "2027-03-28", "hour": "02:30", "zone": "Europe/Berlin"},
            "clocks leap over this hour",
        ),
        ({"when": "later", "date": "2027-03-28", "hour": "02:30", "zone": "Bangkok"}, "This zone is not known"),
        ({"when": "now", "date": "2027-03-28"}, "choose “Not before”, or take it away"),
        ({"when": "later", "date": "2020-01-01", "hour": "09:00"}, "The embargo ends in the past"),
        ({"tlp": "PURPLE"}, "PURPLE"),
        ({"circles": ["quiet"]}, "quiet"),
    ],
)
def test_terms_that_cannot_be_are_explained_at_their_field(region, browse, fields, sentence):
    client = browse("cert-th")
    _, sent = reviewed(client, text=REPORT)
    response = client.post(ADDRESS, {**sent, **fields})
    assert response.status_code == 422
    assert sentence in " ".join(errors(response))


def test_an_embargo_is_shown_with_its_hour_here_and_in_utc(region, browse):
    fields = {"when": "later", "date": "2027-03-28", "hour": "09:00", "zone": "Asia/Yangon"}
    page = text(browse("cert-th").post(ADDRESS, {**TERMS, **fields, "step": "readers"}))
    assert "Sun 28 Mar 2027, 02:30 UTC" in page


def test_readers_follow_the_form_and_hidden_ones_have_no_names(region, browse):
    client = browse("cert-vn")
    headers = {"HX-Request": "true", "HX-Target": "readers"}

    def part(**terms):
        return text(client.post(ADDRESS, {**TERMS, **terms, "step": "readers"}, headers=headers))

    assert "<html" not in part(tlp="AMBER")
    assert "Your own organisation" in part(tlp="AMBER")
    financial = part(tlp="AMBER", circles=["financial"])
    assert "3 organisations" in financial
    assert "and 1 client of theirs" in financial
    assert '<span id="n-amber" hx-swap-oob="true">3 + 1</span>' in financial
    quiet = part(tlp="AMBER", circles=["quiet"])
    assert "2 organisations" in quiet
    assert "National CSIRT (MY)" not in quiet
    assert "Anybody can read it at once" not in quiet
    assert "Everybody" in part(tlp="CLEAR")


def test_red_goes_to_the_persons_chosen_and_to_nobody_else(region, browse):
    client = browse("cert-th")
    named = Person.objects.get(email=region.people["cert-vn"])
    _, sent = reviewed(client, text=json.dumps(region_words.indicator("for-one", now=region.now)), tlp="RED")
    response = client.post(ADDRESS, {**sent, "tlp": "RED", "persons": [named.ref]}, follow=True)
    assert "canary-for-one" not in text(response)  # its own reading too is written down first
    assert "canary-for-one" in readable(region.people["cert-vn"], region.now)
    assert "canary-for-one" not in readable(region.people["th-named"], region.now)


def test_a_draft_is_kept_until_it_is_discarded(region, browse):
    client = browse("cert-th")
    reviewed(client, text=REPORT)
    again = text(client.get(ADDRESS))
    assert "It asks 8.8.8.8 for names." in again
    assert "Draft, kept" in again
    assert "8.8.8.8" not in text(client.post("/exchange/share/discard", follow=True))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"text": "  "}, "Paste something here, or choose a file."),
        ({"file": SimpleUploadedFile("report.pdf", b"%PDF-1.7 \xff")}, "This is a PDF"),
        ({"text": "x", "file": SimpleUploadedFile("a.txt", b"evil.bank-verify.top")}, "share one after the other"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(region, browse, data, sentence):
    response = browse("cert-th").post(ADDRESS, {**TERMS, **data, "step": "understand"})
    assert response.status_code == 422
    assert sentence in " ".join(errors(response))


def test_only_those_who_may_share_come_here(region, browse):
    assert browse("").get(ADDRESS)["Location"].startswith("/sign-in")
    refused = browse("th-without-room").get(ADDRESS)
    assert refused.status_code == 403
    assert heading(refused) == "This is not yours to do."
    assert browse("suspended").get(ADDRESS).status_code == 403


def held_of(region, browse, slug="cert-th"):
    benign = region_words.indicator("resolver", now=region.now)
    benign["pattern"] = "[ipv4-addr:value = '8.8.8.8']"
    client = browse(slug)
    _, sent = reviewed(client, text=json.dumps(benign))
    client.post(ADDRESS, sent)
    return client, HeldItem.objects.get(stix_id=benign["id"])


def test_a_held_item_goes_with_a_reason_only(region, browse):
    client, item = held_of(region, browse)
    address = f"/exchange/held/{item.pk}"
    assert "is a public DNS resolver" in text(client.get("/exchange/held"))
    assert "people who did nothing are cut off" in text(client.get(address))
    response = client.post(address, {"decision": "release", "reason": " "})
    assert (response.status_code, errors(response)) == (422, ["Say in a few words why."])
    assert (
        heading(client.post(address, {"decision": "release", "reason": "Đã kiểm tra"}, follow=True))
        == "canary-resolver"
    )
    assert "canary-resolver" in readable(region.people["cert-my"], region.now)
    assert "Let go" in text(client.get("/exchange/held"))
    assert client.post(address, {"decision": "release", "reason": "again"}).status_code == 422


def test_a_held_item_is_put_away_unshared(region, browse):
    client, item = held_of(region, browse)
    client.post(f"/exchange/held/{item.pk}", {"decision": "discard", "reason": "a mistake"})
    assert "canary-resolver" not in readable(region.people["cert-my"], region.now)


def test_nobody_else_learns_of_a_held_item(region, browse):
    _, item = held_of(region, browse)
    other = browse("cert-my")
    nowhere = other.get("/exchange/held/0c0f3f0e-7f33-4c55-8a11-25a1a3bb0c01")
    assert (nowhere.status_code, other.get(f"/exchange/held/{item.pk}").content) == (404, nowhere.content)
    assert other.post(f"/exchange/held/{item.pk}", {"decision": "release", "reason": "x"}).status_code == 404
    assert "canary-resolver" not in text(other.get("/exchange/held"))


def test_the_front_desk_tells_what_waits_and_what_soon_opens(region, browse):
    client, _ = held_of(region, browse)
    assert "canary-resolver" in text(client.get("/"))
    page = text(browse("cert-sg").get("/"))
    assert "embargo ends" in page
    assert "embargoed" in words_seen(region, page)
    assert "embargo ends" not in text(browse("cert-my").get("/"))


def test_its_owner_withdraws_with_a_reason(region, browse):
    client, address = browse("cert-vn"), record_of(region, "amber") + "/withdraw"
    assert "3 organisations" in text(client.get(address))
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "ສົ່ງຜິດ"})
    assert browse("cert-th").get(record_of(region, "amber")).status_code == 404


def test_its_owner_tightens_and_widens(region, browse):
    client, address = browse("cert-vn"), record_of(region, "amber") + "/audience"
    terms = {"tlp": "AMBER+STRICT", "when": "now", "zone": "UTC", "circles": ["financial"], "step": "apply"}
    assert 'value="financial" checked' in text(client.get(address))
    tightened = client.post(address, {**terms, "reason": "ຂໍ້ມູນສ່ວນຕົວ"})
    assert tightened.status_code == 302
    assert "canary-amber" not in readable(region.people["bank-a"], region.now)
    widened = client.post(tightened["Location"] + "/audience", {**terms, "tlp": "GREEN", "circles": []})
    assert widened.status_code == 302
    assert "canary-amber" in readable(region.people["cert-my"], region.now)


def test_an_embargo_that_nobody_moved_stays_to_the_microsecond(region, browse):
    obj = region_words.indicator("soon", now=region.now)
    until = region.now + timedelta(hours=5, seconds=7, microseconds=123_456)
    report = operations.share(
        region_words.operator("cert-vn"),
        region_words.bundle(obj),
        Terms(tlp=Tlp.GREEN, embargo_until=until),
        now=region.now,
    )
    page = text(browse("cert-vn").get(f"/exchange/records/{report.accepted[0].ref}/audience"))
    assert "That is how it stands now." in page


def test_terms_as_they_stand_change_nothing(region, browse):
    client, address = browse("cert-vn"), record_of(region, "amber") + "/audience"
    assert "That is how it stands now." in text(client.get(address))
    terms = {"tlp": "AMBER", "when": "now", "zone": "UTC", "circles": ["financial"], "step": "apply"}
    assert client.post(address, terms).status_code == 422


def test_its_author_writes_the_next_version_and_revokes_it(region, browse):
    client, address = browse("cert-vn"), record_of(region, "amber")
    obj = json.loads(client.get(address + "/raw").content)
    obj["name"] = "ລຸ້ນທີສອງ"
    following = client.post(address + "/version", {"text": json.dumps(obj)})
    assert following.status_code == 302
    assert "ລຸ້ນທີສອງ" in readable(region.people["cert-th"], region.now)
    assert "A later version is out." in text(browse("cert-th").get(address))
    revoked = client.post(following["Location"] + "/revoke")
    assert "Revoked: its author does not stand by it" in text(browse("cert-th").get(revoked["Location"]))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("{", "JSON"),
        ("{}", "is missing"),
        (None, "Nothing is different"),
        ({"pattern": "[nonsense"}, "pattern"),
        ({"created": "2020-01-01T00:00:00.000Z"}, "does not change from version to version"),
    ],
)
def test_a_version_that_cannot_be_is_explained(region, browse, change, sentence):
    client, address = browse("cert-vn"), record_of(region, "amber")
    obj = json.loads(client.get(address + "/raw").content)
    sent = change if isinstance(change, str) else json.dumps({**obj, **(change or {})})
    response = client.post(address + "/version", {"text": sent})
    assert response.status_code == 422
    assert sentence in " ".join(errors(response))


def test_a_reader_shares_on_within_the_laws(region, browse):
    client = browse("cert-th")
    refused = text(client.get(record_of(region, "amber") + "/share"))
    assert "You cannot share this further." in refused
    assert "Only its owner may share it further." in refused
    address = record_of(region, "green") + "/share"
    terms = {"tlp": "GREEN", "when": "now", "zone": "UTC", "step": "apply"}
    assert "CLEAR" not in text(client.get(address)).split("How far may it go?")[1].split("With which circles?")[0]
    assert client.post(address, {**terms, "tlp": "CLEAR"}).status_code == 422
    assert client.post(address, terms).status_code == 302
    assert len(client.get(record_of(region, "green")).context["record"].corroborated_by) == 1


def test_others_change_nothing_of_a_record_that_they_read(region, browse):
    client, address = browse("cert-th"), record_of(region, "amber")
    terms = {"tlp": "GREEN", "when": "now", "zone": "UTC", "step": "apply", "reason": "x"}
    assert client.post(address + "/withdraw", {"reason": "x"}).status_code == 403
    assert client.post(address + "/revoke").status_code == 403
    client.post(address + "/audience", terms)
    client.post(address + "/share", terms)
    assert "canary-amber" not in readable(region.people["cert-my"], region.now)
