"""A network to cut: passes the bytes of connections on to a server of this computer."""

import socket
import struct
import threading
from contextlib import suppress

PIECE = 65536


class Proxy:
    """Listens on a port and passes connections on to `target`, the port of a server."""

    def __init__(self, target: int) -> None:
        """Begin to listen."""
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._passes = threading.Event()
        self._passes.set()
        self._refuses = False
        self.passed = 0
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def cut(self) -> None:
        """End all connections by a reset, and refuse new ones until `mend`."""
        self._refuses = True
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for one in pair:
                _reset(one)

    def hang(self) -> None:
        """Pass nothing on until `mend`, as a broken switch: no side hears of it."""
        self._passes.clear()

    def mend(self) -> None:
        """Pass bytes and take connections again."""
        self._refuses = False
        self._passes.set()

    def close(self) -> None:
        """End it."""
        self.cut()
        self._passes.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            if self._refuses:
                _reset(ours)
                continue
            try:
                theirs = socket.create_connection(("127.0.0.1", self.target), 2.0)
            except OSError:
                _reset(ours)
                continue
            theirs.settimeout(None)
            pair = (ours, theirs)
            with self._lock:
                self._pairs.add(pair)
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self._pass_on, args=(source, sink, pair), daemon=True).start()

    def _pass_on(
        self, source: socket.socket, sink: socket.socket, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                self._passes.wait()
                sink.sendall(piece)
                self.passed += len(piece)
        with self._lock:
            self._pairs.discard(pair)
        for one in pair:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _reset(one: socket.socket) -> None:
    """Close a connection so that the other side gets a reset."""
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
