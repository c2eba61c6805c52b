"""The components of one snapshot beside each other: which leads, and what its failure explains."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.alarms.rules import NO_EXCESS, Leader, Watch
from engine.bundles.bundle import Bundle
from engine.config.channels import Layout
from engine.records.assessment import Score
from engine.records.payloads import SurfaceEvidence
from engine.scoring.errors import errors_of
from engine.scoring.scorer import Examination
from engine.scoring.severity import Smoothing
from engine.scoring.transfer import (
    Transfer,
    averaged,
    bounds_of_power,
    explained,
    likely_power,
    usual_power,
)


class Housing:
    """A machine's components on one housing; holds what does not change between snapshots."""

    def __init__(
        self,
        bundle: Bundle,
        layout: Layout,
        unit: NDArray[np.float32],
        edges: Sequence[float],
        motors: Collection[int] = (),
    ) -> None:
        """Prepare the comparison.

        Args:
            bundle: the learned usual values.
            layout: which channels belong to which component, and their units.
            unit: one unit of a feature in natural-log units of power; broadcasts to (channels, features).
            edges: borders of the bands [Hz].
            motors: components that are watched by their currents, which carry no neighbour's vibration.
        """
        self.motors = motors
        usual = bundle.calibration
        self.layout, self.limit, self.edges = layout, usual.limit, edges
        self.unit = (usual.scatter * unit)[:, :-1]
        # Powers in different units compare only as shares of the usual power of their channel.
        of_motors = {channel for number in motors for channel in layout.channels[number]}
        units = {unit for channel, unit in enumerate(layout.units, start=1) if channel not in of_motors}
        alike = len(units) == 1
        level = np.where(usual.level > 0, usual.level, np.float32(1.0)).astype(np.float64)
        self.scale = np.ones((len(level), 1)) if alike else (level**-2)[:, None]

    def neighbours(self, seen: Examination, smoothing: Smoothing, before: Transfer) -> "Neighbours":
        """Return the components of one snapshot beside each other."""
        before = averaged(before, seen.residual[:, :-1] - smoothing.followed[:, :-1], seen.running)
        return Neighbours(self, seen, seen.running, smoothing, before)


@dataclass(eq=False)
class Neighbours:
    """The components of one snapshot; powers are computed once they are asked for.

    Attributes:
        housing: of the machine.
        seen: the snapshot by itself.
        running: (channels,).
        smoothing: of this snapshot.
        transfer: known of the paths from the leader, without this snapshot but for its averages.
    """

    housing: Housing
    seen: Examination
    running: NDArray[np.bool_]
    smoothing: Smoothing
    transfer: Transfer
    _judged: dict[int, tuple[Transfer, NDArray[np.bool_], list[float]]] = field(default_factory=dict)

    @cached_property
    def usual(self) -> NDArray[np.float64]:
        """Return the power of bands without excess, (channels, bands); 0 where a channel does not run."""
        housing = self.housing
        power = usual_power(self.seen.insight.spectrum, self.seen.residual[:, :-1], housing.unit)
        power *= housing.scale * self.running[:, None]
        return power

    @cached_property
    def strength(self) -> tuple[float, ...]:
        """Return the excess power of each component, in units squared."""
        likely = likely_power(self.usual, self.smoothing.quick[:, :-1], self.housing.unit)
        by_channel = likely.sum(axis=1)
        own = map(self._running_of, range(len(self.housing.layout.channels)))
        return tuple(float(by_channel[rows].mean()) if rows else 0.0 for rows in own)

    @cached_property
    def silent(self) -> frozenset[int]:
        """Return what explains no neighbour: motors, and components whose signal drops out or repeats."""
        spoiled = self.seen.gaps | self.seen.repeats | self.seen.copies.keys()
        return frozenset(
            index
            for index, own in enumerate(self.housing.layout.channels)
            if index in self.housing.motors or any(number - 1 in spoiled for number in own)
        )

    def _running_of(self, index: int) -> list[int]:
        """Return the running channels of a component, from 0."""
        return [number - 1 for number in self.housing.layout.channels[index] if self.running[number - 1]]

    def leader(self, watches: Sequence[Watch], scores: Sequence[Score], besides: int) -> int | None:
        """Return the strongest other component that is above its limit with an alarm of its own.

        Severity does not decide: each component's limit is its own, and a quiet one has a low limit.
        """
        if besides in self.housing.motors:
            return None
        own = [
            (self.strength[index], score.severity, -index)
            for index, (watch, score) in enumerate(zip(watches, scores, strict=True))
            if index != besides
            and watch.alarm
            and not watch.carried_from
            and index not in self.silent
            and score.severity is not None
            and score.severity >= 1.0
        ]
        return -max(own)[2] if own else None

    def as_leader(self, index: int, watch: Watch, score: Score) -> Leader:
        """Return a component as its neighbours' rules see it."""
        return Leader(score.component, score.severity or 0.0, watch.surface, self.strength[index])

    def excess(self, index: int) -> NDArray[np.float32]:
        """Return the patient average of a component's bands, the highest of its running channels, (bands,).

        A motor has none: its features are no bands.
        """
        channels = self._running_of(index)
        if index in self.housing.motors or not channels:
            return NO_EXCESS
        lifted: NDArray[np.float32] = self.smoothing.patient[channels, :-1].max(axis=0)
        return lifted

    def own_sign(self, index: int, leading: int, leader: Leader, found: SurfaceEvidence | None) -> str:
        """Return what the leader's failure does not explain of a component, in words, or "".

        Args:
            index: of the component, from 0.
            leading: index of the leader.
            leader: the leader.
            found: the surface that the component shows, None for none.
        """
        if found and leader.surface and found.surface != leader.surface:
            return f"a fault line of its own ({found.surface})"
        if self.strength[index] > self.strength[leading]:
            return f"more excess power than {leader.component}"
        _, inside, severity = self._of(leading)
        if not severity[index] >= 1.0:
            return ""
        channels = [number - 1 for number in self.housing.layout.channels[index]]
        quick = self.smoothing.quick[channels, :-1]
        left = np.where(inside[channels], np.float32(-np.inf), quick).max(axis=0)
        band, edges = int(left.argmax()), self.housing.edges
        place = f"{edges[band] / 1000:.2f}–{edges[band + 1] / 1000:.2f} kHz"
        return f"a band that {leader.component} does not explain ({place})"

    def learned(self, leading: int | None) -> Transfer:
        """Return what is known of the paths after this snapshot; `leading` is the component that leads."""
        return self.transfer if leading is None else self._of(leading)[0]

    def _of(self, leading: int) -> tuple[Transfer, NDArray[np.bool_], list[float]]:
        """Return the paths from a leader, the bands that it explains, and the severities without them."""
        if leading not in self._judged:
            channels = self.housing.layout.channels
            bounds = bounds_of_power(self.usual, self.transfer.slow, self.housing.unit)
            now, inside = explained(self.transfer, bounds, leading, channels[leading], self.running)
            left = np.array([self.smoothing.quick, self.smoothing.patient])
            left[:, :, :-1][:, inside] = 0.0
            # The level sums the bands.
            left[:, :, -1] = 0.0
            charts = errors_of(left, self.running, channels) / self.housing.limit
            self._judged[leading] = now, inside, charts.max(axis=0).tolist()
        return self._judged[leading]


def in_question(watches: Sequence[Watch], scores: Sequence[Score]) -> set[int]:
    """Return the components to diagnose: those with a standing alarm or above their limit."""
    return {
        index
        for index, (watch, score) in enumerate(zip(watches, scores, strict=True))
        if watch.alarm or (score.severity or 0.0) >= 1.0
    }


def calm_channels(
    watches: Sequence[Watch], scores: Sequence[Score], layout: Layout, below: float
) -> NDArray[np.bool_]:
    """Return which channels belong to no component with an alarm or from this severity on, (columns,)."""
    calm = [True] * len(layout.watched)
    for watch, score, channels in zip(watches, scores, layout.channels, strict=True):
        if watch.alarm or (score.severity or 0.0) >= below:
            for number in channels:
                calm[number - 1] = False
    return np.array(calm)
