"""`mitra org`, `circle`, `token`: the lines that machines read, and that a token is shown once."""

import json

from mitra.community import queries as community


def test_org_add_list_and_standing(home, ask):
    (added,) = ask(
        "org", "add", "bank-a", "--name", "ธนาคาร ก", "--kind", "private", "--country", "TH", "--sponsor", "cert-th"
    )
    stix_id = added.pop("id")
    assert stix_id.startswith("identity--")
    assert added == {"slug": "bank-a", "name": "ธนาคาร ก", "kind": "private", "country": "TH", "standing": "proposed"}

    (listed,) = ask("org", "standing", "bank-a", "listed", "--reason", "checked")
    assert listed == {**added, "standing": "listed", "id": stix_id}
    assert listed in ask("org", "list")
    assert len(ask("org", "list")) == 6


def test_org_says_what_is_wrong_in_one_line(home, mitra):
    add = ("org", "add", "bank-a", "--name", "A", "--kind")
    for words in (
        (*add, "pirate"),
        (*add, "private", "--country", "XYZ"),
        (*add, "private", "--standing", "suspended"),
        ("org", "add", "cert-th", "--name", "A", "--kind", "private"),
        ("org", "add", "Not A Slug", "--name", "A", "--kind", "private"),
        ("org", "standing", "cert-th", "emperor"),
        ("org", "standing", "nobody", "listed"),
    ):
        said = mitra(*words)
        assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1), words


def test_a_sponsor_that_is_not_there_leaves_no_half_made_organisation(home, mitra):
    said = mitra("org", "add", "bank-a", "--name", "A", "--kind", "private", "--sponsor", "nobody")
    assert said.code == 1
    assert "bank-a" not in {one.slug for one in community.list_organisations(community.actor_of_operator("centre"))}


def test_circle_new_add_remove_and_list(home, ask):
    (made,) = ask("circle", "new", "Working Group 7", "--member", "cert-th", "--working", "--purpose", "one case")
    assert made == {
        "slug": "working-group-7",
        "name": "Working Group 7",
        "kind": "working",
        "confidential": False,
        "members": ["ThaiCERT"],
    }
    (grown,) = ask("circle", "add", "working-group-7", "cert-vn")
    assert sorted(grown["members"]) == ["ThaiCERT", "VNCERT"]
    (shrunk,) = ask("circle", "remove", "working-group-7", "cert-th")
    assert shrunk["members"] == ["VNCERT"]
    assert {one["slug"] for one in ask("circle", "list")} == {"financial", "working-group-7"}


def test_circle_says_what_is_wrong_in_one_line(home, mitra):
    for words in (
        ("circle", "new", "Financial"),
        ("circle", "new", "New", "--member", "nobody"),
        ("circle", "new", "New", "--member", "newcomer"),
        ("circle", "add", "nowhere", "cert-th"),
        ("circle", "add", "financial", "nobody"),
        ("circle", "remove", "financial", "cert-vn"),
    ):
        said = mitra(*words)
        assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1), words


def test_token_is_shown_once_and_works_until_it_is_revoked(home, ask, client):
    (said,) = ask("token", "new", "--org", "cert-kh", "--scope", "exchange:read", "--label", "SIEM", "--days", "30")
    (credential,) = said["credentials"]
    token = credential.pop("token")
    assert said == {"url": None, "home": None, "people": [], "credentials": [credential]}
    assert credential == {"organisation": "cert-kh", "standing": "accredited", "scopes": ["exchange:read"]}

    def status():
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/taxii+json;version=2.1"}
        return client.get("/taxii2/", headers=headers).status_code

    assert status() == 200
    listed = next(one for one in ask("token", "list", "--org", "cert-kh") if one["label"] == "SIEM")
    number = listed["id"]
    assert listed == {"id": number, "label": "SIEM", "scopes": ["exchange:read"], "state": "works"}
    assert token not in json.dumps(ask("token", "list", "--org", "cert-kh"))
    (ended,) = ask("token", "revoke", "--org", "cert-kh", number)
    assert ended == {"id": number, "label": "SIEM", "state": "revoked"}
    assert status() == 401


def test_token_says_what_is_wrong_in_one_line(home, mitra):
    other = community.list_credentials(community.actor_of_operator("cert-th"))[0].id
    for words in (
        ("token", "new", "--org", "nobody", "--scope", "exchange:read"),
        ("token", "new", "--org", "cert-kh", "--scope", "everything"),
        ("token", "new", "--org", "cert-kh", "--scope", "exchange:read", "--days", "0"),
        ("token", "new", "--org", "cert-kh", "--scope", "exchange:read", "--days", "5000"),
        ("token", "revoke", "--org", "cert-kh", other),
        ("token", "revoke", "--org", "cert-kh", 999_999),
        ("token", "list", "--org", "nobody"),
    ):
        said = mitra(*words)
        assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1), words


def test_people_are_told_the_same_in_tables(home, mitra):
    for words, told in (
        (("org", "list"), "cert-th   ThaiCERT"),
        (("circle", "list"), "financial"),
        (("token", "list", "--org", "cert-th"), "mitra_"),
        (("token", "new", "--org", "cert-th", "--scope", "exchange:read"), "shown this once"),
        (("circle", "add", "financial", "cert-vn"), "3 members"),
        (("org", "standing", "newcomer", "accredited"), "newcomer: Newcomer, accredited"),
    ):
        said = mitra(*words)
        assert (said.code, said.err) == (0, ""), words
        assert told in said.out
        assert "Traceback" not in said.out
