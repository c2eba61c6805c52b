"""Measures `raceway serve` beside a plain Flask service with `model.predict`, request by request in turn."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.support.recordings import recordings

ROUNDS = 100
"""Requests of each kind to each service."""

CLIENTS = 50
CLIENT_SECONDS = float(os.environ.get("RACEWAY_BENCH_SECONDS", "60"))

HEALTHY = "60"
"""Snapshots that the bundles are learned from; the speed of scoring does not depend on it."""

RAW = "application/octet-stream"
JSON = "application/json"


def main() -> None:
    """Learn a bundle of either model, serve it, and print the figures."""
    for name in ("dense", "lstm"):
        with tempfile.TemporaryDirectory() as scratch:
            bundle = _learned(name, Path(scratch))
            with _ours(bundle) as (port, process), _plain(name) as plain:
                print(f"-- {name}; idle {_resident(process):.0f} MB")
                _compare(port, plain)
                _crowd(port)
                print(f"memory at most {_peak(process):.0f} MB")


def _compare(ours: int, plain: int) -> None:
    chance = np.random.default_rng(0)
    for label, rows in (("100 x 4", 100), ("20480 x 4", 20480)):
        values = chance.normal(0, 0.1, (rows, 4)).astype("<f4")
        body = json.dumps({"sensor_data": values.tolist()}).encode()
        count = ROUNDS if rows == 100 else ROUNDS // 5
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
    loads = [threading.Thread(target=_load, args=(ours, body)) for _ in range(4)]
    for one in loads:
        one.start()
    pings = []
    while any(one.is_alive() for one in loads):
        pings.append(_timed(ours, "/ping", None, JSON))
        time.sleep(0.01)
    _print("/ping while 4 clients score snapshots", pings)


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


def _crowd(port: int) -> None:
    """Let many clients ask at once for a while; count answers and faults."""
    body = json.dumps({"sensor_data": np.zeros((100, 4)).tolist()}).encode()
    end = time.monotonic() + CLIENT_SECONDS
    times: list[float] = []
    faults: list[object] = []

    def client() -> None:
        while time.monotonic() < end:
            try:
                times.append(_timed(port, "/predict", body, JSON))
            except (OSError, http.client.HTTPException, RuntimeError) as error:
                faults.append(error)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    rate = len(times) / CLIENT_SECONDS
    _print(
        f"{CLIENTS} clients for {CLIENT_SECONDS:.0f} s: {len(faults)} faults, {rate:.0f} requests/s", times
    )


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


def _learned(name: str, folder: Path) -> Path:
    command = [str(Path(sys.executable).with_name("raceway")), "learn", str(recordings() / "ims-set2")]
    command += ["--rig", "ims-set2", "--model", name, "--healthy", HEALTHY, "--out", str(folder / "bundle")]
    subprocess.run(command, check=True, capture_output=True)
    return next(path.parent for path in (folder / "bundle").rglob("bundle.json"))


@contextlib.contextmanager
def _ours(bundle: Path) -> Iterator[tuple[int, int]]:
    command = [
        str(Path(sys.executable).with_name("raceway")),
        "serve",
        "--bundle",
        str(bundle),
        "--port",
        "0",
    ]
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
