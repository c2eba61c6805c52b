"""Wakes the waiting engine on changes of a folder, with hints of closed or renamed files.

Hints may be lost, late, or missing: the periodic full scan is decisive and does not need the observer. On a
network file system the kernel does not report writes of other machines, so no observer is started there.
"""

import os
import re
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from replay.incoming.folder import Stamp, cause_of, stamp_of

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver


MOUNTS = Path("/proc/self/mounts")


# Names in /proc/mounts. Nearly all FUSE file systems are remote; "fuseblk" is a local disk.
_REMOTE = frozenset(
    {
        *("9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "fuse", "gfs", "gfs2"),
        *(
            "glusterfs",
            "gpfs",
            "lustre",
            "ncp",
            "ncpfs",
            "nfs",
            "nfs4",
            "ocfs2",
            "orangefs",
            "panfs",
            "prl_fs",
        ),
        *("pvfs2", "smb", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"),
    }
)


_ESCAPED = re.compile(rb"\\([0-7]{3})")


def is_remote(kind: str) -> bool:
    """Return whether another machine may write to a file system of this type."""
    return kind in _REMOTE or kind.startswith("fuse.")


def file_system_of(folder: Path, mounts: bytes) -> str:
    """Return the type of the file system of a path; "" if the table does not name it.

    Args:
        folder: an absolute path without links.
        mounts: the kernel's table of mounts (/proc/mounts); of two mounts on one path the later counts.
    """
    path = os.fsencode(folder)
    longest, kind = b"", ""
    for line in mounts.splitlines():
        fields = line.split(b" ")
        if len(fields) < 3:
            continue
        place = _ESCAPED.sub(lambda found: bytes([int(found[1], 8) & 0xFF]), fields[1])
        inside = path == place or path.startswith(place.rstrip(b"/") + b"/")
        if inside and len(place) >= len(longest):
            longest, kind = place, fields[2].decode("ascii", errors="replace")
    return kind


def kind_of_file_system(folder: Path) -> str:
    """Return the present type of a folder's file system; "" if unknown."""
    try:
        return file_system_of(Path(os.path.realpath(folder)), MOUNTS.read_bytes())
    except OSError:
        return ""


Polling = Literal["auto", "always", "never"]

GATHER_SECONDS = 0.02
"""Pause after a hint [s]: a burst should not cause one scan for each file."""

REARM_SECONDS = 60.0
"""Pause before the next attempt to start an observer [s]; the system limits their number."""


class Waker:
    """Waits for a change of a folder or for a timeout. One thread waits; any thread may `wake` it."""

    def __init__(
        self,
        folder: Path,
        *,
        polling: Polling = "auto",
        now: Callable[[], float] = time.monotonic,
        file_system: Callable[[Path], str] = kind_of_file_system,
    ) -> None:
        """Wait for one folder, which need not exist yet.

        Args:
            folder: the folder to observe.
            polling: use no hints, always use hints, or use them unless the file system is remote.
            now: monotonic clock [s].
            file_system: returns the type of a folder's file system.
        """
        self._folder = folder
        self._polling: Polling = polling
        self._now = now
        self._file_system = file_system
        self._woken = threading.Event()
        self._lock = threading.Lock()
        self._hints: dict[bytes, Stamp] = {}
        self._observer: BaseObserver | None = None
        self._armed: tuple[int, int] | None = None
        self._retry_at = 0.0
        self._is_closed = False
        self._was_deaf = True
        self._how = "scanned regularly"

    @property
    def how(self) -> str:
        """Say how changes are noticed, as words after the folder's name and "is"."""
        return self._how

    def wait(self, seconds: float) -> bool:
        """Wait for a possible change, at most for this time; return whether it was woken.

        It returns at once after a new observer started: earlier changes gave no hint.
        """
        if self._arm():
            return True
        woken = self._woken.wait(seconds)
        if woken and not self._is_closed:
            time.sleep(GATHER_SECONDS)
            self._woken.clear()
        return woken

    def was_deaf(self) -> bool:
        """Start observing if needed; return whether observation was interrupted since the last call.

        Changes during an interruption give no hint: only a full scan finds them.
        """
        self._arm()
        deaf, self._was_deaf = self._was_deaf, False
        return deaf

    def hints(self) -> dict[bytes, Stamp]:
        """Return files closed or renamed into place since the last call: stamps by the bytes of names.

        Call it before the scan that uses them.
        """
        with self._lock:
            taken, self._hints = self._hints, {}
        return taken

    def wake(self) -> None:
        """End the present wait, or the next."""
        self._woken.set()

    def close(self) -> None:
        """Stop the observer, and end the present wait."""
        self._is_closed = True
        self._woken.set()
        self._disarm()

    def _arm(self) -> bool:
        """Observe the folder that exists now; return whether observation has just begun."""
        identity = _identity(self._folder)
        if identity is not None and identity == self._armed and self._is_as_good_as_can_be():
            return False
        self._disarm()
        if identity is None or self._is_closed:
            return False
        self._armed = identity
        self._was_deaf = True
        self._retry_at = float("inf")
        if self._polling == "always":
            self._how = "scanned regularly, as watch.polling says"
            return False
        kind = self._file_system(self._folder)
        if self._polling == "auto" and is_remote(kind):
            self._how = f"scanned regularly, because it is on a network file system ({kind})"
            return False
        try:
            self._observer = _started(self._folder, self._hear)
        except (ImportError, OSError, RuntimeError) as error:
            cause = cause_of(error) if isinstance(error, OSError) else str(error)
            self._how = f"scanned regularly, because the system does not report changes: {cause}"
            self._retry_at = self._now() + REARM_SECONDS
            return False
        self._how = "reported by the system and scanned regularly"
        return True

    def _is_as_good_as_can_be(self) -> bool:
        """Return whether the observer works; without one, whether it is too early to start another."""
        if self._observer is None:
            return self._now() < self._retry_at
        # Its thread for a folder ends silently when the folder is removed.
        return self._observer.is_alive() and all(one.is_alive() for one in self._observer.emitters)

    def _disarm(self) -> None:
        observer, self._observer, self._armed = self._observer, None, None
        if observer is not None:
            observer.stop()
            observer.join()

    def _hear(self, path: str, is_complete: bool) -> None:
        """Store one hint, on the observer's thread."""
        if is_complete:
            try:
                state = os.lstat(path)
            except OSError:
                return
            if stat.S_ISREG(state.st_mode):
                with self._lock:
                    self._hints[os.fsencode(Path(path).name)] = stamp_of(state)
        self._woken.set()


def _identity(folder: Path) -> tuple[int, int] | None:
    """Identify the folder: another one may have taken its name."""
    try:
        state = folder.stat()
    except OSError:
        return None
    return (state.st_dev, state.st_ino)


def _started(folder: Path, hear: Callable[[str, bool], None]) -> "BaseObserver":
    """Start an observer of one folder; may raise ImportError, OSError or RuntimeError."""
    # Imported here: a process that only scans does not need it.
    from watchdog.events import (
        FileClosedEvent,
        FileCreatedEvent,
        FileMovedEvent,
        FileSystemEvent,
        FileSystemEventHandler,
    )
    from watchdog.observers.inotify import InotifyObserver

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if isinstance(event, FileMovedEvent):
                if event.dest_path:
                    hear(os.fsdecode(event.dest_path), True)
            else:
                hear(os.fsdecode(event.src_path), isinstance(event, FileClosedEvent))

    # With "full events" a file moved in from another folder is reported as moved, not as created. The
    # path must have no links: inotify would watch the link itself.
    observer = InotifyObserver(generate_full_events=True)
    try:
        observer.schedule(
            Handler(),
            os.path.realpath(folder),
            event_filter=[FileClosedEvent, FileCreatedEvent, FileMovedEvent],
        )
        observer.start()
    except BaseException:
        observer.stop()
        raise
    return observer
