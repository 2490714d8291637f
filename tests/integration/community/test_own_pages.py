"""My organisation's pages: what they show, what they change, and that they show nobody else's."""

import re

import pytest
from small_community import NOW, PASSWORD

from mitra.community import operations, queries
from mitra.community.facts import EXCHANGE_READ
from mitra.community.models import Credential, OpenedCircle, Person
from mitra.core.policy.facts import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(world, client):
    world.add_person("cert-th", "a@cert-th.example", "administrator", name="สมหญิง ใจดี")
    client.force_login(world.person("a@cert-th.example"))
    return client


@pytest.fixture
def analyst(world, client):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    client.force_login(world.person("k@cert-th.example"))
    return client


def text_of(answer, status=200):
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.content.decode())


def test_my_organisation_says_who_acts_for_it(world, admin):
    world.token("cert-th")
    text = text_of(admin.get("/organisation"))
    for words in ("1 person acts for ThaiCERT.", "So does 1 machine.", "สมหญิง ใจดี", "Financial", "TAXII client"):
        assert words in text
    assert "ศูนย์ประสานการรักษาความมั่นคงปลอดภัย" in text
    assert "ธนาคารตัวอย่าง" in text


def test_a_confidential_circle_names_nobody_on_the_page(world, analyst):
    text = text_of(analyst.get("/organisation"))
    assert "Telecom" in text
    assert "LaoCERT" not in text
    assert "Case-7" not in text


def test_an_analyst_is_offered_nothing_to_manage(world, analyst):
    issued = world.token("cert-th")
    for address in ("/organisation", "/organisation/people", "/organisation/credentials"):
        text = text_of(analyst.get(address))
        assert "/new" not in text
        assert "/revoke" not in text
    for address in (
        "/organisation/people/new",
        "/organisation/credentials/new",
        f"/organisation/credentials/{issued.credential.ref}/revoke",
        "/organisation/clients/bank-a/circles",
    ):
        assert analyst.get(address).status_code == 403
        assert analyst.post(address).status_code == 403
    assert Credential.objects.get().revoked_at is None


def test_the_public_is_led_to_sign_in(client):
    for address in ("/organisation", "/organisation/people", "/organisation/credentials", "/preferences"):
        assert client.get(address)["Location"].startswith("/sign-in?next=")
        assert client.post(address).status_code in {401, 405}


def test_an_administrator_adds_a_person_who_can_sign_in(world, admin):
    text_of(admin.get("/organisation/people/new"))
    new = {"name": "ຄຳແພງ", "email": "kp@cert-th.example", "time_zone": "Asia/Vientiane", "roles": ["duty-officer"]}
    text = text_of(admin.post("/organisation/people/new", new))
    password = re.search(r'data-copy="([^"]+)"', text).group(1)
    row = Person.objects.get(email="kp@cert-th.example")
    assert (row.name, row.time_zone, row.check_password(password)) == ("ຄຳແພງ", "Asia/Vientiane", True)
    assert password not in text_of(admin.get("/organisation/people"))


def test_a_refused_person_comes_back_as_typed(world, admin):
    taken = {"name": "Nguyễn", "email": "a@cert-th.example", "time_zone": "Asia/Bangkok", "roles": ["legal"]}
    text = text_of(admin.post("/organisation/people/new", taken), 422)
    assert "already signs in here" in text
    assert 'value="Nguyễn"' in text
    assert re.search(r'value="legal"[^>]*checked', text)


def test_roles_are_set_and_the_last_administrator_stays(world, admin):
    person = world.add_person("cert-th", "k@cert-th.example", "analyst")
    address = f"/organisation/people/{person.ref}/roles"
    assert re.search(r'value="analyst"[^>]*checked', text_of(admin.get(address)))
    assert admin.post(address, {"roles": ["legal", "communicator"]})["Location"] == "/organisation/people"
    assert queries.get_person(person.ref, world.operator("cert-th")).roles == ("legal", "communicator")
    assert admin.post(address, {})["Location"] == "/organisation/people"
    assert queries.get_person(person.ref, world.operator("cert-th")).roles == ()
    own = world.person("a@cert-th.example").ref
    assert "last administrator" in text_of(admin.post(f"/organisation/people/{own}/roles", {"roles": ["legal"]}), 422)
    text_of(admin.post(address, {"roles": ["auditor"]}), 422)


def test_an_account_is_closed_after_its_consequence_was_said(world, admin):
    person = world.add_person("cert-th", "k@cert-th.example", "analyst")
    address = f"/organisation/people/{person.ref}/close"
    assert "signed out everywhere" in text_of(admin.get(address))
    assert admin.post(address)["Location"] == "/organisation/people"
    assert Person.objects.get(pk=person.id).is_active is False
    assert "account closed" in text_of(admin.get("/organisation/people"))


def test_a_lost_password_is_replaced_and_a_closed_account_opened_again(world, admin):
    person = world.add_person("cert-th", "k@cert-th.example", "analyst")
    other = type(admin)()
    other.force_login(world.person("k@cert-th.example"))
    operations.close_account(person.id, by=world.operator("cert-th"), now=NOW)
    address = f"/organisation/people/{person.ref}/password"
    assert address in text_of(admin.get("/organisation/people"))
    assert "signed out" in text_of(admin.get(address))
    password = re.search(r'data-copy="([^"]+)"', text_of(admin.post(address))).group(1)
    row = Person.objects.get(pk=person.id)
    assert (row.is_active, row.check_password(password), row.check_password(PASSWORD)) == (True, True, False)
    assert other.get("/organisation").status_code == 302


def test_a_closed_account_has_no_roles_to_change(world, admin):
    person = world.add_person("cert-th", "k@cert-th.example", "analyst")
    operations.close_account(person.id, by=world.operator("cert-th"), now=NOW)
    for verb in ("roles", "close"):
        assert admin.get(f"/organisation/people/{person.ref}/{verb}").status_code == 404


def test_a_credential_is_shown_once_and_works(world, admin):
    text_of(admin.get("/organisation/credentials/new"))
    new = {"label": "OpenCTI", "scopes": [EXCHANGE_READ], "life": "30"}
    answer = admin.post("/organisation/credentials/new", new)
    token = re.search(r"mitra_[\w-]{43}", text_of(answer)).group(0)
    assert answer["Cache-Control"] == "private, no-store"
    row = Credential.objects.get()
    assert (row.created_by.email, (row.expires_at - row.created_at).days) == ("a@cert-th.example", 30)
    assert queries.actor_of_token(token, now=row.created_at).scopes == {EXCHANGE_READ}
    listed = text_of(admin.get("/organisation/credentials"))
    assert token not in listed
    assert token[:10] in listed


def test_a_credential_without_scope_is_asked_for_one(world, admin):
    assert "Choose at least one." in text_of(
        admin.post("/organisation/credentials/new", {"label": "x", "life": "30"}), 422
    )
    assert not Credential.objects.exists()


def test_a_credential_is_revoked_after_its_consequence_was_said(world, admin):
    issued = world.token("cert-th")
    address = f"/organisation/credentials/{issued.credential.ref}/revoke"
    assert "cannot be undone" in text_of(admin.get(address))
    assert admin.post(address)["Location"] == "/organisation/credentials"
    assert Credential.objects.get().revoked_at is not None
    assert "does not work any more" in text_of(admin.get(address))
    assert admin.post(address).status_code == 409


def test_anothers_and_nobodys_answer_alike(world, admin):
    person = world.add_person("cert-kh", "s@cert-kh.example", "analyst")
    issued = world.token("cert-kh")
    for kind, ref, verb in (
        ("people", person.ref, "roles"),
        ("people", person.ref, "close"),
        ("people", person.ref, "password"),
        ("credentials", issued.credential.ref, "revoke"),
        ("clients", "cert-kh", "circles"),
    ):
        for ask in (admin.get, admin.post):
            there = ask(f"/organisation/{kind}/{ref}/{verb}")
            nowhere = ask(f"/organisation/{kind}/{'0' * len(ref)}/{verb}")
            assert there.status_code == nowhere.status_code == 404
            assert strip(there) == strip(nowhere)


def strip(answer):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())


def test_a_sponsor_opens_a_circle_to_its_client(world, admin):
    address = "/organisation/clients/bank-a/circles"
    assert "Financial" in text_of(admin.get(address))
    assert admin.post(address, {"circles": ["financial"]})["Location"] == "/organisation"
    assert [row.circle_id for row in OpenedCircle.objects.all()] == [world.circles["financial"]]
    assert re.search(r'value="financial"[^>]*checked', text_of(admin.get(address)))
    assert admin.post(address, {})["Location"] == "/organisation"
    assert OpenedCircle.objects.count() == 0
    text_of(admin.post(address, {"circles": ["case-7"]}), 422)


def test_preferences_are_kept_for_the_person_and_the_browser(world, analyst):
    text_of(analyst.get("/preferences"))
    answer = analyst.post("/preferences", {"theme": "dark", "density": "compact", "time_zone": "Asia/Phnom_Penh"})
    assert (answer["Location"], answer.cookies["mitra-theme"].value) == ("/preferences", "dark")
    row = Person.objects.get()
    assert (row.theme, row.density, row.time_zone) == ("dark", "compact", "Asia/Phnom_Penh")
    assert "Phnom Penh" in text_of(analyst.get("/organisation"))
    text_of(analyst.post("/preferences", {"theme": "pink", "density": "", "time_zone": "Asia/Bangkok"}), 422)


def test_a_suspended_organisation_sees_its_standing_and_is_offered_nothing(world, admin):
    operations.change_standing(world.ids["cert-th"], to=Standing.SUSPENDED, by=world.operator(), now=NOW)
    text = text_of(admin.get("/organisation"))
    assert "Suspended" in text
    assert "Add a person" not in text
    new = {"name": "B", "email": "b@cert-th.example", "time_zone": "UTC", "roles": []}
    assert admin.post("/organisation/people/new", new).status_code == 403


def test_pages_cost_few_queries(world, admin, django_assert_max_num_queries):
    for number in range(20):
        world.add_person("cert-th", f"p{number}@cert-th.example", "analyst", "legal")
        world.token("cert-th")
    for address in ("/organisation", "/organisation/people", "/organisation/credentials"):
        with django_assert_max_num_queries(20):
            admin.get(address)


def test_passwords_are_not_shown_again(world, admin):
    assert PASSWORD not in text_of(admin.get("/organisation/people"))
