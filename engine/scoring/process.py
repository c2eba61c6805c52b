"""Windows of slow sensors: which channels are valid, and the plain figures of each."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.models.base import Insight, Scaling
from engine.models.process import ROOT
from engine.records.assessment import Quality

VALID_SHARE = 0.5
"""Least share of valid values for which a channel of a window is judged."""

STUCK = 1e-6
"""Chance of a healthy window without a change below which a channel counts as stuck."""

FOLLOWED = 2.0
"""Healthy standard deviations of a feature that the usual residual may follow slow drift in all."""

FIGURES = ("measured", "expected", "allowed", "valid")
"""Figures of a channel of slow sensors: its mean, its expectation and the largest deviation of health, in its
unit; the share of valid values."""

MOST_SENSORS = 3
"""Sensors that are frozen with an alarm."""

LEAST_SENSOR = 0.1
"""Share of a component's error from which a sensor is frozen with its alarm."""

NO_SPECTRUM = 17
"""Bins of the spectrum that stands where a snapshot of vibration has its own: all are 0."""


def validity(signal: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the share of valid values of each channel of a window (rows, channels)."""
    share: NDArray[np.float64] = np.isfinite(signal).mean(axis=0)
    return share


def window_quality(
    signal: NDArray[np.float32], scaling: Scaling, watched: NDArray[np.bool_], known: NDArray[np.bool_]
) -> tuple[Quality, ...]:
    """Return the quality of each channel of a window.

    A channel is stuck if it keeps one value for a whole window, which by its changes within the baseline a
    healthy one hardly ever does.

    Args:
        signal: (rows, channels); NaN where a value is missing or out of its range.
        scaling: of the model; `moves` is the share of healthy rows that differ from the row before.
        watched: (channels,).
        known: (channels,), channels that changed within the baseline.
    """
    valid = np.isfinite(signal)
    share = valid.mean(axis=0)
    highest = np.where(valid, signal, -np.inf).max(axis=0)
    lowest = np.where(valid, signal, np.inf).min(axis=0)
    still = np.power(1.0 - scaling["moves"].astype(np.float64), max(len(signal) - 1, 1))
    stuck = (highest == lowest) & (still < STUCK)

    def judged(column: int) -> Quality:
        if watched[column] and (share[column] < VALID_SHARE or not known[column]):
            return Quality.INVALID
        return Quality.DEAD if watched[column] and stuck[column] else Quality.RUNNING

    return tuple(map(judged, range(signal.shape[1])))


def window_figures(
    signal: NDArray[np.float32],
    insight: Insight,
    calibration: Mapping[str, NDArray[np.float32]],
    limits: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the figures of each channel, (channels, 4), as `FIGURES` names them; NaN without a valid value.

    Args:
        signal: (rows, channels), in units; NaN where invalid.
        insight: of the model.
        calibration: `scale` of the model's scaling; `centre`, `scatter` of the bundle (channels, features).
        limits: (channels,), of the component of each channel.
    """
    valid = np.isfinite(signal)
    count = valid.sum(axis=0)
    mean = np.where(valid, signal, 0.0).sum(axis=0, dtype=np.float64) / np.maximum(count, 1)
    scale = calibration["scale"].astype(np.float64) / ROOT
    away = (insight.features[:, 0] - calibration["centre"][:, 0]) * scale
    allowed = calibration["scatter"][:, 0] * ROOT * scale * limits
    told = np.stack([mean, mean - away, allowed, count / len(signal)], axis=1)
    told[count == 0, :2] = np.nan
    return told.astype(np.float32)


def leading_sensors(
    names: Sequence[str],
    units: Sequence[str],
    figures: NDArray[np.float32],
    bands: NDArray[np.float32],
    channels: Sequence[int],
) -> tuple[dict[str, object], ...]:
    """Return the sensors of a component with most of its error, as events keep them.

    Args:
        names: of the channels; empty where they have none.
        units: of the channels.
        figures: (channels, 4), from `window_figures`.
        bands: (channels, bands), shares of the machine's error.
        channels: of the component, counted from 1.
    """
    shares = bands.sum(axis=1, dtype=np.float64)
    whole = sum(float(shares[number - 1]) for number in channels)
    ranked = sorted(channels, key=lambda number: -float(shares[number - 1]))[:MOST_SENSORS]
    return tuple(
        {
            "channel": number,
            "name": names[number - 1] if number <= len(names) else "",
            "unit": units[number - 1],
            "measured": float(figures[number - 1, 0]),
            "expected": float(figures[number - 1, 1]),
            "share": float(shares[number - 1]) / whole,
        }
        for number in ranked
        if shares[number - 1] > LEAST_SENSOR * whole and np.isfinite(figures[number - 1, :2]).all()
    )
