"""A small machine cut out of the bundled real recording, with its bundle, for the fault tests."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.baseline.from_run import learn_from_run
from engine.config.settings import Settings, load_settings
from engine.records.progress import Epoch
from replay.recording import RecordingError
from replay.run import open_run
from replay.sample import sample_path

Recording = tuple[str, bytes]
"""A file's name and its content."""

START = datetime(2025, 1, 1, tzinfo=UTC)
INTERVAL = timedelta(minutes=10)
PATTERN = "%Y.%m.%d.%H.%M.%S"

ROWS, COLUMNS = 2048, 2
HOP = 100
"""Rows between two cuts from one snapshot: they overlap, and no two are equal."""

HEALTHY, FAULTY = range(40, 74), range(110, 139)
"""Snapshots of the sample that cuts are made of, counted from 0: healthy ones outside of the baseline, and
ones with a failing bearing 1."""

LEARNED, CUTS = 40, 2
"""Number of first snapshots of the sample for the baseline, and cuts from each."""

EPISODE = 12
"""Recordings of one kind in a row: each pair of episodes raises and clears an alarm."""

CONFIG = f"""
[machine]
name = "torture rig"
sample_rate = 20480.0
shaft_speed = 1996.0
mains_frequency = 60.0

[[component]]
name = "Bearing 1"
channels = [1]
unit = "V"
rollers = 16
roller_diameter = 0.331
pitch_diameter = 2.815
contact_angle = 15.17

[[component]]
name = "Bearing 2"
channels = [2]
unit = "V"

[recording]
rows = {ROWS}
columns = {COLUMNS}

[model]
healthy = "{LEARNED * CUTS}"
epochs = 40

[watch]
settle = 0.3
patience = 3.0
scan = 0.5
"""


@dataclass(frozen=True)
class Ground:
    """A machine to watch: its configuration and its bundle, both on disk."""

    config: Path
    bundle: Path

    def settings(self) -> Settings:
        """Load the settings of the configuration."""
        return load_settings(self.config)


class Reel:
    """The bundled recording, which supplies any number of short recordings."""

    def __init__(self) -> None:
        """Open the sample."""
        self._run = open_run(sample_path(), load_settings().recording_format())
        self._texts: dict[int, tuple[bytes, NDArray[np.int64]]] = {}

    def cut(self, snapshot: int, number: int) -> bytes:
        """Return rows of a snapshot of the sample, first two channels, as text of its file."""
        if snapshot not in self._texts:
            text = re.sub(rb"(?m)^([^\t\n]+\t[^\t\n]+)\t.*$", rb"\1", self._run.content(snapshot))
            ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n")) + 1
            self._texts[snapshot] = text, np.concatenate([[0], ends])
        text, starts = self._texts[snapshot]
        first = number * HOP
        return text[starts[first] : starts[first + ROWS]]

    def baseline(self) -> Iterator[Recording]:
        """Return healthy recordings for the baseline, in order of time, before all others."""
        for index in range(LEARNED * CUTS):
            at = START - (LEARNED * CUTS - index) * INTERVAL
            yield f"{at:{PATTERN}}", self.cut(index // CUTS, 30 * (index % CUTS))

    def recordings(self, count: int) -> Iterator[Recording]:
        """Yield recordings in order of time, no two equal: healthy and failing in turn."""
        seen = {False: 0, True: 0}
        for index in range(count):
            failing = index // EPISODE % 2 == 1
            pool = FAULTY if failing else HEALTHY
            number, turn = divmod(seen[failing], len(pool))
            seen[failing] += 1
            yield f"{START + index * INTERVAL:{PATTERN}}", self.cut(pool[turn], number)

    @staticmethod
    def most() -> int:
        """Return the largest number of recordings."""
        return 2 * min(len(HEALTHY), len(FAULTY)) * ((20480 - ROWS) // HOP)


class _Unheard:
    """Ignores the progress of the learning."""

    def rejected(self, error: RecordingError) -> None:
        """Ignore: every cut is readable."""
        raise error

    def read(self, done: int, total: int) -> None:
        """Go on."""

    def epoch(self, epoch: Epoch) -> None:
        """Go on."""

    def waiting(self) -> None:
        """Go on."""


def make_ground(place: Path, reel: Reel) -> Ground:
    """Write the configuration and learn the bundle; takes some seconds."""
    config, folder = place / "rig.toml", place / "baseline"
    config.write_text(CONFIG)
    folder.mkdir()
    for name, content in reel.baseline():
        (folder / name).write_bytes(content)
    settings = load_settings(config)
    run = open_run(folder, settings.recording_format())
    bundle = learn_from_run(run, settings, _Unheard()).save(place / "bundles")
    return Ground(config, bundle)
