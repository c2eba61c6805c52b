"""Recordings from a real OPC UA server: rows, arrays, restarts, and what is refused."""

import asyncio
import logging
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from replay.recorder.opcua import client as room
from replay.recorder.opcua.assembly import Assembled
from replay.recorder.opcua.client import Address, OpcSource, address_of
from replay.recorder.opcua.intake import OpcIntake
from replay.recorder.rows import StreamError
from replay.recording import RecordingFormat
from tests.mosquitto import PATIENCE, eventually

pytest.importorskip("asyncua", reason="needs the extra raceway[opcua]")

RATE, ROWS = 100.0, 20
FORM = RecordingFormat("pump", RATE, 2, ROWS, time_pattern="%Y%m%dT%H%M%S.%f", separator=",")


class Server:
    """A server with two nodes for each test, on a thread of its own."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"opc.tcp://127.0.0.1:{self.port}/plant"
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        self._tests = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.run(self._started())

    def stop(self) -> None:
        self.run(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def cut(self) -> None:
        """End all connections, and take no new ones."""
        self.run(self._server.bserver.stop())

    def resume(self) -> None:
        self.run(self._server.bserver.start())

    def nodes(self, begin: Any) -> tuple[str, ...]:
        """Return the ids of two new nodes with a value."""
        self._tests += 1
        names = tuple(f"ns=1;s={self._tests}{letter}" for letter in "xy")
        self.run(self._added(names, begin))
        return names

    async def _started(self) -> None:
        import asyncua
        from asyncua import ua

        self._server = asyncua.Server()
        await self._server.init()
        self._server.set_endpoint(self.url)
        self._server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        await self._server.start()

    async def _ended(self) -> None:
        await self._server.stop()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _added(self, names: Sequence[str], begin: Any) -> None:
        from asyncua import ua

        objects = self._server.nodes.objects
        self._nodes = [await objects.add_variable(ua.NodeId.from_string(name), name, begin) for name in names]

    def write(self, changes: Sequence[tuple[int, Any, datetime]]) -> None:
        """Write values with their times to nodes, in order."""
        self.run(self._write(changes))

    async def _write(self, changes: Sequence[tuple[int, Any, datetime]]) -> None:
        from asyncua import ua

        for node, value, at in changes:
            told = ua.DataValue(ua.Variant(value), SourceTimestamp=at, ServerTimestamp=at)
            await self._server.write_attribute_value(self._nodes[node].nodeid, told)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(room, "LONGEST_WAIT", 0.1)
    monkeypatch.setattr(room, "TICK", 0.02)
    monkeypatch.setattr(room, "PUBLISHED", 20)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


class Stopped(OpcSource):
    """A source that ends when it is asked to, as by an interrupt."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.end = threading.Event()

    def batches(self, stop: threading.Event) -> Iterator[Any]:
        for batch in super().batches(self.end):
            yield batch
            if stop.is_set():
                self.end.set()


@contextmanager
def recording(
    server: Server, folder: Path, said: list[str], nodes: Sequence[str]
) -> Iterator[Callable[[], str]]:
    """Record on a thread; yield a function that ends it and returns its counts in words."""
    folder.mkdir(exist_ok=True)
    source = Stopped(Address(server.url), nodes, RATE)
    intake = OpcIntake(source, len(nodes), folder, FORM, said.append)
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(intake.run()))
    thread.start()

    def ended() -> str:
        source.end.set()
        thread.join(PATIENCE)
        return told[0]

    try:
        eventually(lambda: any("connected" in line for line in said))
        yield ended
    finally:
        ended()


def rows(first: int, count: int, begin: datetime) -> list[tuple[int, float, datetime]]:
    return [
        (node, float(row + 1000 * node), begin + timedelta(seconds=row / RATE))
        for row in range(first, first + count)
        for node in range(2)
    ]


def content(folder: Path) -> list[np.ndarray]:
    return [np.loadtxt(path, delimiter=",") for path in sorted(folder.iterdir())]


@pytest.mark.usefixtures("quick")
def test_single_values_become_rows_and_missing_ones_a_gap(server: Server, tmp_path: Path) -> None:
    said: list[str] = []
    with recording(server, tmp_path / "in", said, server.nodes(0.0)) as end:
        begin = datetime.now(UTC)
        server.write(rows(0, 50, begin))
        # 10 rows never come; equal values in a row are values too.
        server.write([(node, 7.0, at) for node, _, at in rows(60, 40, begin)])
        eventually(lambda: len(list((tmp_path / "in").iterdir())) == 4)
        counts = end()
    whole = content(tmp_path / "in")
    np.testing.assert_array_equal(whole[0][:, 0], np.arange(ROWS))
    np.testing.assert_array_equal(whole[1], np.arange(ROWS, 2 * ROWS)[:, None] + [0, 1000])
    assert (whole[2] == 7.0).all()
    assert any("rows are missing" in line for line in said)
    # The value before the first row is a row of its own, with a gap behind it.
    assert counts.startswith("91 rows came, 4 recordings were written; 2 gaps")
    first, second = sorted(path.name for path in (tmp_path / "in").iterdir())[:2]
    moments = [datetime.strptime(name, FORM.time_pattern).replace(tzinfo=UTC) for name in (first, second)]
    assert (moments[1] - moments[0]).total_seconds() == pytest.approx(ROWS / RATE, abs=0.002)
    assert abs((moments[0] - begin).total_seconds()) < 0.05


@pytest.mark.usefixtures("quick")
def test_arrays_become_recordings_once_and_wrong_ones_are_refused(server: Server, tmp_path: Path) -> None:
    said: list[str] = []
    at = datetime(2026, 1, 5, 3, tzinfo=UTC)
    half = [float(number) for number in range(ROWS)]
    with recording(server, tmp_path / "in", said, server.nodes([0.0])) as end:
        for turn in range(3):
            moment = at + timedelta(seconds=turn)
            server.write([(0, half, moment), (1, [-one - turn for one in half], moment)])
        server.write([(node, half[:7], at + timedelta(seconds=9)) for node in range(2)])
        eventually(lambda: any("its arrays have 7, 7 numbers, not 20 each" in line for line in said))
        counts = end()
    names = sorted(path.name for path in (tmp_path / "in").iterdir())
    assert names == [f"20260105T03000{turn}.000000" for turn in range(3)]
    np.testing.assert_array_equal(content(tmp_path / "in")[1][:, 1], [-one - 1 for one in half])
    assert counts.startswith("3 recordings were written")


@pytest.mark.usefixtures("quick")
def test_a_connection_that_breaks_is_a_gap_and_the_old_array_comes_not_twice(
    server: Server, tmp_path: Path
) -> None:
    said: list[str] = []
    at = datetime(2026, 1, 5, 3, tzinfo=UTC)
    whole = [float(number) for number in range(2 * ROWS)]
    with recording(server, tmp_path / "in", said, server.nodes([0.0])[:1]) as end:
        server.write([(0, whole, at)])
        eventually(lambda: len(list((tmp_path / "in").iterdir())) == 1)
        server.cut()
        eventually(lambda: any("gap at" in line and "connection broke" in line for line in said))
        count = len(said)
        server.resume()
        eventually(lambda: any("connected" in line for line in said[count:]))
        server.write([(0, whole, at + timedelta(seconds=1))])
        eventually(lambda: len(list((tmp_path / "in").iterdir())) == 2)
        counts = end()
    assert counts.startswith("2 recordings were written, 1 came twice")


def test_a_node_that_the_server_does_not_have_is_one_sentence(server: Server, tmp_path: Path) -> None:
    source = OpcSource(Address(server.url), ("ns=1;s=z",), RATE)
    with pytest.raises(StreamError, match="node ns=1;s=z: BadNodeIdUnknown"):
        OpcIntake(source, 1, tmp_path, FORM, print).run()


@pytest.mark.usefixtures("quick")
def test_nodes_that_make_no_recording_are_one_sentence(server: Server, tmp_path: Path) -> None:
    source = OpcSource(Address(server.url), server.nodes(0.0)[:1], RATE)
    with pytest.raises(StreamError, match="1 nodes with single values make no rows of 2 columns"):
        OpcIntake(source, 1, tmp_path, FORM, print).run()


@pytest.mark.parametrize("words", ["opc.tcp://", "opc.tcp://:4840/x", "opc.tcp://host:99999"])
def test_an_address_that_names_no_server_is_refused(words: str) -> None:
    with pytest.raises(StreamError, match="names no server"):
        address_of(words)


def test_an_address_has_an_account_that_is_not_in_its_url() -> None:
    assert address_of("opc.tcp://me:s%40fe@host/path") == Address("opc.tcp://host:4840/path", "me", "s@fe")
    assert address_of("opc.tcp://[::1]:4841").url == "opc.tcp://[::1]:4841"


def test_a_word_that_is_no_node_is_refused() -> None:
    with pytest.raises(StreamError, match="not a node id like"):
        OpcSource(Address("opc.tcp://host"), ("vibration",), RATE)


def test_asyncua_that_is_not_installed_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncua", None)
    with pytest.raises(StreamError, match=r"pip install 'raceway\[opcua\]'"):
        OpcSource(Address("opc.tcp://host"), ("ns=1;s=x",), RATE)


def test_whole_numbers_beyond_64_bits_are_written_as_they_are(tmp_path: Path) -> None:
    intake = OpcIntake(None, 1, tmp_path, FORM, print)  # type: ignore[arg-type]
    values = np.zeros((FORM.rows, FORM.columns))
    values[0, 0] = 1e300
    intake._take(Assembled(1.7e9, values), 1.7e9)
    (made,) = (path for path in tmp_path.rglob("*") if path.is_file())
    first = made.read_text().splitlines()[0]
    assert float(first.replace(FORM.written_separator, " ").split()[0]) == 1e300
