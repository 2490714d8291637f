"""The log says what happened and to whom it matters; never a value, a title, a name, a token, or an error's words."""

import io
import json
import logging
import logging.config
import re
import uuid

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import include, path

import exchange_node
from asking import Target
from doors import DOORS
from mitra.config.logs import logging_of
from mitra.core.errors import Conflict, InvalidInput, ProofFailed, Unavailable

CANARIES = {
    "value": "canary-value.example",
    "word": "canaryword",
    "title": "ความลับคานารี",
    "token": "canary-token-Zx81",
    "password": "canary-password-77",
    "email": "canary-person@cert-th.example",
    "host": "canary-host.example",
    "ref": "canaryref0123456789ab",
    "slug": "canary-slug",
    "id": f"indicator--{uuid.UUID(int=0xCA0A71 << 64 | 4 << 76 | 8 << 60)}",
    "thing": f"x-mitra-board-notice--{uuid.UUID(int=0xCA0A72 << 64 | 4 << 76 | 8 << 60)}",
    "case": f"x-mitra-case--{uuid.UUID(int=0xCA0A73 << 64 | 4 << 76 | 8 << 60)}",
    "circle": "canary-circle",
    "number": "CANARY-7",
    "words": "canary-words-of-an-error",
}
OBJECT = exchange_node.indicator(1) | {
    "id": CANARIES["id"],
    "name": CANARIES["title"],
    "pattern": f"[domain-name:value = '{CANARIES['value']}']",
}
TARGET = Target(
    ref=CANARIES["ref"],
    stix_id=CANARIES["id"],
    value=CANARIES["value"],
    word=CANARIES["word"],
    object=OBJECT,
    held=str(uuid.uuid4()),
    person=CANARIES["ref"],
    credential=CANARIES["ref"],
    thing=CANARIES["thing"],
    case=CANARIES["case"],
    circle=CANARIES["circle"],
    number=CANARIES["number"],
    slug=CANARIES["slug"],
    entry=CANARIES["case"],
    letter=CANARIES["ref"],
    task=CANARIES["case"],
)


def raises(error):
    def view(_request, **_words):
        raise error

    return view


ERRORS = {
    kind.__name__: kind(CANARIES["words"], **more)
    for kind, more in [
        (Conflict, {}),
        (InvalidInput, {"path": CANARIES["value"]}),
        (Unavailable, {}),
        (ProofFailed, {}),
        (RuntimeError, {}),
        (OSError, {}),
    ]
}
urlpatterns = [
    path("", include("urls_for_tests")),
    *(
        path(f"{before}raises/{name}/<word>", raises(error))
        for name, error in ERRORS.items()
        for before in ("", "api/")
    ),
]
handler400, handler403, handler404, handler500 = (
    f"mitra.web.errors.{name}" for name in ("bad_request", "forbidden", "not_found", "broken")
)


@pytest.fixture(params=["words", "json"])
def log(request):
    """What a node writes, in one of the styles and with its access log, while a test runs."""
    root = logging.getLogger()
    loggers = [
        root,
        *(logging.getLogger(name) for name in ("mitra", "mitra.access", "django.request", "django.security")),
    ]
    before = [(each, each.level, list(each.handlers)) for each in loggers]
    written = io.StringIO()
    settings = logging_of(request.param, tells_access=True)
    settings["handlers"]["console"]["stream"] = written
    logging.config.dictConfig(settings)
    written.style = request.param
    yield written
    for each, level, handlers in before:
        each.setLevel(level)
        each.handlers[:] = handlers


@pytest.fixture
def node(db, settings):
    settings.ROOT_URLCONF = __name__
    made = exchange_node.make_node()
    made.share("cert-th", OBJECT)
    return made


def sign_in(client, node):
    from datetime import UTC, datetime

    from mitra.community import operations, queries
    from mitra.community.facts import NewPerson

    new = NewPerson(CANARIES["email"], CANARIES["title"], ("analyst", "administrator"), password=CANARIES["password"])
    operations.add_person(new, by=queries.actor_of_operator("cert-th"), now=datetime.now(UTC))
    client.post("/sign-in", {"login": CANARIES["email"], "password": "not " + CANARIES["password"]})
    client.post("/sign-in", {"login": CANARIES["email"], "password": CANARIES["password"]})
    assert client.get("/organisation").status_code == 200


def test_no_line_quotes_what_was_shared_asked_or_typed(node, log):
    person, machine = Client(raise_request_exception=False), Client(raise_request_exception=False)
    sign_in(person, node)
    token = node.tokens["cert-th"]
    asked = 0
    for headers, client in (
        ({}, person),
        (node.headers("cert-th"), machine),
        ({"Authorization": f"Bearer {CANARIES['token']}"}, machine),
    ):
        for door in DOORS:
            for ask in door.asks(TARGET):
                if door.name == "account_logout":
                    continue
                more = {"content_type": ask.content_type} if ask.content_type else {}
                send = client.get if ask.method == "GET" else client.post
                send(ask.path, ask.data, headers=headers, **more).close()
                asked += 1
        for name in ERRORS:
            for before in ("/", "/api/"):
                client.get(f"{before}raises/{name}/{CANARIES['word']}?q={CANARIES['value']}", headers=headers)
    machine.get("/style", headers={"Host": CANARIES["host"] + "/\n"})
    said = log.getvalue()
    assert asked > 200
    assert said.count("\n") > 200
    leaked = {name for name, canary in CANARIES.items() if canary in said or json.dumps(canary)[1:-1] in said}
    assert leaked == set()
    assert token not in said
    assert django_settings.MITRA_METRICS_TOKEN not in said


def test_a_line_says_door_status_time_and_who(node, log):
    Client().get(f"/api/v1/lookup?value={CANARIES['value']}", headers=node.headers("cert-th"))
    line = log.getvalue().splitlines()[-1]
    organisation = node.organisations["cert-th"]
    if log.style == "json":
        said = json.loads(line)
        assert {
            name: said[name] for name in ("level", "logger", "message", "status", "method", "route", "organisation")
        } == {
            "level": "info",
            "logger": "mitra.access",
            "message": "answered",
            "status": 200,
            "method": "GET",
            "route": "api/v1/lookup",
            "organisation": organisation,
        }
        assert said["ms"] > 0
        return
    assert re.fullmatch(
        r"2\d{3}-\d\d-\d\dT[\d:.]+Z INFO mitra\.access: answered "
        rf"status=200 method=GET route=api/v1/lookup ms=[\d.]+ organisation={organisation} credential=\d+",
        line,
    )


def test_an_error_is_told_by_its_number_its_class_and_its_place(node, log):
    response = Client(raise_request_exception=False).get("/raises/RuntimeError/x")
    incident = re.search(r"\b[0-9a-f]{8}\b", response.content.decode()).group()
    if log.style == "json":
        (said,) = [line for line in map(json.loads, log.getvalue().splitlines()) if "error" in line]
        assert (said["incident"], said["error"][0]) == (incident, "builtins.RuntimeError")
        assert said["error"][-1].endswith(" view")
        return
    first, *places = [line for line in log.getvalue().splitlines() if "mitra.access" not in line]
    told = f"method=GET route=raises/RuntimeError/<word> incident={incident}"
    assert first.endswith(f" ERROR mitra.web: An error that nobody anticipated. {told}")
    assert places[0] == "    builtins.RuntimeError"
    assert places[-1].endswith(" view")


def test_a_line_is_one_line_whatever_was_sent(log):
    logging.getLogger("mitra.web").warning("A name: %s", "a\r\n2026-01-01T00:00:00Z ERROR forged")
    assert log.getvalue().count("\n") == 1
