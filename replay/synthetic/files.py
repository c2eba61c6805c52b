"""A synthetic run as files: its recordings in a format that Raceway reads, its truth, and its settings."""

import gzip
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replay.entries import Entry
from replay.recording import RecordingFormat, Snapshot
from replay.run import Run
from replay.synthetic.errors import ScenarioError
from replay.synthetic.physics import orders, recording, speed_at
from replay.synthetic.scenario import Scenario

Signal = NDArray[np.float32]

TIME_PATTERN = "%Y.%m.%d.%H.%M.%S"
RUN, TRUTH, SETTINGS = "run", "truth.json", "machine.toml"
"""Names in the folder of a synthetic run."""


@dataclass(frozen=True, slots=True)
class SyntheticRun(Run):
    """A run whose recordings are made when they are read; it has no files."""

    scenario: Scenario = field(default_factory=Scenario)
    kind: str = "text"

    def read(self, index: int) -> Snapshot:
        """Make one recording."""
        entry, scenario = self.entries[index], self.scenario
        return Snapshot(
            self.form.machine,
            entry.name,
            entry.time,
            scenario.sample_rate,
            recording(scenario, index),
            speed_at(scenario, index),
        )

    def content(self, index: int) -> bytes:
        """Make the content of one file."""
        return FORMATS[self.kind][1](recording(self.scenario, index), self.scenario)


def synthetic_run(scenario: Scenario, kind: str = "text") -> SyntheticRun:
    """Return the run of a scenario.

    Raises:
        ScenarioError: there is no such format of files.
    """
    if kind not in FORMATS:
        raise ScenarioError(f"--format: there is no {kind!r}; choose one of {', '.join(FORMATS)}")
    suffix = FORMATS[kind][0]
    times = [
        scenario.start + timedelta(seconds=scenario.interval * index) for index in range(scenario.recordings)
    ]
    entries = tuple(Entry(f"{time.strftime(TIME_PATTERN)}{suffix}", time) for time in times)
    if len({entry.name for entry in entries}) < len(entries):
        raise ScenarioError("interval: the recordings of a run need different seconds in their names")
    form = RecordingFormat(scenario.machine, scenario.sample_rate, scenario.bearings, scenario.rows)
    nowhere = Path("/nonexistent") / "synthetic"
    return SyntheticRun(nowhere, nowhere, form, entries, (), False, scenario, kind)


def _check_new(folder: Path) -> None:
    """Refuse a folder that holds something, and a file in place of the folder or of one around it."""
    for place in (folder, *folder.absolute().parents):
        if place.is_symlink() and not place.exists():
            raise ScenarioError(f"{place}: is a link to nothing; name a folder")
        if place.exists():
            if not place.is_dir():
                raise ScenarioError(f"{place}: is a file; name a folder")
            break
    if folder.is_dir() and any(folder.iterdir()):
        raise ScenarioError(f"{folder}: is not empty; name a new folder")


def write_synthetic(scenario: Scenario, folder: Path, kind: str = "text") -> Iterator[int]:
    """Write a run, its truth and its settings into a new folder; yield the index of each written recording.

    Raises:
        ScenarioError: the folder holds something or is a file, or there is no such format.
        OSError: a file cannot be written.
    """
    run = synthetic_run(scenario, kind)
    _check_new(folder)
    (folder / RUN).mkdir(parents=True)
    (folder / SETTINGS).write_text(settings_text(scenario, kind), encoding="utf-8")
    for index, entry in enumerate(run.entries):
        (folder / RUN / entry.name).write_bytes(run.content(index))
        yield index
    # Last: a folder with a truth holds the whole run.
    (folder / TRUTH).write_text(json.dumps(truth_of(run), indent=1) + "\n", encoding="utf-8")


def truth_of(run: SyntheticRun) -> dict[str, object]:
    """Return the truth of a run as JSON values: each fault with its onset and its size by recording."""
    scenario = run.scenario
    turns = orders(scenario.geometry)
    return {
        "machine": scenario.machine,
        "seed": scenario.seed,
        "recordings": len(run),
        "faults": [
            {
                "component": bearing_name(fault.bearing),
                "surface": fault.surface,
                "onset": run.entries[fault.onset].name,
                "onset_index": fault.onset,
                "impacts_hz": fault.rate or turns[fault.surface] * speed_at(scenario, fault.onset),
                "size": [round(fault.amplitude(index), 6) for index in range(len(run))],
            }
            for fault in scenario.fault
        ],
        "sensor_faults": [one.model_dump() for one in scenario.sensor_fault],
        "load_steps": [one.model_dump() for one in scenario.load_step],
        "stopped": list(scenario.stopped),
    }


def bearing_name(number: int) -> str:
    """Return the name of a bearing, from 1, in the settings of a synthetic run."""
    return f"Bearing {number}"


def settings_text(scenario: Scenario, kind: str) -> str:
    """Return the settings file of a synthetic run."""
    suffix, _, extra = FORMATS[kind]
    # A text in quotes as JSON writes it is one as TOML reads it.
    lines = [
        "# Settings of a synthetic run.",
        "[machine]",
        f"name = {json.dumps(scenario.machine, ensure_ascii=False)}",
        f"sample_rate = {scenario.sample_rate}",
        f"shaft_speed = {60 * scenario.shaft}",
        "mains_frequency = 0.0",
        "",
        "[recording]",
        f"rows = {scenario.rows}",
        f"time_pattern = {json.dumps(TIME_PATTERN + suffix)}",
        *extra,
    ]
    shape = scenario.geometry
    for number in range(1, scenario.bearings + 1):
        lines += [
            "",
            "[[component]]",
            f'name = "{bearing_name(number)}"',
            f"channels = [{number}]",
            f"rollers = {shape.rollers}",
            f"roller_diameter = {shape.roller_diameter}",
            f"pitch_diameter = {shape.pitch_diameter}",
            f"contact_angle = {shape.contact_angle}",
        ]
    return "\n".join(lines) + "\n"


def _text(signal: Signal, separator: str, decimals: int = 6) -> bytes:
    row = separator.join([f"%.{decimals}f"] * signal.shape[1]) + "\n"
    return (row * len(signal) % tuple(signal.ravel().tolist())).encode()


def _plain(signal: Signal, scenario: Scenario) -> bytes:
    return _text(signal, "\t")


def _csv(signal: Signal, scenario: Scenario) -> bytes:
    head = ",".join(bearing_name(number + 1) for number in range(signal.shape[1]))
    return f"{head}\n".encode() + _text(signal, ",")


def _packed_csv(signal: Signal, scenario: Scenario) -> bytes:
    return gzip.compress(_csv(signal, scenario), 6, mtime=0)


def _npy(signal: Signal, scenario: Scenario) -> bytes:
    file = io.BytesIO()
    np.save(file, signal, allow_pickle=False)
    return file.getvalue()


def _wav(signal: Signal, scenario: Scenario) -> bytes:
    from scipy.io import wavfile

    file = io.BytesIO()
    wavfile.write(file, round(scenario.sample_rate), signal)
    return file.getvalue()


def _mat(signal: Signal, scenario: Scenario) -> bytes:
    from scipy.io import savemat

    file = io.BytesIO()
    savemat(file, {"vibration": signal})  # type: ignore[arg-type]  # it takes a file, too
    content = bytearray(file.getvalue())
    # The header holds the time of writing: the same scenario must give the same bytes.
    content[:116] = b"MATLAB 5.0 MAT-file, a synthetic run".ljust(116)
    return bytes(content)


def _raw(signal: Signal, scenario: Scenario) -> bytes:
    return signal.astype("<f4").tobytes()


Writer = Callable[[Signal, Scenario], bytes]

FORMATS: dict[str, tuple[str, Writer, tuple[str, ...]]] = {
    "text": ("", _plain, ()),
    "csv": (".csv", _csv, ()),
    "csv.gz": (".csv.gz", _packed_csv, ()),
    "npy": (".npy", _npy, ()),
    "wav": (".wav", _wav, ()),
    "mat": (".mat", _mat, ()),
    "raw": (".bin", _raw, ('format = "raw"', 'number_type = "float32"')),
}
"""Suffix, writer and further lines of `[recording]` of each format of files."""
