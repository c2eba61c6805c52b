"""Slow sensors beside vibration: what conditions explain, and how far symptoms lie from their expectation.

A regression on the baseline says how features and symptoms follow the conditions (speed, load). It holds
within the range of the baseline and is not extended beyond it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from engine.bundles.bundle import Calibration
from engine.config.channels import Layout

FEWEST_PER_TERM = 10
"""Baseline snapshots for each term of the regression; with fewer nothing is explained."""

CHANCE = 4.0
"""Times the share of variance that as many random terms would explain on average, up to which a feature does
not follow the conditions: noise must not be added to it."""

MARGIN = 0.05
"""Share of a condition's range in the baseline by which it may lie beyond that."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SlowValue:
    """A slow sensor at one snapshot.

    Attributes:
        name: of the sensor; `unit` is its unit.
        measured: None where not known.
        expected: of a symptom, by the conditions; None for a condition.
        severity: of a symptom: smoothed deviation over its limit.
        low, high: of a condition, its range in the baseline.
        outside: whether a condition lies outside the learned range.
        fault: "missing", "out of its range" or "stuck": then the sensor is not judged; "" for none.
    """

    name: str
    unit: str
    measured: float | None = None
    expected: float | None = None
    severity: float | None = None
    low: float | None = None
    high: float | None = None
    outside: bool = False
    fault: str = ""


def span_of(values: Floats) -> Floats:
    """Return mean, deviation, lowest and highest of each condition over the baseline, (4, conditions).

    Args:
        values: (snapshots, conditions), NaN where not known. One that was never known has a deviation of 0.
    """
    found = np.zeros((4, values.shape[1]))
    for column in range(values.shape[1]):
        known = values[np.isfinite(values[:, column]), column]
        if len(known):
            found[:, column] = known.mean(), known.std(), known.min(), known.max()
    return found


def terms_of(values: Floats, span: Floats) -> Floats:
    """Return the terms of the regression, (..., 2 x conditions); 0 for a condition that is not known.

    Args:
        values: (..., conditions); beyond the range of the baseline they count as its end.
        span: from `span_of`.
    """
    centre, spread, low, high = span
    varies = spread > 1e-9 * np.maximum(np.abs(centre), 1e-9)
    standard = (np.clip(values, low, high) - centre) / np.where(varies, spread, 1.0)
    known = np.isfinite(standard) & varies
    standard = np.where(known, standard, 0.0)
    return np.concatenate([standard, np.where(known, np.square(standard) - 1.0, 0.0)], axis=-1)


def are_enough(terms: Floats) -> bool:
    """Return whether so many snapshots, of terms (snapshots, terms) that vary, allow a regression."""
    if not len(terms):
        return False
    used = int((terms.std(axis=0) > 0).sum())
    known = int((np.abs(terms).max(axis=1, initial=0.0) > 0).sum())
    return used > 0 and known >= FEWEST_PER_TERM * used


def slopes_of(terms: Floats, wanted: Floats) -> Floats:
    """Return how values follow the terms, by least squares over the baseline, (terms, ...).

    Args:
        terms: (snapshots, terms).
        wanted: (snapshots, ...). A value that follows the terms no more than chance has slopes of 0.
    """
    flat = wanted.reshape(len(wanted), -1)
    nothing = np.zeros((terms.shape[1], *wanted.shape[1:]))
    if not are_enough(terms):
        return nothing
    used = terms.std(axis=0) > 0
    away = flat - flat.mean(axis=0)
    own = terms[:, used] - terms[:, used].mean(axis=0)
    slopes = np.linalg.lstsq(own, away, rcond=None)[0]
    whole = np.square(away).sum(axis=0)
    left = np.square(away - own @ slopes).sum(axis=0)
    follows = whole - left > CHANCE * int(used.sum()) / len(flat) * whole
    found = np.zeros((terms.shape[1], flat.shape[1]))
    found[used] = np.where(follows, slopes, 0.0)
    return found.reshape(nothing.shape)


def explained(terms: Floats, slopes: Floats) -> NDArray[np.float32]:
    """Return the part of features that the conditions explain, (..., channels, features)."""
    found: NDArray[np.float32] = np.tensordot(terms, slopes, axes=1).astype(np.float32)
    return found


def is_outside(value: float, low: float, high: float) -> bool:
    """Return whether a condition lies outside the range of the baseline."""
    room = MARGIN * (high - low)
    return bool(np.isfinite(value)) and not low - room <= value <= high + room


def deviations(values: Floats, terms: Floats, usual: Floats) -> tuple[Floats, Floats]:
    """Return the expectation of each symptom, and its deviation in spreads.

    Args:
        values: (symptoms,), NaN where not known.
        terms: (terms,) of the same snapshot.
        usual: (2 + terms, symptoms): mean and spread over the baseline, and the slopes.
    """
    expected = usual[0] + terms @ usual[2:]
    return expected, (values - expected) / np.where(usual[1] > 0, usual[1], 1.0)


def smoothed_deviations(
    before: NDArray[np.float32], deviation: Floats, quick: float, patient: float, most: float
) -> NDArray[np.float32]:
    """Apply one step of the exponentially weighted averages of each symptom's deviation.

    Args:
        before: (2, symptoms), the quick and the patient average so far.
        deviation: (symptoms,) of this snapshot; NaN keeps a symptom as it was.
        quick: weight of the newest snapshot in the quick average.
        patient: the same in the patient average.
        most: deviation beyond which a snapshot counts no more for the patient average.
    """
    weights = np.array([[quick], [patient]])
    now = np.stack([deviation, np.clip(deviation, -most, most)])
    moved = before + weights * (now - before)
    return np.where(np.isfinite(deviation), moved, before).astype(np.float32)


def slow_severities(
    averages: NDArray[np.float32], symptoms: Sequence[Sequence[int]], known: NDArray[np.bool_]
) -> Floats:
    """Return the severity of each component by its symptoms alone, (2, components); NaN without a known one.

    Args:
        averages: (2, symptoms).
        symptoms: of each component, counted from 0 among the symptoms.
        known: (symptoms,), measured at this snapshot.
    """
    found = np.full((2, len(symptoms)), np.nan)
    for component, own in enumerate(symptoms):
        here = [number for number in own if known[number]]
        if here:
            found[:, component] = np.abs(averages[:, here]).max(axis=1) / LIMIT
    return found


def habits_of(values: Floats) -> NDArray[np.float32]:
    """Return how often each slow sensor changes in a baseline, and how often it is known, (2, sensors).

    Args:
        values: (recordings, sensors), NaN where not known.
    """
    found = np.zeros((2, values.shape[1]), np.float32)
    for column in range(values.shape[1]):
        known = values[np.isfinite(values[:, column]), column]
        # A sensor that always changed may keep a value once in as many recordings and one.
        found[0, column] = (np.diff(known) != 0).sum() / max(len(known), 1)
        found[1, column] = len(known) / max(len(values), 1)
    return found


LIMIT = 4.42
"""Spreads that a smoothed deviation may have: a healthy value exceeds them with a chance of 1e-5 (normal
distribution, both sides), as a single channel of a machine of slow sensors does."""

LARGEST = LIMIT
"""Spreads beyond which a single snapshot counts no more for the patient average."""


@dataclass(frozen=True, slots=True, eq=False)
class SlowVerdict:
    """The slow sensors beside the vibration of a snapshot.

    Attributes:
        values: each sensor; empty where the recording brought none, and then `charts` are NaN.
        charts: severity of each component by its symptoms alone, (2, components); NaN without one.
        vibration: the same by vibration alone; NaN where the component stands still.
    """

    values: tuple[SlowValue, ...]
    charts: Floats
    vibration: Floats

    @property
    def joined(self) -> Floats:
        """Return the worse of both, (2, components); NaN where the component stands still."""
        if not self.values:
            return self.vibration
        return np.where(np.isnan(self.vibration), self.vibration, np.fmax(self.vibration, self.charts))

    def by_symptoms_alone(self, calm: float) -> set[int]:
        """Return the components that their symptoms alone put in question: no surface follows from those.

        Args:
            calm: severity by vibration below which vibration shows nothing.
        """
        if not self.values:
            return set()
        quiet = ~(self.vibration >= calm).any(axis=0)
        loud = (self.charts >= 1.0).any(axis=0)
        return set(np.flatnonzero(quiet & loud).tolist())


class SlowJudge:
    """Compares the slow sensors of one machine with its baseline, from snapshot to snapshot."""

    def __init__(self, usual: Calibration, layout: Layout) -> None:
        """Take the regression of the baseline.

        Args:
            usual: of the bundle.
            layout: of the machine.

        Raises:
            ValueError: the baseline was learned with other slow sensors.
        """
        self.layout = layout
        self._explaining = list(layout.explaining)
        symptoms = layout.symptoms or ((),) * len(layout.components)
        self._judged = [number for own in symptoms for number in own]
        places = {number: place for place, number in enumerate(self._judged)}
        self._symptoms = tuple(tuple(places[number] for number in own) for own in symptoms)
        self._span, self._usual = usual.span.astype(np.float64), usual.symptoms.astype(np.float64)
        self._slopes, self._loudness = usual.slopes.astype(np.float64), usual.loudness.astype(np.float64)
        if self._span.shape[1] != len(self._explaining) or self._usual.shape[1] != len(self._judged):
            raise ValueError(
                "the bundle was learned with other slow sensors beside vibration (slow.channels); learn again"
            )

    def terms(self, values: Sequence[float]) -> Floats:
        """Return the terms of the conditions among the values of a snapshot."""
        valid = np.array(self.layout.slow_values(values), np.float64)
        return terms_of(valid[self._explaining], self._span)

    def without_conditions(
        self, features: NDArray[np.float32], values: Sequence[float]
    ) -> NDArray[np.float32]:
        """Return features (channels, features) less the part that the conditions of the snapshot explain."""
        if not self._slopes.size or not len(values):
            return features
        return features - explained(self.terms(values), self._slopes)

    def usual_loudness(self, levels: NDArray[np.float32], values: Sequence[float]) -> NDArray[np.float32]:
        """Return the levels (channels,) of a snapshot as they were at the usual conditions."""
        if not self._loudness.size or not len(values):
            return levels
        return (levels * np.exp(-self.terms(values) @ self._loudness)).astype(np.float32)

    def judge(
        self,
        averages: tuple[tuple[float, ...], ...],
        values: Sequence[float],
        vibration: Floats,
        weights: tuple[float, float],
        faults: Sequence[str] = (),
    ) -> tuple[tuple[tuple[float, ...], ...], "SlowVerdict"]:
        """Judge the slow sensors of a snapshot.

        Args:
            averages: the quick and the patient average of each symptom so far; empty before the first.
            values: of the slow sensors; empty where it brought none.
            vibration: severity of each component by vibration alone, (2, components).
            weights: of the newest snapshot in the quick and the patient average.
            faults: of each sensor, "" for none; a faulty symptom is not judged.

        Returns:
            The averages after it, and the result.
        """
        nothing = np.full(vibration.shape, np.nan)
        if not len(values):
            return averages, SlowVerdict((), nothing, vibration)
        before = np.array(averages or np.zeros((2, len(self._judged))), np.float32)
        faults = faults or ("",) * len(values)
        whole = np.array(values, np.float64)
        own = np.where([bool(faults[number]) for number in self._judged], np.nan, whole[self._judged])
        expected, deviation = deviations(own, self.terms(values), self._usual)
        known = np.isfinite(own) & (self._usual[1] > 0)
        deviation = np.where(known, deviation, np.nan)
        after = smoothed_deviations(before, deviation, *weights, LARGEST)
        charts = slow_severities(after, self._symptoms, known) if self._judged else nothing
        told = self._told(whole, expected, after, known, faults)
        packed = tuple(map(tuple, after.astype(float).tolist())) if self._judged else ()
        return packed, SlowVerdict(told, charts, vibration)

    def of_component(self, values: Sequence[SlowValue], component: int) -> tuple[SlowValue, ...]:
        """Return the conditions, and the symptoms of a component, among the values of a snapshot."""
        own = self.layout.symptoms[component] if self.layout.symptoms else ()
        return tuple(one for number, one in enumerate(values) if number in self._explaining or number in own)

    def _told(
        self,
        whole: Floats,
        expected: Floats,
        after: NDArray[np.float32],
        known: NDArray[np.bool_],
        faults: Sequence[str],
    ) -> tuple[SlowValue, ...]:
        sizes = np.abs(after).max(axis=0) / LIMIT if after.shape[1] else np.zeros(0)
        told = []
        for number, (name, unit) in enumerate(zip(self.layout.slow, self.layout.slow_units, strict=True)):
            measured = float(whole[number]) if np.isfinite(whole[number]) else None
            if number in self._explaining:
                low, high = self._span[2:, self._explaining.index(number)].tolist()
                outside = is_outside(whole[number], low, high) and not faults[number]
                told.append(
                    SlowValue(name, unit, measured, low=low, high=high, outside=outside, fault=faults[number])
                )
                continue
            place = self._judged.index(number)
            severity = float(sizes[place]) if known[place] else None
            told.append(
                SlowValue(name, unit, measured, float(expected[place]), severity, fault=faults[number])
            )
        return tuple(told)


def plain(one: SlowValue) -> dict[str, object]:
    """Return a slow sensor's value in plain JSON types: six digits of a number, nothing that is not known."""
    found: dict[str, object] = {}
    for name, value in asdict(one).items():
        if isinstance(value, float):
            found[name] = float(f"{value:.6g}")
        elif value:
            found[name] = value
    return found
