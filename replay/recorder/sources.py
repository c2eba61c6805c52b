"""Sources of a stream: standard input, a TCP peer, a file that grows. They come and go; the stream goes on.

Each source is read by a thread that does nothing else, so that a slow disk does not hold up the sender.
"""

import os
import queue
import select
import socket
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from replay.recorder.rows import StreamError
from replay.recording import clean_text

PIECE = 65_536
"""Bytes read at once."""

WAITING = 8 * 2**20
"""Bytes that wait for the disk at most; then the sender waits."""

FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
"""Waits between two attempts to connect [s]; each is twice the one before."""

CONNECT_TIMEOUT = 10.0
"""Longest wait for a peer's answer to one attempt [s]."""

SILENT_PEER = 60
"""Seconds of silence after which the system asks a peer whether it is still there."""

FILE_POLL = 0.1
"""Time between two looks at a file that grows [s]."""

TICK = 0.5
"""Longest time for which `pieces` yields nothing [s]."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that a source delivered.

    Attributes:
        at: wall time [s since 1970].
        data: the bytes, in order; empty where nothing came for a while.
        broken: reason for which the stream broke off before these bytes; empty if it did not.
        notice: a change of the source that a person should know, in words; empty if none.
    """

    at: float
    data: bytes = b""
    broken: str = ""
    notice: str = ""


class Source(Protocol):
    """A source of bytes."""

    def read(self, stop: threading.Event) -> Iterator[Piece]:
        """Yield pieces as they come, until the source ends or `stop` is set."""
        ...


def source_of(words: str, *, from_start: bool) -> Source:
    """Return the source that the words name: "-", tcp://HOST:PORT, or a file.

    Args:
        words: as given on the command line.
        from_start: read a file from its beginning, not from its present end.

    Raises:
        StreamError: the words name no source.
    """
    if words == "-":
        return StandardInput()
    if words.startswith("tcp://"):
        host, _, port = words.removeprefix("tcp://").rstrip("/").rpartition(":")
        if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
            raise StreamError(
                f"{clean_text(words)} names no peer: give tcp://HOST:PORT, like tcp://daq1:5000"
            )
        return Peer(host.strip("[]"), int(port))
    if "://" in words:
        raise StreamError(
            f"{clean_text(words)} cannot be read: give - (standard input), tcp://HOST:PORT, or a file"
        )
    return GrowingFile(Path(words), from_start)


def pieces(source: Source) -> Iterator[Piece]:
    """Yield what a source delivers, and an empty piece whenever nothing came for `TICK` seconds."""
    waiting: queue.Queue[Piece | BaseException | None] = queue.Queue(WAITING // PIECE)
    stop = threading.Event()
    thread = threading.Thread(target=_fill, args=(source, waiting, stop), daemon=True)
    thread.start()
    try:
        while True:
            try:
                piece = waiting.get(timeout=TICK)
            except queue.Empty:
                yield Piece(time.time())
                continue
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        stop.set()


def _fill(
    source: Source, waiting: "queue.Queue[Piece | BaseException | None]", stop: threading.Event
) -> None:
    end: BaseException | None = None
    try:
        for piece in source.read(stop):
            waiting.put(piece)
            if stop.is_set():
                return
    except Exception as error:
        # Raised again by the reader of the queue.
        end = error
    waiting.put(end)


class StandardInput:
    """Reads standard input to its end."""

    def read(self, stop: threading.Event) -> Iterator[Piece]:
        """Yield pieces until the other end closes the pipe."""
        while not stop.is_set():
            data = os.read(0, PIECE)
            if not data:
                return
            yield Piece(time.time(), data)


class Peer:
    """Reads from a TCP peer, and connects again whenever the connection ends."""

    def __init__(self, host: str, port: int) -> None:
        """Take the peer's address."""
        self._address = (host, port)
        self._name = f"{clean_text(host)}:{port}"

    def read(self, stop: threading.Event) -> Iterator[Piece]:
        """Yield pieces of one connection after the other."""
        wait, said = FIRST_WAIT, ""
        while not stop.is_set():
            try:
                connection = socket.create_connection(self._address, CONNECT_TIMEOUT)
            except OSError as error:
                reason = error.strerror or str(error)
                if reason != said:
                    said = reason
                    yield Piece(
                        time.time(), notice=f"{self._name} cannot be reached ({reason}); trying again"
                    )
                stop.wait(wait)
                wait = min(2 * wait, LONGEST_WAIT)
                continue
            with connection:
                said = ""
                yield Piece(time.time(), notice=f"connected to {self._name}")
                reason = "the peer closed the connection"
                _ask_when_silent(connection)
                try:
                    while not stop.is_set():
                        if not select.select([connection], [], [], TICK)[0]:
                            continue
                        data = connection.recv(PIECE)
                        if not data:
                            break
                        # A peer that delivers is not a peer to wait for long.
                        wait = FIRST_WAIT
                        yield Piece(time.time(), data)
                except OSError as error:
                    reason = f"the connection broke ({error.strerror or error})"
                yield Piece(time.time(), broken=reason)
            stop.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)


def _ask_when_silent(connection: socket.socket) -> None:
    """Have the system notice a peer that vanished without a word."""
    connection.setblocking(True)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", SILENT_PEER), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


class GrowingFile:
    """Reads what is appended to a file; notices that it is replaced, cut, or gone."""

    def __init__(self, path: Path, from_start: bool) -> None:
        """Take the file, and whether to read the rows that it holds already."""
        self._path = path
        self._from_start = from_start

    def read(self, stop: threading.Event) -> Iterator[Piece]:
        """Yield what is appended, in this file and in those that replace it.

        Raises:
            StreamError: the path names a folder or a device.
        """
        first, missing = True, False
        while not stop.is_set():
            try:
                descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
            except OSError as error:
                if not missing:
                    missing = True
                    why = error.strerror or str(error)
                    yield Piece(time.time(), notice=f"{self._shown} cannot be read ({why}); waiting for it")
                first = False
                stop.wait(FILE_POLL)
                continue
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise StreamError(f"{self._shown} is not a plain file")
                if missing:
                    yield Piece(time.time(), notice=f"{self._shown} is there")
                    missing = False
                yield from self._follow(descriptor, stop, skip=first and not self._from_start)
            finally:
                os.close(descriptor)
            first = False

    @property
    def _shown(self) -> str:
        return clean_text(str(self._path))

    def _follow(self, descriptor: int, stop: threading.Event, *, skip: bool) -> Iterator[Piece]:
        """Yield the growth of one file, until another stands in its place."""
        if skip:
            yield from self._skip(descriptor)
        while not stop.is_set():
            data = os.read(descriptor, PIECE)
            if data:
                yield Piece(time.time(), data)
                continue
            ours = os.fstat(descriptor)
            if os.lseek(descriptor, 0, os.SEEK_CUR) > ours.st_size:
                os.lseek(descriptor, 0, os.SEEK_SET)
                yield Piece(time.time(), broken=f"{self._shown} was emptied")
                continue
            try:
                there = self._path.stat()
            except FileNotFoundError:
                there = None
            if there is None or (there.st_ino, there.st_dev) != (ours.st_ino, ours.st_dev):
                # Rows that were appended between the last reading and the exchange.
                while data := os.read(descriptor, PIECE):
                    yield Piece(time.time(), data)
                if there is not None:
                    yield Piece(time.time(), broken=f"another file took the place of {self._shown}")
                    return
                if ours.st_nlink == 0:
                    yield Piece(time.time(), broken=f"{self._shown} was deleted")
                    return
            stop.wait(FILE_POLL)

    def _skip(self, descriptor: int) -> Iterator[Piece]:
        """Go to the end of the last whole row."""
        size = os.lseek(descriptor, 0, os.SEEK_END)
        if size == 0:
            return
        os.lseek(descriptor, max(0, size - PIECE), os.SEEK_SET)
        tail = os.read(descriptor, PIECE)
        os.lseek(descriptor, size - len(tail) + tail.rfind(b"\n") + 1, os.SEEK_SET)
        yield Piece(time.time(), notice=f"{self._shown} is read from its present end")
