"""The files that one scan of a watched folder found: ready, waiting, or refused."""

from dataclasses import dataclass
from datetime import datetime

from replay.incoming.folder import FolderState, Stamp


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that is ready to be read.

    Attributes:
        name: its name, cleaned for the screen and the store.
        raw: its name in the file system, which identifies it.
        stamp: its version at the scan.
        time: the time in its name, UTC.
        again: its other time, an hour later, where the recorder's clock shows that hour twice.
        files: of a recording of several files, all of them: names and versions; empty for a single file.
        followed: whether a newer file is there, so that this one is finished.
    """

    name: str
    raw: bytes
    stamp: Stamp
    time: datetime
    again: datetime | None = None
    files: tuple[tuple[bytes, Stamp], ...] = ()
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is not ready yet, with the reason."""

    name: str
    raw: bytes
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be a recording, with the reason; the ledger records it with its stamp."""

    name: str
    raw: bytes
    stamp: Stamp
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The result of one scan, without the files that the ledger knows already.

    Attributes:
        ready: complete as far as is known without reading, ordered by time.
        waiting: not ready yet, ordered by name.
        refused: not recordings, whatever their content, ordered by name.
        foreign: names of files that are not recordings of this machine, ordered.
        ignored: number of hidden files, folders, pipes, sockets and devices.
        files: number of files, with those that the ledger knows.
        state: whether the folder could be listed.
        sentence: the fault of the folder and its remedy; empty if it has none.
        seconds: duration of the scan.
    """

    ready: tuple[Candidate, ...]
    waiting: tuple[Waiting, ...]
    refused: tuple[Refused, ...]
    foreign: tuple[bytes, ...]
    ignored: int
    files: int
    state: FolderState
    sentence: str
    seconds: float
