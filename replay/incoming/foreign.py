"""Files in a watched folder that are not recordings of its machine: counted, and never refused or moved."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import PurePath

from replay.file_times import readings_of
from replay.incoming.folder import shown_name
from replay.recording import RecordingError, RecordingFormat
from replay.recording_errors import ForeignNameError

COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".lz4", ".Z", ".zip", ".7z")
"""Endings of a single compressed file."""


def originals_of(name: str, form: RecordingFormat) -> tuple[str, ...]:
    """Return the names that a recording may have had before it was compressed to this one.

    Most programs add their ending to the name; some replace its ending.
    """
    stem = next((name.removesuffix(ending) for ending in COMPRESSED if name.endswith(ending)), "")
    ending = PurePath(form.time_pattern).suffix
    names = (stem, stem + ending) if "%" not in ending else (stem,)
    return tuple(one for one in dict.fromkeys(names) if stem and _has_time(one, form))


def _has_time(name: str, form: RecordingFormat) -> bool:
    try:
        readings_of(name, form)
    except RecordingError:
        return False
    return True


def is_foreign(raw: bytes, form: RecordingFormat) -> bool:
    """Return whether a file's name says that it is not a recording of this machine.

    Without `form.files` the time pattern alone tells; with it, a name that matches but has no time is a
    fault.
    """
    name = os.fsdecode(raw)
    if form.excludes(name):
        return True
    try:
        readings_of(name, form)
    except ForeignNameError:
        return not form.files
    except RecordingError:
        pass
    return False


class Others:
    """Counts the files that are passed over, apart from compressed copies of recordings in the ledger."""

    def __init__(
        self, form: RecordingFormat, known: Callable[[Sequence[bytes]], Mapping[bytes, object]]
    ) -> None:
        """Begin with nothing; `known` looks names up in the ledger."""
        self._form, self._known = form, known
        self._asked: dict[bytes, bool] = {}
        self._names: tuple[bytes, ...] = ()
        self.copies = 0

    def saw(self, names: Iterable[bytes]) -> None:
        """Take in the names of all files that are passed over, in order."""
        self._names = tuple(names)
        new = {raw: self._originals(raw) for raw in self._names if raw not in self._asked}
        asked = [original for originals in new.values() for original in originals]
        taken: Collection[bytes] = self._known(asked) if asked else ()
        self._asked.update({raw: any(one in taken for one in originals) for raw, originals in new.items()})
        self._asked = {raw: self._asked[raw] for raw in self._names}
        self.copies = sum(self._asked.values())

    def forget(self) -> None:
        """Ask the ledger again: it knows more names now."""
        self._asked.clear()

    def sentence(self, *, explained: bool) -> str:
        """Return what is passed over, in words; empty for nothing.

        Args:
            explained: whether to say why: where nothing was taken in yet, the pattern may be wrong.
        """
        others = [raw for raw in self._names if not self._asked.get(raw)]
        told = []
        if others:
            noun = "another file is" if len(others) == 1 else f"{len(others)} other files are"
            why = f" ({shown_name(others[0])}: {self._why(others[0])})" if explained else ""
            told.append(f"{noun} passed over{why}")
        if self.copies:
            noun = "copy" if self.copies == 1 else "copies"
            told.append(f"{self.copies} compressed {noun} of recordings taken in")
        return ", ".join(told)

    def _originals(self, raw: bytes) -> tuple[bytes, ...]:
        return tuple(map(os.fsencode, originals_of(os.fsdecode(raw), self._form)))

    def _why(self, raw: bytes) -> str:
        name = os.fsdecode(raw)
        if self._form.excludes(name):
            return "left out by recording.files or recording.ignore"
        try:
            readings_of(name, self._form)
        except RecordingError as error:
            return error.reason
        return "no recording"
