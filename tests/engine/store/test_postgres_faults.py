"""A server that refuses, cancels or only reads: one sentence that says what to do, without a password."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from engine.errors import StoreError, StoreFaultError
from engine.store.database import Patience
from engine.store.postgres import dialect
from engine.store.postgres.faults import explanation
from engine.store.store import Store
from engine.store.upkeep.backup import BackupError, restore_backup, write_backup
from engine.system.permissions import PRIVATE
from tests.engine.postgres_server import autocommitting, folder_for, new_database
from tests.engine.rigs import WALL
from tests.engine.store_items import begin, item

pytestmark = pytest.mark.xdist_group("postgres")

WHERE = "postgresql://ada@db/raceway"
FAILED = 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '

TEXTS = (
    ('FATAL:  password authentication failed for user "ada"', "refuses this user and password"),
    ("fe_sendauth: no password supplied", "refuses this user and password"),
    ('FATAL:  role "ada" does not exist', "knows no such user"),
    ('FATAL:  no pg_hba.conf entry for host "10.0.0.2", user "ada"', "see pg_hba.conf"),
    ('FATAL:  database "raceway" does not exist', "has no such database"),
    ("FATAL:  sorry, too many clients already", "takes no more connections"),
    ('FATAL:  too many connections for role "ada"', "takes no more connections"),
    ("FATAL:  remaining connection slots are reserved for roles", "takes no more connections"),
    ("server does not support SSL, but SSL was required", "no TLS connection"),
    ("SSL error: certificate verify failed", "no TLS connection"),
    ("FATAL:  unsupported startup parameter: options", "a connection pooler (PgBouncer) stands before"),
    ("FATAL:  the database system is starting up", "starts or ends just now"),
    ("Connection refused", "the server does not answer"),
    ("timeout expired", "the server does not answer"),
    # The same refusals of a server in another language.
    ("FATAL:  Passwort-Authentifizierung für Benutzer »ada« fehlgeschlagen", "refuses the connection"),
    ("ВАЖНО:  роль не существует", "refuses the connection"),
)


class RefusedError(Exception):
    sqlstate = None


@pytest.mark.parametrize(("said", "words"), TEXTS)
def test_refused_connection_is_told_by_its_cause(said: str, words: str) -> None:
    told = explanation(OperationalError("", {}, RefusedError(FAILED + said)), WHERE, False)
    assert isinstance(told, StoreFaultError)
    assert str(told).startswith(f"{WHERE}: ")
    assert words in str(told)
    assert said in str(told)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"username": "nobody_here"}, "knows no such user|refuses"),
        ({"database": "no_database"}, "has no such database"),
        ({"query": {"no_option": "1"}}, "has an option that cannot be used"),
    ],
)
def test_address_that_the_server_refuses(
    server: str, tmp_path: Path, changed: dict[str, str], words: str
) -> None:
    url = make_url(server)
    query = changed.get("query")
    url = url.update_query_dict(query) if query else url.set(**changed)  # type: ignore[arg-type]
    with pytest.raises(StoreFaultError, match=words):
        Store.open(folder_for(url.render_as_string(hide_password=False), tmp_path), read_only=True)


@pytest.fixture
def hasty(database: Path) -> Iterator[Store]:
    """Return a store whose writes are not tried again."""
    with Store.open(database, create=True, patience=Patience(pauses=())) as opened:
        yield opened


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("statement_timeout = 30", "set statement_timeout = 0 for this role"),
        ("transaction_read_only = on", "is a standby, or set to read only .* name the primary"),
    ],
)
def test_write_that_the_server_cuts_short(hasty: Store, setting: str, words: str) -> None:
    def slow(connection: object) -> None:
        connection.execute(text(f"SET LOCAL {setting}"))  # type: ignore[attr-defined]
        connection.execute(text("INSERT INTO meta SELECT 'k', pg_sleep(5)::text"))  # type: ignore[attr-defined]

    with pytest.raises(StoreFaultError, match=words):
        hasty.write(slow)


def test_limit_of_connections_is_named(server: str, tmp_path: Path) -> None:
    address = new_database(server)
    Store.open(folder_for(address, tmp_path / "owner"), create=True).close()
    login = f"few_{make_url(address).database}"[:60]
    with autocommitting(address) as connection:
        connection.exec_driver_sql(f"CREATE ROLE {login} LOGIN CONNECTION LIMIT 0 IN ROLE pg_read_all_data")
        own = make_url(address).set(username=login).render_as_string(hide_password=False)
        try:
            with pytest.raises(StoreFaultError, match="takes no more connections"):
                Store.open(folder_for(own, tmp_path / "few"), read_only=True)
        finally:
            connection.exec_driver_sql(f"DROP ROLE {login}")


def test_store_is_not_made_where_it_cannot_be_kept(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "LEAST_SERVER", (99,))
    address = new_database(server)
    with pytest.raises(StoreError, match=r"is of PostgreSQL \d+; a store needs 99 or newer"):
        Store.open(folder_for(address, tmp_path / "old"), create=True)
    monkeypatch.undo()
    latin = f"{make_url(address).database}_l"
    with autocommitting(address) as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {latin} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    other = make_url(address).set(database=latin).render_as_string(hide_password=False)
    with pytest.raises(StoreError, match="keeps its texts as LATIN1; a store needs UTF8"):
        Store.open(folder_for(other, tmp_path / "latin"), create=True)


def test_store_of_a_newer_schema_is_left_alone(database: Path) -> None:
    with Store.open(database, create=True) as store, store.writing() as connection:
        connection.execute(text("UPDATE meta SET value = '99' WHERE key = 'schema'"))
    with pytest.raises(StoreError, match="is of schema version 99, this Raceway knows"):
        Store.open(database)


@pytest.mark.parametrize("name", ["my plant", "Förder%Anlage", 'it\'s "quoted"', "a:b"])
def test_database_and_machine_with_odd_letters(server: str, tmp_path: Path, name: str) -> None:
    quoted = name.replace('"', '""').replace("%", "%%")
    with autocommitting(server) as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{quoted}"')
        try:
            address = make_url(server).set(database=name).render_as_string(hide_password=False)
            with Store.open(folder_for(address, tmp_path), create=True) as store:
                record = begin(store, machine=name, expected=0)
                with store.hold(name):
                    store.append(record, [item(0)], WALL)
                assert [one.machine for one in store.assessments()] == [name]
        finally:
            connection.exec_driver_sql(f'DROP DATABASE "{quoted}"')


def test_backup_of_a_database_is_left_to_its_server(database: Path, tmp_path: Path) -> None:
    Store.open(database, create=True).close()
    with pytest.raises(BackupError, match="is a store in PostgreSQL; back it up by pg_dump"):
        write_backup(database, tmp_path / "b.tar", WALL)
    with pytest.raises(BackupError, match="is a store in PostgreSQL; restore into a folder"):
        restore_backup(tmp_path / "b.tar", database, PRIVATE, lambda _: False)


# A pooler


@contextmanager
def pooler(host: str, port: int) -> Iterator[int]:
    """Pass connections on to a server, and state another process than its own, as PgBouncer does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def passed_on(source: socket.socket, sink: socket.socket, rewrite: bool) -> None:
        while data := source.recv(65536):
            if rewrite and (at := data.find(b"K\x00\x00\x00\x0c")) >= 0:
                data = data[: at + 5] + (4242).to_bytes(4, "big") + data[at + 9 :]
                rewrite = False
            sink.sendall(data)
        sink.close()

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            where: object = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
            kind = socket.AF_UNIX if host.startswith("/") else socket.AF_INET
            upstream = socket.socket(kind)
            upstream.connect(where)  # type: ignore[arg-type]
            for one in ((client, upstream, False), (upstream, client, True)):
                threading.Thread(target=passed_on, args=one, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


def test_engine_behind_a_pooler_is_refused_and_a_reader_is_not(database: Path, tmp_path: Path) -> None:
    with Store.open(database, create=True) as store:
        begin(store)
        url = make_url((database / "store.url").read_text())
        sockets = url.query.get("host")
        host = str(sockets) if sockets else str(url.host)
        with pooler(host, url.port or 5432) as port:
            behind = url.set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
            place = folder_for(behind.render_as_string(hide_password=False), tmp_path / "behind")
            with Store.open(place) as other:
                assert len(other.assessments()) == 1
                with (
                    pytest.raises(StoreError, match=r"a connection pooler \(PgBouncer\) stands before"),
                    other.hold("press"),
                ):
                    pass
        with store.hold("press"):
            pass
