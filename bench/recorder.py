"""Measures `raceway record`: a feeder sends rows by TCP in real time; counts rows, CPU time and memory."""

import os
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

RATE = 15_000
"""Rows a second: the fastest of the motor recorders that are known."""

COLUMNS = 3
ROWS = 15_000
SECONDS = float(os.environ.get("RACEWAY_BENCH_SECONDS", "60"))
"""Length of the measurement; an hour by RACEWAY_BENCH_SECONDS=3600."""

SENT_AT_ONCE = 39
"""Rows a packet: such recorders send bursts."""


def main() -> None:
    """Feed, stop, and print the figures."""
    with tempfile.TemporaryDirectory() as scratch, socket.create_server(("127.0.0.1", 0)) as server:
        into = Path(scratch) / "in"
        port = server.getsockname()[1]
        command = [
            str(Path(sys.executable).with_name("raceway")),
            "record",
            "--from",
            f"tcp://127.0.0.1:{port}",
        ]
        command += ["--rate", str(RATE), "--rows", str(ROWS), "--columns", str(COLUMNS), "--into", str(into)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        recorder = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        sent: list[int] = []
        feeder = threading.Thread(target=_feed, args=(server, sent))
        feeder.start()
        feeder.join()
        time.sleep(1)
        recorder.send_signal(signal.SIGTERM)
        said, _ = recorder.communicate(timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        written = sum(path.read_bytes().count(b"\n") for path in into.iterdir())
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(said.strip())
        print(
            f"{sent[0]} rows sent in {SECONDS:.0f} s, {written} in files,"
            f" {sent[0] - written - sent[0] % ROWS} lost; {100 * spent / SECONDS:.1f} % of a core,"
            f" {after.ru_maxrss / 1024:.0f} MB at most"
        )


def _feed(server: socket.socket, sent: list[int]) -> None:
    """Send rows in real time to the first peer that connects."""
    dice = random.Random(0)
    lines = [
        ",".join(f"{dice.uniform(0, 4096):.0f}" for _ in range(COLUMNS)).encode() + b"\n"
        for _ in range(10_007)
    ]
    peer, _ = server.accept()
    count, started = 0, time.monotonic()
    with peer:
        while (passed := time.monotonic() - started) < SECONDS:
            due = int(passed * RATE)
            while count + SENT_AT_ONCE <= due:
                packet = b"".join(lines[number % len(lines)] for number in range(count, count + SENT_AT_ONCE))
                peer.sendall(packet)
                count += SENT_AT_ONCE
            time.sleep(0.003)
    sent.append(count)


if __name__ == "__main__":
    main()
