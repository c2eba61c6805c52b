"""Measures `raceway serve` beside a plain Flask service with `model.predict`, request by request in turn.

It takes less than four minutes on two cores.
"""

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.support import made_up_stores
from bench.support.recordings import recordings

ROUNDS = 100
"""Requests of each kind to each service; fewer where a request takes a second."""

CLIENTS = 50
CLIENT_SECONDS = {"dense": 60.0, "lstm": 15.0}
"""Time for which many clients ask at once [s]."""

ACT_EVERY = 20
"""Requests of a client for each of its acknowledgements and notes."""

HEALTHY = "60"
"""Snapshots that the bundles are learned from; the speed of scoring does not depend on it."""

BRIEFLY = "[model]\nepochs = 3\n"
"""Settings for learning: nor does it depend on the weights."""

RAW = "application/octet-stream"
JSON = "application/json"


def main() -> None:
    """Learn a bundle of either model, serve it, and print the figures."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "brief.toml").write_text(BRIEFLY)
        learning = {name: _learn(name, folder) for name in CLIENT_SECONDS}
        made_up_stores.make(folder / "state", 300, components=4)
        for name, process in learning.items():
            if process.wait():
                sys.exit(f"the bundle of {name} was not learned")
        for name, seconds in CLIENT_SECONDS.items():
            bundle = next(path.parent for path in (folder / name).rglob("bundle.json"))
            with _ours(bundle, folder / "state") as (port, process_id), _plain(name) as plain:
                print(f"-- {name}; idle {_resident(process_id):.0f} MB resident")
                _compare(port, plain, ROUNDS // 5 if name == "dense" else ROUNDS // 10)
                _crowd(port, seconds, name)
                print(f"memory at most {_peak(process_id):.0f} MB resident", flush=True)


def _compare(ours: int, plain: int, count_of_large: int) -> None:
    chance = np.random.default_rng(0)
    for label, rows, count in (("100 x 4", 100, ROUNDS), ("20480 x 4", 20480, count_of_large)):
        values = chance.normal(0, 0.1, (rows, 4)).astype("<f4")
        body = json.dumps({"sensor_data": values.tolist()}).encode()
        mine, theirs = _alternate(ours, plain, body, count)
        _print(f"/predict {label} JSON", mine, theirs)
        raw = [_timed(ours, "/predict", values.tobytes(), RAW) for _ in range(count)]
        _print(f"/predict {label} raw, plain service by JSON", raw, theirs)
    snapshot = chance.normal(0, 0.1, (20480, 4)).astype("<f4")
    raw = [_timed(ours, "/v1/score", snapshot.tobytes(), RAW) for _ in range(ROUNDS // 5)]
    body = json.dumps({"rows": snapshot.tolist()}).encode()
    by_json = [_timed(ours, "/v1/score", body, JSON) for _ in range(ROUNDS // 5)]
    _print("/v1/score 20480 x 4 raw", raw)
    _print("/v1/score 20480 x 4 JSON", by_json)
    _pings(ours, body)


def _pings(port: int, body: bytes) -> None:
    """Measure small requests while four clients score snapshots."""
    loads = [threading.Thread(target=_load, args=(port, body)) for _ in range(4)]
    for one in loads:
        one.start()
    pings = []
    while any(one.is_alive() for one in loads):
        pings.append(_timed(port, "/ping", None, JSON))
        time.sleep(0.01)
    _print(f"/ping while 4 clients score snapshots ({len(pings)} requests)", pings)


def _load(port: int, body: bytes) -> None:
    for _ in range(20):
        _timed(port, "/v1/score", body, JSON)


def _alternate(ours: int, plain: int, body: bytes, count: int) -> tuple[list[float], list[float]]:
    for port in (ours, plain):
        for _ in range(3):
            _timed(port, "/predict", body, JSON)
    pairs = [
        (_timed(ours, "/predict", body, JSON), _timed(plain, "/predict", body, JSON)) for _ in range(count)
    ]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _crowd(port: int, seconds: float, name: str) -> None:
    """Let many clients score, acknowledge one alarm and add notes for a while; count answers and faults."""
    body = json.dumps({"sensor_data": np.zeros((100, 4)).tolist()}).encode()
    name_of_machine = _answer(port, "/v1/machines")[0]["name"]
    machine = f"/v1/machines/{urllib.parse.quote(name_of_machine)}"
    (alarm, *_) = _answer(port, f"{machine}/alarms?all=true")["alarms"]
    acts = f"{machine}/alarms/{alarm['ring']}"
    end = time.monotonic() + seconds
    times: list[float] = []
    faults: list[object] = []
    notes: list[str] = []

    def client(number: int) -> None:
        asked = 0
        while time.monotonic() < end:
            try:
                times.append(_timed(port, "/predict", body, JSON))
                asked += 1
                if asked % ACT_EVERY == 1:
                    _timed(port, f"{acts}/acknowledge", json.dumps({"ring": alarm["ring"]}).encode(), JSON)
                    text = f"{name}, client {number}, note {asked}"
                    _timed(port, f"{acts}/note", json.dumps({"text": text}).encode(), JSON)
                    notes.append(text)
            except (OSError, http.client.HTTPException, RuntimeError) as error:
                faults.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    _print(
        f"{CLIENTS} clients for {seconds:.0f} s: {len(faults)} faults, {len(times) / seconds:.0f} requests/s",
        times,
    )
    events = _answer(port, f"{acts}")["events"]
    stored = Counter(one["detail"]["text"] for one in events if one["kind"] == "noted")
    acknowledged = sum(one["kind"] == "acknowledged" for one in events)
    lost = sum(text not in stored for text in notes)
    twice = sum(count > 1 for count in stored.values())
    print(
        f"{len(notes)} notes: {lost} lost, {twice} stored twice; {len(notes)} acknowledgements of one ring:"
        f" {acknowledged} stored",
        flush=True,
    )


def _answer(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as found:
        return json.load(found)


def _timed(port: int, path: str, body: bytes | None, kind: str) -> float:
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET" if body is None else "POST", path, body, {"Content-Type": kind})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return time.perf_counter() - began


def _print(label: str, mine: list[float], theirs: list[float] | None = None) -> None:
    middle, late = np.percentile(mine, [50, 99]) * 1000
    words = f"{label}: p50 {middle:.1f} ms, p99 {late:.1f} ms"
    if theirs is not None:
        other, other_late = np.percentile(theirs, [50, 99]) * 1000
        words += (
            f"; plain Flask p50 {other:.1f} ms, p99 {other_late:.1f} ms; ratio of p50 {other / middle:.1f}"
        )
    print(words, flush=True)


def _learn(name: str, folder: Path) -> "subprocess.Popen[bytes]":
    """Begin to learn a bundle into a folder of the model's name."""
    command = [str(Path(sys.executable).with_name("raceway")), "learn", str(recordings() / "ims-set2")]
    command += ["--rig", "ims-set2", "--config", str(folder / "brief.toml"), "--model", name]
    command += ["--healthy", HEALTHY, "--out", str(folder / name)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def _ours(bundle: Path, state: Path) -> Iterator[tuple[int, int]]:
    command = [str(Path(sys.executable).with_name("raceway")), "serve", "--port", "0"]
    command += ["--bundle", str(bundle), "--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        try:
            yield port, process.pid
        finally:
            process.terminate()


@contextlib.contextmanager
def _plain(name: str) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "bench.support.plain_flask", str(port), name],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            while True:
                with contextlib.suppress(OSError):
                    _timed(port, "/ping", None, JSON)
                    break
                if process.poll() is not None:
                    sys.exit("the plain service did not start")
                time.sleep(0.2)
            yield port
        finally:
            process.terminate()


def _resident(pid: int) -> float:
    return _memory(pid, "VmRSS")


def _peak(pid: int) -> float:
    return _memory(pid, "VmHWM")


def _memory(pid: int, key: str) -> float:
    """Return a line of /proc/PID/status [MB]."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) / 1024


if __name__ == "__main__":
    main()
