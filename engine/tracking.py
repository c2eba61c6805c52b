"""Follows one machine from snapshot to snapshot: smooths, scores, and asks the rules what rings.

The state after a snapshot is all that the next one needs; it is stored with the snapshot, so a restarted
engine goes on as if it had never stopped.
"""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.attribution import band_shares, component_shares
from engine.bundle import Bundle
from engine.layout import Layout
from engine.limits import component_errors, smooth
from engine.picture import Picture
from engine.quality import component_quality
from engine.records import EventKind, NewEvent, Quality, Score
from engine.rules import Moment, Watch, watch_sensor, watch_severity
from engine.scoring import Examination
from engine.settings import AlarmSettings

EVIDENCE_BANDS = 5
"""Bands of the largest share that are frozen with an alarm."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The engine's running state after a snapshot.

    `smoothed` is float32 (channels, features), None before the first running snapshot; `components` and
    `sensors` hold a watch for each component and each column; `stopped` says that the machine stood still.
    """

    smoothed: NDArray[np.float32] | None
    components: tuple[Watch, ...]
    sensors: tuple[Watch, ...]
    stopped: bool

    def pack(self) -> dict[str, object]:
        """Turn into plain JSON types; floats keep every bit."""
        smoothed = None
        if self.smoothed is not None:
            smoothed = {
                "shape": list(self.smoothed.shape),
                "float32": base64.b64encode(self.smoothed.astype("<f4").tobytes()).decode(),
            }
        return {
            "smoothed": smoothed,
            "components": [asdict(watch) for watch in self.components],
            "sensors": [asdict(watch) for watch in self.sensors],
            "stopped": self.stopped,
        }


def first_state(layout: Layout) -> State:
    """The state before the first snapshot."""
    return State(None, (Watch(),) * len(layout.components), (Watch(),) * len(layout.watched), False)


def unpack_state(data: Mapping[str, Any]) -> State:
    """Rebuild what `State.pack` returned."""
    smoothed = None
    if data["smoothed"] is not None:
        flat = np.frombuffer(base64.b64decode(data["smoothed"]["float32"]), "<f4")
        smoothed = flat.reshape(data["smoothed"]["shape"]).astype(np.float32)
    return State(
        smoothed,
        tuple(Watch(**watch) for watch in data["components"]),
        tuple(Watch(**watch) for watch in data["sensors"]),
        bool(data["stopped"]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What one snapshot came to."""

    scores: tuple[Score, ...]
    events: tuple[NewEvent, ...]
    picture: Picture


@dataclass(frozen=True, slots=True, eq=False)
class Tracker:
    """What stays the same from snapshot to snapshot of an assessment."""

    bundle: Bundle
    layout: Layout
    edges: NDArray[np.float32]
    smoothing: float
    rules: AlarmSettings

    def step(self, state: State, seen: Examination, moment: Moment) -> tuple[State, Verdict]:
        """Take in one snapshot.

        Raises:
            ArithmeticError: an error or severity is not finite where the snapshot runs.
        """
        layout, limit = self.layout, self.bundle.scaling.limit.astype(np.float64)
        running = seen.running
        learned = moment.at > self.bundle.baseline.end
        may_ring = learned or moment.at < self.bundle.baseline.first_seen
        stopped = all(
            quality is Quality.STOPPED
            for quality, watched in zip(seen.quality, layout.watched, strict=True)
            if watched
        )
        smoothed = state.smoothed
        if running.any():
            smoothed = smooth(smoothed, seen.residual, running, self.smoothing)
        bands = np.zeros_like(seen.spectrum)
        if smoothed is not None:
            bands = band_shares(smoothed, running)
        error = component_errors(seen.residual, running, layout.channels)
        nothing = np.full(len(layout.components), np.nan)
        smooth_error = nothing if smoothed is None else component_errors(smoothed, running, layout.channels)
        severity = smooth_error / limit
        shares = component_shares(bands, layout.channels)
        scores, watches, events = [], [], list(self._machine_events(state, stopped, moment))
        for index, name in enumerate(layout.components):
            quality = component_quality(seen.quality, layout.channels[index])
            scored = quality is Quality.RUNNING
            if scored and not (np.isfinite(error[index]) and np.isfinite(severity[index])):
                raise ArithmeticError(f"{moment.name}: the error of {name} is not a finite number")
            scores.append(
                Score(
                    component=name,
                    quality=quality,
                    baseline=self._in_baseline(moment),
                    error=float(error[index]) if scored else None,
                    limit=float(limit[index]),
                    severity=float(severity[index]) if scored else None,
                    share=float(shares[index]) if scored else None,
                )
            )
            watch = state.components[index]
            if scored and may_ring:
                evidence = {
                    "error": float(error[index]),
                    "limit": float(limit[index]),
                    "share": float(shares[index]),
                    "bands": self._leading_bands(bands, layout.channels[index]),
                }
                watch, rung = watch_severity(
                    watch, float(severity[index]), name, moment, self.rules, evidence
                )
                events += rung
            watches.append(watch)
        sensors = list(state.sensors)
        if may_ring and not stopped:
            for column, quality in enumerate(seen.quality):
                if layout.watched[column]:
                    sensors[column], rung = watch_sensor(
                        sensors[column], quality, layout.owner(column), column + 1, moment, self.rules
                    )
                    events += rung
        picture = Picture(self.edges, seen.spectrum, seen.reconstruction, bands)
        return State(smoothed, tuple(watches), tuple(sensors), stopped), Verdict(
            tuple(scores), tuple(events), picture
        )

    def _in_baseline(self, moment: Moment) -> bool:
        return self.bundle.baseline.start <= moment.at <= self.bundle.baseline.end

    def _machine_events(self, state: State, stopped: bool, moment: Moment) -> tuple[NewEvent, ...]:
        if stopped == state.stopped:
            return ()
        kind = EventKind.STOPPED if stopped else EventKind.RESTARTED
        return (NewEvent(kind, moment.at, "machine", detail={"snapshot": moment.name}),)

    def _leading_bands(self, bands: NDArray[np.float32], channels: tuple[int, ...]) -> list[list[float]]:
        """The bands of a component that hold most of its error, as [from Hz, to Hz, share of the whole]."""
        own = bands[[number - 1 for number in channels]].sum(axis=0)
        order = np.argsort(own)[::-1][:EVIDENCE_BANDS]
        return [
            [float(self.edges[band]), float(self.edges[band + 1]), float(own[band])]
            for band in order
            if own[band] > 0
        ]
