"""Scores windows and snapshots with one bundle, by LiteRT, for callers that keep no store."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from engine.api.faults import FaultError, wrong
from engine.assessment.state import first_state
from engine.assessment.tracker import Tracker, Verdict
from engine.bundles.bundle import Bundle
from engine.bundles.library import check_fit
from engine.config.channels import layout_of
from engine.config.motors import motors_in
from engine.config.settings import Settings
from engine.config.slow_sensors import conditions_of
from engine.diagnosis.line_memory import LineMemory
from engine.diagnosis.motor_features import features_of
from engine.diagnosis.surface import Diagnostician
from engine.models import model_named
from engine.models.base import Model
from engine.models.runner import Network, insight_of
from engine.models.spectral import Spectral
from engine.models.waveform import Waveform
from engine.records.assessment import Moment
from engine.records.picture import Picture
from engine.scoring.errors import component_errors, component_windows
from engine.scoring.scorer import Examination, Scorer
from engine.signals.features import window_starts
from replay.recording import Snapshot
from replay.rows.clock import EPOCH
from replay.rows.windows import stride_of

MOST_WINDOWS = 20_000
"""Windows of one request at most."""

MOST_ROW_WINDOWS = 2_000
"""Windows of slow sensors of one request at most: they are scored one by one."""

MOST_LENGTHS = 32
"""Lengths of requests for which the cutting into windows is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowResult:
    """The windows of one request.

    Attributes:
        errors: float64 (windows, components), mean squared errors; of slow sensors the root mean square of
            the deviations in spreads.
        limits: float64 (components,), the plain percentile limit of each; of slow sensors that of alarms.
        starts: int (windows,), first row of each.
        length: rows of a window.
    """

    errors: NDArray[np.float64]
    limits: NDArray[np.float64]
    starts: NDArray[np.int64]
    length: int

    @property
    def anomalous(self) -> NDArray[np.bool_]:
        """Return whether any component is above its limit, (windows,)."""
        return np.asarray((self.errors > self.limits).any(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class SnapshotResult:
    """One snapshot by itself: severity and evidence as of a machine whose first snapshot it is."""

    seen: Examination
    verdict: Verdict
    surfaces: dict[str, dict[str, object]]

    @property
    def picture(self) -> Picture:
        """Return its spectrum, reconstruction and contributions."""
        return self.verdict.picture


class BundleScorer:
    """Scores with one bundle; safe to share between threads."""

    def __init__(self, bundle: Bundle, settings: Settings) -> None:
        """Prepare the network.

        Raises:
            BundleError: bundle and settings do not fit, or the model is unknown.
        """
        check_fit(bundle, settings)
        self.bundle, self.settings = bundle, settings
        self.layout = layout_of(settings)
        self.diagnostician = Diagnostician(settings, bundle.scoring)
        names = features_of(bundle.model, bundle.sample_rate)
        motors = [self.layout.channels[number] for number in self.diagnostician.motors.columns]
        self.features = {channel: names for own in motors for channel in own if names}
        self._scorer = Scorer(bundle, self.layout, self.diagnostician)
        self._tracker = Tracker(self._scorer, settings)
        network = self._scorer.network
        # A network that takes one window in a call is slow.
        self._network = Network(bundle.network, fast=True) if network.batch == 1 else network
        self._helper = ThreadPoolExecutor(1, "raceway-windows")
        self._helper_free = threading.Lock()
        self._lock = threading.Lock()
        self._models: dict[int, Model] = {}
        self._length, self._piece = bundle.rows, bundle.rows
        if not self.layout.is_process:
            self._length, self._piece = _window_and_piece(self._scorer.model, bundle.rows)

    @property
    def columns(self) -> int:
        """Return the numbers of a row."""
        return self.bundle.channels

    @property
    def rows(self) -> int:
        """Return the rows of a whole snapshot."""
        return self.bundle.rows

    @property
    def window(self) -> int:
        """Return the rows of a window."""
        return self._length

    def windows(self, rows: NDArray[np.float32], field: str) -> WindowResult:
        """Cut rows into windows as the bundle's model does, and return the error of each.

        The errors are those of the engine bit for bit, but for a network that takes one window in a call: to
        1e-4 of the error.

        Args:
            rows: (rows, columns) as recorded; from one window to many snapshots.
            field: of the request, for the sentence.

        Raises:
            FaultError: there are too few rows for a window, or far too many.
        """
        signal = rows / self.layout.sensitivity
        if self.layout.is_process and len(rows) >= self.window:
            return self._windows_of_rows(rows, field)
        if len(signal) < self.window:
            raise wrong(
                f"needs {self.window} rows or more, the window of the model; it has {len(rows)}", field
            )
        if len(signal) > MOST_WINDOWS * self.window // 2:
            raise FaultError(413, f"has more than {MOST_WINDOWS * self.window // 2} rows; send fewer", field)
        errors, starts = self._errors(signal)
        limits = self.bundle.calibration.window_limit.astype(np.float64)
        by_component = component_windows(errors, self.layout.channels).astype(np.float64)
        return WindowResult(by_component, limits, starts, self.window)

    def _windows_of_rows(self, rows: NDArray[np.float32], field: str) -> WindowResult:
        """Return the error of each window of slow sensors, a stride apart, against the limit of alarms.

        Raises:
            FaultError: there are far too many rows, or a component has no valid value in a window.
        """
        starts = np.arange(0, len(rows) - self.window + 1, stride_of(self.settings.recording_format()))
        if len(starts) > MOST_ROW_WINDOWS:
            raise FaultError(413, f"has more than {MOST_ROW_WINDOWS} windows; send fewer rows", field)
        errors = []
        for start in starts.tolist():
            part = rows[start : start + self.window]
            made = Snapshot(self.bundle.machine, str(start), EPOCH, self.bundle.sample_rate, part)
            seen = self._scorer.examine(made)
            errors.append(component_errors(seen.residual, seen.running, self.layout.channels))
            if not np.isfinite(errors[-1]).all():
                raise wrong(f"has no valid value of a component in the window from row {start} on", field)
        limits = self.bundle.calibration.limit[0].astype(np.float64)
        return WindowResult(np.stack(errors), limits, starts, self.window)

    def _errors(self, signal: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the mean squared error of each window, (windows, channels), and its first row.

        A helper takes half of many pieces if it is free, so that a large request has two cores.
        """
        pieces = list(_pieces(len(signal), self._piece, self.window))
        half = len(pieces) // 2

        def done(some: list[tuple[int, int]]) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
            return [self._errors_of_piece(signal[begin:end], begin) for begin, end in some]

        if half and self._helper_free.acquire(blocking=False):
            try:
                rest = self._helper.submit(done, pieces[half:])
                found = done(pieces[:half]) + rest.result()
            finally:
                self._helper_free.release()
        else:
            found = done(pieces)
        errors, starts = zip(*found, strict=True)
        return np.concatenate(errors), np.concatenate(starts)

    def _errors_of_piece(
        self, signal: NDArray[np.float32], begin: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the errors and first rows of the windows of a piece that begins at a row."""
        model, scaling = self._model_for(len(signal)), self.bundle.scaling
        observed, starts = model.observe(signal), _starts(model, len(signal)) + begin
        if isinstance(model, Waveform):
            vectors = model.vectors(observed, scaling)
            return model.window_errors(vectors, self._network.run(vectors)), starts
        return insight_of(model, self._network, observed, scaling).window_errors, starts

    def _model_for(self, rows: int) -> Model:
        """Return the bundle's model for pieces of other lengths; made once for each."""
        with self._lock:
            if rows not in self._models:
                if len(self._models) >= MOST_LENGTHS:
                    self._models.clear()
                bundle = self.bundle
                self._models[rows] = model_named(
                    bundle.model,
                    bundle.sample_rate,
                    rows,
                    bundle.channels,
                    motors_in(bundle.settings),
                    conditions_of(bundle.settings),
                )
            return self._models[rows]

    def snapshot(self, rows: NDArray[np.float32], name: str, at: datetime | None = None) -> SnapshotResult:
        """Score one whole snapshot.

        Args:
            rows: (rows, columns) as recorded.
            name: of the recording.
            at: its time; now where None.

        Raises:
            FaultError: it has other rows or columns than the bundle's snapshots.
        """
        if rows.shape != (self.rows, self.columns):
            raise wrong(
                f"a snapshot of this bundle has {self.rows} rows of {self.columns} numbers, this one has"
                f" {rows.shape[0]} of {rows.shape[1]}",
                "rows",
            )
        moment = at or datetime.now(UTC)
        snapshot = Snapshot(self.bundle.machine, name, moment, self.bundle.sample_rate, rows)
        return self.judged(snapshot)

    def judged(self, snapshot: Snapshot) -> SnapshotResult:
        """Score a snapshot that a reader of Raceway has read."""
        try:
            seen = self._scorer.examine(snapshot)
            state = first_state(self.layout, seen.residual.shape)
            _, verdict = self._tracker.step(state, seen, Moment(snapshot.name, snapshot.time))
        except ArithmeticError as error:
            raise wrong(f"cannot be scored: {error}", "rows") from error
        return SnapshotResult(seen, verdict, self._surfaces(seen, verdict))

    def _surfaces(self, seen: Examination, verdict: Verdict) -> dict[str, dict[str, object]]:
        """Return the evidence for a surface by component, where there is any."""
        if self.layout.is_process:
            return {}
        channels = set(range(len(seen.running)))
        heard = self._tracker.listener.hear(
            seen.spectrum, verdict.picture.contribution, channels, seen.course
        )
        searches = self.diagnostician.at_speed(seen.spectrum, seen.speed)
        found, _ = self.diagnostician.findings(heard, self.bundle.lines, LineMemory(), searches)
        return {
            self.layout.components[index]: evidence.payload().to_detail() for index, evidence in found.items()
        }


def _starts(model: Model, rows: int) -> NDArray[np.int64]:
    """Return the first row of each window that a model cuts from so many rows."""
    if isinstance(model, Waveform):
        return model.starts
    if isinstance(model, Spectral):
        return window_starts(rows, model.length)
    raise TypeError(f"the windows of {model.name} are not known")


def _window_and_piece(model: Model, rows: int) -> tuple[int, int]:
    """Return the rows of a window, and of the longest piece that a model covers with windows.

    A model that samples a snapshot covers fewer rows than the snapshot has.
    """
    if not isinstance(model, Waveform | Spectral):
        raise TypeError(f"the windows of {model.name} are not known")
    starts = _starts(model, rows)
    covers = len(starts) < 2 or int(np.diff(starts).max()) <= model.length
    return model.length, rows if covers else len(starts) * model.length


def _pieces(rows: int, piece: int, window: int) -> Iterator[tuple[int, int]]:
    """Cut rows into pieces of equal length; the last is shorter, and at least a window long."""
    for begin in range(0, rows, piece):
        end = min(begin + piece, rows)
        yield min(begin, end - window), end
