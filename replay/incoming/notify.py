"""Wakes whoever waits for a folder to change: hints of what was closed or renamed into place, and no more.

Hints may be lost, late, or never come: a periodic full scan is the truth, and goes on whatever becomes of the
observer here. On a network file system nobody is told what other machines write, so none is started there.
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


# As /proc/mounts names them; of FUSE's file systems nearly all are remote, and "fuseblk" is a local disk.
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
    """Whether changes on a file system of this type may be made by another machine."""
    return kind in _REMOTE or kind.startswith("fuse.")


def file_system_of(folder: Path, mounts: bytes) -> str:
    """The type of the file system that a path without links lies on; "" if the table does not say.

    Args:
        folder: an absolute path without links in it.
        mounts: the kernel's table of mounts, as /proc/mounts shows it; of two on one place the later counts.
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
    """The type of the file system that a folder lies on now; "" if that cannot be told."""
    try:
        return file_system_of(Path(os.path.realpath(folder)), MOUNTS.read_bytes())
    except OSError:
        return ""


Polling = Literal["auto", "always", "never"]

GATHER_SECONDS = 0.02
"""After a hint, for those that come with it: a burst should not cause a scan for each of its files."""

REARM_SECONDS = 60.0
"""Until an observer that could not be started (the system has a limit for them) is tried again."""


class Waker:
    """Waits for a folder to change, or for time to pass. One thread waits; any may `wake` it."""

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
            folder: what to wait for.
            polling: never to ask for hints, always to ask, or to ask unless the file system is a remote one.
            now: monotonic clock [s].
            file_system: tells the type of a folder's file system.
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
        self._how = "looked at again and again"

    @property
    def how(self) -> str:
        """In words, how changes are noticed; to be put behind the folder's name and "is"."""
        return self._how

    def wait(self, seconds: float) -> bool:
        """Wait until something may have changed, at most so long. Says whether it was woken.

        It returns at once when it has just begun to hear of the folder: what came before that was not heard.
        """
        if self._arm():
            return True
        woken = self._woken.wait(seconds)
        if woken and not self._is_closed:
            time.sleep(GATHER_SECONDS)
            self._woken.clear()
        return woken

    def was_deaf(self) -> bool:
        """Hear of the folder from now on, and say whether that was not so all the time since the last call.

        What came meanwhile no hint tells of: only a full scan does.
        """
        self._arm()
        deaf, self._was_deaf = self._was_deaf, False
        return deaf

    def hints(self) -> dict[bytes, Stamp]:
        """Take what was closed or renamed into place since the last call: stamps by the bytes of names.

        To be taken before the scan that they are for.
        """
        with self._lock:
            taken, self._hints = self._hints, {}
        return taken

    def wake(self) -> None:
        """End the present wait, or the next."""
        self._woken.set()

    def close(self) -> None:
        """Ask for no more hints, and end the present wait."""
        self._is_closed = True
        self._woken.set()
        self._disarm()

    def _arm(self) -> bool:
        """Hear of the folder that is there now. Says whether that has just begun."""
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
            self._how = "looked at again and again, as watch.polling says"
            return False
        kind = self._file_system(self._folder)
        if self._polling == "auto" and is_remote(kind):
            self._how = f"looked at again and again, since it is on a network file system ({kind})"
            return False
        try:
            self._observer = _started(self._folder, self._hear)
        except (ImportError, OSError, RuntimeError) as error:
            cause = cause_of(error) if isinstance(error, OSError) else str(error)
            self._how = f"looked at again and again, since the system does not tell of changes: {cause}"
            self._retry_at = self._now() + REARM_SECONDS
            return False
        self._how = "told of by the system, and looked at again and again besides"
        return True

    def _is_as_good_as_can_be(self) -> bool:
        """Whether the observer still hears; without one, whether it is too soon to try another."""
        if self._observer is None:
            return self._now() < self._retry_at
        # Its part for a folder ends, without a word, when the folder is removed.
        return self._observer.is_alive() and all(one.is_alive() for one in self._observer.emitters)

    def _disarm(self) -> None:
        observer, self._observer, self._armed = self._observer, None, None
        if observer is not None:
            observer.stop()
            observer.join()

    def _hear(self, path: str, is_complete: bool) -> None:
        """Take in one hint, on the observer's thread."""
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
    """Which folder it is: another one may have taken the name."""
    try:
        state = folder.stat()
    except OSError:
        return None
    return (state.st_dev, state.st_ino)


def _started(folder: Path, hear: Callable[[str, bool], None]) -> "BaseObserver":
    """An observer of one folder. Raises ImportError, OSError or RuntimeError."""
    # Here and not above: whoever only scans should not need it.
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

    # With "full events" a file moved in from another folder is told as moved, not as just created. The
    # path must be without links: inotify would watch the link itself.
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
