"""Runs what needs TensorFlow in forks of a process that has loaded it, because loading it takes seconds.

The server ends with the last test process that uses it. A child's client passes its output, its errors
and its environment to a fork, and ends as the fork ends.
"""

import hashlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from engine.system.processes.child_process import environment
from tests.engine.rigs import exclusive

MODULES = (
    "engine.models.attributing",
    "engine.models.exporting",
    "engine.models.training",
    "engine.models.witness.training",
    "tests.engine.models.convert_models",
)
"""Modules that a fork of the server runs; each is a process of its own in the program."""

CLIENT = """
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[1])
asked = json.dumps({"words": sys.argv[2:], "environment": dict(os.environ), "folder": os.getcwd()}).encode()
socket.send_fds(server, [len(asked).to_bytes(4, "big")], [0, 1, 2])
server.sendall(asked)
sys.exit(int(server.recv(16) or b"1"))
"""


def served(shared: Path, real: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Return a maker of commands that run `MODULES` in a server, which starts when it is first used.

    Args:
        shared: folder of all test processes of this session.
        real: the engine's command line; used where there is no server.
    """
    # A socket's path has room for a hundred characters.
    digest = hashlib.sha256(str(shared).encode()).hexdigest()[:16]
    address = Path(tempfile.gettempdir()) / f"raceway-training-{digest}"
    leases: list[socket.socket] = []

    def command(module: str, *arguments: str) -> list[str]:
        if module not in MODULES:
            return real(module, *arguments)
        with exclusive(shared / "training-server"):
            if not leases and (lease := _lease(address) or _started(address)):
                leases.append(lease)
        if not leases:
            return real(module, *arguments)
        return [sys.executable, "-I", "-S", "-c", CLIENT, str(address), module, *arguments]

    return command


def _lease(address: Path) -> socket.socket | None:
    """Return a connection that keeps the server alive; none without a server."""
    lease = socket.socket(socket.AF_UNIX)
    try:
        lease.connect(str(address))
        socket.send_fds(lease, [(0).to_bytes(4, "big")], [0])
        if lease.recv(2) == b"ok":
            return lease
    except OSError:
        pass
    lease.close()
    return None


def _started(address: Path) -> socket.socket | None:
    """Start a server and return a connection that keeps it alive; none if it cannot work here."""
    address.unlink(missing_ok=True)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", __name__, str(address)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
    return _lease(address) if ready else None


def serve(address: str) -> None:
    """Load TensorFlow, and fork for each request until no test process is connected."""
    if os.fork():
        # Tests look at the children of their process: the server is none of them.
        os._exit(0)
    import sklearn.ensemble  # noqa: F401

    import engine.models.networks.start  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    print("ready", flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    watched = selectors.DefaultSelector()
    watched.register(listener, selectors.EVENT_READ)
    leases = 0
    while True:
        for key, _ in watched.select():
            if key.fileobj is not listener:
                watched.unregister(key.fileobj)
                leases -= 1
                if not leases:
                    Path(address).unlink()
                    return
                continue
            client, _address = listener.accept()
            size, files, _flags, _from = socket.recv_fds(client, 4, 3)
            if int.from_bytes(size, "big"):
                if not os.fork():
                    _run(client, int.from_bytes(size, "big"), files)
                client.close()
            else:
                watched.register(client, selectors.EVENT_READ)
                client.sendall(b"ok")
                leases += 1
            for file in files:
                os.close(file)


def _run(client: socket.socket, size: int, files: list[int]) -> None:
    """Run the requested module as a process of its own would, and tell the client its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with client.makefile("rb") as request:
        asked = json.loads(request.read(size))
    for number, file in enumerate(files):
        os.dup2(file, number)

    def end_with_client() -> None:
        client.recv(1)
        os._exit(1)

    threading.Thread(target=end_with_client, daemon=True).start()
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = asked["words"]
    tempfile.tempdir = None
    code = 0
    try:
        runpy.run_module(sys.argv[0], run_name="__main__")
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    client.sendall(str(code).encode())
    os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
