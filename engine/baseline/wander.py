"""Limits of windows of rows: the spread that each channel's wander allows.

Windows overlap, and slow sensors wander: neighbouring residuals resemble each other. A limit that takes them
for independent rings all day. The spread comes from the semivariance of the residuals at half the baseline's
length, and is wider where it still grows there. A short baseline has few windows that share no rows: then the
spreads of all channels inform that of each.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, digamma, polygamma

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


FEWEST_POOLED = 3
"""Channels from which the scatter among their spreads can be judged."""

ALIKE = 0.02
"""Variance among the logarithms of spreads, beyond that of chance, below which all are taken for equal."""

RATIOS = (1e-3, 1e6)
"""Bounds of the ratio of a window's variance to that of independent rows."""

STEPS = 30
"""Most steps of Newton's method; it needs fewer than ten."""


def spread_of(
    residual: NDArray[np.float64], noise: NDArray[np.float64], rows: int, stride: int
) -> NDArray[np.float64]:
    """Return the standard deviation of a window's residual that health allows, (channels,).

    Args:
        residual: (windows, channels) of the baseline, oldest first, at least four windows.
        noise: (channels,), variance of the residuals of single rows; 0 where nothing is known of them.
        rows: of a window.
        stride: rows from one window to the next.

    Source:
        Matheron (1963), Principles of geostatistics: the semivariance.
    """
    count = len(residual)
    known = (count - 1) * stride + rows
    # The mean over the baseline takes its share of the variance away: the more, the more rows windows share.
    variance = residual.var(axis=0) * (known / max(known - rows, rows / 2))
    lag = count // 2
    if lag * stride >= rows:
        far = _semivariance(residual, lag)
        variance = np.maximum(variance, far)
    white = noise / rows
    variance = np.maximum(moderated(variance, white, max(known / rows - 1.0, 0.5)), WHITE * white)
    # Windows that share rows resemble each other, and their semivariance grows without any wander.
    if count // 4 * stride >= rows:
        variance = variance * np.where(far > GROWS * _semivariance(residual, count // 4), ON, 1.0)
    # The centre is a mean over the baseline, which is uncertain by its share of a window's variance.
    whole: NDArray[np.float64] = np.sqrt(variance * (1.0 + rows / known))
    return whole


def moderated(variance: NDArray[np.float64], white: NDArray[np.float64], free: float) -> NDArray[np.float64]:
    """Return variances, each drawn towards what is usual among the channels, (channels,).

    A variance from few windows is poor. Its ratio to that of independent rows is much the same for channels
    alike; the less the ratios scatter beyond chance, the more all of them count for each.

    Args:
        variance: (channels,), of windows.
        white: (channels,), variance that a mean over independent rows would have; 0 keeps a channel as it is.
        free: degrees of freedom of each variance. Counted too low, as by windows that share no rows, it makes
            the variances a little too large.

    Source:
        Smyth (2004), Linear models and empirical Bayes methods for assessing differential expression.
    """
    pooled = (variance > 0) & (white > 0)
    if pooled.sum() < FEWEST_POOLED:
        return variance
    with np.errstate(over="ignore"):
        ratio = np.clip(variance[pooled] / white[pooled], *RATIOS)
    logs = np.log(ratio) - digamma(free / 2) + np.log(free / 2)
    beyond = float(logs.var(ddof=1) - polygamma(1, free / 2))
    usual = float(logs.mean())
    found = variance.copy()
    if beyond < ALIKE:
        found[pooled] = np.exp(usual) * white[pooled]
        return found
    prior = 2.0 * _inverse_trigamma(beyond)
    usual += float(digamma(prior / 2) - np.log(prior / 2))
    found[pooled] = (prior * np.exp(usual) + free * ratio) / (prior + free) * white[pooled]
    return found


def _inverse_trigamma(value: float) -> float:
    """Return the number whose trigamma function has a value, by Newton's method as in Smyth (2004)."""
    found = 0.5 + 1.0 / value
    for _ in range(STEPS):
        own = float(polygamma(1, found))
        step = own * (1.0 - own / value) / float(polygamma(2, found))
        found += step
        if abs(step) < 1e-9 * found:
            break
    return found


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
    noise = errors.mean(axis=(0, 1))
    spread = np.zeros(residual.shape[1])
    for own in (known, ~known):
        spread[own] = spread_of(residual[:, own], noise[own], *windows)
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
