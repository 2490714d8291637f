"""The doors of monitoring: which codes, figures that Prometheus reads, and nothing for whoever holds no token."""

import re
from datetime import UTC, datetime

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError
from django.test import Client

from mitra.ledger.facts import Health as LogHealth
from mitra.upkeep import health

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LINE = re.compile(r"mitra_([a-z_]+) (-?[0-9.e+]+)")


@pytest.fixture
def log_says(monkeypatch):
    """Let the log be in this state."""

    def say(**facts):
        whole = {"size": 10, "pending": 0, "waiting_seconds": 0, "checked_at": NOW, "stopped": "", "stopped_at": None}
        monkeypatch.setattr(health.ledger, "health", lambda _now: LogHealth(**{**whole, **facts}))

    return say


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, None),
        ({"pending": 4_096, "waiting_seconds": 60}, None),
        ({"pending": 4_097}, "ledger-behind"),
        ({"pending": 1, "waiting_seconds": 61}, "ledger-behind"),
        ({"stopped": "The tiles do not give the root."}, "ledger-stopped"),
    ],
)
def test_readiness_says_what_is_wrong_with_the_log(log_says, client, facts, code):
    log_says(**facts)
    expected = [*([code] if code else []), "worker-away"]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "problems": expected})
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_node_with_a_worker_is_ready(log_says, client):
    from mitra.core.ledger.dates import micros
    from mitra.pulse.models import Worker

    log_says()
    at = micros(datetime.now(UTC))
    Worker.objects.create(**{field.name: at for field in Worker._meta.fields if field.name.endswith("_at")})
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": []})


@pytest.mark.django_db
def test_migrations_that_wait_are_told(log_says, client, monkeypatch):
    log_says()
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda _self, _targets: [("store", False)])
    assert client.get("/readyz").json()["problems"] == ["migrations-pending", "worker-away"]


def test_a_database_that_is_away_is_one_code(client, monkeypatch):
    def away(_now):
        raise OperationalError("connection to server at 10.1.2.3 failed")

    monkeypatch.setattr(health.ledger, "health", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "problems": ["database-away"]})


@pytest.mark.django_db
def test_figures_are_for_whoever_holds_the_token_and_prometheus_reads_them(client):
    token = django_settings.MITRA_METRICS_TOKEN
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    figures = {match[1]: float(match[2]) for line in lines if (match := LINE.fullmatch(line))}
    assert len(figures) == len(lines) == 12
    assert {name: figures[name] for name in ("shares_live", "ledger_stopped", "worker_alive")} == {
        "shares_live": 0,
        "ledger_stopped": 0,
        "worker_alive": 0,
    }
    assert figures["disk_free_bytes"] > 0


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x", "Bearer " + "0" * 64, "Bearer ไทย"])
def test_without_the_token_there_is_nothing(sent):
    client = Client()
    headers = {"Authorization": sent.encode().decode("latin-1")} if sent else {}
    answer = client.get("/metrics", headers=headers)
    assert (answer.status_code, answer.content) == (404, client.get("/nowhere", headers=headers).content)
