"""Limits of windows of rows: the spread that each channel's wander allows.

Windows overlap, and slow sensors wander: neighbouring residuals resemble each other. A limit that takes them
for independent rings all day. The spread comes from the semivariance of the residuals at half the baseline's
length, and is wider where it still grows there.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from engine.bundles.bundle import Calibration
from engine.models.base import Insight
from engine.models.process import ROOT, SIDES
from engine.scoring.errors import component_errors
from engine.signals.statistics import log_errors

LIMIT = 2.5
"""Root mean square of the residuals of a component's channels, in their spreads, that is too much."""

CHANCE = 1e-5
"""Chance of one window that few independent channels exceed their limit in health."""

GROWS = 1.3
"""Ratio of the semivariance at half the baseline's length to that at a quarter from which a channel wanders:
white noise has 1, a random walk 2."""

ON = 2.0
"""Times the variance that a channel that wanders is allowed after its baseline."""

WHITE = 0.8
"""Share of the variance of independent rows that a mean over a window has at least."""


def spread_of(
    residual: NDArray[np.float64], noise: NDArray[np.float64], rows: int, stride: int
) -> NDArray[np.float64]:
    """Return the standard deviation of a window's residual that health allows, (channels,).

    Args:
        residual: (windows, channels) of the baseline, oldest first, at least four windows.
        noise: (channels,), variance of the residuals of single rows.
        rows: of a window.
        stride: rows from one window to the next.

    Source:
        Matheron (1963), Principles of geostatistics: the semivariance.
    """
    count = len(residual)
    far, near = _semivariance(residual, count // 2), _semivariance(residual, count // 4)
    variance = np.maximum(np.maximum(residual.var(axis=0), far), WHITE * noise / rows)
    variance = variance * np.where(far > GROWS * near, ON, 1.0)
    # The centre is a mean over the baseline, which is uncertain by its share of a window's variance.
    known = (count - 1) * stride + rows
    whole: NDArray[np.float64] = np.sqrt(variance * (1.0 + rows / known))
    return whole


def limit_of(channels: int) -> float:
    """Return the limit of the root mean square over so many channels."""
    number = max(channels, 1)
    return max(LIMIT, float(np.sqrt(chdtri(number, CHANCE) / number)))


def calibrate_windows(
    insights: Sequence[Insight],
    known: NDArray[np.bool_],
    components: Sequence[Sequence[int]],
    windows: tuple[int, int],
    percentile: float,
) -> Calibration:
    """Set usual values and limits on the windows of a baseline.

    Args:
        insights: of its windows, oldest first.
        known: (channels,), symptoms that moved in the baseline.
        components: their channels, counted from 1.
        windows: rows of a window, and rows from one to the next.
        percentile: of healthy window errors, for `limits.mode` "plain".
    """
    features = np.stack([one.features for one in insights]).astype(np.float64)
    errors = np.stack([one.window_errors for one in insights]).astype(np.float64)
    centre = features.mean(axis=0)
    residual = (features[:, :, 0] - centre[:, 0]) / ROOT
    spread = spread_of(residual, errors.mean(axis=(0, 1)), *windows)
    scatter = np.where(spread > 0, spread, 1.0)
    by_feature = np.repeat(scatter[:, None], SIDES, axis=1).astype(np.float32)
    judged = [[number for number in own if known[number - 1]] for own in components]
    limit = np.array([limit_of(len(own)) for own in judged])
    standard = ((features - centre) / by_feature).astype(np.float32)
    calm = np.stack([component_errors(one, known, components) for one in standard]) / limit
    of_components = [
        errors[:, :, [number - 1 for number in own]].mean(axis=2).ravel() if own else np.ones(1)
        for own in judged
    ]
    return Calibration(
        centre=centre.astype(np.float32),
        scatter=by_feature,
        level=known.astype(np.float32),
        limit=np.stack([limit, limit]).astype(np.float32),
        window_limit=np.array([np.percentile(one, percentile) for one in of_components], np.float32),
        calm=log_errors(np.nan_to_num(calm, nan=1.0)).astype(np.float32),
    )


def _semivariance(values: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    lag = max(lag, 1)
    found: NDArray[np.float64] = np.square(values[lag:] - values[:-lag]).mean(axis=0) / 2
    return found
