"""Measures detection on disturbed copies of IMS Set 2: gain, rate, length, interval, channels, baseline.

Each line is one pass: alarms before the onset, and the delay of the first medium or high alarm after it, in
snapshots supplied.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from bench.detection import ONSET
from bench.support.recordings import Pass, assessed_run, recordings
from engine.config.settings import load_settings
from replay.recording import Snapshot
from replay.run import Run, open_run

Change = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class AlteredRun(Run):
    """A run with signals changed during reading; the change can be pickled to another process."""

    change: Change = np.asarray
    sample_rate: float = 0.0

    def read(self, index: int) -> Snapshot:
        """Read a recording and change its signal."""
        original = Run.read(self, index)
        signal = np.ascontiguousarray(self.change(original.signal), np.float32)
        return replace(original, signal=signal, sample_rate=self.sample_rate or original.sample_rate)


def resampled(up: int, down: int) -> Change:
    """Return a change of the sample rate by a ratio, with an anti-aliasing filter."""
    return partial(resample_poly, up=up, down=down, axis=0)


@dataclass(frozen=True)
class Disturbance:
    """One disturbance; `failing` is the component that then has the signal of bearing 1."""

    name: str
    change: Change = np.asarray
    settings: Mapping[str, object] | None = None
    every: int = 1
    failing: str = "Bearing 1"


DISTURBANCES = (
    Disturbance("as recorded"),
    Disturbance("gain x0.5", partial(np.multiply, np.float32(0.5))),
    Disturbance("gain x2", partial(np.multiply, np.float32(2.0))),
    Disturbance("at 12.8 kHz", resampled(5, 8), {"machine.sample_rate": 12800.0, "recording.rows": 12800}),
    Disturbance("at 25.6 kHz", resampled(5, 4), {"machine.sample_rate": 25600.0, "recording.rows": 25600}),
    Disturbance("every 2nd file", every=2),
    Disturbance("every 3rd file", every=3),
    Disturbance("channels 3 4 1 2", partial(np.take, indices=[2, 3, 0, 1], axis=1), failing="Bearing 3"),
    Disturbance("first 2560 rows", itemgetter(slice(2560)), {"recording.rows": 2560}),
    *(
        Disturbance(
            f"baseline {count} from {skip}", settings={"model.healthy": str(count), "model.skip": skip}
        )
        for count in (100, 196, 300)
        for skip in (0, 50, 100)
    ),
)


def main() -> None:
    """Print a line for each disturbance."""
    path = recordings() / "ims-set2"
    for one in DISTURBANCES:
        print(describe(one, disturbed(path, one), len(range(0, ONSET, one.every))), flush=True)


def disturbed(path: Path, one: Disturbance) -> Pass:
    """Assess the run with this disturbance."""
    plain = load_settings()
    settings = load_settings(overrides=one.settings or {})
    run = open_run(path, plain.recording_format())
    altered = AlteredRun(
        run.path,
        run.folder,
        run.form,
        run.entries[:: one.every],
        run.rejected,
        run.follows,
        one.change,
        settings.machine.sample_rate,
    )
    return assessed_run(altered, settings)


def describe(one: Disturbance, result: Pass, onset: int) -> str:
    """Format one line of the table."""
    ringing = result.ringing()
    early = [alarm for alarm in result.alarms if result.index(alarm) < onset]
    advisories = sum(alarm not in ringing for alarm in early)
    urgent = len(early) - advisories
    first = ringing[0] if ringing else None
    after = f"{result.index(first) - onset:+4d} on {first.component}" if first else "never"
    right = "" if first is not None and first.component == one.failing else "  WRONG"
    series = result.series
    learned = int(np.flatnonzero(series.baseline)[-1])
    healthy = slice(learned + 1, onset)
    highest = float(np.nanmax(series.severity[healthy]))
    return (
        f"{one.name:22s} first alarm {after:18s}{right} before onset: {urgent} alarms,"
        f" {advisories} advisories, highest severity {highest:.2f}"
    )


if __name__ == "__main__":
    main()
