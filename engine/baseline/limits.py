"""Usual values and limits from the held-out snapshots of a baseline, for each model by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.baseline.calibration import calibrate, least_limit, outlying, risen, usual_features
from engine.bundles.bundle import SCORING, Calibration
from engine.config.sections.core import LimitSettings
from engine.models.base import Insight, Model
from engine.models.mixed import Part, parts_of
from engine.models.motor import Motor
from engine.scoring.errors import component_windows, running_channels
from engine.scoring.level import level_reach, levelled
from engine.scoring.method import METHODS
from engine.scoring.severity import at_rest, severities, smoothed
from engine.signals.statistics import log_errors


@dataclass(frozen=True, slots=True, eq=False)
class HealthyResults:
    """A model's results for the snapshots of a baseline, oldest first; the last `held_out` set the limits.

    Attributes:
        features: (snapshots, channels, features).
        spectra: (snapshots, channels, bands) [dB].
        windows: (windows, channels), errors of the windows of those held out.
        latent: (held out, dimensions), latent positions.
        level: (channels,) usual standard deviation, 0 for a channel that is not known.
        unit: of a feature in natural-log units of power, broadcasts to (channels, features).
        held_out: number of held-out snapshots.
    """

    features: NDArray[np.float32]
    spectra: NDArray[np.float32]
    windows: NDArray[np.float32]
    latent: NDArray[np.float32]
    level: NDArray[np.float32]
    unit: NDArray[np.float32]
    held_out: int

    def of(self, part: Part) -> "HealthyResults":
        """Return those of one part of a machine's channels."""
        columns, features = part.columns, part.features
        return replace(
            self,
            features=self.features[:, columns][:, :, features],
            spectra=self.spectra[:, columns][:, :, features[:-1]],
            windows=self.windows[:, columns],
            level=self.level[columns],
            unit=np.broadcast_to(self.unit, self.features.shape[1:])[part.places],
        )


def healthy_results(
    insights: Sequence[Insight], held_out: int, level: NDArray[np.float32], unit: NDArray[np.float32]
) -> HealthyResults:
    """Return the results of a baseline in arrays; arguments as in `HealthyResults`."""
    return HealthyResults(
        np.stack([insight.features for insight in insights]),
        np.stack([insight.spectrum for insight in insights]),
        np.concatenate([insight.window_errors for insight in insights[-held_out:]]),
        np.stack([insight.position for insight in insights[-held_out:]]),
        level,
        unit,
        held_out,
    )


def limits_of(
    model: Model,
    found: HealthyResults,
    watched: NDArray[np.bool_],
    channels: Sequence[Sequence[int]],
    limits: LimitSettings,
) -> Calibration:
    """Return usual values and limits, those of each part of the channels by its model alone.

    Args:
        model: of the machine.
        found: its results on the baseline.
        watched: (channels,).
        channels: of each component, counted from 1.
        limits: margins and averages.
    """
    parts = parts_of(model)
    if not parts:
        return _limits(model, found, watched, channels, limits)
    _, count, features = found.features.shape
    centre, scatter = np.zeros((count, features), np.float32), np.ones((count, features), np.float32)
    reach = np.zeros(count, np.float32)
    by_component = np.ones((3, len(channels)), np.float32)
    calm = np.zeros((found.held_out, len(channels)), np.float32)
    for part in parts:
        place = {column + 1: number for number, column in enumerate(part.columns.tolist(), start=1)}
        own = [number for number, numbers in enumerate(channels) if set(numbers) <= set(place)]
        if not own:
            continue
        inside = [[place[number] for number in channels[component]] for component in own]
        learned = _limits(part.model, found.of(part), watched[part.columns], inside, limits)
        centre[part.places], scatter[part.places] = learned.centre, learned.scatter
        reach[part.columns] = learned.reach if learned.reach.size else 0.0
        by_component[:2, own], by_component[2, own] = learned.limit, learned.window_limit
        calm[:, own] = learned.calm
    return Calibration(
        centre, scatter, found.level, by_component[:2], by_component[2], calm, reach, found.latent
    )


def _limits(
    model: Model,
    found: HealthyResults,
    watched: NDArray[np.bool_],
    channels: Sequence[Sequence[int]],
    limits: LimitSettings,
) -> Calibration:
    """Return usual values and limits of channels that one model scores; arguments as in `limits_of`."""
    features, held_out, unit = found.features, found.held_out, found.unit
    running, method = watched & (found.level > 0), METHODS[SCORING]
    channels = running_channels(channels, running)
    odd = outlying(features[-held_out:])
    left_out = np.concatenate([outlying(features[:-held_out]), odd])
    reach = np.zeros(0, np.float32)
    centre = np.median(features[-held_out:], axis=0)
    # Features of motors are no spectrum: nothing is common to them.
    if not isinstance(model, Motor):
        reach = level_reach(found.spectra)
    own = levelled(features[-held_out:], centre, unit, reach, falls=method.falls)
    centre, spread = usual_features(own, odd)
    smoothing = at_rest((features.shape[1], features.shape[2]))
    residual = (levelled(features, centre, unit, reach, falls=method.falls) - centre) / spread
    least = least_limit(risen(residual, held_out, channels, left_out), spread * unit, channels)
    errors = []
    for one in residual:
        smoothing = smoothed(smoothing, one, running, limits)
        # With limits of 1, severities equal the errors.
        errors.append(severities(smoothing, running, channels, np.ones((2, 1), np.float32), method.group))
    # A component without a measuring channel has no error and is not judged: any number fits.
    calm = np.nan_to_num(np.stack(errors[-held_out:]), nan=1.0)
    limit = np.stack(
        [
            np.maximum(calibrate(calm[:, 0], limits.margin, limits.tail, limits.quick), least),
            np.maximum(calibrate(calm[:, 1], limits.patient_margin, limits.tail, limits.patient), least),
        ]
    )
    return Calibration(
        centre=centre,
        scatter=spread,
        level=found.level,
        limit=limit,
        window_limit=np.percentile(
            component_windows(found.windows, channels), model.percentile, axis=0
        ).astype(np.float32),
        calm=log_errors((calm / limit).max(axis=1)).astype(np.float32),
        reach=reach,
        latent=found.latent,
    )
