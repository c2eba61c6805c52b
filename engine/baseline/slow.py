"""Learning of slow sensors beside vibration: how features and symptoms follow the conditions in health."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.baseline.sights import FEWEST, Sight
from engine.baseline.wander import spread_of
from engine.bundles.bundle import Calibration
from engine.config.channels import Layout
from engine.models.base import Insight
from engine.scoring.slow import Floats, explained, slopes_of, span_of, terms_of


@dataclass(frozen=True, slots=True, eq=False)
class SlowBaseline:
    """The slow sensors of a baseline.

    Attributes:
        terms: (snapshots, terms) of the conditions.
        span, slopes, symptoms, loudness: as in `Calibration`.
    """

    terms: Floats
    span: NDArray[np.float32]
    slopes: NDArray[np.float32]
    symptoms: NDArray[np.float32]
    loudness: NDArray[np.float32]

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
            usual, span=self.span, slopes=self.slopes, symptoms=self.symptoms, loudness=self.loudness
        )


def slow_baseline(
    usable: Sequence[Sight], insights: Sequence[Insight], layout: Layout, usual: Calibration | None = None
) -> SlowBaseline | None:
    """Learn the slow sensors of a baseline; None for a machine without them.

    Args:
        usable: its snapshots, oldest first.
        insights: of each.
        layout: of the machine.
        usual: takes the regression of this calibration, where a single component is learned again.
    """
    if not layout.slow:
        return None
    values = np.array([one.slow for one in usable], np.float64)
    own = values[:, list(layout.explaining)]
    if usual is not None:
        terms = terms_of(own, usual.span.astype(np.float64))
        return SlowBaseline(terms, usual.span, usual.slopes, usual.symptoms, usual.loudness)
    span = span_of(own).astype(np.float32)
    terms = terms_of(own, span.astype(np.float64))
    slopes = slopes_of(terms, np.stack([one.features for one in insights]).astype(np.float64))
    level = np.log(np.maximum([one.level for one in usable], np.finfo(np.float32).tiny))
    loudness = slopes_of(terms, level.astype(np.float64)).astype(np.float32)
    judged = [number for part in layout.symptoms for number in part]
    symptoms = np.zeros((2 + terms.shape[1], len(judged)))
    for place, number in enumerate(judged):
        symptoms[:, place] = _usual_symptom(values[:, number], terms)
    return SlowBaseline(terms, span, slopes.astype(np.float32), symptoms.astype(np.float32), loudness)


def _usual_symptom(values: Floats, terms: Floats) -> Floats:
    """Return mean and spread of a symptom, and how it follows the conditions; a spread of 0: not judged."""
    known = np.isfinite(values)
    usual = np.zeros(2 + terms.shape[1])
    if known.sum() < FEWEST:
        return usual
    slopes = slopes_of(terms[known], values[known])
    left = values[known] - terms[known] @ slopes
    usual[0], usual[2:] = left.mean(), slopes
    usual[1] = spread_of((left - left.mean())[:, None], np.zeros(1), 1, 1)[0]
    return usual


def slow_doubts(usable: Sequence[Sight], layout: Layout) -> tuple[str, ...]:
    """Return sentences about slow sensors that the baseline does not know well."""
    values = np.array([one.slow for one in usable], np.float64).reshape(len(usable), -1)
    told = []
    for number, name in enumerate(layout.slow):
        known = values[np.isfinite(values[:, number]), number]
        if len(known) < len(usable):
            told.append(f"{name}: it is known for {len(known)} of {len(usable)} healthy recordings")
        elif known.min() == known.max():
            told.append(f"{name}: it never moved within the baseline, and explains nothing")
    return tuple(told)
