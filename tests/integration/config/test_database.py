"""A PostgreSQL that is of no use is refused in one sentence that says what to do; each of them is a real one here."""

from urllib.parse import quote

import pytest
from django.db.utils import ConnectionHandler

import postgres_node
from mitra.config.database import database_of
from mitra.core.errors import InvalidInput, Unavailable
from mitra.store import fitness
from mitra.store.fitness import VARIABLE, check_database
from node_process import Node, free_port

PASSWORD = "ລະຫັດ/ລັບ@2026"
NAME = "mitra_empty"


@pytest.fixture(scope="module")
def server():
    """The session's server with an empty database, users who are not its administrator, and a careful disk."""
    postgres_node.administer(
        "DROP ROLE IF EXISTS stranger, crowded, secretive",
        "CREATE ROLE stranger LOGIN",
        "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0",
        f"CREATE ROLE secretive LOGIN SUPERUSER PASSWORD '{PASSWORD}'",
        "ALTER SYSTEM SET fsync = on",
    )
    postgres_node.ask_password_of("secretive")
    with postgres_node.database(NAME):
        yield postgres_node.url_of(NAME).partition("?host=")[2]
    postgres_node.administer("ALTER SYSTEM RESET fsync", "SELECT pg_reload_conf()")


@pytest.fixture(autouse=True)
def unblocked(django_db_blocker):
    """Databases of their own, none of which is the session's."""
    with django_db_blocker.unblock():
        yield


def check(url):
    connection = ConnectionHandler({"default": database_of({VARIABLE: url}, "/nowhere")})["default"]
    try:
        check_database(connection)
    finally:
        connection.close()


def refusal(url):
    """Return how a node with this address is refused: the class, and the sentence."""
    with pytest.raises((InvalidInput, Unavailable)) as refused:
        check(url)
    assert "\n" not in str(refused.value)
    assert PASSWORD not in str(refused.value)
    return refused.type, str(refused.value)


@pytest.mark.usefixtures("server")
def test_a_sound_database_is_taken():
    check(postgres_node.url_of(NAME))
    check(postgres_node.url_of(NAME, user="secretive", password=PASSWORD))


def test_a_wrong_password_is_told_and_not_shown(server):
    sentence = f"The database at {server} refuses the password of secretive, or mend {VARIABLE}."
    assert refusal(postgres_node.url_of(NAME, user="secretive", password="x")) == (InvalidInput, sentence)


def test_a_missing_password_is_told(server):
    sentence = f"The database at {server} wants a password of secretive, or mend {VARIABLE}."
    assert refusal(postgres_node.url_of(NAME, user="secretive")) == (InvalidInput, sentence)


def test_a_missing_database_and_a_missing_user_are_to_be_created(server):
    assert refusal(postgres_node.url_of("absent")) == (
        InvalidInput,
        f"There is no database absent at {server}; create it (createdb absent), or mend {VARIABLE}.",
    )
    assert refusal(postgres_node.url_of(NAME, user="nobody")) == (
        InvalidInput,
        f"There is no user nobody at {server}; create it (createuser nobody), or mend {VARIABLE}.",
    )


@pytest.mark.usefixtures("server")
def test_a_user_without_the_right_to_create_tables_is_told_the_grant():
    assert refusal(postgres_node.url_of(NAME, user="stranger")) == (
        Unavailable,
        f'The user stranger may not create tables: GRANT CREATE ON SCHEMA public TO "stranger" in {NAME}.',
    )


def test_no_connection_left_is_told(server):
    assert refusal(postgres_node.url_of(NAME, user="crowded")) == (
        Unavailable,
        f"The database at {server} has no connection left: try again, or raise its max_connections.",
    )


def test_a_server_that_is_not_there_is_told_with_the_reason():
    port = free_port()
    kind, sentence = refusal(f"postgres://mitra:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/m")
    assert kind is Unavailable
    assert sentence.startswith(f"The database at 127.0.0.1:{port} cannot be reached (")
    assert sentence.endswith(f"): is it running, is {VARIABLE} right?")
    assert "Connection refused" in sentence


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("how", ["off", "local"])
def test_a_database_that_forgets_what_it_confirmed_is_refused(how):
    postgres_node.administer(f"ALTER DATABASE {NAME} SET synchronous_commit = {how}")
    try:
        assert refusal(postgres_node.url_of(NAME)) == (
            Unavailable,
            "The database forgets what it has confirmed: set synchronous_commit to on.",
        )
    finally:
        postgres_node.administer(f"ALTER DATABASE {NAME} RESET synchronous_commit")


@pytest.mark.usefixtures("server")
def test_a_disk_that_is_not_waited_for_is_refused():
    postgres_node.administer("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    try:
        sentence = "The database forgets what it has confirmed: set fsync to on."
        assert refusal(postgres_node.url_of(NAME)) == (Unavailable, sentence)
    finally:
        postgres_node.administer("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()")


@pytest.mark.usefixtures("server")
def test_an_old_version_is_refused(monkeypatch):
    monkeypatch.setattr(fitness, "OLDEST", 99)
    kind, sentence = refusal(postgres_node.url_of(NAME))
    assert kind is Unavailable
    assert sentence.endswith("; Mitra needs 99 or later.")


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://root:{PASSWORD}@db/mitra",
        f"postgres://mitra:{PASSWORD}@db/mitra",
        f"postgres://mitra:{quote(PASSWORD, safe='')}@db",
        f"postgres://mitra@db/mitra?sekret={PASSWORD}",
        PASSWORD,
    ],
)
def test_an_address_that_is_none_is_told_and_not_shown(url):
    with pytest.raises(InvalidInput) as refused:
        database_of({VARIABLE: url}, "/nowhere")
    form = "postgres://user:password@host:port/name, with %2F for a / and %40 for an @ in a password"
    assert str(refused.value) == f"{VARIABLE} must read {form}."


def test_without_an_address_rows_are_in_the_home(tmp_path):
    assert database_of({}, tmp_path)["NAME"] == tmp_path / "mitra.sqlite3"


def test_an_address_is_taken_apart():
    said = database_of({VARIABLE: "postgresql://u%40x:p%2Fw@db.example:6543/mitra?sslmode=verify-full"}, "/nowhere")
    parts = {name: said[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    assert parts == {"NAME": "mitra", "USER": "u@x", "PASSWORD": "p/w", "HOST": "db.example", "PORT": "6543"}
    assert said["OPTIONS"]["sslmode"] == "verify-full"


@pytest.mark.usefixtures("server")
def test_a_session_is_what_the_store_relies_on():
    connection = ConnectionHandler({"default": database_of({VARIABLE: postgres_node.url_of(NAME)}, "/nowhere")})[
        "default"
    ]
    with connection.cursor() as cursor:
        for name, value in (("transaction_isolation", "read committed"), ("jit", "off"), ("TimeZone", "UTC")):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)
    connection.close()


@pytest.mark.usefixtures("server")
def test_a_node_is_made_shared_to_and_examined_on_it(tmp_path, monkeypatch):
    with postgres_node.database("mitra_node") as url:
        monkeypatch.setenv(VARIABLE, url)
        node = Node(tmp_path)
        (made,) = node.ask("init", "--home", tmp_path, "--name", "hub.example")
        assert made["home"] == str(tmp_path)
        assert not (tmp_path / "mitra.sqlite3").exists()
        with node.served():
            assert node.run("check").returncode == 0
        for command in (("init", "--home", tmp_path / "another"), ("demo", "--once")):
            refused = node.run(*command)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert refused.stderr.startswith("mitra: The database mitra_node holds a node already: ")
        monkeypatch.setenv(VARIABLE, postgres_node.url_of("absent"))
        refused = Node(tmp_path).run("check")
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
        assert refused.stderr.startswith("mitra: There is no database absent at ")
