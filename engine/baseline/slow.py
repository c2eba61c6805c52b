"""Learning of slow sensors beside vibration: how features and symptoms follow the conditions in health."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.baseline.coverage import coverage_doubt, slow_courses
from engine.baseline.sights import FEWEST, Sight
from engine.baseline.wander import spread_of
from engine.bundles.bundle import Calibration
from engine.config.channels import Layout
from engine.models.base import Insight
from engine.scoring.slow import Floats, are_enough, explained, habits_of, slopes_of, span_of, terms_of


@dataclass(frozen=True, slots=True, eq=False)
class SlowBaseline:
    """The slow sensors of a baseline.

    Attributes:
        terms: (snapshots, terms) of the conditions.
        span, slopes, symptoms, loudness, habits: as in `Calibration`.
        doubts: sentences about it.
    """

    terms: Floats
    span: NDArray[np.float32]
    slopes: NDArray[np.float32]
    symptoms: NDArray[np.float32]
    loudness: NDArray[np.float32]
    habits: NDArray[np.float32]
    doubts: tuple[str, ...] = ()

    def without_conditions(self, insights: Sequence[Insight]) -> list[Insight]:
        """Return the baseline's insights less what the conditions explain of features and spectra."""
        if not self.slopes.any():
            return list(insights)
        spectra = np.stack([one.spectrum for one in insights])
        shift = explained(self.terms, slopes_of(self.terms, np.nan_to_num(spectra.astype(np.float64))))
        away = explained(self.terms, self.slopes.astype(np.float64))
        return [
            replace(one, features=one.features - own, spectrum=one.spectrum - level)
            for one, own, level in zip(insights, away, shift, strict=True)
        ]

    def into(self, usual: Calibration) -> Calibration:
        """Return a calibration that knows them."""
        return replace(
            usual,
            span=self.span,
            slopes=self.slopes,
            symptoms=self.symptoms,
            loudness=self.loudness,
            habits=self.habits,
        )


def slow_baseline(
    usable: Sequence[Sight], insights: Sequence[Insight], layout: Layout, usual: Calibration | None = None
) -> SlowBaseline | None:
    """Learn the slow sensors of a baseline; None for a machine without them.

    Args:
        usable: its snapshots, oldest first.
        insights: of each.
        layout: of the machine.
        usual: where a single component is learned again, the calibration in use: its range of the conditions
            holds for the whole machine; its regression stays where snapshots are too few for another.
    """
    if not layout.slow:
        return None
    values = np.array([layout.slow_values(one.slow) for one in usable], np.float64)
    own = values[:, list(layout.explaining)]
    span = span_of(own).astype(np.float32) if usual is None else usual.span
    terms = terms_of(own, span.astype(np.float64))
    level = np.log(np.maximum([one.level for one in usable], np.finfo(np.float32).tiny)).astype(np.float64)
    lasts = (usable[-1].entry.time - usable[0].entry.time).total_seconds()
    doubts = slow_doubts(values, layout) if usual is None else ()
    if usual is not None and usual.slopes.any() and not are_enough(terms):
        slopes, loudness = usual.slopes.astype(np.float64), usual.loudness
        doubts = (
            "conditions: these recordings are too few, or vary too little, to learn again how vibration and"
            " symptoms follow the conditions; it is taken to be as before",
        )
    else:
        slopes = slopes_of(terms, np.stack([one.features for one in insights]).astype(np.float64))
        loudness = slopes_of(terms, level).astype(np.float32)
    judged = [number for part in layout.symptoms for number in part]
    symptoms = np.zeros((2 + terms.shape[1], len(judged)))
    for place, number in enumerate(judged):
        before = None if usual is None or are_enough(terms) else usual.symptoms[2:, place].astype(np.float64)
        symptoms[:, place] = _usual_symptom(values[:, number], terms, before)
    doubts += _covered(values, terms, symptoms, layout, lasts)
    return SlowBaseline(
        terms,
        span,
        slopes.astype(np.float32),
        symptoms.astype(np.float32),
        loudness,
        habits_of(np.array([one.slow for one in usable], np.float64)),
        doubts,
    )


def _covered(
    values: Floats, terms: Floats, symptoms: Floats, layout: Layout, lasts: float
) -> tuple[str, ...]:
    """Return sentences about symptoms that move in one slow course over a baseline.

    Args:
        values: (recordings, sensors).
        terms: (recordings, terms) of the conditions.
        symptoms: (2 + terms, symptoms), as in `Calibration`.
        layout: of the machine.
        lasts: length of the baseline in seconds.
    """
    judged = [number for own in layout.symptoms for number in own]
    courses = slow_courses(values[:, judged] - terms @ symptoms[2:])
    doubts: list[str] = []
    for name, numbers in zip(layout.components, layout.symptoms, strict=False):
        own = [one for one in courses if judged[one.column] in numbers]
        doubts += coverage_doubt(name, own, lambda one: _told(layout, judged[one.column], one.range), lasts)
    return tuple(doubts)


def _told(layout: Layout, number: int, span: float) -> str:
    """Return the movement of a slow sensor, such as "Temp moves by 4.1 °C"."""
    return f"{layout.slow[number]} moves by {span:.3g} {layout.slow_units[number].strip('?')}".rstrip()


def _usual_symptom(values: Floats, terms: Floats, slopes: Floats | None) -> Floats:
    """Return mean and spread of a symptom, and how it follows the conditions; a spread of 0: not judged.

    Args:
        values: (snapshots,), NaN where not known.
        terms: (snapshots, terms).
        slopes: (terms,), that are taken as they are; None to learn them.
    """
    known = np.isfinite(values)
    usual = np.zeros(2 + terms.shape[1])
    if known.sum() < FEWEST:
        return usual
    slopes = slopes_of(terms[known], values[known]) if slopes is None else slopes
    left = values[known] - terms[known] @ slopes
    usual[0], usual[2:] = left.mean(), slopes
    usual[1] = spread_of((left - left.mean())[:, None], np.zeros(1), 1, 1)[0]
    return usual


def slow_doubts(values: Floats, layout: Layout) -> tuple[str, ...]:
    """Return sentences about slow sensors that a baseline does not know well.

    Args:
        values: (recordings, sensors), NaN where not known or out of range.
        layout: of the machine.
    """
    told = []
    for number, name in enumerate(layout.slow):
        known = values[np.isfinite(values[:, number]), number]
        if len(known) < len(values):
            told.append(f"{name}: it is known for {len(known)} of {len(values)} healthy recordings")
        elif known.min() == known.max():
            use = "is not judged" if layout.slow_owner(number) else "explains nothing"
            told.append(f"{name}: it never moved within the baseline, and {use}")
    return tuple(told)
