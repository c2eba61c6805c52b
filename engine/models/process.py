"""The process model's input: windows of rows of slow sensors, and the expected value of each symptom.

The network expects symptoms by the conditions alone. One that also sees the symptoms follows a fault that
moves several of them together; docs/process.md has the comparison.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.models.base import Floats, Insight, Scaling
from engine.models.waveform import never_zero

STEPS = 10
"""Most parts of a window, each with an expectation and an error of its own."""

SIDES = 3
"""Features of a channel: its mean residual above, the same below, and none for the level."""

ROOT = float(np.sqrt(SIDES))
"""Factor of a feature, so that the root mean square over a channel's features is the residual itself."""

MOST = 20_000
"""Most training vectors."""


class Process:
    """The mean of each symptom over a window, less its expectation, in standard deviations of rows."""

    name = "process"
    percentile = 99.0

    def __init__(self, rows: int, channels: int, conditions: Sequence[int] = ()) -> None:
        """Prepare for windows.

        Args:
            rows: of a window.
            channels: of a row.
            conditions: columns, from 0, that explain the others.

        Raises:
            ValueError: a window is too short.
        """
        if rows < 2:
            raise ValueError(f"process.window: the {self.name} model needs 2 rows or more, not {rows}")
        self.rows = rows
        self.conditions = np.zeros(channels, np.float32)
        self.conditions[list(conditions)] = 1.0
        self.steps = min(rows, STEPS)
        self.borders = np.linspace(0, rows, self.steps + 1).round().astype(np.int64)
        self.edges: Floats = np.arange(SIDES, dtype=np.float32)
        self.shape: tuple[int, ...] = (2, channels)
        self.batch = self.steps

    def observe(self, signal: Floats) -> Floats:
        """Return the window itself, (rows, channels); NaN where a value is not valid."""
        return np.ascontiguousarray(signal, np.float32)

    def learn_scaling(self, observed: Sequence[Floats]) -> Scaling:
        """Return centre and scale of each channel over the rows, and how often it moves.

        `known` is 0 for a channel that never moved: nothing is known of it. `moves` is the share of rows that
        differ from the row before.
        """
        rows = np.stack(observed).astype(np.float64)
        valid = np.isfinite(rows)
        count = np.maximum(valid.sum(axis=(0, 1)), 1)
        centre = np.where(valid, rows, 0.0).sum(axis=(0, 1)) / count
        away = np.where(valid, rows - centre, 0.0)
        scale = np.sqrt(np.square(away).sum(axis=(0, 1)) / count)
        moves = np.array([_moves(one) for one in observed])
        return {
            "offset": centre.astype(np.float32),
            "scale": never_zero(scale),
            "known": moves.any(axis=0).astype(np.float32),
            "moves": _changes(rows).astype(np.float32),
        }

    def feature_unit(self, scaling: Scaling) -> Floats:
        """Return 1: features have no unit of power."""
        return np.ones((1, 1), np.float32)

    def training_vectors(
        self, observed: Sequence[Floats], scaling: Scaling, chance: np.random.Generator
    ) -> list[Floats]:
        """Return the parts of each window."""
        return [self.vectors(one, scaling) for one in observed[: max(1, MOST // self.steps)]]

    def vectors(self, observed: Floats, scaling: Scaling) -> Floats:
        """Return the mean of each part of a window, standardised, beside the marks of the conditions."""
        means, _ = self.parts(self.standard(observed, scaling))
        return np.stack([means, np.broadcast_to(self.conditions, means.shape)], axis=1).astype(np.float32)

    def insight(
        self, observed: Floats, vectors: Floats, outputs: Sequence[Floats], scaling: Scaling
    ) -> Insight:
        """Return the mean residual of each channel as features; arguments as in `Model`."""
        nothing = np.zeros((self.steps, len(self.conditions)), np.float32)
        expected = outputs[0][:, 0] if outputs else nothing
        return self.compared(self.standard(observed, scaling), expected)

    @property
    def is_trained(self) -> bool:
        """Return whether there is anything to train: without conditions the baseline's mean is expected."""
        return bool(self.conditions.any())

    def compared(self, standard: Floats, expected: Floats) -> Insight:
        """Return the comparison of a window with its expectation.

        Args:
            standard: (rows, channels), standardised; NaN where invalid.
            expected: (steps, channels).
        """
        lengths = np.diff(self.borders)
        away = standard - np.repeat(expected, lengths, axis=0)
        means, counts = self.parts(away)
        squares, _ = self.parts(np.square(away))
        whole = np.maximum(counts.sum(axis=0), 1)
        residual = (means * counts).sum(axis=0) / whole
        nothing = np.full((standard.shape[1], SIDES - 1), np.nan, np.float32)
        return Insight(
            features=_sides(residual),
            window_errors=squares,
            spectrum=nothing,
            reconstruction=nothing,
            windows=_sides(means),
        )

    def standard(self, observed: Floats, scaling: Scaling) -> Floats:
        """Return rows in standard deviations of healthy ones."""
        return ((observed - scaling["offset"]) / scaling["scale"]).astype(np.float32)

    def parts(self, values: Floats) -> tuple[Floats, Floats]:
        """Return mean (0 for none) and count of the valid values of each part, (steps, channels)."""
        valid = np.isfinite(values)
        sums = np.add.reduceat(np.where(valid, values, np.float32(0.0)), self.borders[:-1], axis=0)
        counts = np.add.reduceat(valid.astype(np.float32), self.borders[:-1], axis=0)
        return (sums / np.maximum(counts, 1)).astype(np.float32), counts


class ProcessLstm(Process):
    """Whole windows of standardised rows, reconstructed by the recurrent network."""

    name = "lstm"
    percentile = 95.0

    def __init__(self, rows: int, channels: int, conditions: Sequence[int] = ()) -> None:
        """Prepare for windows; arguments as for `Process`."""
        super().__init__(rows, channels, conditions)
        self.shape = (rows, channels)
        self.batch = 1

    @property
    def is_trained(self) -> bool:
        """Return that there is a network, whatever the channels are."""
        return True

    def training_vectors(
        self, observed: Sequence[Floats], scaling: Scaling, chance: np.random.Generator
    ) -> list[Floats]:
        """Return the windows, at most 512 of them, evenly spaced: a step of the network is slow."""
        places = np.unique(np.linspace(0, len(observed) - 1, min(len(observed), 512)).round().astype(int))
        return [self.vectors(observed[place], scaling) for place in places]

    def vectors(self, observed: Floats, scaling: Scaling) -> Floats:
        """Return the window, (1, rows, channels), standardised; an invalid value is at its centre."""
        return np.nan_to_num(self.standard(observed, scaling))[None]

    def insight(
        self, observed: Floats, vectors: Floats, outputs: Sequence[Floats], scaling: Scaling
    ) -> Insight:
        """Return the mean residual of each channel as features; arguments as in `Model`."""
        expected, _ = self.parts(outputs[0][0])
        return self.compared(self.standard(observed, scaling), expected)


def _sides(residual: Floats) -> Floats:
    """Return (..., channels) residuals as features (..., channels, 3): above, below, no level."""
    scaled = residual * np.float32(ROOT)
    sides: Floats = np.stack([scaled, -scaled, np.zeros_like(scaled)], axis=-1).astype(np.float32)
    return sides


def _changes(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of valid neighbours that differ in windows (windows, rows, channels), (channels,)."""
    apart = np.diff(rows, axis=1)
    both = np.isfinite(apart)
    differ = both & (apart != 0)
    share: NDArray[np.float64] = differ.sum(axis=(0, 1)) / np.maximum(both.sum(axis=(0, 1)), 1)
    return share


def _moves(window: Floats) -> Floats:
    """Return whether each channel of a window (rows, channels) has two different valid values."""
    valid = np.isfinite(window)
    highest = np.where(valid, window, -np.inf).max(axis=0)
    lowest = np.where(valid, window, np.inf).min(axis=0)
    moves: Floats = (highest > lowest).astype(np.float32)
    return moves
