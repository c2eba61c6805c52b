"""A faulty recorder: writes files whole or in pieces, with invalid files between them.

It keeps the list of written files and the expected outcome of each.
"""

import os
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.torture.rig import Recording
from engine.records.intake import Outcome

EVERY_BAD = 5
"""Average number of good files between two bad ones."""

TOUCHED_AFTER = 60
"""Number of files after which an old file is touched; it is then the same recording again."""


@dataclass
class Fed:
    """The contents of the folder, by raw names.

    Attributes:
        good: names of whole recordings, in order of time.
        bad: expected outcome of each file that is not a recording.
        ignored: entries that the engine must ignore.
        touched: recordings with a modification time that was changed later.
    """

    good: list[bytes] = field(default_factory=list)
    bad: dict[bytes, Outcome] = field(default_factory=dict)
    ignored: set[bytes] = field(default_factory=set)
    touched: set[bytes] = field(default_factory=set)


class Recorder(threading.Thread):
    """Writes recordings into a folder until it is stopped or all are written.

    Like a real recorder it begins a recording only when the previous one has been complete for `gap`, so that
    no file is late because of the recorder.
    """

    def __init__(
        self,
        folder: Path,
        recordings: Iterator[Recording],
        dice: random.Random,
        *,
        gap: tuple[float, float],
        bad: bool = True,
        torn: float = 0.5,
    ) -> None:
        """Write into this folder.

        Args:
            folder: made if missing.
            recordings: in order of time.
            dice: source of the random choices.
            gap: shortest and longest pause between two recordings [s].
            bad: whether to write invalid files between them.
            torn: share of the recordings written in pieces under their final name.
        """
        super().__init__(name="recorder", daemon=True)
        self._folder, self._recordings, self._dice = folder, recordings, dice
        self._gap, self._bad, self._torn = gap, bad, torn
        self._stop_now = threading.Event()
        self._kinds: list[Callable[[str, bytes], None]] = [
            self._empty,
            self._half,
            self._word,
            self._not_finite,
            self._column_more,
            self._no_time,
            self._link,
            self._not_utf8,
            self._repeated,
            self._pipe,
        ]
        self._count = 0
        self._failed: OSError | None = None
        self.fed = Fed()
        folder.mkdir(parents=True, exist_ok=True)

    def run(self) -> None:
        """Write; keep any error for `stop`."""
        try:
            self._write()
        except OSError as error:
            self._failed = error

    def stop(self) -> Fed:
        """Finish the current file and stop; return the contents of the folder.

        Raises:
            OSError: a file could not be written.
        """
        self._stop_now.set()
        self.join()
        if self._failed is not None:
            raise self._failed
        return self.fed

    def _write(self) -> None:
        for name, content in self._recordings:
            if self._stop_now.is_set():
                return
            if self._dice.random() < self._torn:
                self._in_pieces(self._folder / name, content)
            else:
                self._at_once(self._folder / name, content)
            self.fed.good.append(name.encode())
            self._stop_now.wait(self._dice.uniform(*self._gap))
            if self._bad and self._dice.random() < 1 / EVERY_BAD:
                # Each kind in turn, so that none is missed by chance.
                kind = self._kinds[self._count % len(self._kinds)]
                self._count += 1
                kind(name, content)
            if self._bad and len(self.fed.good) > TOUCHED_AFTER and self._dice.random() < 0.05:
                self._touch(self.fed.good[-TOUCHED_AFTER])

    def _at_once(self, place: Path, content: bytes) -> None:
        hidden = place.with_name(f".{place.name}.part")
        hidden.write_bytes(content)
        hidden.replace(place)

    def _in_pieces(self, place: Path, content: bytes) -> None:
        """Write in pieces cut anywhere, mostly within a number; keep the file open or reopen it each time."""
        cuts = sorted(self._dice.randrange(len(content)) for _ in range(self._dice.randrange(1, 5)))
        pieces = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
        keeps_open = self._dice.random() < 0.5
        file = place.open("ab", buffering=0)
        try:
            for piece in pieces:
                os.write(file.fileno(), piece)
                self._stop_now.wait(self._dice.uniform(0.0, 0.1))
                if not keeps_open:
                    file.close()
                    file = place.open("ab", buffering=0)
        finally:
            file.close()

    # Invalid files. A name with a separate time is some seconds after the previous recording.

    def _own_name(self, name: str) -> Path:
        return self._folder / f"{name[:-2]}{7 + self._count % 50:02d}"

    def _refused(self, place: Path, content: bytes) -> None:
        if self._dice.random() < 0.5:
            place.write_bytes(content)
        else:
            self._at_once(place, content)
        self.fed.bad[os.fsencode(place.name)] = Outcome.QUARANTINED

    def _foreign(self, place: Path, content: bytes) -> None:
        place.write_bytes(content)
        self.fed.ignored.add(os.fsencode(place.name))

    def _empty(self, name: str, _content: bytes) -> None:
        self._refused(self._own_name(name), b"")

    def _half(self, name: str, content: bytes) -> None:
        # A file that lacks a row in a hundred or fewer is a recording.
        self._refused(self._own_name(name), content[: self._dice.randrange(1, len(content) * 9 // 10)])

    def _word(self, name: str, content: bytes) -> None:
        # In place of the first row it would be a heading.
        lines = content.split(b"\n")
        lines[len(lines) // 2] = b"hello"
        self._refused(self._own_name(name), b"\n".join(lines))

    def _not_finite(self, name: str, content: bytes) -> None:
        first, rest = content.split(b"\n", 1)
        separator = b"\t" if b"\t" in first else b","
        # One number that is not finite only makes its channel invalid: a refused file has none in a row.
        row = separator.join([b"nan"] * (first.count(separator) + 1))
        self._refused(self._own_name(name), row + b"\n" + rest)

    def _column_more(self, name: str, content: bytes) -> None:
        separator = b"\t" if b"\t" in content else b","
        self._refused(self._own_name(name), content.replace(b"\n", separator + b"0.1\n"))

    def _no_time(self, _name: str, content: bytes) -> None:
        self._foreign(self._folder / f"[b]notes {self._count}\x1b[31m", content)

    def _not_utf8(self, _name: str, content: bytes) -> None:
        self._foreign(self._folder / os.fsdecode(b"\xff\xfe%d" % self._count), content)

    def _link(self, name: str, _content: bytes) -> None:
        place = self._own_name(name)
        place.symlink_to(self._folder / name)
        self.fed.bad[os.fsencode(place.name)] = Outcome.QUARANTINED

    def _repeated(self, name: str, content: bytes) -> None:
        place = self._own_name(name)
        self._at_once(place, content)
        self.fed.bad[os.fsencode(place.name)] = Outcome.REPEATED

    def _pipe(self, name: str, _content: bytes) -> None:
        place = self._own_name(name)
        os.mkfifo(place)
        self.fed.ignored.add(os.fsencode(place.name))

    def _touch(self, raw: bytes) -> None:
        if raw not in self.fed.touched:
            os.utime(os.fsencode(self._folder) + b"/" + raw)
            self.fed.touched.add(raw)
